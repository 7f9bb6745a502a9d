"""Whether a candidate may become champion: figures in, verdict out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DEGENERATE_SHARE = 0.05
MAX_COPIED_SHARE = 0.05  # samples that share a longer run with training than held-out songs do
FIGURES = ("bits_per_note", "composite_bits_per_note", "degenerate_share", "copied_share")


@dataclass(frozen=True)
class Verdict:
    """Whether it is champion, why, in words, and whether that is news."""

    promoted: bool
    reason: str
    newly: bool = False


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


def judge_candidate(
    metrics: Mapping[str, Any], comparison: Comparison | None = None, margin_bits: float = 0.0
) -> Verdict:
    """Weigh a candidate's metrics (the keys of metrics.json) and its comparison with rivals.

    One that is at most margin_bits per note worse than the best of its rivals is still let in,
    so that however many are, none is further from the best.
    """
    if missing := [name for name in FIGURES if not _is_finite(metrics.get(name))]:
        return Verdict(False, f"it was not measured: metrics.json lacks {', '.join(missing)}")
    against = [
        *_against_baseline(metrics),
        *_against_samples(metrics),
        *(_against_rivals(comparison, margin_bits) if comparison else ()),
    ]
    if against:
        return Verdict(False, "; ".join(against))
    gain = metrics["composite_bits_per_note"] - metrics["bits_per_note"]
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


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _against_baseline(metrics: Mapping[str, float]) -> list[str]:
    model, composite = metrics["bits_per_note"], metrics["composite_bits_per_note"]
    if model < composite:
        return []
    return [f"{model:.2f} bits per note do not beat the composite baseline's {composite:.2f}"]


def _against_samples(metrics: Mapping[str, float]) -> list[str]:
    found = []
    if metrics["degenerate_share"] > MAX_DEGENERATE_SHARE:
        found.append(f"{metrics['degenerate_share']:.0%} of samples are degenerate")
    copied = metrics["copied_share"]
    if copied > MAX_COPIED_SHARE:
        found.append(f"{copied:.0%} of samples copy more of a training song than real songs do")
    return found


def _against_rivals(comparison: Comparison, margin_bits: float) -> list[str]:
    name, bits = comparison.best
    if comparison.candidate <= bits + margin_bits:  # not so for NaN
        return []
    return [
        f"{comparison.candidate:.2f} bits per note on {comparison.songs} test songs are worse "
        f"than the {bits:.2f} of {name}, the best champion so far"
    ]
