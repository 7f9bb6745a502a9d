"""A prepared corpus, opened once: its marker, vocabulary, songs and splits."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import Continuation, Split, SplitIds, Vocabulary
from nocturne.tasks.corpus.sequences.sequence_marker import (
    load_dataset,
    prepare_command,
    published_sequences,
    require_same_sequences,
)
from nocturne.tasks.corpus.sequences.split_copy import (
    clear_stopped_copies,
    copy_errors,
    copy_ids,
    is_whole_copy,
)
from nocturne.tasks.music.categories import one_hot
from nocturne.tasks.storage.data_files import read_published, read_rows
from nocturne.tasks.storage.layout import (
    CONTINUATION_FILE,
    SEQUENCES,
    SEQUENCES_CACHE,
    SONGS,
    SONGS_FILE,
    VOCABULARIES,
    VOCABULARY_FILE,
    DataFolder,
    split_file,
)
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch

Content = TypeVar("Content")
SONG_COLUMNS = ["song_id", "split", "notes"]


class PreparedCorpus:
    """What prepare published of a corpus under one scheme; each part is read and checked once.

    CorpusError if the corpus is not prepared, and from any part if a file of it is missing or
    damaged, or if the corpus was prepared again after it was opened.
    """

    def __init__(
        self, root: Root, name: str, scheme: SchemeName, cache: Path | None = None
    ) -> None:
        """Open the corpus `name`; `cache` is the local folder for copies of the splits."""
        self.root, self.name, self.scheme = root, name, scheme
        self.dataset = load_dataset(root, name, scheme)
        self._cache = cache
        self._splits: dict[Split, SplitIds] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that the dataset was made with."""
        mend = f"{self._mend} to write it again"
        vocabulary = self._read(
            VOCABULARIES,
            VOCABULARY_FILE,
            lambda path: read_marker(self.root, path, Vocabulary, CorpusError, mend),
            mend,
        )
        if not vocabulary.is_called(self.dataset.vocabulary_id):
            path = self._display_path(VOCABULARIES, VOCABULARY_FILE)
            raise CorpusError(
                f"{path} is not the vocabulary {self.dataset.vocabulary_id} that its "
                f"dataset was made with: delete it, then {mend}"
            )
        return vocabulary

    @cached_property
    def continuation(self) -> Continuation:
        """What the next prepare goes on from; older versions wrote none."""
        return self._read(
            VOCABULARIES,
            CONTINUATION_FILE,
            lambda path: read_marker(self.root, path, Continuation, CorpusError, self._mend),
            self._mend,
        )

    @cached_property
    def songs(self) -> pa.Table:
        """One row for each song: song_id, split, notes; in the order of the splits' files.

        notes_digest as well, but for datasets of older versions, which did not record it.
        """
        columns = [*SONG_COLUMNS, *["notes_digest"] * bool(self.dataset.version)]
        return self._read(
            SONGS,
            SONGS_FILE,
            lambda path: read_rows(self.root, path, self._mend, columns),
            self._mend,
        )

    def split(self, split: Split) -> SplitIds:
        """Return the ids of one split, memory-mapped from a local copy, which is made if missing.

        The copy is written a part at a time, and appears at once or not at all.
        """
        if split not in self._splits:
            self._splits[split] = self._load_split(split)
        return self._splits[split]

    def song_ids(self, split: Split) -> list[str]:
        """Return the ids of the songs of one split, in their order."""
        return list(self.songs.filter(pc.equal(self.songs["split"], split))["song_id"].to_pylist())

    def one_hot(self, ids: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return ids [..., attributes] as the source project's one-hot vectors [..., width]."""
        return one_hot(ids, self.vocabulary)

    def _load_split(self, split: Split) -> SplitIds:
        cache = self._cache or scratch(self.root, SEQUENCES_CACHE)
        names, offsets = self.vocabulary.names, self._song_offsets(split)
        copy = cache / f"{self.dataset.fingerprint}-{split}.npy"
        shape = (self.dataset.notes[split], len(names))
        if not is_whole_copy(copy, shape):
            with copy_errors(cache):
                clear_stopped_copies(cache)
                self._read(
                    SEQUENCES,
                    split_file(split),
                    lambda path: copy_ids(self.root, path, names, copy, shape, self._mend),
                    self._mend,
                )
        return SplitIds(np.load(copy, mmap_mode="r"), offsets)

    def _song_offsets(self, split: Split) -> NDArray[np.int64]:
        """Return where each song of a split begins and the last ends, int64 [songs + 1]."""
        lengths = self.songs.filter(pc.equal(self.songs["split"], split))["notes"].to_numpy()
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        counts = (self.dataset.notes[split], self.dataset.songs[split] + 1)
        if (offsets[-1], len(offsets)) != counts:
            path = self._display_path(SONGS, SONGS_FILE)
            raise CorpusError(f"{path} is damaged: delete it, then {self._mend}")
        return offsets

    def _read(self, kind: str, name: str, read: Callable[[str], Content], mend: str) -> Content:
        """Return `read(path)` of a file; CorpusError if it is missing, or of another generation."""
        folder = DataFolder(kind, self.name, self.scheme)
        try:
            content = read_published(self.root, folder, self.dataset.fingerprint, name, read)
        except FileNotFoundError as error:
            self._require_unchanged()
            raise CorpusError(f"{self._display_path(kind, name)} is missing: {mend}") from error
        self._require_unchanged()
        return content

    def _require_unchanged(self) -> None:
        require_same_sequences(self.root, self.name, self.scheme, self.dataset)

    @property
    def _mend(self) -> str:
        return prepare_command(self.root, self.name, self.scheme)

    def _display_path(self, kind: str, name: str) -> str:
        return self.root.display_path(f"{DataFolder(kind, self.name, self.scheme).path}/{name}")


def song_splits(root: Root, corpus: str, scheme: SchemeName) -> dict[str, Split] | None:
    """Return the split of each song; None if the corpus is not prepared with this scheme."""
    if published_sequences(root, corpus, scheme) is None:
        return None
    songs = PreparedCorpus(root, corpus, scheme).songs
    return dict(zip(songs["song_id"].to_pylist(), songs["split"].to_pylist(), strict=True))
