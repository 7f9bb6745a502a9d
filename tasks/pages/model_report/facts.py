"""The facts of a report: where the model came from, how training went, its settings."""

from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import NETWORK_TITLES
from nocturne.tasks.pages.formatting import UNSTATED, counted, duration

Rows = tuple[tuple[str, str], ...]


def network(card: ModelCard) -> str:
    """Return the network in words."""
    shape = card.shape
    memory = f"a memory of {shape.memory_notes} notes" if shape.memory_notes else "no memory"
    return (
        f"{card.config.preset}: {NETWORK_TITLES[shape.network]} of {shape.layers} x {shape.units} "
        f"cells, windows of {shape.window} notes, {memory}"
    )


def facts(card: ModelCard) -> Rows:
    """Return the model card as (term, text) rows."""
    data = "; ".join(
        f"{split}: {counted(songs, 'song')}, {counted(card.notes.get(split, 0), 'note')}"
        for split, songs in card.songs.items()
    )
    return (
        ("Corpus", card.corpus),
        ("Data", data),
        ("Data fingerprint", card.data_fingerprint),
        ("Categories", f"{card.config.scheme}, vocabulary {card.vocabulary_id}"),
        ("Network", network(card)),
        ("Parameters", f"{card.parameters:,}"),
        ("Trained for", f"{duration(card.train_seconds)}, {_passes(card)}"),
        ("Device", card.device),
        ("Stopped because", card.stopped),
        ("Seed", str(card.config.seed)),
        ("Made", f"{card.created:%d %B %Y, %H:%M} {card.created:%Z}".strip()),
        ("Code version", card.code_version),
        ("Weights (SHA-256)", card.weights_sha256),
        ("Licence of the corpus", card.licence or UNSTATED),
        ("Attribution", card.attribution or UNSTATED),
    )


def course(card: ModelCard, evaluations: int, best: tuple[float, float] | None) -> Rows:
    """Return how training went as (term, text) rows; `best` is (step, validation bits)."""
    best_bits = (
        "not measured" if best is None else f"{best[1]:.2f} bits per note at step {best[0]:,.0f}"
    )
    return (
        ("Best on validation songs", best_bits),
        ("Evaluations", f"{evaluations:,}"),
        ("Trained for", f"{duration(card.train_seconds)}, {_passes(card)}"),
        ("Ended because", card.stopped),
    )


def _passes(card: ModelCard) -> str:
    return f"{counted(card.steps, 'step')}, {card.epochs:.1f} passes over the training notes"


def settings(card: ModelCard) -> tuple[tuple[str, str, str], ...]:
    """Return every training setting as (title, value, description), from the config itself."""
    rows = []
    for model in (card.config, card.shape):
        for name, field in type(model).model_fields.items():
            if name == "root":  # where it was kept says nothing about the model
                continue
            value = getattr(model, name)
            text = "none" if value is None else str(value)
            title = field.title or name.replace("_", " ").capitalize()
            rows.append((title, text, field.description or ""))
    return tuple(rows)
