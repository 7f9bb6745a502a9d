"""A model's card, metrics and history, as the report's tests show them."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.tasks.pages.charts.piano_roll import draw
from tests.tasks.music.notes_for_tests import scale

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> | a \"b\" 'c' ![x](http://y) & `d`\n# e"
)
ATTRIBUTES = ("inter_onset_interval", "pitch", "duration", "velocity")


def card(**changes: Any) -> ModelCard:
    """Return the card of a small model of the folk corpus."""
    fields: dict[str, Any] = {
        "model_id": "folk-20261122-030000-a1b2c3",
        "created": datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
        "corpus": "folk",
        "data_fingerprint": "0123456789abcdef",
        "vocabulary_id": "fedcba9876543210",
        "config": TrainConfig(seed=7),
        "shape": PRESETS["small"],
        "parameters": 1_234_567,
        "weights_sha256": "ab" * 32,
        "songs": {"train": 3201, "valid": 401, "test": 1},
        "notes": {"train": 412_345, "valid": 50_111, "test": 49_987},
        "program": 0,
        "steps": 6000,
        "epochs": 12.5,
        "train_seconds": 1195.0,
        "device": "CPU, 2 threads",
        "stopped": "10 evaluations without a better validation loss",
        "code_version": "0.1.0",
        "licence": "public domain",
        "attribution": "O'Neill's Music of Ireland (1850 tunes), https://example.org/tunes",
    }
    return ModelCard.model_validate({**fields, **changes})


def predicted(whole: float, *parts: float) -> dict[str, Any]:
    """Return one predictor's bits."""
    return {"bits_per_note": whole, "by_attribute": dict(zip(ATTRIBUTES, parts, strict=True))}


def model_metrics() -> ModelMetrics:
    """Return metrics with every part present."""
    return ModelMetrics.from_flat(metrics())


def metrics() -> dict[str, Any]:
    """Return the same metrics as metrics.json has them."""
    return {
        **predicted(1.434, 0.211, 0.912, 0.3, 0.011),
        "baselines": {
            "cache": predicted(1.93, 0.31, 1.2, 0.4, 0.02),
            "uniform": predicted(20.0, 5.0, 7.0, 5.0, 3.0),
            "unigram": predicted(6.77, 1.4, 4.0, 1.3, 0.07),
            "bigram": predicted(4.5, 1.1, 2.3, 1.05, 0.05),
            "kneser_ney_interleaved_7": predicted(2.61, 0.4, 1.7, 0.49, 0.02),
            "composite": predicted(2.384, 0.361, 1.562, 0.441, 0.02),
        },
        "composite_bits_per_note": 2.384,
        "cache_bits_per_note": 1.93,
        "unigram_bits_per_note": 6.77,
        "repetition": 0.341,
        "repetition_held_out": 0.523,
        "looping_share": 0.015,
        "looping_share_held_out": 0.0,
        "degenerate_share": 0.005,
        "degenerate_share_held_out": 0.0,
        "originality": 21.0,
        "originality_held_out": 34.0,
        "scale_consistency": 0.97,
        "scale_consistency_held_out": 0.98,
        "mean_overlap": 0.893,
        "overlap_pitch": 0.861,
        "overlap_pitch_class": 0.914,
        "overlap_interval": 0.873,
        "overlap_inter_onset_interval": 0.951,
        "overlap_duration": 0.946,
        "histograms": histograms(),
        "samples": 200,
        "brand_new_figure": 0.123456,
        "verdict": "0.95 bits per note below the composite baseline; samples pass",
    }


def _bell(values: Iterable[int], middle: float, width: float) -> list[int]:
    """Return uneven counts about a middle."""
    heights = (math.exp(-(((i - middle) / width) ** 2)) for i in values)
    return [round(1000 * h * (1 + 0.5 * math.sin(2.4 * i))) for i, h in enumerate(heights)]


def histograms() -> dict[str, Any]:
    """Return all five distributions, as the metrics of samples have them."""
    bells = {"pitch": (50, 96, 71, 8), "pitch_class": (0, 12, 5, 5), "interval": (-15, 16, 0, 5)}
    found: dict[str, Any] = {}
    for name, (low, high, middle, width) in bells.items():
        values = list(range(low, high))
        ours, theirs = _bell(values, middle, width), _bell(values, middle + 0.5, width * 0.93)
        found[name] = {"values": values, "samples": ours, "held_out": theirs}
    lengths = {"values": [0, 120, 160, 240, 360, 480, 720, 960, 961]}
    ours, theirs = [0, 30, 10, 800, 20, 300, 60, 10, 1], [0, 40, 15, 760, 30, 330, 50, 20, 0]
    found["inter_onset_interval"] = {**lengths, "samples": ours, "held_out": theirs}
    found["duration"] = {**lengths, "samples": theirs, "held_out": ours}
    return found


def history() -> list[dict[str, Any]]:
    """Return 25 evaluations; the 21st is the best."""
    return [
        {
            "step": 240 * n,
            "epoch": n / 2,
            "seconds": 47.8 * n,
            "train_bits": 1.2 + 3.4 * math.exp(-n / 5),
            "valid_bits": 1.41 + 3.1 * math.exp(-n / 5) + 0.0009 * (n - 17) ** 2,
            "rate": 3e-3 * (1 + math.cos(math.pi * n / 25)) / 2,
        }
        for n in range(1, 26)
    ]


def rolls() -> list[tuple[str, bytes]]:
    """Return three captioned piano rolls of growing length."""
    names = ("Best", "Median", "Worst")
    return [(f"{name} sample: No. {i}", draw(scale(16 + i))) for i, name in enumerate(names)]
