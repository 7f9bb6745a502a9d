"""The scoreboard in a real browser, from disk: a year of nights, one night, none, hostile text."""

from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.nights.records import write_night
from nocturne.tasks.pages.comparison.page import compare_models, write_comparison
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.root import Root
from tests.integration.pages import BACKGROUNDS, Visit
from tests.tasks.model import model_for_tests as example
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.nights.year_for_tests import write_year
from tests.tasks.pages.roots_for_tests import filled_root

pytestmark = pytest.mark.integration
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture(scope="module", params=[0, 1, 365], ids=["no nights", "a night", "a year"])
def nights(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, int]:
    """Return a root with so many nights, one with hostile text, and two models side by side."""
    root = filled_root(tmp_path_factory.mktemp("nights"))
    if request.param:
        write_year(root, request.param)
        names = {"corpus": "x" * 64, "model_id": "m" * 120}
        write_night(root, night(bits_per_note=2.0, reason=example.HOSTILE, **names))
    models = "folk-small-20260102", "folk-small-33"
    write_comparison(root, compare_models(root, *models))
    write_index_pages(root)
    return root, request.param


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_the_pages_fit_and_ask_nobody(
    browser: Any, nights: tuple[Root, int], width: int, scheme: str
) -> None:
    root, count = nights
    charts = {"models/index.html": 0, "samples/index.html": 0}
    if count:
        drift = count > 1
        charts = {"models/index.html": 2 + drift, "samples/index.html": 2}
    charts["models/folk-small-20260102/compare-folk-small-33.html"] = 0
    for path, expected in charts.items():
        size = {"width": width, "height": 900}
        visit = Visit(browser, Path(root.full(path)), viewport=size, color_scheme=scheme)
        visit.page.evaluate(OPEN_ALL)
        assert visit.overflow() == 0, path
        assert visit.page.locator("svg.chart").count() == expected
        assert visit.background() == BACKGROUNDS[scheme]
        assert visit.complaints == []
        assert {url.split(":")[0] for url in visit.requests} <= {"data", "file"}
        visit.page.close()
