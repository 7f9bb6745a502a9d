"""Plan the training of a night by what there is to gain: none, a little on news, or all of it.

A model was trained to its end if anything but the limit of time ended it. Then only news are worth
a training: songs that it has not learned. As many steps are planned as show the new songs
`news_passes` times, mixed with old ones, so that the time follows the number of new notes, not that
of the corpus; `max_minutes` is a limit, and patience may end it before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import RetrainConfig, TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus import PreparedCorpus
from nocturne.tasks.model.evaluation.gate import gate_figures
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.promotion import ASKED
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.finished_models import as_started, learned_models
from nocturne.tasks.model.registry.learned_songs import learned_songs
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.registry.open_models import damage_of, open_model
from nocturne.tasks.model.training.windows import steps_of_epoch
from nocturne.tasks.model.warm_start import MOVING, choose_warm_start
from nocturne.tasks.storage.root import Root

FEWEST_STEPS = 100  # of a training on news: fewer would end while the rate still rises
CUT_SHORT = "time limit"  # how ModelCard.stopped begins where time ended a training


@dataclass(frozen=True)
class NightPlan:
    """What to train, and why, in one line; without news, the model that stays and no training."""

    config: TrainConfig
    reason: str
    no_news: str | None = None  # id of the model that a night without news leaves as it is


def plan_night(root: Root, config: RetrainConfig) -> NightPlan:
    """Plan the training of a night on the prepared corpus.

    A start that the config names stands, and is trained from as `train` would. CorpusError for a
    corpus that is not prepared.
    """
    training = config.subset(TrainConfig)
    if training.init_from is not None and training.init_from not in MOVING:
        return NightPlan(training, choose_warm_start(root, training)[1])
    training = training.copy_with(init_from=None)
    if plan := _learned_already(root, training):
        return plan
    start, why = choose_warm_start(root, training)
    if start is None:
        return NightPlan(training, why)
    return _from_champion(root, config, training.copy_with(init_from=start), why)


def _learned_already(root: Root, config: TrainConfig) -> NightPlan | None:
    """Return the plan where a model has learned from the same songs with the same settings."""
    cards = learned_models(root, config)
    if not cards:
        return None
    ended = [card for card in cards if not card.stopped.startswith(CUT_SHORT)]
    if not ended:
        newest = max(cards, key=lambda card: card.created)
        again = config.copy_with(init_from=newest.model_id)
        return NightPlan(again, f"goes on from {newest.model_id}: {newest.stopped}")
    card, name = ended[0], ended[0].model_id
    reason = f"nothing new to learn: {name} has learned from this data; {card.stopped}"
    settled = _is_settled(root, card, config)
    return NightPlan(as_started(config, card), reason, name if settled else None)


def _is_settled(root: Root, card: ModelCard, config: TrainConfig) -> bool:
    """Whether the gate would decide on the model as it did: nothing that it goes by has changed."""
    try:
        champion = read_champion(root, card.corpus, card.config.scheme)
        verdict = read_metrics(root, card.model_id).verdict
    except ModelError:
        return False
    if not verdict or ASKED in verdict:
        return False
    if champion is None or champion.model_id == card.model_id:
        return True
    gate = ("promotion_margin", "min_test_songs", "promotion")
    same_gate = all(getattr(card.config, name) == getattr(config, name) for name in gate)
    is_older = champion.history[-1].at < card.created
    return same_gate and is_older and damage_of(root, champion.model_id) is None


def _from_champion(root: Root, config: RetrainConfig, warm: TrainConfig, why: str) -> NightPlan:
    """Return the plan of a training from the champion: on news alone, or on all songs."""
    card = read_card(root, str(warm.init_from))
    corpus = PreparedCorpus(root, warm.corpus, warm.scheme)
    learned = learned_songs(root, card.model_id)
    if learned is None:
        return NightPlan(warm, f"{why}, on all songs: those that it has learned are not recorded")
    if not corpus.vocabulary.is_called(card.vocabulary_id):
        return NightPlan(warm, f"{why}, on all songs: {_news_of(corpus.vocabulary, root, card)}")
    if changed := _changed_settings(card, warm):
        return NightPlan(warm, f"{why}, on all songs: other {', '.join(changed)} than it")
    if card.stopped.startswith(CUT_SHORT):
        return NightPlan(warm, f"{why}, on all songs: its {card.stopped}")
    new = np.array([song not in learned for song in corpus.song_ids("train")], bool)
    if not new.any() and None not in gate_figures(read_metrics(root, card.model_id)).values():
        reason = f"nothing new to learn: {card.model_id} has learned every training song there is"
        return NightPlan(warm, reason, card.model_id)
    return _on_news(config, warm, why, corpus, new)


def _news_of(vocabulary: Vocabulary, root: Root, card: ModelCard) -> str:
    """Return what a model does not know of a vocabulary that is not its own."""
    if open_model(root, card.model_id).vocabulary.with_end().is_called(vocabulary.vocabulary_id):
        return "where songs end is new to it"
    return "the codebooks were fitted anew"


def _changed_settings(card: ModelCard, warm: TrainConfig) -> list[str]:
    """Return the settings that change weights and differ from those the champion was trained with.

    Those that a night chooses by itself, the time, which did not end its training, and the executor
    do not count.
    """
    mine, others = resolve_precision(warm), card.config
    own = {"new_share", "max_steps", "max_minutes", "executor"}
    names = [name for name in mine.fields_changing("weights") if name not in own]
    return [name for name in names if getattr(mine, name) != getattr(others, name)]


def _on_news(
    config: RetrainConfig,
    warm: TrainConfig,
    why: str,
    corpus: PreparedCorpus,
    new: NDArray[np.bool_],
) -> NightPlan:
    """Return the plan that shows the new songs `news_passes` times, mixed with old ones."""
    split, window = corpus.split("train"), PRESETS[warm.preset].window
    lengths = np.diff(split.song_offsets)
    windows_of_news = steps_of_epoch(lengths[new], window, 1)
    steps = round(config.news_passes * windows_of_news / (config.news_share * warm.batch))
    whole = warm.max_epochs * steps_of_epoch(lengths, window, warm.batch)
    steps = min(max(steps, FEWEST_STEPS), warm.max_steps or whole, whole)
    songs, notes = int(new.sum()), int(lengths[new].sum())
    return NightPlan(
        warm.copy_with(new_share=config.news_share, max_steps=steps),
        f"{why}, {songs:,} songs with {notes:,} notes new since: {steps:,} steps, "
        f"{config.news_share:.0%} of each batch new",
    )
