"""Checks that a published corpus may be replaced: by the same source, and not much smaller.

All of them are made before any file of the published corpus changes.
"""

from collections.abc import Iterable

import pyarrow.compute as pc

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import NoteDataset
from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.note_marker import published_notes
from nocturne.tasks.corpus.notes.read_notes import shard_names, shard_table
from nocturne.tasks.sources.identity import (
    display_source,
    is_absolute,
    source_id,
    surely_different,
    surely_same,
)
from nocturne.tasks.storage.layout import FILES
from nocturne.tasks.storage.root import Root

SAME_SHARE = 0.5  # of the accepted files of a corpus, in a source of another name: it was moved


def require_replaceable(root: Root, config: IngestConfig) -> None:
    """Raise CorpusError if the corpus is surely of another source, without `replace`."""
    old = published_notes(root, config.corpus)
    if old and not config.replace and surely_different(_id_of(old), source_id(config.source)):
        raise _other_source(old, config)


def require_same_music(root: Root, config: IngestConfig, digests: Iterable[str]) -> None:
    """Raise CorpusError if the corpus is of another source, without `replace`.

    A source of another name counts as the same source, moved or mirrored, if it has at least half
    of the corpus's songs; `digests` are the MD5s of its files.
    """
    old = published_notes(root, config.corpus)
    if old is None or config.replace or surely_same(_id_of(old), source_id(config.source)):
        return
    songs = _song_ids(root, config.corpus)
    if len(songs.intersection(digests)) < max(1, SAME_SHARE * len(songs)):
        raise _other_source(old, config)


def require_no_shrink(root: Root, config: IngestConfig, accepted: int) -> None:
    """Raise CorpusError if the corpus would lose more of its songs than `max_shrink` allows.

    `accepted` is the new number of songs, or an upper bound of it.
    """
    old = published_notes(root, config.corpus)
    if old is None or _starts_anew(old, config):
        return
    songs = peak_of(old)
    if songs - accepted > config.max_shrink * songs + 1e-9:
        raise CorpusError(
            f"corpus {config.corpus} has {songs:,} songs and would keep at most {accepted:,} of "
            f"{display_source(config.source)}, a loss of more than {config.max_shrink:.0%}: check "
            "that the source is mounted and complete, or add --allow-shrink if it is meant; the "
            "corpus stays as it was"
        )


def next_peak(old: NoteDataset | None, config: IngestConfig, accepted: int) -> int:
    """Return the number of songs that later ingests are compared with: small losses add up."""
    if old is None or _starts_anew(old, config):
        return accepted
    return max(accepted, peak_of(old))


def peak_of(old: NoteDataset) -> int:
    """Return the number of songs that the next ingest is compared with."""
    return old.peak_songs or old.counts.accepted


def _starts_anew(old: NoteDataset, config: IngestConfig) -> bool:
    """Whether a smaller corpus is wanted: `allow_shrink`, or `replace` by another source."""
    other = not surely_same(_id_of(old), source_id(config.source))
    return config.allow_shrink or (config.replace and other)


def _id_of(old: NoteDataset) -> str:
    """Return the id of a corpus's source; unknown where an older marker has a relative path."""
    if old.source_id:
        return old.source_id
    return source_id(old.source) if is_absolute(old.source) else "unknown source"


def _song_ids(root: Root, corpus: str) -> set[str]:
    """Return the MD5s of the accepted files; none where the manifests are gone or damaged."""
    songs: set[str] = set()
    try:
        for name in shard_names(root, corpus):
            files = shard_table(root, corpus, FILES, name, ["song_id", "outcome"])
            accepted = pc.equal(files["outcome"], str(Outcome.ACCEPTED))
            songs.update(files.filter(accepted)["song_id"].to_pylist())
    except (CorpusError, FileNotFoundError):
        return set()
    return songs


def _other_source(old: NoteDataset, config: IngestConfig) -> CorpusError:
    return CorpusError(
        f"corpus {config.corpus} was made from {old.source or 'another source'}, not from "
        f"{display_source(config.source)}: give this one a name of its own with --corpus, or add "
        "--replace to replace the corpus"
    )
