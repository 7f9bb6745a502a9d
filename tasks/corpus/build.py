"""The two stages of a corpus, each as one function: a source to notes, notes to sequences."""

from concurrent.futures import ThreadPoolExecutor

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.raw import RawDataset
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.notes.extraction_pool import shared_workers, worker_processes
from nocturne.tasks.corpus.notes.note_plan import NotePlan, clear_other_plans, plan_notes
from nocturne.tasks.corpus.notes.publish_notes import finished_notes, publish_notes
from nocturne.tasks.corpus.notes.stage_shard import stage_shard
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.corpus.sequences.codebooks import choose_codebooks
from nocturne.tasks.corpus.sequences.publish_sequences import finished_sequences
from nocturne.tasks.corpus.sequences.sequence_plan import plan_sequences
from nocturne.tasks.corpus.sequences.write_sequences import write_sequences
from nocturne.tasks.storage.locking.locks import corpus_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers

SHARDS_AT_ONCE = 3  # while one is checked and written, the workers parse another


def build_notes(root: Root, config: IngestConfig, progress: Progress = silent) -> NoteDataset:
    """Read a source of MIDI files into published note tables; progress in shards.

    What is finished already is reused. Raises SourceError for a source that cannot be read,
    CorpusError for a corpus of another source or with too few usable files, StorageError where
    nothing can be written, BusyError if another process writes this corpus.
    """
    with corpus_writer(root, config.corpus, "ingest"), worker_processes():
        return notes_from_raw(root, config, stage_raw(root, config), progress=progress)


def notes_from_raw(
    root: Root,
    config: IngestConfig,
    raw: RawDataset,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> NoteDataset:
    """Extract and publish the notes of staged or published raw shards, for who holds the lock.

    The worker processes are `workers`, or those that all of this process share.
    """
    plan = plan_notes(root, config, raw)
    clear_other_plans(root, plan)
    if dataset := finished_notes(root, plan):
        return dataset
    stage_shards(root, plan, config, workers or shared_workers(config), progress)
    return publish_notes(root, plan, config)


def stage_shards(
    root: Root, plan: NotePlan, config: IngestConfig, workers: Workers, progress: Progress = silent
) -> None:
    """Extract every raw shard of the plan that is not extracted yet, some of them at once."""
    shards = range(plan.raw.shards)
    with ThreadPoolExecutor(SHARDS_AT_ONCE) as threads:
        staged = threads.map(lambda i: stage_shard(root, plan, i, config, workers), shards)
        for done, _ in enumerate(staged, 1):
            progress(done, len(shards))


def build_sequences(
    root: Root, config: PrepareConfig, progress: Progress = silent
) -> SequenceDataset:
    """Split, fit and encode the notes of a corpus, and publish the sequences.

    A corpus that was prepared before is gone on from: songs keep their splits, codebooks are kept
    while they stand, and then only new songs are encoded. The bytes that are published depend on
    the notes, the config and the corpus that was prepared before, and on nothing else.

    `progress` counts note shards, first while fitting and then while encoding. What is finished
    already is reused. Raises CorpusError for a corpus that is unknown, damaged or too small,
    StorageError where nothing can be written, BusyError if another process writes this corpus.
    """
    with corpus_writer(root, config.corpus, "prepare"):
        plan = plan_sequences(root, config)
        if dataset := finished_sequences(root, plan):
            return dataset
        codebooks = choose_codebooks(root, plan, progress)
        return write_sequences(root, plan, codebooks, progress)
