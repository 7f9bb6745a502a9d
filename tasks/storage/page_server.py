"""Where a browser finds the pages of a storage root, if a page server shows that root.

NOCTURNE_GALLERY_URL is the server's address and NOCTURNE_ROOT the root that it shows; a run may
keep its files under another one, which no page server shows.
"""

import os
from urllib.parse import quote

ADDRESS = "NOCTURNE_GALLERY_URL"
SHOWN_ROOT = "NOCTURNE_ROOT"


def page_address(root_uri: str, path: str) -> str | None:
    """Return the address of the page at `path` under the root; None if nobody serves it."""
    server = os.environ.get(ADDRESS, "").rstrip("/")
    if not server or root_uri != os.environ.get(SHOWN_ROOT):
        return None
    return f"{server}/{quote(path)}"
