"""Tests of the gallery's HTML: complete, escaped, self-contained, paged."""

import re
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from schemas.config import GenerateConfig
from schemas.samples import SAMPLE_SCHEMA, SampleRun
from tasks.music.gallery import SAMPLES_PER_PAGE, clock, pages
from tasks.music.sample_files import make_files
from tasks.storage.sample_run import plan
from tests.tasks.storage.runs_for_tests import card_of, wander


class Seen(HTMLParser):
    """Collects links and elements, and checks that tags are balanced."""

    VOID = ("meta", "img", "path", "circle", "link", "br")

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
    return plan(GenerateConfig(samples=samples, audio=audio, temperature=0.85, seed=41), card_of())


def manifest_of(run: SampleRun) -> pa.Table:
    _, row = make_files(run, 0, wander(0))
    rows = [row | {"index": i, "file": f"{i:05d}.mid"} for i in range(run.config.samples)]
    return pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)


def html_of(run: SampleRun) -> str:
    (page,) = pages(run, card_of(), manifest_of(run))
    assert page[0] == "index.html"
    return page[1].decode()


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


def test_facts_are_told_and_escaped() -> None:
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
    assert html.count("No audio was rendered in this run") == 2


def test_long_runs_are_paged_with_index_last() -> None:
    run = request(samples=2 * SAMPLES_PER_PAGE + 1, audio=False)
    made = dict(pages(run, card_of(), manifest_of(run)))
    assert list(made) == ["page-3.html", "page-2.html", "index.html"]
    counts = [html.decode().count("<img") for html in made.values()]
    assert counts == [1, SAMPLES_PER_PAGE, SAMPLES_PER_PAGE]
    links = Seen(made["page-2.html"].decode()).links
    assert {"index.html", "page-3.html"} < set(links)


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (64, "1:04")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
