"""The data-quality report counts exactly what was ingested, and says it in words."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from nocturne.schemas.manifest import Counts, NoteDataset
from nocturne.schemas.raw import SkippedFile
from nocturne.schemas.reason_sentences import reason_sentence
from nocturne.schemas.reasons import Reason
from nocturne.tasks.corpus.notes.quality import QUALITY_SCHEMA, quality_table
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.pages.quality.page import quality_markdown, quality_page
from nocturne.tasks.storage.layout import raw_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import ingest_raw
from tests.tasks.corpus.raw_shards_for_tests import write_raw
from tests.tasks.model.tables_for_tests import Tables
from tests.tasks.music.smf import TEMPO_100, smf, tune

SLOW = smf([(0, TEMPO_100), (0, [0xC0, 40]), *tune([60, 61, 60, 61, 60])])
FILES = [
    ("a.mid", smf(tune([60, 62, 64]))),
    ("b.mid", SLOW),
    ("b again.mid", SLOW),
    ("broken.mid", SLOW[:-3]),
    ("<script>.txt", None),
]
MADE = datetime(2026, 11, 25, 13, 5, tzinfo=UTC)


def ingested(root: Root) -> tuple[NoteDataset, pa.Table]:
    config = write_raw(root, FILES, 5)
    with Workers(1, limit_memory, (512,)) as workers:
        dataset = ingest_raw(root, config, workers)
    return dataset, quality_table(root, "c")


def counts(quality: pa.Table, distribution: str) -> dict[str, int]:
    return {
        row["label"]: row["count"]
        for row in quality.to_pylist()
        if row["distribution"] == distribution and row["count"]
    }


def dataset_of(**changes: object) -> NoteDataset:
    counts = Counts(inputs=0, accepted=0, quarantined=0, duplicate=0)
    return NoteDataset(fingerprint="f", raw_fingerprint="r", counts=counts, notes=0).model_copy(
        update=changes
    )


def rows_of(page: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in Tables(page).rows if row}


def test_counts_every_distribution(root: Root) -> None:
    _, quality = ingested(root)
    assert counts(quality, "outcome") == {"accepted": 2, "quarantined": 2, "duplicate": 1}
    assert counts(quality, "reason") == {"not_midi": 1, "same_file": 1, "truncated": 1}
    assert counts(quality, "notes per song") == {"2": 1, "4": 1}
    assert counts(quality, "tempo") == {"100": 1, "120": 1}
    assert counts(quality, "program") == {"0": 1, "40": 1}
    assert counts(quality, "pitch") == {"60": 4, "61": 2, "62": 1, "64": 1}
    assert counts(quality, "songs per family") == {"1": 2}
    assert sum(counts(quality, "seconds per song").values()) == 2
    assert counts(quality, "example of same_file") == {"b again.mid": 1}
    assert counts(quality, "example of not_midi") == {"<script>.txt": 1}


def test_lengths_are_counted_in_whole_seconds(root: Root) -> None:
    _, quality = ingested(root)
    seconds = [r for r in quality.to_pylist() if r["distribution"] == "seconds per song"]
    files = pa.concat_tables([root.read_table(path) for path in root.files("files/c", ".parquet")])
    total = sum(s for s in files["seconds"].to_pylist() if s)
    assert counts(quality, "seconds of music") == {"all songs": round(total)}
    assert [row["low"] for row in seconds][:3] == [0, 1, 2]
    assert seconds[-1]["high"] == float("inf")
    assert len(seconds) <= 26


def test_the_page_says_all_of_it_in_words(root: Root) -> None:
    dataset, quality = ingested(root)
    page = quality_page("c", dataset, quality, MADE)
    rows = rows_of(page)
    assert rows["Kept as songs"][:2] == ["2", "40.0%"]
    assert rows["Duplicates of files that were kept"][:2] == ["1", "20.0%"]
    assert rows["Not usable"][:2] == ["2", "40.0%"]
    cut_off = next(row for row in rows if row.startswith("Cut off: it ends in the middle"))
    assert cut_off.endswith("broken.mid")
    assert rows[cut_off][:2] == ["1", "33.3%"]
    assert rows["Violin"][:2] == ["1", "50.0%"]
    assert rows["Acoustic Grand Piano"][:2] == ["1", "50.0%"]
    assert rows["C4 (60)"] == ["4"]
    assert rows["C4 to B4"] == ["8"]
    assert rows["100 to 110"] == ["1"]
    assert rows["4 to 7"] == ["1"]
    assert rows["Licence"] == ["CC0"]
    assert rows["Attribution"] == ["nobody"]
    assert rows["Source"] == ["test files"]
    assert rows["Made"] == ["25 November 2026, 13:05 UTC"]
    visible = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    for code in (*(str(r) for r in Reason if "_" in r), "quarantined", "program", "distribution"):
        assert code not in visible


def test_counts_stand_on_the_bars(root: Root) -> None:
    page = quality_page("c", *ingested(root))
    octave = page[page.index('aria-label="Notes by octave"') :]
    assert re.search(r'class="count"[^>]*>8</text>', octave[: octave.index("</svg>")])
    assert page.count("<svg class=") == 6
    assert {"quarters a minute", "minutes:seconds", "pitch: its name and its MIDI number"} <= set(
        re.findall(r'class="axis-name"[^>]*>([^<]*)<', page)
    )


def test_the_page_stands_alone_and_escapes_what_it_shows(root: Root) -> None:
    dataset, quality = ingested(root)
    dataset = dataset.model_copy(
        update={"attribution": "<script>alert(1)</script>", "source": "a\u202eb\n/x"}
    )
    page = quality_page("<img src=x>\n", dataset, quality)
    tags = {tag for tag, _ in Tables(page).tags}
    assert not tags & {"script", "img", "iframe"}
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "&lt;script&gt;.txt" in page
    assert "a\\u202eb\\n/x" in page
    assert "&lt;img src=x&gt;\\n" in page
    page.encode()


def test_the_markdown_uses_the_same_words(root: Root) -> None:
    dataset, quality = ingested(root)
    markdown = quality_markdown("c|d", dataset, quality, "/some`where/report.html")
    assert markdown.startswith("# Data quality of c\\|d\n")
    assert "| Songs kept | 2 |" in markdown
    assert "| Kept as songs | 2 |" in markdown
    assert "| Cut off: it ends in the middle | 1 |" in markdown
    assert "| Licence | CC0 |" in markdown
    assert "`/some'where/report.html`" in markdown
    assert "quarantined" not in markdown
    assert "truncated" not in markdown


@pytest.mark.parametrize("quarantined", [0, 3])
def test_an_empty_corpus_says_so(quarantined: int) -> None:
    counts = Counts(inputs=quarantined, accepted=0, quarantined=quarantined, duplicate=0)
    dataset = dataset_of(counts=counts)
    reasons = [{"distribution": "reason", "label": "no_notes", "count": 3}][:quarantined]
    quality = pa.Table.from_pylist(reasons, QUALITY_SCHEMA)
    page = quality_page("empty", dataset, quality)
    assert "No song was kept, so there is nothing to count." in page
    assert "There are no notes." in page
    assert "There are no instruments." in page
    assert ("Every file was used." in page) == (quarantined == 0)
    assert rows_of(page)["Licence"] == ["not stated"]
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    assert quality_markdown("empty", dataset, quality, "report.html")


def test_many_instruments_are_joined() -> None:
    rows = [{"distribution": "program", "label": str(p), "count": 128 - p} for p in range(128)]
    page = quality_page("c", dataset_of(), pa.Table.from_pylist(rows, QUALITY_SCHEMA))
    found = rows_of(page)
    assert found["Acoustic Grand Piano"][0] == "128"
    assert found["104 other instruments"][0] == f"{sum(range(1, 105)):,}"


def test_skipped_files_are_counted_and_named(root: Root) -> None:
    config = write_raw(root, FILES, 5)
    lost = SkippedFile(path="<b>`lost`</b>.mid", reason="Permission denied")
    raw = load_raw(root, "c").model_copy(update={"skipped": 7, "skipped_files": (lost,)})
    root.write_json(raw_marker("c"), raw.model_dump(mode="json"))
    with Workers(1, limit_memory, (512,)) as workers:
        dataset = ingest_raw(root, config, workers)
    quality = quality_table(root, "c")
    assert dataset.skipped == 7
    assert counts(quality, "skipped") == {"<b>`lost`</b>.mid: Permission denied": 1}
    page = quality_page("c", dataset, quality)
    assert "7 more files of the source could not be read." in page
    assert ">&lt;b&gt;`lost`&lt;/b&gt;.mid: Permission denied</bdi>" in page
    markdown = quality_markdown("c", dataset, quality, "report.html")
    assert "- could not be read: &lt;b&gt;\\`lost\\`&lt;/b&gt;.mid: Permission denied" in markdown


def test_the_words_of_a_reason_are_the_page_s(root: Root, tmp_path: Path) -> None:
    rows = [{"distribution": "reason", "label": str(r), "count": 1} for r in Reason]
    page = quality_page("c", dataset_of(), pa.Table.from_pylist(rows, QUALITY_SCHEMA))
    assert {reason_sentence(r) for r in Reason} <= set(rows_of(page))
