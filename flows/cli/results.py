"""The text of each flow's result: a title, and rows of name and value."""

from functools import singledispatch
from typing import Any

from nocturne.schemas.manifest import IngestSummary
from nocturne.schemas.model_card import Champion, TrainedModel
from nocturne.schemas.results import Composition
from nocturne.schemas.samples import FileCheck, GeneratedRun, Provenance
from nocturne.schemas.samples.kept import KeptPieces
from nocturne.schemas.samples.votes import ListeningResult
from nocturne.schemas.sequences import SequenceDataset
from nocturne.schemas.upkeep import Forecast, TidyReport, VerifyReport

Lines = tuple[str, list[tuple[str, Any]]]


def caution_in(result: Any) -> str:
    """Return the caution that a flow's result begins with, or ""."""
    return str(getattr(result, "caution", ""))


@singledispatch
def lines_of(result: Any) -> Lines:
    """Return the title and rows for a flow's result; TypeError for an unknown kind."""
    raise TypeError(f"no text for a result of type {type(result).__name__}")


@lines_of.register
def _(result: IngestSummary) -> Lines:
    counts = result.counts
    return f"Corpus {result.corpus}" + _reused(result.reused), [
        ("files", f"{counts.inputs:,}"),
        ("accepted", f"{counts.accepted:,}"),
        ("quarantined", f"{counts.quarantined:,}"),
        ("duplicates", f"{counts.duplicate:,}"),
        ("notes", f"{result.notes:,}"),
    ]


@lines_of.register
def _(result: SequenceDataset) -> Lines:
    return f"Sequences, vocabulary {result.vocabulary_id}", [
        (split, f"{songs:,} songs, {result.notes[split]:,} notes")
        for split, songs in result.songs.items()
    ]


@lines_of.register
def _(result: TrainedModel) -> Lines:
    return f"Model {result.model_id}" + _reused(result.reused), [
        *[("no news", result.no_news)] * bool(result.no_news),
        ("bits per note", f"{result.bits_per_note:.2f} on held-out songs"),
        ("n-gram composite", f"{result.composite_bits_per_note:.2f}"),
        ("champion", result.verdict),
        ("model", result.folder),
        ("report", result.report),
    ]


@lines_of.register
def _(result: GeneratedRun) -> Lines:
    return f"{result.samples} samples by {result.model_id}" + _reused(result.reused), [
        ("gallery", result.gallery),
        ("MIDI files", result.folder),
        ("manifest", result.manifest),
        ("run", result.run_id),
        ("seed", result.seed),
    ]


@lines_of.register
def _(result: Provenance) -> Lines:
    return f"{result.file}: piece {result.index} by {result.model_id}", [
        ("model", result.model_id),
        ("seed", result.seed),
        ("index", result.index),
        *sorted(result.settings.items()),
        ("corpus", result.origin.corpus),
        ("attribution", result.origin.attribution or "-"),
        ("licence", result.origin.licence or "not stated"),
        ("Nocturne", result.origin.version),
        ("again with", result.command),
    ]


@lines_of.register
def _(result: FileCheck) -> Lines:
    return f"{result.file}: {result.outcome}", [("model", result.model_id)]


@lines_of.register
def _(result: KeptPieces) -> Lines:
    return f"{result.pieces} pieces of {result.run_id} are kept", [
        ("new", result.added),
        ("folder", result.folder),
    ]


@lines_of.register
def _(result: ListeningResult) -> Lines:
    return f"{result.added} votes added to model {result.model_id}", [
        ("sessions", result.sessions),
        ("in words", result.words),
    ]


@lines_of.register
def _(result: Champion) -> Lines:
    rows = [(f"{p.at:%Y-%m-%d %H:%M}", f"{p.model_id}: {p.reason}") for p in result.history[-5:]]
    return f"Champion of {result.corpus} ({result.scheme}): {result.model_id}", list(rows)


@lines_of.register
def _(result: Composition) -> Lines:
    title, samples = lines_of(result.generated)
    _, model = lines_of(result.trained)
    return title, [("corpus", result.ingested.corpus), *model, *samples]


@lines_of.register
def _(result: TidyReport) -> Lines:
    verb = "Would delete" if result.dry_run else "Deleted"
    title = f"{verb} {len(result.removed)} of {result.root}: {result.files:,} files, "
    gone = [(one.kind, f"{one.name}, {one.bytes:,} bytes: {one.reason}") for one in result.removed]
    stays = [("stays", f"{one.kind} {one.name}: {one.why}") for one in result.stays]
    return f"{title}{result.bytes:,} bytes", [*gone, *stays]


@lines_of.register
def _(result: VerifyReport) -> Lines:
    checked = ", ".join(f"{count} {part}" for part, count in result.checked.items() if count)
    count = len(result.findings)
    found = f"{count} finding{'' if count == 1 else 's'}"
    title = f"{result.root}: {found}; checked: {checked or 'nothing'}"
    return title, [
        (
            "repaired" if one.repaired else one.part,
            f"{one.path}: {one.problem}"
            + ("" if one.repaired else f" ({'--repair ' * one.repairable}{one.mend})"),
        )
        for one in result.findings
    ]


@lines_of.register
def _(result: Forecast) -> Lines:
    rows = [
        (stage.stage, f"{stage.outcome}: {stage.what}; {_length(stage.seconds)}")
        for stage in result.stages
    ]
    return f"{result.flow} would do this in {result.root}; nothing is written", [
        *rows,
        ("in all", _length(result.seconds)),
    ]


def _length(seconds: float | None) -> str:
    if seconds is None:
        return "how long is not known"
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


def _reused(reused: bool) -> str:
    return " (already done: reused)" if reused else ""
