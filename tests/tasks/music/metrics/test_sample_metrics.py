"""The table of figures as a whole."""

import math

import numpy as np
import pytest

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.metrics import ModelMetrics, SampleMetrics
from nocturne.tasks.music.metrics import METRICS, evaluate_samples, sample_metrics
from nocturne.tasks.music.metrics.degenerate import is_degenerate
from nocturne.tasks.music.metrics.excerpt import excerpt_of
from nocturne.tasks.music.metrics.metric import Metric, mean_of
from nocturne.tasks.pages.model_report.tables import Compared, compared
from tests.tasks.music.metrics.music import VOCABULARY, excerpt, ids_of, random_ids, split_of

HELD_OUT = split_of([random_ids(seed, 300) for seed in range(10)])
TRAIN = split_of([random_ids(seed, 300) for seed in range(10, 30)])
BOTH = (
    "repetition",
    "looping_share",
    "degenerate_share",
    "pitch_class_entropy",
    "scale_consistency",
    "polyphony",
    "polyphony_rate",
    "empty_beat_rate",
    "originality",
    "originality_mean",
)
OVERLAPS = ("pitch", "pitch_class", "interval", "inter_onset_interval", "duration")


def every_figure(found: SampleMetrics) -> list[float]:
    assert found.mean_overlap is not None
    parts = (found.samples, found.held_out, found.overlaps)
    return [found.mean_overlap, *(value for part in parts for value in part.values())]


def test_the_table_is_complete_and_finite() -> None:
    seen = []
    samples = [random_ids(seed, 100) for seed in range(50, 60)]
    found = evaluate_samples(samples, HELD_OUT, TRAIN, VOCABULARY, lambda *at: seen.append(at))
    assert set(found.samples) == {*BOTH, "copied_share"} == {*METRICS} - {"uptake"}
    assert set(found.held_out) == set(BOTH)
    assert set(found.overlaps) == set(OVERLAPS)
    assert all(math.isfinite(value) for value in every_figure(found))
    assert seen[-1][0] == seen[-1][1]


def test_a_metric_that_is_declared_is_measured_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = Metric("note_count", ".1f", "Notes in a sample", mean_of(len), title="Notes")
    monkeypatch.setitem(METRICS, declared.name, declared)
    samples = [random_ids(seed, 100) for seed in (1, 2)]
    found = evaluate_samples(samples, HELD_OUT, TRAIN, VOCABULARY)
    assert (found.samples["note_count"], found.held_out["note_count"]) == (100.0, 100.0)
    rows = {row.label: row for row in compared(ModelMetrics(**dict(found)))}
    assert rows["Notes"] == Compared("Notes", "Notes in a sample", "100.0", "100.0")


def test_real_music_evaluated_as_samples_equals_its_held_out_figures() -> None:
    songs = [random_ids(seed, 200) for seed in range(10)]
    found = evaluate_samples(songs, split_of(songs), TRAIN, VOCABULARY)
    for name in BOTH:
        assert found.samples[name] == pytest.approx(found.held_out[name]), name
    assert found.mean_overlap == pytest.approx(1.0)
    assert found.samples["copied_share"] == 0.0


def test_a_copied_sample_is_seen() -> None:
    copy = TRAIN.ids[300:400].copy()
    copy[:, 1] += 3  # transposed all the same
    found = evaluate_samples([copy, random_ids(99, 100)], HELD_OUT, TRAIN, VOCABULARY)
    assert found.samples["originality"] == 99
    assert found.held_out["originality"] < 8
    assert 50 <= found.samples["originality_mean"] < 54
    assert found.samples["copied_share"] == 0.5


def test_shares_of_bad_samples() -> None:
    loop, one_pitch = ids_of([60, 64] * 40), ids_of([60] * 80)
    samples = [loop, one_pitch, random_ids(1, 80), random_ids(2, 80)]
    found = evaluate_samples(samples, HELD_OUT, TRAIN, VOCABULARY)
    assert found.samples["looping_share"] == 0.5
    assert found.samples["degenerate_share"] == 0.25


def test_no_notes_at_all_are_evaluated_as_degenerate() -> None:
    found = evaluate_samples([ids_of([])] * 2, HELD_OUT, TRAIN, VOCABULARY)
    assert found.samples["degenerate_share"] == 1.0
    assert found.mean_overlap == 0.0
    assert all(math.isfinite(value) for value in every_figure(found))


@pytest.mark.parametrize(
    ("rows", "degenerate"),
    [
        ([(480 * i, 480 * i + 240, 60 + i) for i in range(16)], False),
        ([(480 * i, 480 * i + 240, 60 + i) for i in range(15)], True),
        ([(480 * i, 480 * i + 240, 60) for i in range(30)], True),
        ([(1440 * i, 1440 * i + 240, 60 + i) for i in range(16)], True),
        ([(960 * i, 960 * i + 480, 60 + i) for i in range(16)], False),
    ],
)
def test_degenerate(rows: list[tuple[int, int, int]], degenerate: bool) -> None:
    assert is_degenerate(excerpt(rows)) is degenerate


def test_the_search_for_copies_is_limited_to_whole_songs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_metrics, "MOST_TRAINING_NOTES", 3000)
    kept = sample_metrics._training_steps(TRAIN, VOCABULARY)
    assert [len(steps) for steps in kept] == [299] * 10
    np.testing.assert_array_equal(kept[0], excerpt_of(VOCABULARY, TRAIN.ids[:300]).steps)


def test_nothing_to_evaluate_is_one_clear_line() -> None:
    with pytest.raises(CorpusError, match="no samples or no held-out notes"):
        evaluate_samples([], HELD_OUT, TRAIN, VOCABULARY)
