"""A model's report in a real browser, from disk: all of it shows and nothing leaves the page."""

from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.pages.model_report.report import report_page
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
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    shown = "[...document.images].map(i => i.complete && i.naturalWidth)"
    assert page.evaluate(shown) == [1200, 1200, 1200]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelectorAll('svg.chart').length") == 8
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == {"light": "rgb(244, 244, 250)", "dark": "rgb(10, 11, 24)"}[scheme]
    assert complaints == []
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
    page.close()
