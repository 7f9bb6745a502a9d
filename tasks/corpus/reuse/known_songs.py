"""What an earlier ingest extracted, song by song, read from the corpus that it published.

The results hold for an ingest with the same extractor and the same config of extraction; see
note_plan.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import pyarrow as pa

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import MANIFEST_SCHEMA, NoteDataset
from nocturne.schemas.notes import NOTE_SCHEMA
from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.corpus.reuse.song_index import KnownSong, SongIndex
from nocturne.tasks.music.midi.extraction import Rejected
from nocturne.tasks.storage.data_files import damaged, find, lacking, read_rows
from nocturne.tasks.storage.layout import FILES, NOTES, DataFolder, shard_name, shard_number
from nocturne.tasks.storage.root import Root

SHARDS_HELD = 3  # note tables in memory
SHARDS_READ = 4  # for one new shard, however few songs each gives
SONGS_WORTH_READING = 16  # of a further shard: fewer are quicker extracted again
NO_SHARD = -1
VALUES = NOTE_SCHEMA.names[1:]


class KnownSongs:
    """The results of a published corpus, of the shards whose notes and manifest are whole."""

    def __init__(self, root: Root, corpus: str, dataset: NoteDataset) -> None:
        self._root, self._notes = root, DataFolder(NOTES, corpus)
        self._generation = dataset.fingerprint
        self._mend = ingest_command(root, corpus, dataset.source)
        self._index = SongIndex(self._read_manifests(DataFolder(FILES, corpus), dataset))
        self._table = lru_cache(SHARDS_HELD)(self._read_notes)
        self._one_at_a_time = threading.Lock()

    def has_manifest(self, number: int, files: pa.Table) -> bool:
        """Whether `files` is the manifest of the shard `number`."""
        published = self._index.manifests.get(number)
        return published is not None and bool(published.equals(files))

    def results(self, songs: Mapping[str, str]) -> dict[str, KnownSong | Rejected]:
        """Return what is known of songs, given with the paths of their files, by song id.

        A song is left out where reading its shard would take longer than extracting it.
        """
        found = {song: self._index.result(song, path) for song, path in songs.items()}
        shards = Counter(map(self._shard_to_read, found.values()))
        worth = {n for n, count in shards.items() if count >= SONGS_WORTH_READING}
        worth.update(number for number, _ in shards.most_common(SHARDS_READ))
        worth.add(NO_SHARD)
        return {
            song: result
            for song, result in found.items()
            if result is not None and self._shard_to_read(result) in worth
        }

    def _shard_to_read(self, result: KnownSong | Rejected | None) -> int:
        """Return the shard of the notes of a song; of a duplicate they are hardly ever needed."""
        if isinstance(result, KnownSong) and result.row["outcome"] == Outcome.ACCEPTED:
            return self._index.spans[result.notes_of][0]
        return NO_SHARD

    def notes(self, songs: Sequence[str]) -> dict[str, pa.Table]:
        """Return the notes of songs, without ids, by song id."""
        shards = self._by_shard(songs)
        found: dict[str, pa.Table] = {}
        for number, group in shards.items():
            with self._one_at_a_time:
                table = self._table(number)
            if len(shards) > SHARDS_READ:  # else the slices would keep many whole tables in memory
                table, spans = self._copied(table, group)
            else:
                spans = {song: self._index.spans[song][1:] for song in group}
            found |= {song: table.slice(a, b - a) for song, (a, b) in spans.items()}
        return found

    def _copied(
        self, table: pa.Table, songs: list[str]
    ) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        """Return the notes of songs alone, and the first row and the end of each."""
        parts, spans, end = [], {}, 0
        for song in songs:
            _, first, last = self._index.spans[song]
            parts.append(table.slice(first, last - first))
            spans[song] = (end, end := end + last - first)
        return pa.concat_tables(parts).combine_chunks(), spans

    def _by_shard(self, songs: Iterable[str]) -> dict[int, list[str]]:
        shards: dict[int, list[str]] = {}
        for song in songs:
            shards.setdefault(self._index.spans[song][0], []).append(song)
        return shards

    def _read_manifests(self, folder: DataFolder, dataset: NoteDataset) -> dict[int, pa.Table]:
        lost = {
            name
            for kind in (NOTES, FILES)
            for name in lacking(
                self._root,
                DataFolder(kind, folder.corpus),
                dataset.fingerprint,
                dataset.facts.get(kind, {}),
            )
        }
        names = [name for name in dataset.facts.get(FILES, {}) if name not in lost]
        paths = {n: find(self._root, folder, dataset.fingerprint, n) for n in names}
        return {
            shard_number(name): self._read(path, None, MANIFEST_SCHEMA).select(
                MANIFEST_SCHEMA.names
            )
            for name, path in paths.items()
        }

    def _read(self, path: str, columns: list[str] | None, schema: pa.Schema) -> pa.Table:
        try:
            return read_rows(self._root, path, self._mend, columns, schema)
        except FileNotFoundError as error:
            name = self._root.display_path(path)
            raise CorpusError(f"{name} is missing: {self._mend}") from error

    def _read_notes(self, number: int) -> pa.Table:
        path = find(self._root, self._notes, self._generation, shard_name(number))
        table = self._read(path, VALUES, NOTE_SCHEMA)
        if len(table) != self._index.lengths[number]:
            raise damaged(self._root, path, self._mend, "it has other notes than its manifest; ")
        return table.combine_chunks()


_held: dict[tuple[str, str, str], KnownSongs] = {}
_lock = threading.Lock()


def known_songs(root: Root, corpus: str, dataset: NoteDataset | None) -> KnownSongs:
    """Return the results of a published corpus; this process holds those of one at a time."""
    assert dataset is not None  # callers look first
    key = (root.key, corpus, dataset.fingerprint)
    with _lock:
        if key not in _held:
            _held.clear()
            _held[key] = KnownSongs(root, corpus, dataset)
        return _held[key]


def forget_known_songs() -> None:
    """Free the memory of the results that are held."""
    with _lock:
        _held.clear()
