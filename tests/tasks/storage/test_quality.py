"""The data-quality report counts exactly what was ingested."""

from pathlib import Path

import pyarrow as pa

from schemas.manifest import NoteDataset
from schemas.raw import SkippedFile
from tasks.music.worker import limit_memory
from tasks.storage.layout import raw_marker
from tasks.storage.note_dataset import plan, stage_shard
from tasks.storage.publish_notes import publish_notes
from tasks.storage.quality import quality_table
from tasks.storage.quality_page import quality_markdown, quality_page
from tasks.storage.raw import load_raw
from tasks.storage.root import Root
from tasks.storage.workers import Workers
from tests.tasks.music.smf import TEMPO_100, smf, tune
from tests.tasks.storage.raw_shards import write_raw

SLOW = smf([(0, TEMPO_100), (0, [0xC0, 40]), *tune([60, 61, 60, 61, 60])])
FILES = [
    ("a.mid", smf(tune([60, 62, 64]))),
    ("b.mid", SLOW),
    ("b again.mid", SLOW),
    ("broken.mid", SLOW[:-3]),
    ("<script>.txt", None),
]


def ingested(root: Root) -> tuple[NoteDataset, pa.Table]:
    config = write_raw(root, FILES, 5)
    todo = plan(root, config)
    with Workers(1, limit_memory, (512,)) as workers:
        stage_shard(root, todo, 0, config, workers)
    dataset = publish_notes(root, todo, config)
    return dataset, quality_table(root, "c")


def counts(quality: pa.Table, distribution: str) -> dict[str, int]:
    return {
        row["label"]: row["count"]
        for row in quality.to_pylist()
        if row["distribution"] == distribution and row["count"]
    }


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


def test_the_page_stands_alone_and_escapes_what_it_shows(root: Root, tmp_path: Path) -> None:
    dataset, quality = ingested(root)
    dataset = dataset.model_copy(update={"attribution": "<script>alert(1)</script>"})
    page = quality_page("c", dataset, quality)
    assert page.count("data:image/png;base64,") == 7
    assert "<script" not in page
    assert "http" not in page
    markdown = quality_markdown("c", dataset, quality, "/somewhere/report.html")
    assert "| accepted | 2 |" in markdown
    assert "| not accepted: truncated | 1 |" in markdown
    assert "`/somewhere/report.html`" in markdown


def test_skipped_files_are_counted_and_named(root: Root) -> None:
    config = write_raw(root, FILES, 5)
    lost = SkippedFile(path="<b>`lost`</b>.mid", reason="Permission denied")
    raw = load_raw(root, "c").model_copy(update={"skipped": 7, "skipped_files": (lost,)})
    root.write_json(raw_marker("c"), raw.model_dump(mode="json"))
    todo = plan(root, config)
    with Workers(1, limit_memory, (512,)) as workers:
        stage_shard(root, todo, 0, config, workers)
    dataset = publish_notes(root, todo, config)
    quality = quality_table(root, "c")
    assert dataset.skipped == 7
    assert counts(quality, "skipped") == {"<b>`lost`</b>.mid: Permission denied": 1}
    page = quality_page("c", dataset, quality)
    assert "<td>skipped, unreadable in the source</td><td>7</td>" in page
    assert "<li>&lt;b&gt;`lost`&lt;/b&gt;.mid: Permission denied</li>" in page
    markdown = quality_markdown("c", dataset, quality, "report.html")
    assert "- skipped `<b>'lost'</b>.mid: Permission denied`" in markdown
