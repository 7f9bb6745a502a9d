"""The prepared corpus that a prepare goes on from: its splits, codebooks and category ids."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.schemas.sequences import SPLITS, Continuation, SequenceDataset, Split, Vocabulary
from nocturne.tasks.corpus.notes.read_notes import Song
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences
from nocturne.tasks.storage.root import Root

# Raise it when the same notes give other sequences or another vocabulary: they are then redone.
# 2: vocabularies have an end id. The ids of notes are those of version 1, which is gone on from.
SEQUENCES_VERSION = 2
SAME_IDS = (1, SEQUENCES_VERSION)  # versions that give the same notes the same ids


@dataclass(frozen=True)
class EarlierCorpus:
    """What was published of a corpus and scheme before: songs with splits and digests of notes.

    `continuation` is None where it is damaged, or where another version encoded the songs.
    """

    dataset: SequenceDataset
    vocabulary: Vocabulary
    splits: Mapping[str, Split]
    digests: Mapping[str, str | None]
    continuation: Continuation | None

    def known_splits(self, config: PrepareConfig) -> dict[str, Split]:
        """Return the splits that songs keep; none if other shares are asked for than before."""
        if self.dataset.shares != (config.valid_share, config.test_share):
            return {}
        departed = self.continuation.departed if self.continuation else {}
        return {**departed, **self.splits}

    def holds(self, song: Song) -> bool:
        """Return whether this song was encoded from the same notes."""
        return song.digest is not None and self.digests.get(song.song_id) == song.digest


def earlier_corpus(root: Root, config: PrepareConfig) -> EarlierCorpus | None:
    """Return what a prepare can go on from; None if nothing, or if that is damaged.

    Versions that did not record the shares of the splits leave nothing to go on from. CorpusError
    if the marker is damaged.
    """
    dataset = published_sequences(root, config.corpus, config.scheme)
    if dataset is None or not dataset.version:
        return None
    try:
        corpus = PreparedCorpus(root, config.corpus, config.scheme)
        songs = corpus.songs
        ids = songs["song_id"].to_pylist()
        return EarlierCorpus(
            dataset,
            corpus.vocabulary,
            dict(zip(ids, songs["split"].to_pylist(), strict=True)),
            dict(zip(ids, songs["notes_digest"].to_pylist(), strict=True)),
            _continuation(corpus),
        )
    except CorpusError:
        return None


def _continuation(corpus: PreparedCorpus) -> Continuation | None:
    if corpus.dataset.version not in SAME_IDS:
        return None
    try:
        return corpus.continuation
    except CorpusError:
        return None


class EarlierIds:
    """Category ids of the songs that were encoded before, with the same codebooks."""

    def __init__(
        self, root: Root, earlier: EarlierCorpus | None, config: PrepareConfig, vocabulary_id: str
    ) -> None:
        """Find the songs; none where nothing fits, or where files are damaged."""
        self.earlier, self._places = earlier, dict[str, tuple[Split, int]]()
        if earlier is None or not earlier.vocabulary.with_end().is_called(vocabulary_id):
            return
        if earlier.dataset.version not in SAME_IDS:
            return
        try:
            corpus = PreparedCorpus(root, config.corpus, config.scheme)
            self._splits = {split: corpus.split(split) for split in SPLITS}
        except (CorpusError, StorageError):
            return
        counts = dict.fromkeys(SPLITS, 0)
        for song, split in earlier.splits.items():
            self._places[song] = split, counts[split]
            counts[split] += 1

    def has(self, song: Song) -> bool:
        """Return whether the song has ids that are those of its notes today."""
        known = song.song_id in self._places
        return known and self.earlier is not None and self.earlier.holds(song)

    def of(self, song_id: str) -> NDArray[np.int16]:
        """Return the ids [notes, attributes] of a song that it has."""
        split, number = self._places[song_id]
        ids, offsets = self._splits[split].ids, self._splits[split].song_offsets
        return ids[offsets[number] : offsets[number + 1]]
