"""Which models of a corpus and scheme stay, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from nocturne.schemas.config import SchemeName, TidyConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.model_card import Champion, ModelCard
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.model.promotion import MOST_RIVALS, rank_rivals
from nocturne.tasks.model.registry.champion import champions_before, read_champion
from nocturne.tasks.model.registry.lookup import age
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import SECONDS_PER_DAY

CHAMPION = "the champion"
RIVAL = "one of the best before the champion, which candidates are compared with"


@dataclass(frozen=True)
class ModelLine:
    """A corpus and scheme, and the cards of its models."""

    corpus: str
    scheme: SchemeName
    cards: tuple[ModelCard, ...]

    @property
    def words(self) -> str:
        """Return the line's name in messages."""
        return f"{self.corpus} ({self.scheme})"


def model_lines(cards: Iterable[ModelCard]) -> list[ModelLine]:
    """Group models by corpus and scheme, sorted."""
    lines: dict[tuple[str, SchemeName], list[ModelCard]] = {}
    for card in cards:
        lines.setdefault((card.corpus, card.config.scheme), []).append(card)
    return [ModelLine(*line, tuple(lines[line])) for line in sorted(lines)]


def kept_models(root: Root, line: ModelLine, config: TidyConfig, now: float) -> dict[str, str]:
    """Return why each model that stays does, by id; `now` is in seconds since 1970.

    ModelError if the pointer to the champion is damaged: nothing of the line may then be deleted.
    """
    kept = champion_needs(root, line, config.keep_champions)
    for card in _last_learned(root, line):
        kept.setdefault(card.model_id, "has learned from the corpus as it is now")
    limit = now - config.candidate_days * SECONDS_PER_DAY
    for card in line.cards:
        if card.created.timestamp() >= limit:
            kept.setdefault(card.model_id, f"is not older than {config.candidate_days:g} days")
    return kept


def champion_needs(
    root: Root, line: ModelLine, earlier: int, *, rivals: bool = True
) -> dict[str, str]:
    """Return the models that the champion of a line needs, and why, by id.

    These are the champion, which the next training starts from; `earlier` whole models before it
    that a roll-back goes to; and, if `rivals`, the best before it, with which the gate compares
    candidates so that champions do not become worse by small steps.
    """
    champion = read_champion(root, line.corpus, line.scheme)
    if champion is None:
        return {}
    known = {card.model_id for card in line.cards}
    kept = {champion.model_id: CHAMPION} if champion.model_id in known else {}
    for place, name in enumerate(_rollbacks(root, champion, known, earlier), 1):
        kept.setdefault(name, f"champion {place} before the present one, for roll-backs")
    if not rivals:
        return kept
    ranked = [name for name in rank_rivals(root, champion) if name in known]
    for name in ranked[:MOST_RIVALS]:
        kept.setdefault(name, RIVAL)
    return kept


def _rollbacks(root: Root, champion: Champion, known: set[str], count: int) -> list[str]:
    """Return up to `count` models that roll-backs would go to, the first one first."""
    found: list[str] = []
    for name in dict.fromkeys(champions_before(champion)):
        if len(found) == count:
            break
        if name in known and ModelFolder(root, name).file_damage() is None:
            found.append(name)
    return found


def _last_learned(root: Root, line: ModelLine) -> list[ModelCard]:
    """Return, of each preset, the newest model of the corpus as it is prepared now.

    A night without news finds it and need not train.
    """
    try:
        dataset = published_sequences(root, line.corpus, line.scheme)
    except CorpusError:
        return list(line.cards)  # the damaged marker does not say which of them it is
    newest: dict[str, ModelCard] = {}
    for card in sorted(line.cards, key=age):
        if dataset and card.data_fingerprint == dataset.fingerprint:
            newest[card.config.preset] = card
    return list(newest.values())
