"""The record of a night, from what its stages returned."""

from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.manifest import IngestSummary
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import TrainedModel
from nocturne.schemas.nights import Drift, FileCounts, NightOutcome, NightRecord
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.models import read_metrics
from nocturne.tasks.nights.drift import (
    corpus_profile,
    drift_between,
    read_model_corpus,
    recorded_drift,
)
from nocturne.tasks.storage.root import Root

BASELINES = ("composite", "cache")
NO_MODEL: dict[str, Any] = {  # of a night that trained none
    "model_id": None,
    "bits_per_note": None,
    "composite_bits_per_note": None,
    "cache_bits_per_note": None,
    "sample_figures": {},
    "held_out_figures": {},
}


def champion_id(root: Root, record: NightRecord) -> str | None:
    """Return the present champion of a night's corpus and scheme; None if there is none.

    None as well if its pointer is damaged, which the gate reports.
    """
    try:
        champion = read_champion(root, record.corpus, record.scheme)
    except ModelError:
        return None
    return champion.model_id if champion else None


def night_of(
    root: Root,
    begun: NightRecord,
    results: Mapping[str, Any],
    seconds: Mapping[str, float],
    ended: datetime,
    bound: float,
) -> NightRecord:
    """Return the record of a night that went to its end, from the results of its flows by name.

    `begun` is its record at the start; `bound` that of the drift, in bits. Reads the root: the
    champion, the metrics, the corpus.
    """
    trained: TrainedModel = results["train"]
    champion = champion_id(root, begun)
    changes = {
        **_data(results),
        **_figures(root, trained.model_id, champion),
        "ended": max(ended, begun.started),
        "seconds": dict(seconds),
        "outcome": _outcome(trained, begun.champion_before, champion),
        "reason": _one_line(trained.no_news or trained.verdict),
        "model_id": trained.model_id,
        "champion_after": champion,
        "drift": _drift_of_model(root, begun, trained) or night_drift(root, begun, bound),
    }
    night = _checked(begun, changes)
    return night.model_copy(update=NO_MODEL) if night.outcome == "no_news" else night


def failed_night(
    begun: NightRecord,
    results: Mapping[str, Any],
    seconds: Mapping[str, float],
    ended: datetime,
    error: BaseException,
) -> NightRecord:
    """Return the record of a night that an error ended, with what its stages returned before."""
    changes = {
        **_data(results),
        "ended": max(ended, begun.started),
        "seconds": dict(seconds),
        "outcome": "failed",
        "reason": _reason(error),
        "champion_after": begun.champion_before,
    }
    return _checked(begun, changes)


def _drift_of_model(root: Root, begun: NightRecord, trained: TrainedModel) -> Drift | None:
    """Return the drift that was measured for a model made tonight: it saves reading the corpus."""
    drift = None if trained.reused else recorded_drift(root, trained.model_id)
    return drift if drift and drift.model_id == begun.champion_before else None


def night_drift(root: Root, begun: NightRecord, bound: float) -> Drift | None:
    """Return the drift of tonight's corpus from that of the champion before the night."""
    if begun.champion_before is None:
        return None
    try:
        champions = read_model_corpus(root, begun.champion_before)
        profile = corpus_profile(root, begun.corpus)
    except (CorpusError, ModelError):
        return None
    if champions is None:
        return None
    return drift_between(profile, champions.profile, begun.champion_before, bound)


def _outcome(trained: TrainedModel, before: str | None, after: str | None) -> NightOutcome:
    if trained.no_news:
        return "no_news"
    if after != before and after == trained.model_id:
        return "promoted"
    if trained.candidate:
        return "candidate"
    return "no_news" if trained.reused else "kept"


def _data(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that ingest and prepare fill; those of a stage not reached are absent."""
    ingested: IngestSummary | None = results.get("ingest")
    prepared: SequenceDataset | None = results.get("prepare")
    fields: dict[str, Any] = {}
    if ingested:
        counts = ingested.counts.model_dump()
        reused = 0 if ingested.redone else ingested.changes.reused
        fields["files"] = FileCounts(**counts, new=counts["inputs"] - reused, reused=reused)
    if prepared:
        fields |= {"songs": dict(prepared.songs), "notes": dict(prepared.notes)}
    return fields


def _figures(root: Root, model_id: str, champion: str | None) -> dict[str, Any]:
    metrics = _metrics(root, model_id)
    baselines = {f"{name}_bits_per_note": metrics.baseline_bits(name) for name in BASELINES}
    overlap = {} if metrics.mean_overlap is None else {"mean_overlap": metrics.mean_overlap}
    champions = metrics if champion == model_id else _metrics(root, champion)
    return {
        "bits_per_note": metrics.bits_per_note,
        **baselines,
        "sample_figures": {**overlap, **metrics.samples},
        "held_out_figures": dict(metrics.held_out),
        "champion_bits_per_note": champions.bits_per_note,
    }


def _metrics(root: Root, model_id: str | None) -> ModelMetrics:
    try:
        return read_metrics(root, model_id) if model_id else ModelMetrics()
    except ModelError:
        return ModelMetrics()


def _reason(error: BaseException) -> str:
    """Return in one line why a night ended; a signal is no error of a stage."""
    name = type(error).__name__
    if not isinstance(error, Exception):
        return f"the run was stopped ({name})"
    return f"{name}: {_one_line(str(error)) or 'no more is known'}"


def _checked(begun: NightRecord, changes: Mapping[str, Any]) -> NightRecord:
    return NightRecord(**{**dict(begun), **changes, "version": version("nocturne-midi")})


def _one_line(text: str) -> str:
    return " ".join(text.split())
