"""The gallery in a real browser, from disk: pictures show, players play and seek, keys work."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.pages.formatting import clock
from nocturne.tasks.pages.gallery import pages
from nocturne.tasks.pages.page_links import PageLink
from nocturne.tasks.samples.batches import write_batch
from nocturne.tasks.samples.publish import generated_run, publish_run
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root
from tests.integration.pages import BACKGROUNDS, PLAYS, Visit
from tests.tasks.music.notes_for_tests import notes_of
from tests.tasks.samples.runs_for_tests import card_of, write_run

pytestmark = pytest.mark.integration

DESKTOP = {"width": 1280, "height": 800}
AXES_LEFT, AXES_WIDTH = 0.058, 0.924
LINKS = [
    PageLink("All samples", "../index.html"),
    PageLink("Report of the model", "../../models/m/report.html"),
    PageLink(f"Data quality of {'corpus ' * 20}", "../../quality/c/report.html"),
]
STATE = """card => {
  const audio = card.querySelector("audio"), slider = card.querySelector(".seek");
  const head = card.querySelector(".head");
  return {paused: audio.paused, time: audio.currentTime, left: parseFloat(head.style.left) / 100,
          now: Number(slider.ariaValueNow), text: slider.ariaValueText,
          shown: card.querySelector(".now").textContent,
          seen: Number(getComputedStyle(head).opacity),
          button: card.querySelector(".play").ariaLabel};
}"""
AT_END = """() => [Math.abs(scrollY + innerHeight - document.documentElement.scrollHeight) < 2,
document.documentElement.scrollHeight]"""


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nocturne.tasks.pages.gallery.SAMPLES_PER_PAGE", 120)


def gallery_of(root: Root, samples: int, **options: Any) -> Path:
    run = write_run(root, samples, **options)
    return Path(generated_run(root, run, reused=False).gallery)


def many(root: Root, samples: int, **changes: Any) -> Path:
    """A gallery of many rows that share the files of one sample."""
    run = write_run(root, 1, notes=24)
    folder = Path(root.display_path(run_path(run.run_id)))
    (row,) = pq.read_table(folder / "manifest.parquet").to_pylist()
    rows = [row | {"index": index} for index in range(samples)]
    card = card_of().model_copy(update=changes)
    for name, html in pages(run, card, pa.Table.from_pylist(rows), links=LINKS):
        (folder / name).write_bytes(html)
    return folder / "index.html"


def one_piece(root: Root, rows: list[tuple[float, float, int, int]]) -> tuple[Path, dict[str, Any]]:
    """A gallery of one piece, and its manifest row."""
    run = write_run(root, 1)
    folder = run_path(run.run_id)
    root.delete(folder)
    write_batch(root, run, 0, [Composition(notes_of(rows))])
    publish_run(root, run, card_of())
    (row,) = root.read_table(f"{folder}/manifest.parquet").to_pylist()
    return Path(root.display_path(f"{folder}/index.html")), row


def state(visit: Visit, card: int = 0) -> dict[str, Any]:
    return dict(visit.page.locator(".card").nth(card).evaluate(STATE))


def click_roll(visit: Visit, share: float, card: int = 0) -> None:
    """Click on a picture at `share` of its time axis."""
    slider = visit.page.locator(".seek").nth(card)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x = box["width"] * (AXES_LEFT + share * AXES_WIDTH)
    slider.click(position={"x": x, "y": box["height"] / 2})


def wait_until(visit: Visit, condition: str) -> None:
    visit.until(
        f"(() => {{ const audio = document.querySelector('audio'); return {condition}; }})()"
    )


def test_pictures_show_and_players_play(browser: Any, root: Root) -> None:
    visit = Visit(browser, many(root, 6), viewport=DESKTOP)
    assert visit.show_all() == [1200] * 6
    played = visit.page.evaluate(PLAYS)
    assert len(played) == 6
    for current, duration, sounding in played:
        assert current >= 0.2
        assert duration > 8
        assert sounding == 1  # starting one pauses the one before
    assert visit.page.locator(".playing").count() == 1
    assert visit.page.locator(".started").count() == 6
    assert state(visit, 5)["left"] > AXES_LEFT
    assert visit.complaints == []
    assert visit.requests
    assert {url.split(":")[0] for url in visit.requests} == {"file"}
    visit.page.close()


def test_the_length_is_shown_before_anything_is_loaded(browser: Any, root: Root) -> None:
    gallery, row = one_piece(root, [(i, i + 0.9, 60 + i % 12, 90) for i in range(70)])
    visit = Visit(browser, gallery, viewport=DESKTOP)
    assert clock(row["audio_seconds"]) == "0:36"
    assert visit.page.locator(".time").inner_text() == "0:00 / 0:36"
    slider = visit.page.get_by_role("slider", name="Position in piece 0")
    assert slider.get_attribute("aria-valuemax") == "36"
    assert state(visit)["text"] == "0:00 of 0:36"
    assert not [url for url in visit.requests if url.endswith(".ogg")]
    assert visit.page.evaluate("document.querySelector('audio').controls") is False
    visit.page.close()


def test_a_click_on_the_roll_plays_from_there(browser: Any, root: Root) -> None:
    gallery, row = one_piece(root, [(i, i + 0.9, 60 + i % 12, 90) for i in range(64)])
    assert row["picture_beats"] == [0, 64]
    visit = Visit(browser, gallery, viewport=DESKTOP)
    address = visit.page.url
    for share in (0.75, 0.25):  # the file is not open yet; it is
        click_roll(visit, share)
        wait_until(visit, "!audio.paused && audio.readyState > 2 && !audio.seeking")
        now = state(visit)
        assert 32 * share - 0.1 <= now["time"] <= 32 * share + 5  # 64 beats are 32 s
        assert not now["paused"]
        place = now["time"] / 32
        assert now["left"] == pytest.approx(AXES_LEFT + place * AXES_WIDTH, abs=0.02)
    assert visit.page.url == address
    assert visit.complaints == []
    visit.page.close()


def test_a_click_after_a_shortened_rest_plays_what_is_there(browser: Any, root: Root) -> None:
    tune = [(i / 2, i / 2 + 0.4, 60 + i % 12, 90) for i in range(64)]
    gallery, row = one_piece(root, [*tune, (96, 100, 64, 90)])
    assert row["picture_beats"] == [0, 32, 96, 100]  # and 4 beats of a break between them
    visit = Visit(browser, gallery, viewport=DESKTOP)
    click_roll(visit, 36.1 / 40)
    wait_until(visit, "!audio.paused && audio.readyState > 2 && !audio.seeking")
    visit.page.locator(".play").click()
    now = state(visit)
    assert 48.0 <= now["time"] <= 50.0
    expected = AXES_LEFT + AXES_WIDTH * (36 + (now["time"] - 48) * 2) / 40
    assert now["left"] == pytest.approx(expected, abs=0.002)
    assert "beats 32 to 96 are shortened" in visit.page.locator("img").get_attribute("alt")
    visit.page.close()


def test_the_head_stays_on_pause_and_playing_goes_on_from_there(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 2), viewport=DESKTOP)
    click_roll(visit, 0.5)
    wait_until(visit, "!audio.paused && audio.readyState > 2 && !audio.seeking")
    assert state(visit)["button"] == "Pause piece 0"
    visit.page.get_by_role("button", name="Pause piece 0").click()
    visit.page.get_by_role("button", name="Play piece 0").wait_for()
    paused = state(visit)
    visit.page.wait_for_timeout(400)
    assert state(visit) == paused
    assert paused["paused"]
    assert paused["seen"] > 0.5
    assert paused["left"] > 0.4
    visit.page.get_by_role("button", name="Play piece 1").click()
    visit.until("document.querySelectorAll('audio')[1].currentTime > 0.1")
    assert {**state(visit), "seen": 0} == {**paused, "seen": 0}  # another piece moves nothing
    assert visit.page.locator(".playing").count() == 1
    visit.page.get_by_role("button", name="Play piece 0").click()
    wait_until(visit, f"audio.currentTime > {paused['time'] + 0.1}")
    assert not state(visit)["paused"]
    assert state(visit, 1)["paused"]
    assert visit.complaints == []
    visit.page.close()


def test_the_end_of_a_piece(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 1), viewport=DESKTOP)
    click_roll(visit, 0.1)
    wait_until(visit, "audio.readyState > 2 && !audio.seeking")
    visit.page.evaluate("document.querySelector('audio').currentTime = 1e6")
    wait_until(visit, "audio.ended")
    assert visit.page.locator(".playing").count() == 0
    assert state(visit)["button"] == "Play piece 0"
    assert state(visit)["shown"] == visit.page.locator(".time").inner_text().split(" / ")[1]
    visit.page.close()


def test_the_keyboard_moves_in_a_piece(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 1), viewport=DESKTOP)
    slider, press = visit.page.locator(".seek"), visit.page.keyboard.press
    for _ in range(12):
        press("Tab")
        if slider.evaluate("e => e === document.activeElement"):
            break
    assert slider.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    values = []
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowLeft", "End", "Home"):
        press(key)
        values.append(state(visit)["now"])
    length = int(slider.get_attribute("aria-valuemax"))
    assert values == [5, 10, 5, 0, 0, length, 0]
    assert visit.page.evaluate("scrollY") == 0
    press("ArrowRight")
    assert state(visit)["text"] == f"0:05 of {clock(length)}"
    press(" ")
    wait_until(visit, "!audio.paused && audio.currentTime > 5")
    press(" ")
    assert state(visit)["paused"]
    assert 5 <= state(visit)["time"] < 8
    press("Control+ArrowRight")
    assert state(visit)["time"] < 8
    visit.page.close()


def test_arrows_move_in_the_piece_last_played(browser: Any, root: Root) -> None:
    visit = Visit(browser, many(root, 300), viewport=DESKTOP)
    visit.page.get_by_role("button", name="Play piece 0").click()
    wait_until(visit, "audio.currentTime > 0")
    visit.page.get_by_role("button", name="Pause piece 0").click()
    before = state(visit)["time"]
    visit.page.keyboard.press("ArrowRight")
    assert state(visit)["time"] == pytest.approx(before + 5)
    assert visit.page.url.endswith("index.html")
    visit.page.close()


def test_home_and_end_reach_the_ends_of_the_page(browser: Any, root: Root) -> None:
    visit = Visit(browser, many(root, 120), viewport=DESKTOP)
    height = visit.page.evaluate("document.documentElement.scrollHeight")
    for clicked in (False, True):  # a click on a picture or a button does not take the keys
        if clicked:
            click_roll(visit, 0.5, card=1)
            visit.page.locator(".play").nth(1).click()
        visit.page.keyboard.press("End")
        visit.page.wait_for_timeout(1000)
        assert visit.page.evaluate(AT_END) == [True, pytest.approx(height, rel=0.02)]
        visit.page.keyboard.press("Home")
        visit.page.wait_for_timeout(1000)
        assert visit.page.evaluate("scrollY") == 0
    visit.page.close()


@pytest.mark.parametrize("key", ["PageDown", "Space"])
def test_page_down_and_space_move_a_screen(browser: Any, root: Root, key: str) -> None:
    visit = Visit(browser, many(root, 40), viewport=DESKTOP)
    visit.page.keyboard.press(key)
    visit.page.wait_for_timeout(700)
    assert 400 < visit.page.evaluate("scrollY") <= 800
    visit.page.close()


def test_pages_are_turned_at_top_and_bottom_and_by_keys(browser: Any, root: Root) -> None:
    visit = Visit(browser, many(root, 1000), viewport=DESKTOP)
    page, where = visit.page, []
    assert page.get_by_role("navigation", name="Pages, top").is_visible()
    text = page.get_by_text("Page 1 of 9").first.inner_text()
    assert text == "Page 1 of 9: No. 0 to 119 of 1,000 pieces"
    for turn in (
        page.get_by_role("link", name="Next").first.click,
        page.get_by_role("link", name="Page 9").last.click,
        partial(page.keyboard.press, "ArrowRight"),
        partial(page.keyboard.press, "ArrowLeft"),
        page.get_by_role("link", name="Previous").last.click,
    ):
        turn()
        page.wait_for_load_state()
        page.wait_for_timeout(200)
        where.append(page.locator("[aria-current=page]").first.inner_text())
    assert where == ["2", "9", "9", "8", "7"]
    assert page.locator(".card").count() == 120
    assert visit.complaints == []
    page.close()


@pytest.mark.parametrize(
    "size", [(390, 844), (360, 640), (320, 568), (844, 390), (667, 375), (568, 320)]
)
def test_the_head_leaves_a_telephone_two_thirds(
    browser: Any, root: Root, size: tuple[int, int]
) -> None:
    gallery = many(root, 300, model_id="model " * 40, corpus="corpus" * 30)
    visit = Visit(browser, gallery, viewport={"width": size[0], "height": size[1]})
    head = visit.page.locator("header").bounding_box()
    assert head["y"] == 0
    assert head["height"] <= size[1] / 3
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert visit.page.locator("header a").count() == 3
    visit.page.close()


def test_a_missing_file_of_a_page_without_notes_is_reported(browser: Any, root: Root) -> None:
    gallery = many(root, 1)
    (gallery.parent / "00000.ogg").unlink()
    visit = Visit(browser, gallery, viewport=DESKTOP)
    click_roll(visit, 0.5)
    visit.page.get_by_text("The audio file cannot be played. Is it still beside").wait_for()
    assert visit.page.locator(".playing").count() == 0
    visit.page.close()


def test_where_a_file_is_missing_the_page_plays_the_notes(browser: Any, root: Root) -> None:
    gallery = gallery_of(root, 2)
    (gallery.parent / "00000.ogg").unlink()
    visit = Visit(browser, gallery, viewport=DESKTOP)
    click_roll(visit, 0.5)
    visit.page.get_by_text("The audio file cannot be played: the page plays").wait_for()
    visit.until("synth.piece === cards[0].piece && notesPosition() > 7")
    assert visit.page.locator(".playing").count() == 1
    visit.page.get_by_role("button", name="Play piece 1").click()
    visit.until("document.querySelectorAll('audio')[1].currentTime > 0.1")
    assert not [text for text in visit.complaints if "Error" in text and "ERR_FILE" not in text]
    visit.page.close()


def test_reduced_motion_moves_the_head_in_steps(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 1), viewport=DESKTOP, reduced_motion="reduce")
    click_roll(visit, 0.2)
    wait_until(visit, "audio.currentTime > 4.5")
    visit.page.locator(".play").click()
    assert state(visit)["left"] > AXES_LEFT + 0.2 * AXES_WIDTH
    assert (
        visit.page.locator(".card").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    )
    visit.page.close()


def test_midi_downloads(browser: Any, root: Root) -> None:
    gallery = gallery_of(root, 1, audio=False)
    visit = Visit(browser, gallery)
    link = visit.page.get_by_role("link", name="Download the MIDI file of piece 0")
    assert link.get_attribute("download") == ""
    content = (gallery.parent / link.get_attribute("href")).read_bytes()
    assert content[:4] == b"MThd"
    assert visit.page.locator("audio").count() == 0
    assert visit.page.get_by_role("button", name="Play piece 0").is_visible()
    visit.page.keyboard.press("ArrowRight")
    assert visit.complaints == []
    visit.page.close()


@pytest.fixture
def address(root: Root) -> Iterator[str]:
    """The address of the storage root on a plain web server."""
    handler = partial(_Quiet, directory=root.display_path(""))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_from_a_server_it_plays_and_its_links_lead_to_pages(
    browser: Any, root: Root, address: str
) -> None:
    card = card_of()
    for path in (f"models/{card.model_id}/report.html", f"quality/{card.corpus}/report.html"):
        root.write_bytes(path, b"<title>there</title>")
    root.write_bytes("samples/index.html", b"<title>there</title>")
    run: SampleRun = write_run(root, 1)
    visit = Visit(browser, f"{address}/samples/{run.run_id}/", viewport=DESKTOP)
    visit.page.locator(".play").click()
    wait_until(visit, "audio.currentTime > 0.2")
    links = visit.page.locator("header a").evaluate_all("all => all.map(a => a.href)")
    assert len(links) == 3
    assert visit.complaints == []  # nobody asks for /favicon.ico
    for link in links:
        visit.page.goto(link)
        assert visit.page.title() == "there"
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
    assert visit.overflow() == 0
    assert visit.background() == BACKGROUNDS[scheme]
    assert all(visit.page.locator("img").evaluate_all("all => all.map(i => i.alt.length > 20)"))
    assert visit.complaints == []
    visit.page.close()


def test_without_scripts_the_browsers_own_players_play(browser: Any, root: Root) -> None:
    visit = Visit(browser, gallery_of(root, 1), java_script_enabled=False)
    assert visit.page.locator("audio[controls]").is_visible()
    assert not visit.page.locator(".play").is_visible()
    assert not visit.page.locator(".seek").is_visible()
    visit.page.close()
