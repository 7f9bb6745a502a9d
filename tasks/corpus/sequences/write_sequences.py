"""Write a sequence dataset, with one shard of notes in memory at a time.

Each note shard becomes one row group of each split's file. All files are staged; writing the
completion marker publishes them together. An error before that leaves the older dataset as it was.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SPLITS, SequenceDataset, Split, Vocabulary
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.corpus.notes.read_notes import require_unchanged, shard_names, songs_of_shard
from nocturne.tasks.corpus.sequences.publish_sequences import (
    clear_other_generations,
    folders_of,
    marker_of,
    put_sequences_in_place,
)
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.corpus.sequences.sequence_tables import (
    SongIds,
    sequence_schema,
    sequence_table,
    songs_table,
)
from nocturne.tasks.music import categories
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.data_files import facts_of
from nocturne.tasks.storage.layout import (
    NOTES,
    SEQUENCES,
    SONGS,
    SONGS_FILE,
    VOCABULARIES,
    VOCABULARY_FILE,
    DataFolder,
    split_file,
)
from nocturne.tasks.storage.root import COMPRESSION, Root


def fit_vocabulary(root: Root, plan: SequencePlan, progress: Progress = silent) -> Vocabulary:
    """Fit the scheme on the training songs, reading each shard once."""
    songs = _training_songs(root, plan, progress)
    return categories.fit(plan.config.scheme, songs, plan.fitted_on)


def write_sequences(
    root: Root, plan: SequencePlan, vocabulary: Vocabulary, progress: Progress = silent
) -> SequenceDataset:
    """Encode all songs of the plan and publish them; returns the completed dataset.

    CorpusError if the songs of the note shards differ from those of their manifests.
    """
    clear_other_generations(root, plan)
    with ExitStack() as stack:
        streams = {s: stack.enter_context(root.writing(_path(plan, s))) for s in SPLITS}
        schema = sequence_schema(vocabulary)
        writers = {s: stack.enter_context(_writer(streams[s], schema)) for s in SPLITS}
        order: list[tuple[str, int]] = []
        for shard in _shards(root, plan, progress):
            _write_shard(writers, plan, vocabulary, shard, order)
        for writer in writers.values():
            writer.close()
        _require_planned_songs(root, plan, order)
    folders = folders_of(plan)
    songs, vocabularies = (
        folders[kind].staging(plan.fingerprint) for kind in (SONGS, VOCABULARIES)
    )
    root.write_table(f"{songs}/{SONGS_FILE}", songs_table(plan, order))
    text = vocabulary.model_dump_json(indent=2)
    root.write_bytes(f"{vocabularies}/{VOCABULARY_FILE}", _json(text))
    require_unchanged(root, plan.config.corpus, plan.notes)
    dataset = _dataset(root, plan, vocabulary, len(order))
    root.write_bytes(marker_of(plan), _json(dataset.model_dump_json(indent=2)))
    put_sequences_in_place(root, plan, dataset)
    return dataset


def _training_songs(root: Root, plan: SequencePlan, progress: Progress) -> Iterator[Notes]:
    for shard in _shards(root, plan, progress):
        for song, notes in shard:
            if plan.split_of.get(song) == "train":
                yield notes


def _shards(
    root: Root, plan: SequencePlan, progress: Progress
) -> Iterator[Iterator[tuple[str, Notes]]]:
    names = shard_names(root, plan.config.corpus)
    for done, name in enumerate(names, 1):
        yield songs_of_shard(root, plan.config.corpus, name)
        progress(done, len(names))


def _write_shard(
    writers: dict[Split, pq.ParquetWriter],
    plan: SequencePlan,
    vocabulary: Vocabulary,
    shard: Iterator[tuple[str, Notes]],
    order: list[tuple[str, int]],
) -> None:
    """Append one row group to each split; `order` gets (song id, notes) of each song."""
    parts: dict[Split, list[SongIds]] = {split: [] for split in SPLITS}
    for song, notes in shard:
        if split := plan.split_of.get(song):
            parts[split].append((song, categories.encode_song(vocabulary, notes)))
            order.append((song, len(notes)))
    for split, songs in parts.items():
        if songs:
            writers[split].write_table(sequence_table(songs, vocabulary))


def _require_planned_songs(root: Root, plan: SequencePlan, order: list[tuple[str, int]]) -> None:
    require_unchanged(root, plan.config.corpus, plan.notes)
    planned = [(song.song_id, song.notes) for song in plan.songs.values()]
    wrong = {song for song, _ in set(order) ^ set(planned)}
    if wrong or len(order) != len(planned):
        raise CorpusError(
            f"{root.display_path(DataFolder(NOTES, plan.config.corpus).path)} "
            "differs from its manifest in "
            f"{len(wrong)} songs: delete them, then "
            f"{ingest_command(root, plan.config.corpus, plan.notes.source)}"
        )


def _dataset(
    root: Root, plan: SequencePlan, vocabulary: Vocabulary, song_rows: int
) -> SequenceDataset:
    songs: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    notes: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    for song in plan.songs.values():
        split = plan.split_of[song.song_id]
        songs[split] += 1
        notes[split] += song.notes
    rows: dict[str, dict[str, int | None]] = {
        SEQUENCES: {split_file(split): notes[split] for split in SPLITS},
        SONGS: {SONGS_FILE: song_rows},
        VOCABULARIES: {VOCABULARY_FILE: None},
    }
    folders = folders_of(plan)
    return SequenceDataset(
        facts={
            kind: facts_of(root, folders[kind], plan.fingerprint, names)
            for kind, names in rows.items()
        },
        fingerprint=plan.fingerprint,
        vocabulary_id=vocabulary.vocabulary_id,
        songs=songs,
        notes=notes,
        program=plan.program,
        licence=plan.notes.licence,
        attribution=plan.notes.attribution,
    )


def _writer(stream: IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(stream, schema, compression=COMPRESSION)


def _path(plan: SequencePlan, split: Split) -> str:
    return f"{folders_of(plan)[SEQUENCES].staging(plan.fingerprint)}/{split_file(split)}"


def _json(text: str) -> bytes:
    return f"{text}\n".encode()
