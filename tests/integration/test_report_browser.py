"""A model's report in a real browser, from disk: all of it shows and nothing leaves the page."""

import re
from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from tests.integration.pages import BACKGROUNDS, Visit
from tests.tasks.model import model_for_tests as example

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("hostile", [False, True])
def test_the_page_opens_in_a_browser(
    browser: Any,
    tmp_path: Path,
    scheme: str,
    width: int,
    hostile: bool,
) -> None:
    changes = (
        {"corpus": example.HOSTILE, "attribution": example.HOSTILE, "model_id": "x" * 200}
        if hostile
        else {}
    )
    card = example.card(**changes)
    path = tmp_path / "report.html"
    path.write_text(
        report_page(card, example.model_metrics(), example.history(), example.rolls()),
        encoding="utf-8",
    )
    size = {"width": width, "height": 800}
    visit = Visit(browser, path, viewport=size, color_scheme=scheme)
    assert visit.show_all() == [1200, 1200, 1200]
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.page.locator("svg.chart").count() == 8
    assert visit.background() == BACKGROUNDS[scheme]
    assert visit.complaints == []
    assert {url.split(":")[0] for url in visit.requests} <= {"data", "file"}
    visit.page.close()


def test_the_pictures_in_markdown_are_pictures_for_a_browser(browser: Any, tmp_path: Path) -> None:
    text = report_markdown(
        example.card(), example.model_metrics(), example.history(), example.rolls()
    )
    addresses = re.findall(r"!\[.*?\]\((data:.*?)\)", text)
    path = tmp_path / "pictures.html"
    path.write_text("".join(f'<img src="{address}">' for address in addresses), encoding="utf-8")
    visit = Visit(browser, path)
    assert visit.show_all() == [1002, 1002, 1200, 1200, 1200]
    assert visit.complaints == []
    visit.page.close()
