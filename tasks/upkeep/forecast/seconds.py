"""How long stages took in earlier nights and trainings."""

from statistics import median

from nocturne.schemas.config import TrainConfig
from nocturne.tasks.model.registry.lookup import age
from nocturne.tasks.model.registry.models import read_cards
from nocturne.tasks.nights.records import read_nights
from nocturne.tasks.storage.root import Root

NIGHTS_LOOKED_AT = 10


def stage_seconds(root: Root, corpus: str, stage: str) -> float | None:
    """Return the median seconds of a stage over the last nights of a corpus; None if unknown.

    Nights without news say nothing of how long a stage takes that has something to do.
    """
    nights = [night for night in read_nights(root, corpus)[0] if night.outcome != "no_news"]
    known = [night.seconds[stage] for night in nights if stage in night.seconds]
    return median(known[-NIGHTS_LOOKED_AT:]) if known else None


def training_seconds(root: Root, config: TrainConfig) -> float | None:
    """Return the seconds that such a training takes, evaluation included; None if unknown.

    Without a night they are the median of the models of this corpus and preset, no more than
    `max_minutes`.
    """
    limit = 60 * config.max_minutes
    stages = [stage_seconds(root, config.corpus, stage) for stage in ("train", "evaluate")]
    if stages[0] is not None:
        return min(stages[0], limit) + (stages[1] or 0.0)
    same = [
        card
        for card in sorted(read_cards(root)[0], key=age)
        if (card.corpus, card.config.preset) == (config.corpus, config.preset)
    ]
    known = [card.train_seconds for card in same[-NIGHTS_LOOKED_AT:]]
    return min(median(known), limit) if known else None
