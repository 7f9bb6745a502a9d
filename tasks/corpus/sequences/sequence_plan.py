"""What a sequence dataset will hold, known before any note is read."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.sequences import Split
from nocturne.tasks.corpus.notes.read_notes import (
    Song,
    accepted_songs,
    families_of,
    load_note_dataset,
    require_unchanged,
)
from nocturne.tasks.corpus.sequences.sequence_marker import sequences_folder
from nocturne.tasks.music.splits import split_songs
from nocturne.tasks.storage.root import Root

SEQUENCES_VERSION = 1  # raise it when the same notes give other sequences: they are then redone


@dataclass(frozen=True)
class SequencePlan:
    """The songs that are long enough, and the split of each."""

    config: PrepareConfig
    fingerprint: str
    earlier_fingerprint: str  # what versions up to 0.1 gave the same songs, read the same way
    notes: NoteDataset
    songs: dict[str, Song]
    split_of: dict[str, Split]

    @property
    def folder(self) -> str:
        """Folder of the dataset, relative to the root."""
        return sequences_folder(self.config.corpus, self.config.scheme)

    @property
    def fitted_on(self) -> str:
        """Fingerprint of the training split: of its songs and their notes."""
        training = [self.songs[name] for name, split in self.split_of.items() if split == "train"]
        return _digest([_content(self.notes, training)])

    @property
    def program(self) -> int:
        """Most common program of the training songs; of equals the lowest."""
        counts = Counter(
            song.program for name, song in self.songs.items() if self.split_of[name] == "train"
        )
        return min(counts, key=lambda program: (-counts[program], program))


def plan_sequences(root: Root, config: PrepareConfig) -> SequencePlan:
    """Choose and split the songs; CorpusError if the corpus is unknown or too small."""
    notes = load_note_dataset(root, config.corpus)
    families, families_digest = families_of(root, config.corpus)
    songs = {s.song_id: s for s in accepted_songs(root, config.corpus, config.min_song_notes)}
    try:
        split_of = split_songs(songs, config.valid_share, config.test_share, families)
    except CorpusError as error:
        raise CorpusError(
            f"{config.corpus} under {without_secrets(root.uri)}, songs of "
            f"{config.min_song_notes} notes or more: {error}"
        ) from error
    shaping = config.fingerprint_fields("sequences")
    together = sorted((song, families[song]) for song in songs if song in families)
    rights = [notes.licence, notes.attribution]
    content = [_content(notes, songs.values()), together, rights]
    fingerprint = _digest([*content, shaping, SEQUENCES_VERSION])
    earlier = _digest([notes.fingerprint, families_digest, shaping, SEQUENCES_VERSION])
    require_unchanged(root, config.corpus, notes)
    return SequencePlan(config, fingerprint, earlier, notes, songs, split_of)


def _content(notes: NoteDataset, songs: Iterable[Song]) -> object:
    """Return what fixes the songs' notes: it stays the same where files are renamed or read again.

    Corpora of early versions have no digests of notes: the fingerprint of the notes replaces them.
    """
    songs = list(songs)
    if any(song.digest is None for song in songs):
        return [notes.fingerprint, sorted(song.song_id for song in songs)]
    return [astuple(song) for song in songs]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
