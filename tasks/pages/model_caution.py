"""What has to be said before a model's music is shown: that it may be noise."""

from collections.abc import Mapping
from typing import Any

from nocturne.schemas.model_card import ModelCard


def caution_of(card: ModelCard, metrics: Mapping[str, Any]) -> str:
    """Return one sentence if the model is hardly trained or no better than n-grams, else "".

    `metrics` are those of metrics.json; empty if there are none that read.
    """
    reasons = [*_hardly_trained(card), *_no_better(metrics)]
    if not reasons:
        return ""
    return (
        f"the music of {card.model_id} may be little better than noise: "
        f"{', and '.join(reasons)}; train it longer or on more songs"
    )


def _hardly_trained(card: ModelCard) -> list[str]:
    least = card.config.least_steps
    if card.steps >= least:
        return []
    return [f"it was trained for {card.steps:,} of at least {least:,} steps"]


def _no_better(metrics: Mapping[str, Any]) -> list[str]:
    if "bits_per_note" not in metrics:
        return ["it was never evaluated"]
    bits, composite = metrics["bits_per_note"], metrics["composite_bits_per_note"]
    if bits <= composite:
        return []
    return [f"its {bits:.2f} bits per note are worse than the n-gram composite's {composite:.2f}"]
