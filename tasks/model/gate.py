"""Whether a candidate may replace the champion: figures in, verdict out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_DEGENERATE_SHARE = 0.05
MAX_COPIED_SHARE = 0.05  # samples that share a longer run with training than held-out songs do


@dataclass(frozen=True)
class Verdict:
    """Whether it is champion, why, in words, and whether that is news."""

    promoted: bool
    reason: str
    newly: bool = False


class Compared(Protocol):
    """Bits per note of candidate and champion on the same songs."""

    @property
    def songs(self) -> str:
        """Which songs, in words."""

    @property
    def candidate(self) -> float:
        """Bits per note of the candidate."""

    @property
    def champion(self) -> float:
        """Bits per note of the champion."""


def judge_candidate(
    candidate: Mapping[str, float],
    comparisons: Sequence[Compared] = (),
    margin_bits: float = 0.0,
) -> Verdict:
    """Weigh a candidate's metrics (the keys of metrics.json) and its comparisons.

    One that is at most margin_bits per note worse than the champion is still let in.
    """
    against = [
        *_against_baseline(candidate),
        *_against_samples(candidate),
        *(_worse(one) for one in comparisons if one.candidate > one.champion + margin_bits),
    ]
    if against:
        return Verdict(False, "; ".join(against))
    gain = candidate["composite_bits_per_note"] - candidate["bits_per_note"]
    reason = f"{gain:.2f} bits per note below the composite baseline; samples pass"
    return Verdict(True, reason, newly=True)


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


def _worse(comparison: Compared) -> str:
    return (
        f"{comparison.candidate:.2f} bits per note on {comparison.songs} are worse than the "
        f"champion's {comparison.champion:.2f}"
    )
