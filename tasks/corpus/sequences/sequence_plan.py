"""What a sequence dataset will hold, known before any note is read."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.sequences import Split, Vocabulary
from nocturne.tasks.corpus.notes.read_notes import (
    Song,
    families_of,
    load_note_dataset,
    require_unchanged,
    songs_by_shard,
)
from nocturne.tasks.corpus.sequences.earlier_corpus import (
    SEQUENCES_VERSION,
    EarlierCorpus,
    earlier_corpus,
)
from nocturne.tasks.corpus.sequences.sequence_marker import published_sequences, sequences_folder
from nocturne.tasks.music.splits import split_songs
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class SequencePlan:
    """The songs that are long enough, and the split of each.

    What will be published follows from the notes, the config and `earlier`, the corpus prepared
    before: songs keep their splits, and the codebooks may be kept.
    """

    config: PrepareConfig
    fingerprint: str  # with codebooks that are fitted on these training songs
    notes: NoteDataset
    songs: dict[str, Song]
    split_of: dict[str, Split]
    shards: Mapping[str, list[str]]  # ids of the songs of each note shard, in order
    left_out: int = 0  # new songs that are near duplicates of songs in several splits
    earlier: EarlierCorpus | None = None
    replaces: bool = False  # whether anything of this corpus and scheme is published

    def fingerprint_with(self, vocabulary: Vocabulary) -> str:
        """Return the fingerprint of the dataset that is encoded with this vocabulary."""
        if vocabulary.fitted_on == self.fitted_on:
            return self.fingerprint
        return _digest([self.fingerprint, vocabulary.vocabulary_id])

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
    families, _ = families_of(root, config.corpus)
    by_shard = songs_by_shard(root, config.corpus, config.min_song_notes)
    accepted = {song.song_id: song for songs in by_shard.values() for song in songs}
    earlier = earlier_corpus(root, config)
    split_of, moved = _split(root, config, accepted, families, earlier)
    songs = {name: song for name, song in accepted.items() if name in split_of}
    shaping = config.fingerprint_fields("sequences")
    together = sorted((song, families[song]) for song in songs if song in families)
    rights = [notes.licence, notes.attribution]
    content = [_content(notes, songs.values()), together, rights, shaping, SEQUENCES_VERSION]
    require_unchanged(root, config.corpus, notes)
    return SequencePlan(
        config,
        fingerprint=_digest([*content, {"splits": moved}] if moved else content),
        notes=notes,
        songs=songs,
        split_of=split_of,
        shards={
            name: [song.song_id for song in of_shard if song.song_id in songs]
            for name, of_shard in by_shard.items()
        },
        left_out=len(accepted) - len(songs),
        earlier=earlier,
        replaces=published_sequences(root, config.corpus, config.scheme) is not None,
    )


def _split(
    root: Root,
    config: PrepareConfig,
    songs: Mapping[str, Song],
    families: Mapping[str, str],
    earlier: EarlierCorpus | None,
) -> tuple[dict[str, Split], list[tuple[str, Split]]]:
    """Return the split of each song, and the songs that hashes alone would have put elsewhere."""
    known = earlier.known_splits(config) if earlier else {}
    shares = (config.valid_share, config.test_share)
    try:
        split_of = split_songs(songs, *shares, families, known)
        hashed = split_songs(songs, *shares, families) if known else split_of
    except CorpusError as error:
        raise CorpusError(
            f"{config.corpus} under {without_secrets(root.uri)}, songs of "
            f"{config.min_song_notes} notes or more: {error}"
        ) from error
    return split_of, sorted(set(split_of.items()) - set(hashed.items()))


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
