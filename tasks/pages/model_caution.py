"""The warning that stands before the music of a model that may be no better than noise."""

from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard


def caution_of(card: ModelCard, metrics: ModelMetrics) -> str:
    """Return one sentence for a model that is hardly trained or no better than n-grams, else "".

    `metrics` are empty for a model that was not evaluated or whose metrics are damaged.
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


def _no_better(metrics: ModelMetrics) -> list[str]:
    bits, composite = metrics.bits_per_note, metrics.baseline_bits("composite")
    if bits is None or composite is None:
        return ["it was never evaluated"]
    if bits <= composite:
        return []
    return [f"its {bits:.2f} bits per note are worse than the n-gram composite's {composite:.2f}"]
