"""What ingest and prepare would do."""

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.upkeep import StageForecast
from nocturne.tasks.corpus.notes.note_marker import published_notes
from nocturne.tasks.corpus.notes.note_plan import notes_of_plan, plan_notes
from nocturne.tasks.corpus.raw import source_fingerprint
from nocturne.tasks.corpus.raw_datasets import published_raw
from nocturne.tasks.corpus.replacement import require_replaceable
from nocturne.tasks.corpus.reuse.reading_record import generation_of
from nocturne.tasks.corpus.sequences.publish_sequences import sequences_of_plan
from nocturne.tasks.corpus.sequences.sequence_plan import plan_sequences
from nocturne.tasks.sources.identity import display_source
from nocturne.tasks.sources.source import is_download, require_source, resolve
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.forecast.seconds import stage_seconds

INGEST, PREPARE = "ingest", "prepare"


def ingest_forecast(root: Root, config: IngestConfig) -> StageForecast:
    """Return what ingest would do; the same errors as ingest for a source that cannot be."""
    require_source(root, config)
    require_replaceable(root, config)
    seconds = stage_seconds(root, config.corpus, INGEST)
    notes = published_notes(root, config.corpus)
    source = visible(display_source(config.source))
    if is_download(config):
        what = f"{source} is downloaded and read"
        if notes:
            what = f"the server is asked whether {notes.source} has changed"
        outcome = "depends" if notes else "made"
        return StageForecast(stage=INGEST, outcome=outcome, what=what, seconds=seconds)
    raw = published_raw(root, config.corpus)
    identity = source_fingerprint(resolve(root, config), config)
    if raw is None or raw.fingerprint != generation_of(root, config.corpus, identity):
        change = (
            "has changed since it was read: what is new" if raw else "was never read: all of it"
        )
        what = f"{source} {change} is read and extracted"
        return StageForecast(stage=INGEST, outcome="made", what=what, seconds=seconds)
    if notes and notes_of_plan(root, plan_notes(root, config, raw)):
        what = f"{notes.counts.accepted:,} songs of {config.corpus} stay as they are"
        return StageForecast(stage=INGEST, outcome="reused", what=what)
    what = f"the notes of {raw.midi:,} files are extracted from the raw shards that are there"
    return StageForecast(stage=INGEST, outcome="made", what=what, seconds=seconds)


def prepare_forecast(root: Root, config: PrepareConfig) -> StageForecast:
    """Return what prepare would do with the notes as they are; CorpusError as prepare."""
    plan = plan_sequences(root, config)
    if dataset := sequences_of_plan(root, plan):
        what = f"{sum(dataset.songs.values()):,} songs stay as they are"
        return StageForecast(stage=PREPARE, outcome="reused", what=what)
    return StageForecast(
        stage=PREPARE,
        outcome="made",
        what=f"{len(plan.songs):,} songs are split and encoded as {config.scheme}",
        seconds=stage_seconds(root, config.corpus, PREPARE),
    )
