"""The gate: decide from a candidate's figures whether it may become champion."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from nocturne.schemas.metrics import ModelMetrics

MAX_DEGENERATE_SHARE = 0.05
MAX_COPIED_SHARE = 0.05  # samples that share a longer run with training than held-out songs do


@dataclass(frozen=True)
class Verdict:
    """The gate's decision and its reason.

    `newly` is true if this call changed the champion. `asks` is why the gate would promote the
    model, where a person is to decide; else it is empty.
    """

    promoted: bool
    reason: str
    newly: bool = False
    asks: str = ""


@dataclass(frozen=True)
class Comparison:
    """Bits per note on one set of songs: the candidate's, and the rivals' by model id."""

    songs: int
    candidate: float
    rivals: Mapping[str, float] = field(default_factory=dict)

    @property
    def best(self) -> tuple[str, float]:
        """The rival that needs the fewest bits, and how many."""
        return min(self.rivals.items(), key=lambda rival: rival[1])


def gate_figures(metrics: ModelMetrics) -> dict[str, float | None]:
    """Return the figures that the gate decides by, under their names in metrics.json."""
    return {
        "bits_per_note": metrics.bits_per_note,
        "composite_bits_per_note": metrics.baseline_bits("composite"),
        "degenerate_share": metrics.samples.get("degenerate_share"),
        "copied_share": metrics.samples.get("copied_share"),
    }


def evaluate_candidate(
    metrics: ModelMetrics, comparison: Comparison | None = None, margin_bits: float = 0.0
) -> Verdict:
    """Decide by a candidate's metrics and its comparison with rivals.

    A candidate passes if it is at most margin_bits per note worse than the best of its rivals: so
    the champion is never further than that from the best, however many candidates pass.
    """
    measured = gate_figures(metrics)
    figures = {
        name: bits for name, bits in measured.items() if bits is not None and math.isfinite(bits)
    }
    if missing := [name for name in measured if name not in figures]:
        return Verdict(False, f"it was not measured: metrics.json lacks {', '.join(missing)}")
    objections = [
        *_against_baseline(figures),
        *_against_samples(figures),
        *(_against_rivals(comparison, margin_bits) if comparison else ()),
    ]
    if objections:
        return Verdict(False, "; ".join(objections))
    gain = figures["composite_bits_per_note"] - figures["bits_per_note"]
    reason = f"{gain:.2f} bits per note below the composite baseline; samples pass"
    if comparison:
        name, bits = comparison.best
        reason += (
            f"; {comparison.candidate:.2f} bits per note on {comparison.songs} test songs, "
            f"{bits:.2f} by {name}, the best champion so far"
        )
    return Verdict(True, reason, newly=True)


def too_few_songs(songs: int, least: int) -> Verdict:
    """Return the verdict on a candidate that cannot be compared with the champion."""
    return Verdict(
        False,
        f"the champion stays: {songs} test songs are too few to compare on, {least} are needed "
        "(--min-test-songs)",
    )


def _against_baseline(figures: Mapping[str, float]) -> list[str]:
    model, composite = figures["bits_per_note"], figures["composite_bits_per_note"]
    if model < composite:
        return []
    return [f"{model:.2f} bits per note do not beat the composite baseline's {composite:.2f}"]


def _against_samples(figures: Mapping[str, float]) -> list[str]:
    objections = []
    if figures["degenerate_share"] > MAX_DEGENERATE_SHARE:
        objections.append(f"{figures['degenerate_share']:.0%} of samples are degenerate")
    copied = figures["copied_share"]
    if copied > MAX_COPIED_SHARE:
        objections.append(
            f"{copied:.0%} of samples copy more of a training song than real songs do"
        )
    return objections


def _against_rivals(comparison: Comparison, margin_bits: float) -> list[str]:
    name, bits = comparison.best
    if comparison.candidate <= bits + margin_bits:  # not so for NaN
        return []
    return [
        f"{comparison.candidate:.2f} bits per note on {comparison.songs} test songs are worse "
        f"than the {bits:.2f} of {name}, the best champion so far"
    ]
