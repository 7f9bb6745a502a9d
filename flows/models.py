"""The trained models of a storage root, as rows for people."""

from schemas.errors import ModelError
from schemas.model_card import ModelCard
from tasks.model.champion import read_champion
from tasks.model.files import list_models
from tasks.model.registry import read_metrics
from tasks.storage.root import Root

FIGURES = {
    "bits/note": "bits_per_note",
    "composite": "composite_bits_per_note",
    "repetition": "repetition",
    "overlap": "mean_overlap",
}
COLUMNS = ("model", "", *FIGURES, "scheme", "trained", "created")


def model_rows(root_uri: str) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return column names and one row per model, newest first; ModelError if there is none."""
    root = Root.open(root_uri, create=False)
    champion = read_champion(root)
    cards = list_models(root)
    if not cards:
        raise ModelError(f"no models under {root.shown('models')}: nocturne train makes one")
    name = champion.model_id if champion else None
    newest_first = sorted(cards, key=lambda card: card.created, reverse=True)
    return COLUMNS, [_row(root, card, card.model_id == name) for card in newest_first]


def _row(root: Root, card: ModelCard, is_champion: bool) -> list[str]:
    metrics = read_metrics(root, card.model_id)
    figures = [metrics.get(key) for key in FIGURES.values()]
    return [
        card.model_id,
        "champion" if is_champion else "",
        *("-" if figure is None else f"{figure:.2f}" for figure in figures),
        card.config.scheme,
        f"{card.train_seconds / 60:.1f} min",
        f"{card.created:%Y-%m-%d %H:%M}",
    ]
