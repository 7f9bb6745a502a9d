"""Tests of the gallery's HTML: complete, escaped, self-contained, paged."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import SAMPLE_SCHEMA, SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.pages.formatting import clock
from nocturne.tasks.pages.gallery import (
    SAMPLES_PER_PAGE,
    pages,
    picture_note,
    picture_text,
)
from nocturne.tasks.pages.page_links import PageLink
from nocturne.tasks.pages.player.pieces import axis_of, time_points
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.sample_files import make_files
from tests.tasks.samples.runs_for_tests import card_of, wander


class Seen(HTMLParser):
    """Collects links and elements, and checks that tags are balanced."""

    VOID = ("meta", "img", "path", "circle", "link", "br", "hr", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def request(samples: int = 2, audio: bool = True) -> SampleRun:
    return plan_run(
        GenerateConfig(samples=samples, audio=audio, temperature=0.85, seed=41), card_of()
    )


def manifest_of(run: SampleRun) -> pa.Table:
    _, row = make_files(run, 0, Composition(wander(0)))
    rows = [row | {"index": i, "file": f"{i:05d}.mid"} for i in range(run.config.samples)]
    return pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)


def html_of(run: SampleRun, caution: str = "") -> str:
    (page,) = pages(run, card_of(), manifest_of(run), caution)
    assert page[0] == "index.html"
    return page[1].decode()


def data_of(html: str) -> dict[str, Any]:
    """The data that a page's script reads."""
    return dict(json.loads(html.partition('id="page-data">')[2].partition("</script>")[0]))


def points_of(row: dict[str, Any]) -> list[list[float]]:
    return time_points(row, axis_of(row))


def test_a_caution_stands_above_everything_else_on_the_page() -> None:
    html = html_of(request(), "noise by <someone>")
    Seen(html)
    above = html.partition("<body>")[2].partition("<header>")[0]
    assert "<strong>Caution:</strong> noise by &lt;someone&gt;." in above
    assert "Caution" not in html_of(request())


def test_every_sample_has_picture_player_and_download() -> None:
    seen = Seen(html_of(request()))
    tags = [tag for tag, _ in seen.tags]
    assert tags.count("img") == tags.count("audio") == 2
    assert {"00000.mid", "00001.mid", "00000.png", "00000.ogg"} < set(seen.links)
    assert all(a["preload"] == "none" for tag, a in seen.tags if tag == "audio")
    assert all(a["loading"] == "lazy" and a["alt"] for tag, a in seen.tags if tag == "img")


def test_links_stay_in_the_folder() -> None:
    links = Seen(html_of(request())).links
    assert all(re.fullmatch(r"[\w.-]+|#pieces|data:image/svg.*", link) for link in links)


def test_facts_are_shown_and_escaped() -> None:
    html = html_of(request())
    for fact in (
        "folk-small-20260102",
        "263,000 notes",
        "<dd>41, 1</dd>",
        "<dd>0.85</dd>",
        "Flute (73)",
        "O&#39;Neill&#39;s Music of Ireland (1850 tunes) &amp; &lt;friends&gt;",
        "Public domain",
    ):
        assert fact in html


def test_without_audio_it_says_so() -> None:
    html = html_of(request(audio=False))
    assert "<audio" not in html
    assert html.count("No audio was rendered") == 2


def test_long_runs_are_paged_with_index_last() -> None:
    run = request(samples=2 * SAMPLES_PER_PAGE + 1, audio=False)
    made = dict(pages(run, card_of(), manifest_of(run)))
    assert list(made) == ["page-3.html", "page-2.html", "index.html"]
    counts = [html.decode().count("<img") for html in made.values()]
    assert counts == [1, SAMPLES_PER_PAGE, SAMPLES_PER_PAGE]
    middle = Seen(made["page-2.html"].decode())
    for target, rel in (("index.html", "prev"), ("page-3.html", "next")):
        found = [a.get("rel") for t, a in middle.tags if t == "a" and a["href"] == target]
        assert sorted(found, key=str) == [None, None, rel, rel]  # number and name, top and bottom
    names = [a["aria-label"] for t, a in middle.tags if t == "nav"]
    assert names == ["Pages of Nocturne", "Pages, top", "Pages, bottom"]
    assert made["page-2.html"].decode().count("Page 2 of 3: No. 1000 to 1999 of 2,001 pieces") == 2


def test_the_length_and_the_place_of_the_head_are_in_the_page() -> None:
    run = request(samples=1)
    (slider,) = [a for _, a in Seen(html_of(run)).tags if a.get("role") == "slider"]
    row = manifest_of(run).to_pylist()[0]
    piece = data_of(html_of(run))["pieces"][0]
    assert piece["length"] == round(row["audio_seconds"], 4)
    assert slider["aria-valuemax"] == str(round(row["audio_seconds"]))
    assert slider["aria-valuetext"] == f"0:00 of {clock(row['audio_seconds'])}"
    assert piece["points"] == points_of(row) == [[0.0, 0.0], [18.0, 1.0]]
    assert f"</span> / {clock(row['audio_seconds'])}</p>" in html_of(run)


def test_time_points_follow_the_picture() -> None:
    row = {"picture_beats": [0.0, 32.0, 96.0, 100.0], "beats": 98.0, "seconds": 49.0}
    assert points_of(row) == [[0.0, 0.0], [16.0, 0.8], [48.0, 0.9], [50.0, 1.0]]
    old = {"picture_beats": None, "beats": 300.0, "seconds": 150.0}
    assert points_of(old) == [[0.0, 0.0], [128.0, 1.0]]
    assert picture_note(old) == "The picture shows the first 256 of 300 beats."
    assert picture_note(row) == ""
    more = {"index": 3, "notes": 1, "distinct_pitches": 1, "lowest_pitch": 60, "highest_pitch": 60}
    assert picture_text(row | more) == (
        "Piano roll of piece 3: 1 note over 98 beats, 1 different pitch from C4 to C4; "
        "beats 32 to 96 are shortened"
    )


def test_links_and_caution_stand_before_the_music() -> None:
    links = [PageLink("Report of <x>", "../../models/%3Cx%3E/report.html")]
    run = request()
    ((_, html),) = pages(run, card_of(), manifest_of(run), "Trained for <1 step>", links)
    text = html.decode()
    assert '<a href="../../models/%3Cx%3E/report.html">Report of &lt;x&gt;</a>' in text
    note = "<strong>Caution:</strong> Trained for &lt;1 step&gt;.</p>"
    assert text.index('<div class="caution" role="note">') < text.index(note) < text.index("<img")
    assert 'role="note"' not in html_of(run)
