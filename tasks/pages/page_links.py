"""Links between the pages of a storage root: relative, so they work from disk and when served."""

from typing import NamedTuple
from urllib.parse import quote

from nocturne.tasks.storage.layout import (
    INDEX_PAGE,
    MODELS,
    QUALITY,
    REPORT_PAGE,
    SAMPLES,
    index_page_path,
    model_path,
    quality_page_path,
)
from nocturne.tasks.storage.root import Root

SECTIONS = {SAMPLES: "Samples", MODELS: "Models", QUALITY: "Data quality"}


class PageLink(NamedTuple):
    """The text of a link, and the address it leads to, relative to the page that shows it."""

    text: str
    address: str
    is_current: bool = False


def links_of_index(section: str) -> list[PageLink]:
    """Return the links of <section>/index.html: all index pages, itself among them."""
    return [
        PageLink(title, f"../{index_page_path(folder)}", is_current=folder == section)
        for folder, title in SECTIONS.items()
    ]


def links_of_gallery(root: Root, model_id: str, corpus: str) -> list[PageLink]:
    """Return the links of samples/<run>/index.html; to reports only if these exist."""
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


def links_of_comparison(root: Root, first: str, second: str) -> list[PageLink]:
    """Return the links of models/<first>/compare-<second>.html; to reports only if they exist."""
    reports = [
        link
        for model_id in (first, second)
        for link in _existing(root, model_path(model_id, REPORT_PAGE), f"Report on {model_id}")
    ]
    return [PageLink("All models", f"../{INDEX_PAGE}"), *reports]


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
