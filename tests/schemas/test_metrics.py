"""The metrics of a model: typed in code, and flat on disk as earlier versions wrote them."""

import json
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.metrics import ModelMetrics, PredictorBits

# Written by the version before metrics were typed, with every array cut short.
WRITTEN_BEFORE = Path(__file__).parent / "metrics_of_an_earlier_version.json"


@pytest.fixture
def written() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(WRITTEN_BEFORE.read_bytes())
    return content


def test_a_file_of_an_earlier_version_comes_back_as_it_was(written: dict[str, Any]) -> None:
    metrics = ModelMetrics.from_flat(written)
    assert metrics.flat() == written
    assert metrics.others == {}
    again = ModelMetrics.from_flat(json.loads(json.dumps(metrics.flat())))
    assert again == metrics


def test_every_part_has_its_place(written: dict[str, Any]) -> None:
    metrics = ModelMetrics.from_flat(written)
    assert metrics.bits_per_note == written["bits_per_note"]
    assert metrics.baselines.keys() == written["baselines"].keys()
    assert metrics.baseline_bits("composite") == written["composite_bits_per_note"]
    assert metrics.baseline_bits("nothing") is None
    assert metrics.samples["repetition"] == written["repetition"]
    assert metrics.held_out["repetition"] == written["repetition_held_out"]
    assert metrics.held_out.keys() <= metrics.samples.keys()
    assert set(metrics.samples) - set(metrics.held_out) == {"copied_share"}
    assert metrics.overlaps["inter_onset_interval"] == written["overlap_inter_onset_interval"]
    assert metrics.mean_overlap == written["mean_overlap"]
    assert metrics.sample_count == written["samples"]
    assert metrics.histograms["pitch"].held_out == written["histograms"]["pitch"]["held_out"]
    assert metrics.verdict == written["verdict"]
    assert metrics.weights_sha256 == written["weights_sha256"]


def test_what_is_of_another_type_is_kept_and_counts_as_not_measured() -> None:
    flat = {
        "bits_per_note": None,
        "composite_bits_per_note": "low",
        "repetition": "?",
        "samples": "many",
        "baselines": {"uniform": 3},
        "histograms": {"pitch": {"values": [1]}},
        "by_attribute": [],
        "notes": {"by": "someone"},
    }
    metrics = ModelMetrics.from_flat(flat)
    assert metrics == ModelMetrics(others=flat)
    assert metrics.flat() == flat


def test_a_baseline_known_only_as_a_whole_stands_at_the_top_level_alone() -> None:
    flat = {"bits_per_note": 1.0, "composite_bits_per_note": 2.0, "brand_new_figure": 3.0}
    metrics = ModelMetrics.from_flat(flat)
    assert metrics.baselines == {"composite": PredictorBits(bits_per_note=2.0)}
    assert metrics.samples == {"brand_new_figure": 3.0}
    assert metrics.flat() == flat


def test_a_verdict_in_parts_is_its_reason() -> None:
    assert ModelMetrics.from_flat({"verdict": {"promoted": True, "reason": "better"}}) == (
        ModelMetrics(verdict="better")
    )
