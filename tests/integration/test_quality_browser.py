"""The data-quality report in a real browser, from disk: all of it shows, hostile names as well."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nocturne.schemas.manifest import Counts, NoteDataset
from nocturne.schemas.reasons import Reason
from nocturne.tasks.corpus.notes.quality import DOUBLINGS, QUALITY_SCHEMA, TEMPO_BINS, pitch_rows
from nocturne.tasks.pages.quality.page import quality_page
from tests.integration.pages import BACKGROUNDS, Visit

pytestmark = pytest.mark.integration

NAMES = [
    "<script>alert(1)</script>.mid",
    "two\nlines\r.mid",
    "n" * 300 + ".mid",
    "gpj.\u202edim.exe",
    "caf\udce9.mid",
    "שלום <b>.mid",
]


def binned(name: str, edges: list[float]) -> list[dict[str, Any]]:
    return [
        {"distribution": name, "label": f"{low:g}", "low": low, "high": high, "count": 7 * i * i}
        for i, (low, high) in enumerate(pairwise(edges))
    ]


def quality() -> tuple[NoteDataset, Any]:
    """A quality table, rows as quality_table gives them, with every reason and hostile names."""
    one = [{"distribution": "reason", "label": str(r), "count": 3} for r in Reason]
    seconds = [*map(float, range(0, 480, 20)), float("inf")]
    rows = [
        *one,
        *({"distribution": "example of truncated", "label": n, "count": 1} for n in NAMES),
        *({"distribution": "skipped", "label": n, "count": 1} for n in NAMES),
        *({"distribution": "program", "label": str(p), "count": 500 - p} for p in range(40)),
        {"distribution": "seconds of music", "label": "all songs", "count": 444_600},
        *binned("notes per song", DOUBLINGS.tolist()),
        *binned("seconds per song", seconds),
        *binned("tempo", TEMPO_BINS.tolist()),
        *binned("songs per family", DOUBLINGS.tolist()[:5]),
        *pitch_rows([max(0, 40_000 - abs(64 - p) * 900) for p in range(128)]),
    ]
    counts = Counts(inputs=12_345, accepted=12_000, quarantined=300, duplicate=45)
    dataset = NoteDataset(
        fingerprint="f" * 16,
        raw_fingerprint="r",
        counts=counts,
        notes=3_456_789,
        skipped=len(NAMES),
        families=11_000,
        source=NAMES[3],
        licence="CC-BY 4.0",
        attribution="Colin Raffel, https://colinraffel.com/projects/lmd/",
    )
    return dataset, rows


def page_of(folder: Path, *, empty: bool = False) -> Path:
    dataset, rows = quality()
    if empty:
        dataset = NoteDataset(
            fingerprint="f",
            raw_fingerprint="r",
            counts=Counts(inputs=0, accepted=0, quarantined=0, duplicate=0),
            notes=0,
        )
        rows = []
    for row in rows:  # a Parquet string is UTF-8: what is not became an escape before
        row["label"] = row["label"].encode("utf-8", "backslashreplace").decode()
    path = folder / "quality" / "mine" / "report.html"
    path.parent.mkdir(parents=True)
    table = pa.Table.from_pylist(rows, QUALITY_SCHEMA)
    path.write_text(quality_page(NAMES[0], dataset, table), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_opens_in_a_browser(browser: Any, tmp_path: Path, width: int, scheme: str) -> None:
    visit = Visit(
        browser,
        page_of(tmp_path),
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
    )
    page = visit.page
    assert visit.overflow() == 0
    for summary in page.locator("summary").all():
        summary.click()
    assert visit.overflow() == 0
    assert visit.background() == BACKGROUNDS[scheme]
    assert page.locator("svg.chart").count() == 6
    assert visit.complaints == []
    assert {url.split(":")[0] for url in visit.requests} <= {"file", "data"}
    page.close()


def test_landmarks_words_and_names(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, page_of(tmp_path), viewport={"width": 1280, "height": 900})
    page = visit.page
    for role in ("banner", "main", "navigation", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == f"Data quality of {NAMES[0]}"
    tiles = page.locator(".tiles .value").all_inner_texts()
    assert tiles == ["12,345", "12,000", "3,456,789", "123.5 hours", "11,000"]
    assert page.get_by_role("row", name=re.compile("^Violin|^Acoustic Grand Piano 500")).count()
    links = (
        page.get_by_role("navigation")
        .locator("a")
        .evaluate_all("all => all.map(a => a.getAttribute('href'))")
    )
    assert links == ["../index.html", "../../models/index.html", "../../samples/index.html"]
    page.get_by_text("The first", exact=False).first.click(timeout=5000)
    shown = page.locator(".names bdi").all_inner_texts()
    assert shown[0] == NAMES[0]
    assert shown[1] == "two\\nlines\\r.mid"
    assert shown[3] == "gpj.\\u202edim.exe"
    assert shown[5] == NAMES[5]
    assert page.locator("script, b").count() == 0
    page.close()


def test_counts_on_bars_lie_inside_the_chart(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, page_of(tmp_path), viewport={"width": 1280, "height": 900})
    inside = """() => [...document.querySelectorAll("svg.chart")].map(svg => {
      const frame = svg.getBoundingClientRect();
      const labels = [...svg.querySelectorAll("text.count")].map(t => t.getBoundingClientRect());
      return [labels.length, labels.every(box => box.top >= frame.top - 1 &&
        box.left >= frame.left && box.right <= frame.right + 1 && box.bottom <= frame.bottom)];
    })"""
    found = visit.page.evaluate(inside)
    assert [count for count, _ in found] == [17, 23, 23, 3, 9, 0]
    assert all(fits for _, fits in found)
    visit.page.close()


def test_it_prints_and_an_empty_corpus_is_described_in_words(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, page_of(tmp_path, empty=True))
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("nav a").first.is_visible()
    for text in ("No song was kept", "There are no notes", "Every file was used"):
        assert visit.page.get_by_text(text).is_visible()
    assert visit.complaints == []
    visit.page.close()
