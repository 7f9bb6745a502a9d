"""Drift: how far a corpus has moved from the one that the champion was trained on."""

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.nights import FEATURES, CorpusProfile, Drift, ModelCorpus
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.corpus.notes.quality_report import read_report
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.nights.divergence import divergences
from nocturne.tasks.storage.layout import CORPUS_FILE, model_path
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

MEND = "delete it: the drift from this model's corpus is then not measured"


def corpus_profile(root: Root, corpus: str) -> CorpusProfile:
    """Return the distributions of a published corpus, from its quality report if that is there.

    CorpusError if the corpus is unknown or damaged.
    """
    dataset = note_dataset(root, corpus)
    quality = read_report(root, corpus, dataset)
    table = quality_table(root, corpus) if quality is None else quality
    distributions: dict[str, dict[str, int]] = {name: {} for name in FEATURES}
    for row in table.select(["distribution", "label", "count"]).to_pylist():
        if row["count"] and row["distribution"] in distributions:
            distributions[row["distribution"]][row["label"]] = row["count"]
    return CorpusProfile(
        corpus=corpus,
        fingerprint=dataset.fingerprint,
        counts=dataset.counts,
        notes=dataset.notes,
        distributions=distributions,
    )


def read_model_corpus(root: Root, model_id: str) -> ModelCorpus | None:
    """Return the corpus that a model was trained on; None if that was not recorded.

    ModelError in one line if the record is damaged.
    """
    return find_marker(root, [model_path(model_id, CORPUS_FILE)], ModelCorpus, ModelError, MEND)


def recorded_drift(root: Root, model_id: str) -> Drift | None:
    """Return the drift that was measured when a model was made; None if there is none to read."""
    try:
        recorded = read_model_corpus(root, model_id)
    except ModelError:
        return None
    return recorded.drift if recorded else None


def record_corpus(root: Root, model_id: str, bound: float) -> ModelCorpus:
    """Record the present corpus of a new model and its drift, unless that is recorded already.

    Call this before the gate decides: the drift is that from the champion of then.
    """
    if recorded := read_model_corpus(root, model_id):
        return recorded
    card = read_card(root, model_id)
    profile = corpus_profile(root, card.corpus)
    drift = drift_from_champion(root, profile, card.config.scheme, bound)
    recorded = ModelCorpus(profile=profile, drift=drift)
    root.write_json(model_path(model_id, CORPUS_FILE), recorded.model_dump(mode="json"))
    return recorded


def record_champions_corpus(root: Root, corpus: str, scheme: SchemeName) -> None:
    """Record the corpus of a champion of an earlier version, if it is still as it was.

    Call this before the corpus is ingested anew. Does nothing if the corpus has changed since the
    champion was trained, or cannot be read.
    """
    try:
        champion = read_champion(root, corpus, scheme)
        if champion is None or read_model_corpus(root, champion.model_id):
            return
        card = read_card(root, champion.model_id)
        if card.data_fingerprint == load_dataset(root, corpus, scheme).fingerprint:
            recorded = ModelCorpus(profile=corpus_profile(root, corpus), drift=None)
            path = model_path(champion.model_id, CORPUS_FILE)
            root.write_json(path, recorded.model_dump(mode="json"))
    except (CorpusError, ModelError):
        return


def drift_from_champion(
    root: Root, profile: CorpusProfile, scheme: SchemeName, bound: float
) -> Drift | None:
    """Return the drift of a corpus from that of its present champion.

    None if there is no champion, or what its corpus was like was not recorded. ModelError in one
    line if the champion's pointer or record is damaged.
    """
    champion = read_champion(root, profile.corpus, scheme)
    recorded = read_model_corpus(root, champion.model_id) if champion else None
    if champion is None or recorded is None:
        return None
    return drift_between(profile, recorded.profile, champion.model_id, bound)


def drift_between(
    profile: CorpusProfile, other: CorpusProfile, model_id: str, bound: float
) -> Drift:
    """Return the drift of a corpus from `other`, that of the model `model_id`."""
    figures = divergences(profile, other)
    return Drift(model_id=model_id, by_feature=figures, overall=max(figures.values()), bound=bound)


def describe_drift(drift: Drift) -> str:
    """Return the drift in one sentence."""
    moved = "has moved" if drift.has_moved else "has not moved"
    return (
        f"the corpus {moved} beyond the bound: {drift.overall:.3f} bits from that of "
        f"{drift.model_id} ({drift.widest}; bound {drift.bound:.3f})"
    )
