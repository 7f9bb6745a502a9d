"""Whether a candidate may replace the champion: figures in, verdict out."""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_DEGENERATE_SHARE = 0.05
MARGIN_BITS = 0.02  # a candidate this much worse per note than the champion is still let in


@dataclass(frozen=True)
class Verdict:
    """Whether to promote, and why, in words."""

    promoted: bool
    reason: str


def judge_candidate(
    candidate: Mapping[str, float],
    against_champion: Mapping[str, float] | None = None,
    margin_bits: float = MARGIN_BITS,
) -> Verdict:
    """Compare a candidate's metrics with honest baselines, its samples and the champion.

    `candidate` holds the keys of metrics.json. `against_champion` holds `candidate` and
    `champion`, the bits per note of both on the same songs; None where there is no champion.
    """
    against = [
        *_against_baseline(candidate),
        *_against_samples(candidate),
        *(_against_champion(against_champion, margin_bits) if against_champion else ()),
    ]
    if against:
        return Verdict(False, "; ".join(against))
    gain = candidate["composite_bits_per_note"] - candidate["bits_per_note"]
    return Verdict(True, f"{gain:.2f} bits per note below the composite baseline; samples pass")


def _against_baseline(metrics: Mapping[str, float]) -> list[str]:
    model, composite = metrics["bits_per_note"], metrics["composite_bits_per_note"]
    if model < composite:
        return []
    return [f"{model:.2f} bits per note do not beat the composite baseline's {composite:.2f}"]


def _against_samples(metrics: Mapping[str, float]) -> list[str]:
    found = []
    if metrics["degenerate_share"] > MAX_DEGENERATE_SHARE:
        found.append(f"{metrics['degenerate_share']:.0%} of samples are degenerate")
    copied, held_out = metrics["originality"], metrics["originality_held_out"]
    if copied > held_out:
        found.append(
            f"samples copy up to {copied:.0f} notes of training songs in a row, "
            f"held-out songs {held_out:.0f}"
        )
    return found


def _against_champion(bits: Mapping[str, float], margin_bits: float) -> list[str]:
    if bits["candidate"] <= bits["champion"] + margin_bits:
        return []
    return [
        f"{bits['candidate']:.2f} bits per note are worse than the champion's "
        f"{bits['champion']:.2f} on the same songs"
    ]
