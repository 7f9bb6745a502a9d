"""A gallery of pieces that are notes, in a real browser: it draws, plays, sorts, exports."""

import io
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mido
import pytest

from nocturne.tasks.music.notes import Notes
from tests.integration.pages import Visit
from tests.tasks.music.notes_for_tests import notes_of
from tests.tasks.pages.player.pages_for_tests import run_of, write_pages
from tests.tasks.samples.runs_for_tests import wander

pytestmark = pytest.mark.integration

SIZE = {"width": 1280, "height": 800}
PIECES = 130
LEFT, WIDTH = 0.058, 0.924  # of the time axis, in shares of a roll
# The strongest frequency that the synthesiser makes, in hertz, and its loudness in dB.
LISTEN = """async () => {
  const analyser = new AnalyserNode(synth.context, {fftSize: 16384, smoothingTimeConstant: 0});
  synth.engine.comp.connect(analyser);
  await new Promise(done => setTimeout(done, 700));
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  const loudest = levels.indexOf(Math.max(...levels));
  analyser.disconnect();
  return [loudest * synth.context.sampleRate / analyser.fftSize, levels[loudest]];
}"""
COLOURS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
  return [canvas.width, seen.size];
}"""


def tone() -> Notes:
    """A concert A of 16 quarters, 8 s, then a C for 4 s."""
    return notes_of([(0, 16, 69, 110), (16, 24, 60, 90)])


@pytest.fixture(scope="module")
def visit(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """One page for all checks: no. 0 is two long tones, no. 1 ends after a second."""
    pieces = [tone(), notes_of([(0, 1, 72, 100)]), *(wander(i) for i in range(2, PIECES))]
    page = write_pages(tmp_path_factory.mktemp("player"), pieces, real=3)
    visit = Visit(browser, page, viewport=SIZE)
    yield visit
    assert visit.complaints == []
    assert {url.split(":")[0] for url in visit.requests} <= {"file", "blob"}
    visit.page.close()


@pytest.fixture(autouse=True)
def quiet(visit: Visit) -> Iterator[None]:
    """Leave the page as a visitor finds it."""
    yield
    visit.page.evaluate("if (current) pause(current)")
    visit.page.locator("#instrument").select_option("")
    visit.page.locator("#after").select_option("next")


def saved(visit: Visit, button: str) -> tuple[str, bytes]:
    """Click a button; return the name and content of the file that it saves."""
    with visit.page.expect_download() as download:
        visit.page.locator(button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def order(visit: Visit) -> list[str]:
    """The numbers of the pieces that are shown, in their order."""
    return list(visit.page.evaluate("inOrder().filter(isShown).map(card => card.piece.index)"))


def open_tools(visit: Visit) -> None:
    visit.page.evaluate("document.querySelector('.controls details').open = true")


def test_rolls_are_drawn_near_the_window_only(visit: Visit) -> None:
    first = visit.page.locator(".card canvas").first
    visit.until("near.size > 0")
    width, colours = first.evaluate(COLOURS)
    assert width > 300
    assert colours > 8  # background, rows, lines, letters, two loudnesses
    visit.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    visit.until("document.querySelector('.card canvas').width === 0")
    assert visit.page.evaluate("near.size") <= 24
    visit.page.evaluate("scrollTo(0, 0)")
    visit.until("document.querySelector('.card canvas').width > 0")


def test_the_page_sounds_the_notes(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Play piece 0").click()
    visit.until("synth.piece !== null && notesPosition() > 0.3")
    hertz, level = visit.page.evaluate(LISTEN)
    assert level > -60
    octaves = math.log2(hertz / 440)
    assert abs(octaves - round(octaves)) < 0.01  # an A, whichever of its partials is loudest
    assert round(octaves) in (0, 1)
    slider = visit.page.get_by_role("slider", name="Position in piece 0")
    visit.until("Number(document.querySelector('.seek').ariaValueNow) >= 1")
    assert "of 0:14" in slider.get_attribute("aria-valuetext")


def test_a_click_on_the_roll_seeks_and_changes_keep_the_place(visit: Visit) -> None:
    page = visit.page
    slider = page.locator(".seek").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] * (LEFT + WIDTH * 17 / 24), "y": 40})
    visit.until("isSounding(cards[0])")
    assert 8.4 < page.evaluate("notesPosition()") < 10.5  # beat 17 of 24 is 8.5 s
    hertz, _ = page.evaluate(LISTEN)
    octaves = math.log2(hertz / 261.63)
    assert abs(octaves - round(octaves)) < 0.02  # the C, not the A
    before = page.evaluate("positionOf(cards[0])")
    page.locator("#tempo").fill("25")
    page.locator("#instrument").select_option("19")
    assert page.evaluate("[synth.rate, synth.engine.pg[0]]") == [0.25, 19]
    assert before <= page.evaluate("positionOf(cards[0])") < before + 1
    assert page.locator("#tempo-text").inner_text() == "30 BPM (25 %)"
    page.locator("#tempo").fill("100")
    page.keyboard.press("ArrowLeft")  # in the slider of the tempo, it moves that
    assert page.locator("#tempo-text").inner_text() == "114 BPM (95 %)"
    page.locator("#tempo").fill("100")


def test_what_follows_the_end_of_a_piece(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Play piece 1", exact=True).click()
    visit.until("current === cards[2] && isSounding(cards[2])")
    page.evaluate("pause(cards[2])")
    page.locator("#after").select_option("again")
    page.get_by_role("button", name="Play piece 1", exact=True).click()
    visit.until("isSounding(cards[1]) && notesPosition() > 1")
    visit.until("isSounding(cards[1]) && notesPosition() < 0.8")
    page.evaluate("pause(cards[1])")
    page.locator("#after").select_option("next")
    page.locator("#play-all").click()
    visit.until("isSounding(cards[0])")
    assert page.locator(".playing").count() == 1


def test_sort_and_filter_by_a_figure(visit: Visit) -> None:
    page = visit.page
    open_tools(visit)
    page.locator("#sort").select_option(label="Seconds")
    assert order(visit)[0] == 1
    page.locator("#order").select_option("down")
    assert order(visit)[-1] == 1
    seconds = page.evaluate("inOrder().map(card => card.querySelector('h2').id)")
    assert len(set(seconds)) == PIECES
    page.locator("#figure").select_option(label="Notes")
    assert page.locator("#least").get_attribute("placeholder") == "1"
    page.locator("#most").fill("2")
    assert order(visit) == [0, 1]
    assert page.locator("#shown").inner_text() == f"2 of {PIECES} pieces are shown."
    assert page.locator(".grid:visible").count() == 1
    page.locator("#most").fill("")
    page.locator("#order").select_option("up")
    page.locator("#sort").select_option(label="Number")
    assert order(visit) == list(range(PIECES))


def test_favourites_last_and_are_exported(visit: Visit) -> None:
    page, run = visit.page, run_of(PIECES).run_id
    open_tools(visit)
    for index in (1, 0):
        page.get_by_role("button", name=f"Favourite: piece {index}", exact=True).click()
    assert page.locator(".star[aria-pressed=true]").count() == 2
    page.reload()
    assert page.locator(".star[aria-pressed=true]").count() == 2
    open_tools(visit)
    page.locator("#starred").check()
    assert order(visit) == [0, 1]
    page.locator("#starred").uncheck()
    name, content = saved(visit, "#export-keep")
    assert name == f"keep-{run}.json"
    assert json.loads(content) == {"kind": "nocturne-keep", "run_id": run, "indices": [0, 1]}
    _, content = saved(visit, "#export-list")
    assert content.decode().splitlines()[1].startswith("No. 0\t00000.mid\tNumber 0, ")
    name, content = saved(visit, "#export-zip")
    assert name == f"favourites-{run}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["00000.mid", "00001.mid"]
        midi = mido.MidiFile(file=io.BytesIO(archive.read("00000.mid")))
    assert (midi.type, midi.ticks_per_beat, midi.length) == (1, 480, 12.0)
    played = [(m.type, m.note, m.time) for m in midi.tracks[1] if m.type.startswith("note")]
    assert played == [
        ("note_on", 69, 0),
        ("note_off", 69, 7680),
        ("note_on", 60, 0),
        ("note_off", 60, 3840),
    ]
    page.evaluate("cards.filter(isFavourite).forEach(star)")


def test_the_listening_test_gives_a_file_of_votes(visit: Visit) -> None:
    page = visit.page
    page.locator("#begin-test").click()
    for round_ in range(3):
        assert page.locator("#round").inner_text() == f"Pair {round_ + 1} of 3"
        page.locator("#listening .hear").first.click()
        visit.until("synth.piece !== null")
        shown = page.evaluate(
            "pairOf(test.rounds[test.round]).map(p => JSON.parse(p.notes).length)"
        )
        assert shown[0] == shown[1]
        canvas = page.locator("#listening canvas").first
        assert canvas.evaluate("canvas => canvas.width") == 0  # a roll would give its piece away
        real_is_first = page.evaluate("test.rounds[test.round].isRealFirst")
        page.locator("#listening .vote").nth(0 if real_is_first == (round_ < 2) else 1).click()
        assert canvas.evaluate("canvas => canvas.width") > 300
        assert page.locator("#answer").inner_text().startswith("Right" if round_ < 2 else "Wrong")
        if round_ < 2:
            page.locator("#next-round").click()
    assert "You found 2 of 3." in page.locator("#answer").inner_text()
    name, content = saved(visit, "#save-votes")
    votes = json.loads(content)
    assert name == f"votes-{run_of(PIECES).run_id}.json"
    assert (votes["kind"], votes["run_id"]) == ("nocturne-votes", run_of(PIECES).run_id)
    assert [vote["correct"] for vote in votes["votes"]] == [True, True, False]
    assert {vote["real"] for vote in votes["votes"]} == {f"{i:032x}" for i in range(3)}
    page.locator("#listening button", has_text="Close").click()
    assert not page.locator("#listening").is_visible()
    assert page.evaluate("synth.piece") is None


def test_only_the_pages_own_scripts_run(visit: Visit) -> None:
    page = visit.page
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.intruder = true";
      document.body.append(script);
    }""")
    assert page.evaluate("window.intruder") is None
    assert "Content Security Policy" in visit.complaints.pop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_everything(browser: Any, tmp_path: Path, scheme: str) -> None:
    page = write_pages(tmp_path, [wander(i) for i in range(3)], real=2)
    size = {"width": 390, "height": 844}
    visit = Visit(browser, page, viewport=size, color_scheme=scheme)
    open_tools(visit)
    assert visit.overflow() == 0
    visit.page.locator("#begin-test").click()
    box = visit.page.locator("#listening").bounding_box()
    assert (box["x"] >= 0, box["x"] + box["width"] <= 390) == (True, True)
    names = "select, input, button, canvas, .seek"
    unnamed = """all => all.filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length))
                           .map(e => e.outerHTML)"""
    assert visit.page.locator(names).evaluate_all(unnamed) == []
    assert visit.complaints == []
    visit.page.close()
