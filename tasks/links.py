"""Links from a run in the Prefect UI to the pages that it wrote, if a page server shows them.

NOCTURNE_GALLERY_URL is the server's address and NOCTURNE_ROOT the root that it shows; a run may
keep its files under another one, which no page server shows.
"""

import os
from urllib.parse import quote

from prefect import get_run_logger

from nocturne.tasks.artifacts import create_link_artifact
from nocturne.tasks.stages import log_on_outer_run

ADDRESS = "NOCTURNE_GALLERY_URL"
SHOWN_ROOT = "NOCTURNE_ROOT"


def link_page(root_uri: str, path: str, key: str, text: str) -> None:
    """Link to the page at `path` under the root, and log its address, if a page server shows it."""
    if address := page_address(root_uri, path):
        create_link_artifact(address, key=key, description=text)
        get_run_logger().info("%s: %s", text, address)
        log_on_outer_run("%s: %s", text, address)


def page_address(root_uri: str, path: str) -> str | None:
    """Return the address of the page at `path` under the root; None if no server shows it."""
    server = os.environ.get(ADDRESS, "").rstrip("/")
    if not server or root_uri != os.environ.get(SHOWN_ROOT):
        return None
    return f"{server}/{quote(path)}"
