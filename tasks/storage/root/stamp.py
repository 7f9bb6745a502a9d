"""Write the version of the layout into a root before anything else is written there."""

from importlib.metadata import version

from nocturne.tasks.storage.layout import FORMAT_FILE, LAYOUT
from nocturne.tasks.storage.root.format import RootFormat, parse_format
from nocturne.tasks.storage.root.writing import Root


def stamp_layout(root: Root) -> None:
    """Raise the layout in format.json to that of this version, if it is lower or missing."""
    if root.exists(FORMAT_FILE):
        content = root.read_bytes(FORMAT_FILE)
        if parse_format(content, root.display_path(FORMAT_FILE)).layout >= LAYOUT:
            return
    stamp = RootFormat(layout=LAYOUT, written_by=version("nocturne-midi"))
    root.write_json(FORMAT_FILE, stamp.model_dump())
