"""The gallery in a real browser, from disk: pictures show, players play, nothing leaves it."""

from pathlib import Path
from typing import Any

import pytest

from tasks.storage import sample_run
from tasks.storage.root import Root
from tests.integration.pages import PLAYS, Visit
from tests.tasks.storage.runs_for_tests import write_run

pytestmark = pytest.mark.integration


def gallery_of(root: Root, samples: int, **options: Any) -> Path:
    run = write_run(root, samples, **options)
    return Path(sample_run.summary(root, run, reused=False).gallery)


def test_pictures_show_and_players_play(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 6), viewport={"width": 1280, "height": 800})
    assert visit.show_all() == [1200] * 6
    played = visit.page.evaluate(PLAYS)
    assert len(played) == 6
    for current, duration, sounding in played:
        assert current >= 0.2
        assert duration > 10
        assert sounding == 1  # starting one pauses the one before
    assert visit.page.locator(".playing").count() == 1
    assert float(visit.page.locator(".playing .head").evaluate("e => parseFloat(e.style.left)")) > 5
    assert visit.complaints == []
    assert visit.requests
    assert {url.split(":")[0] for url in visit.requests} == {"file"}
    visit.page.close()


def test_midi_downloads(browser: Any, root: Root) -> None:
    gallery = gallery_of(root, 1, audio=False)
    visit = Visit(browser, gallery)
    link = visit.page.get_by_role("link", name="Download the MIDI file of piece 0")
    assert link.get_attribute("download") == ""
    content = (gallery.parent / link.get_attribute("href")).read_bytes()
    assert content[:4] == b"MThd"
    assert visit.page.locator("audio").count() == 0
    assert visit.page.get_by_text("No audio was rendered").is_visible()
    visit.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [340, 1600])
def test_fits_the_window_and_is_readable(browser: Any, root: Root, width: int, scheme: str) -> None:
    visit = Visit(
        browser,
        gallery_of(root, 3),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(overflow) == 0
    background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(244, 244, 250)", "dark": "rgb(10, 11, 24)"}[scheme]
    assert all(visit.page.locator("img").evaluate_all("all => all.map(i => i.alt.length > 20)"))
    assert visit.complaints == []
    visit.page.close()
