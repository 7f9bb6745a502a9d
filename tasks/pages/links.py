"""Links between the pages of a storage root: relative, so they work from disk and when served."""

from typing import NamedTuple
from urllib.parse import quote

from nocturne.tasks.storage.layout import (
    INDEX_PAGE,
    MODELS,
    REPORT_PAGE,
    SAMPLES,
    index_page_path,
    model_path,
    quality_page_path,
)
from nocturne.tasks.storage.root import Root

ICON = (  # of every page: a moon, as data, which asks no server for /favicon.ico
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'%3E"
    "%3Crect width='48' height='48' rx='10' fill='%231b1e42'/%3E"
    "%3Cpath d='M31 7a18 18 0 1 0 10 24A15 15 0 0 1 31 7z' fill='%23ffe8a3'/%3E%3C/svg%3E"
)


class PageLink(NamedTuple):
    """What a link says and where it leads, relative to the page that has it."""

    text: str
    address: str


def links_of_gallery(root: Root, model_id: str, corpus: str) -> list[PageLink]:
    """Return the links of samples/<run>/index.html; those to single pages only if they exist."""
    report = _existing(root, model_path(model_id, REPORT_PAGE), "Report of the model")
    return [PageLink("All samples", f"../{INDEX_PAGE}"), *report, *_quality(root, corpus)]


def links_of_report(root: Root, corpus: str) -> list[PageLink]:
    """Return the links of models/<model>/report.html."""
    models = PageLink("All models", f"../{INDEX_PAGE}")
    return [
        models,
        PageLink("Samples", f"../../{index_page_path(SAMPLES)}"),
        *_quality(root, corpus),
    ]


def links_of_quality() -> list[PageLink]:
    """Return the links of quality/<corpus>/report.html, which is written before any model."""
    return [
        PageLink("All corpora", f"../{INDEX_PAGE}"),
        PageLink("Models", f"../../{index_page_path(MODELS)}"),
        PageLink("Samples", f"../../{index_page_path(SAMPLES)}"),
    ]


def _quality(root: Root, corpus: str) -> list[PageLink]:
    return _existing(root, quality_page_path(corpus), f"Data quality of {corpus}")


def _existing(root: Root, path: str, text: str) -> list[PageLink]:
    return [PageLink(text, f"../../{quote(path)}")] if root.exists(path) else []
