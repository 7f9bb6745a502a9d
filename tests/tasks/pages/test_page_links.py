"""Links between pages: relative, and only to pages that exist."""

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from nocturne.tasks.pages.page_links import links_of_gallery, links_of_quality, links_of_report
from nocturne.tasks.storage.root import Root

INDEXES = ("samples/index.html", "models/index.html", "quality/index.html")
PAGES = {
    "samples/run/index.html": lambda root: links_of_gallery(root, "a model", "mine#1"),
    "models/a model/report.html": lambda root: links_of_report(root, "mine#1"),
    "quality/mine#1/report.html": lambda root: links_of_quality(),
}


def addresses(root: Root, page: str) -> list[str]:
    return [link.address for link in PAGES[page](root)]


def test_pages_that_are_not_there_are_not_linked(root: Root) -> None:
    assert addresses(root, "samples/run/index.html") == ["../index.html"]
    assert addresses(root, "models/a model/report.html") == [
        "../index.html",
        "../../samples/index.html",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(root: Root, page: str) -> None:
    for path in (*INDEXES, *PAGES):
        root.write_bytes(path, b"")
    base = Path(root.display_path(page)).as_uri()
    found = {_path(base, address) for address in addresses(root, page)}
    assert len(found) == 3
    assert all(Path(path).is_file() for path in found)
    assert page not in {str(Path(path).relative_to(root.display_path(""))) for path in found}


def _path(base: str, address: str) -> str:
    """Return the path that a browser would open, as it resolves and unquotes addresses."""
    return unquote(urlsplit(urljoin(base, address)).path)
