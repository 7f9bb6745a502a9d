"""The index pages of a storage root: samples/index.html, models/index.html, quality/index.html.

They are files, so that they open from disk and any web server can show them. Each publishing
writes all three again, so that the links between them lead somewhere.
"""

from nocturne.tasks.pages.index.models import models_index
from nocturne.tasks.pages.index.page import page_html
from nocturne.tasks.pages.index.quality import quality_index
from nocturne.tasks.pages.index.samples import samples_index
from nocturne.tasks.storage.layout import index_page_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked

INDEXES = (samples_index, models_index, quality_index)


def write_index_pages(root: Root) -> None:
    """Write the pages as the root is now; StorageError if it cannot be read or written.

    What does not read is listed as such and hides nothing else. Of two publishings at once the
    later sees what both have published.
    """
    with locked(root, "index-pages"):
        for index in INDEXES:
            page = index(root)
            root.write_bytes(index_page_path(page.section), page_html(page).encode())
