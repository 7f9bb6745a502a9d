"""Write a sequence dataset, with one shard of notes in memory at a time.

Each note shard becomes one row group of each split's file. All files are staged; writing the
completion marker publishes them together. An error before that leaves the older dataset as it was.
"""

from contextlib import ExitStack
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SPLITS, Continuation, SequenceDataset, Split, Vocabulary
from nocturne.tasks.corpus.notes.read_notes import require_unchanged
from nocturne.tasks.corpus.sequences.codebooks import Codebooks
from nocturne.tasks.corpus.sequences.earlier_corpus import SEQUENCES_VERSION
from nocturne.tasks.corpus.sequences.encoding import Encoding
from nocturne.tasks.corpus.sequences.publish_sequences import (
    clear_other_generations,
    folders_of,
    marker_of,
    put_sequences_in_place,
)
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.corpus.sequences.sequence_tables import (
    SongIds,
    sequence_schema,
    sequence_table,
    songs_table,
)
from nocturne.tasks.storage.data_files import facts_of
from nocturne.tasks.storage.layout import (
    CONTINUATION_FILE,
    SEQUENCES,
    SONGS,
    SONGS_FILE,
    VOCABULARIES,
    VOCABULARY_FILE,
    split_file,
)
from nocturne.tasks.storage.root import COMPRESSION, Root


def write_sequences(
    root: Root, plan: SequencePlan, codebooks: Codebooks, progress: Progress = silent
) -> SequenceDataset:
    """Encode the songs of the plan and publish them; returns the completed dataset.

    Songs that were encoded before from the same notes and with the same vocabulary are not encoded
    again: the bytes are those of encoding all of them. CorpusError if the songs of the note shards
    differ from those of their manifests.
    """
    generation = plan.fingerprint_with(codebooks.vocabulary)
    clear_other_generations(root, plan, generation)
    encoding = Encoding(root, plan, codebooks.vocabulary)
    with ExitStack() as stack:
        paths = {s: f"{_staging(plan, SEQUENCES, generation)}/{split_file(s)}" for s in SPLITS}
        streams = {s: stack.enter_context(root.writing(path)) for s, path in paths.items()}
        schema = sequence_schema(codebooks.vocabulary)
        writers = {s: stack.enter_context(_writer(streams[s], schema)) for s in SPLITS}
        for done, shard in enumerate(plan.shards, 1):
            _write_shard(writers, plan, codebooks.vocabulary, encoding.songs_of(shard))
            progress(done, len(plan.shards))
        for writer in writers.values():
            writer.close()
        encoding.require_planned_songs()
    _write_documents(root, plan, codebooks, generation)
    require_unchanged(root, plan.config.corpus, plan.notes)
    dataset = _dataset(root, plan, codebooks, generation, encoding.encoded)
    root.write_bytes(marker_of(plan), _json(dataset.model_dump_json(indent=2)))
    put_sequences_in_place(root, plan, dataset)
    return dataset


def _write_documents(root: Root, plan: SequencePlan, codebooks: Codebooks, generation: str) -> None:
    """Stage what belongs to the ids: the songs, the vocabulary, what the next prepare needs."""
    order = [song for songs in plan.shards.values() for song in songs]
    songs_path = f"{_staging(plan, SONGS, generation)}/{SONGS_FILE}"
    root.write_table(songs_path, songs_table(plan, order))
    folder = _staging(plan, VOCABULARIES, generation)
    vocabulary = codebooks.vocabulary.model_dump_json(indent=2)
    root.write_bytes(f"{folder}/{VOCABULARY_FILE}", _json(vocabulary))
    known = plan.earlier.known_splits(plan.config) if plan.earlier else {}
    continuation = Continuation(
        fitted=codebooks.fitted,
        training=codebooks.training,
        departed={song: known[song] for song in sorted(known.keys() - plan.songs.keys())},
    )
    root.write_bytes(f"{folder}/{CONTINUATION_FILE}", _json(continuation.model_dump_json()))


def _write_shard(
    writers: dict[Split, pq.ParquetWriter],
    plan: SequencePlan,
    vocabulary: Vocabulary,
    songs: list[SongIds],
) -> None:
    """Append one row group to each split that has songs of the shard."""
    for split in SPLITS:
        if of_split := [song for song in songs if plan.split_of[song[0]] == split]:
            writers[split].write_table(sequence_table(of_split, vocabulary))


def _dataset(
    root: Root, plan: SequencePlan, codebooks: Codebooks, generation: str, encoded: int
) -> SequenceDataset:
    songs: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    notes: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    for song in plan.songs.values():
        split = plan.split_of[song.song_id]
        songs[split] += 1
        notes[split] += song.notes
    rows: dict[str, dict[str, int | None]] = {
        SEQUENCES: {split_file(split): notes[split] for split in SPLITS},
        SONGS: {SONGS_FILE: len(plan.songs)},
        VOCABULARIES: {VOCABULARY_FILE: None, CONTINUATION_FILE: None},
    }
    folders = folders_of(plan)
    facts = {kind: facts_of(root, folders[kind], generation, names) for kind, names in rows.items()}
    old = published_sequences(root, plan.config.corpus, plan.config.scheme)
    if old and old.version and old.fingerprint == generation:  # files of it were lost: no news
        return old.model_copy(update={"facts": facts})
    before = plan.earlier.splits if plan.earlier else {}
    return SequenceDataset(
        facts=facts,
        fingerprint=generation,
        vocabulary_id=codebooks.vocabulary.vocabulary_id,
        songs=songs,
        notes=notes,
        program=plan.program,
        licence=plan.notes.licence,
        attribution=plan.notes.attribution,
        version=SEQUENCES_VERSION,
        shares=(plan.config.valid_share, plan.config.test_share),
        codebooks=codebooks.reason,
        drift=codebooks.drift,
        new_songs=len(plan.songs.keys() - before.keys()),
        encoded_songs=encoded,
        left_out=plan.left_out,
    )


def _writer(stream: IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(stream, schema, compression=COMPRESSION)


def _staging(plan: SequencePlan, kind: str, generation: str) -> str:
    return folders_of(plan)[kind].staging(generation)


def _json(text: str) -> bytes:
    return f"{text}\n".encode()
