"""The trained models of a storage root, as rows for people."""

from schemas.errors import ModelError
from schemas.model_card import ModelCard
from tasks.model.champion import read_champion
from tasks.model.files import list_models
from tasks.model.judging import read_metrics
from tasks.storage.root import Root

COLUMNS = (
    "model",
    "champion",
    "bits/note",
    "composite",
    "repetition",
    "corpus",
    "scheme",
    "preset",
    "notes",
    "trained",
    "created",
)


def model_rows(root_uri: str) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return column names and one row per model, newest first; ModelError if there is none."""
    root = Root.open(root_uri, create=False)
    champion = read_champion(root)
    cards = sorted(list_models(root), key=lambda card: card.created, reverse=True)
    if not cards:
        raise ModelError(f"no models under {root.shown('models')}: nocturne train makes one")
    name = champion.model_id if champion else None
    return COLUMNS, [_row(root, card, card.model_id == name) for card in cards]


def _row(root: Root, card: ModelCard, is_champion: bool) -> list[str]:
    metrics = read_metrics(root, card.model_id)
    figures = [
        metrics.get(key) for key in ("bits_per_note", "composite_bits_per_note", "repetition")
    ]
    return [
        card.model_id,
        "champion" if is_champion else "",
        *("-" if figure is None else f"{figure:.2f}" for figure in figures),
        card.corpus,
        card.config.scheme,
        card.config.preset,
        f"{sum(card.notes.values()):,}",
        f"{card.train_seconds / 60:.1f} min",
        f"{card.created:%Y-%m-%d %H:%M}",
    ]
