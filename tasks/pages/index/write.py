"""The index pages of a storage root: samples/index.html, models/index.html, quality/index.html.

They are files, so that they open from disk and any web server can show them. Whoever publishes a
run, a model or a corpus writes all three pages again, so that no link between them is broken.
"""

from nocturne.tasks.pages.index.models import models_index
from nocturne.tasks.pages.index.page import page_html
from nocturne.tasks.pages.index.quality import quality_index
from nocturne.tasks.pages.index.samples import samples_index
from nocturne.tasks.pages.scoreboard.board import boards
from nocturne.tasks.storage.layout import index_page_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked


def write_index_pages(root: Root) -> None:
    """Write the pages for the root's present state; StorageError if it cannot be read or written.

    A damaged run, model or corpus is listed as damaged. A lock makes two processes write one after
    the other: the later one lists what both have published.
    """
    with locked(root, "index-pages"):
        found = boards(root)
        for page in (samples_index(root, found), models_index(root, found), quality_index(root)):
            root.write_bytes(index_page_path(page.section), page_html(page).encode())
