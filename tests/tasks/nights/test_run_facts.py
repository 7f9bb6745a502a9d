"""The facts of a run: seconds by stage without counting threads twice, and the line itself."""

import re
from itertools import count

import pytest

from nocturne.schemas.manifest import Counts, FileChanges, IngestSummary
from nocturne.schemas.model_card import TrainedModel
from nocturne.schemas.samples import GeneratedRun
from nocturne.schemas.sequences import SequenceDataset
from nocturne.schemas.upkeep import Removal, TidyReport
from nocturne.tasks.nights.run_facts import RunFacts, StageClock, counts_of
from nocturne.tasks.storage.root import Root

COUNTS = Counts(inputs=1200, accepted=1000, quarantined=150, duplicate=50)
INGESTED = IngestSummary(
    corpus="tunes", fingerprint="f", counts=COUNTS, notes=123_456, reused=False,
    changes=FileChanges(new=1_200),
)  # fmt: skip
PREPARED = SequenceDataset(
    fingerprint="f", vocabulary_id="v", songs={"train": 900, "test": 100},
    notes={"train": 100_000, "test": 20_000}, program=0,
)  # fmt: skip
TRAINED = TrainedModel(
    model_id="tunes-small-1", bits_per_note=2.3456, composite_bits_per_note=3.0, promoted=True,
    verdict="promoted", folder="", report="", reused=True,
)  # fmt: skip
GENERATED = GeneratedRun(
    run_id="tunes-small-1-seed7-a", model_id="tunes-small-1", samples=16, seed=7, folder="",
    gallery="", manifest="", reused=False,
)  # fmt: skip


def test_a_stage_in_several_threads_counts_from_the_first_start_to_the_last_end() -> None:
    ticks = count()
    clock = StageClock(lambda: float(next(ticks)))
    first, second = clock.timed("extract"), clock.timed("extract")
    first.__enter__()  # at 0
    second.__enter__()  # reads 1, the start stays
    first.__exit__(None, None, None)
    assert clock.seconds == {"extract": 0.0}
    second.__exit__(None, None, None)
    with clock.timed("publish"):
        pass
    with clock.timed("extract"):
        pass
    assert list(clock.seconds) == ["extract", "publish"]
    assert clock.seconds["publish"] == 1.0


def test_a_stage_that_fails_is_counted() -> None:
    clock = StageClock()
    with pytest.raises(KeyError), clock.timed("publish"):
        raise KeyError
    assert clock.seconds["publish"] >= 0


def test_the_line_of_a_run_has_counts_seconds_bytes_and_what_was_reused(root: Root) -> None:
    facts = RunFacts("ingest")
    with facts.clock.timed("shard"):
        root.write_bytes("file", b"0" * 250_000)
    assert facts.of(INGESTED) is INGESTED
    assert re.fullmatch(
        r"ingest: 1,200 files, 1,000 accepted, 150 quarantined, 50 duplicates, "
        r"1,200 new, 0 changed, 0 reused, 0 removed, 123,456 notes; "
        r"\d+\.\d s \(shard \d+\.\d\); 0\.2 MB written; reused: nothing",
        facts.line(),
    )


@pytest.mark.parametrize(
    ("redone", "words"), [("", "reused: 1,190 files"), ("another reader", "reused: nothing")]
)
def test_files_that_an_ingest_did_not_read_again_are_reused(redone: str, words: str) -> None:
    changes = FileChanges(new=8, changed=2, reused=1190)
    facts = RunFacts("ingest")
    facts.of(INGESTED.model_copy(update={"changes": changes, "redone": redone}))
    assert facts.line().endswith(words)


def test_the_line_of_an_outer_run_has_the_facts_of_those_inside() -> None:
    outer = RunFacts("compose")
    for name, result, reused in (
        ("ingest", INGESTED, None), ("prepare", PREPARED, True), ("train", TRAINED, None),
        ("generate", GENERATED, None),
    ):  # fmt: skip
        outer.inside[name] = RunFacts(name)
        outer.inside[name].of(result, reused=reused)
        with outer.clock.timed(name), outer.inside[name].clock.timed(f"{name} all"):
            pass
    line = outer.line()
    for words in (
        "1,200 files", "1,000 songs to learn from", "120,000 notes in them",
        "model tunes-small-1, champion, 2.346 bits per note",
        "16 samples in run tunes-small-1-seed7-a",
        "(ingest 0.0, prepare 0.0, train 0.0, generate 0.0)", "reused: sequences, model",
    ):  # fmt: skip
        assert words in line
    outer.of(TRAINED)  # as retrain returns what train does: stated once
    assert outer.line().count("model tunes-small-1, champion") == 1
    assert list(outer.stage_seconds()) == ["ingest", "prepare", "train all", "generate"]


def test_the_line_of_a_failed_run_says_how_far_it_came() -> None:
    facts = RunFacts("train")
    with facts.clock.timed("train model"):
        pass
    assert re.fullmatch(
        r"train failed after \d+\.\d s \(train model \d+\.\d\); 0\.0 MB written; reused: nothing",
        facts.line(failed=True),
    )


def test_what_tidy_deleted_is_counted() -> None:
    removal = Removal(kind="model", name="m", path="models/m", files=9, bytes=2_500_000, reason="")
    report = TidyReport(root="", dry_run=False, removed=(removal, removal))
    assert counts_of(report) == ["2 things deleted", "18 files", "5.0 MB freed"]


def test_a_result_without_words_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="no facts of a result of type int"):
        counts_of(3)
