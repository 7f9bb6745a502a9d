"""The trained models of a storage root, as rows for people and programs, by corpus and scheme."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import Champion, ModelCard
from nocturne.schemas.upkeep.listing import ModelRow
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.model.registry.lookup import age
from nocturne.tasks.model.registry.models import read_cards, read_metrics
from nocturne.tasks.storage.layout import MODELS
from nocturne.tasks.storage.root import Root

FIGURES: dict[str, Callable[[ModelMetrics], float | None]] = {
    "bits/note": lambda metrics: metrics.bits_per_note,
    "composite": lambda metrics: metrics.baseline_bits("composite"),
    "repetition": lambda metrics: metrics.samples.get("repetition"),
    "overlap": lambda metrics: metrics.mean_overlap,
}
COLUMNS = ("model", "", *FIGURES, "corpus", "scheme", "trained", "created")
BETWEEN_GROUPS = [""] * len(COLUMNS)
NOTHING = ["-"] * (len(COLUMNS) - 2)


@dataclass(frozen=True)
class Listing:
    """Rows of COLUMNS, the same models with plain values, and a line for every damaged file."""

    rows: list[list[str]]
    items: list[ModelRow]
    troubles: list[str]
    columns: tuple[str, ...] = COLUMNS


def list_models(root_uri: str) -> Listing:
    """Return one row per model, grouped by corpus and scheme, the newest group and model first.

    ModelError if there is none.
    """
    root = Root.open(root_uri, create=False)
    champions, troubles = all_champions(root)
    cards, damaged = read_cards(root)
    if not cards and not damaged:
        raise ModelError(f"no models under {root.display_path(MODELS)}: nocturne train makes one")
    names = {one.model_id for one in champions}
    known = {card.model_id for card in cards}.union(damaged)
    troubles += [_gone(one) for one in champions if one.model_id not in known]
    rows: list[list[str]] = []
    items: list[ModelRow] = []
    for group in _groups(cards):
        rows += [BETWEEN_GROUPS] if rows else []
        for card in group:
            metrics, trouble = _read_metrics(root, card.model_id)
            troubles += trouble
            rows.append(_row(card, metrics, card.model_id in names))
            items.append(_item(card, metrics, card.model_id in names))
    rows += [BETWEEN_GROUPS] if rows and damaged else []
    rows += [[name, "damaged", *NOTHING] for name in damaged]
    items += [ModelRow(model_id=name, damage=why) for name, why in damaged.items()]
    return Listing(rows, items, [*troubles, *damaged.values()])


def _gone(champion: Champion) -> str:
    return (
        f"the champion {champion.model_id} of {champion.corpus} ({champion.scheme}) is gone: go "
        f"back with nocturne promote --rollback --corpus {champion.corpus}, or promote another"
    )


def _groups(cards: Iterable[ModelCard]) -> list[list[ModelCard]]:
    """Return the models of each corpus and scheme, newest first."""

    def line(card: ModelCard) -> tuple[str, str]:
        return card.corpus, card.config.scheme

    newest_first = sorted(cards, key=age, reverse=True)
    groups = [list(group) for _, group in groupby(sorted(newest_first, key=line), key=line)]
    return sorted(groups, key=lambda group: age(group[0]), reverse=True)


def _read_metrics(root: Root, model_id: str) -> tuple[ModelMetrics, list[str]]:
    """Return a model's metrics, and a line if they are damaged."""
    try:
        return read_metrics(root, model_id), []
    except ModelError as error:
        return ModelMetrics(), [str(error)]


def _row(card: ModelCard, metrics: ModelMetrics, is_champion: bool) -> list[str]:
    return [
        card.model_id,
        "champion" if is_champion else "",
        *(_format(figure(metrics)) for figure in FIGURES.values()),
        card.corpus,
        card.config.scheme,
        f"{card.train_seconds / 60:.1f} min",
        f"{card.created:%Y-%m-%d %H:%M}",
    ]


def _item(card: ModelCard, metrics: ModelMetrics, is_champion: bool) -> ModelRow:
    bits, composite, repetition, overlap = (figure(metrics) for figure in FIGURES.values())
    return ModelRow(
        model_id=card.model_id,
        champion=is_champion,
        corpus=card.corpus,
        scheme=card.config.scheme,
        bits_per_note=bits,
        composite_bits_per_note=composite,
        repetition=repetition,
        overlap=overlap,
        train_seconds=card.train_seconds,
        created=card.created,
    )


def _format(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
