"""Assign each song to the training, validation or test split.

A song's split follows from the hash of its family alone (without a family, of its own id): it stays
the same whatever else a corpus holds, and near duplicates are never in two splits. The exception
keeps small corpora usable: a split that hashing leaves empty takes the family of lowest hash from
the split that has the most families.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SPLITS, Split

MIN_FAMILIES = len(SPLITS)  # one for each split


def split_songs(
    song_ids: Collection[str],
    valid_share: float,
    test_share: float,
    families: Mapping[str, str] | None = None,
) -> dict[str, Split]:
    """Return the split of every song; each split gets at least one.

    `families` maps a song id to its family's; songs it leaves out stand alone. CorpusError if
    there are fewer than three families.
    """
    family_of = {song: (families or {}).get(song, song) for song in song_ids}
    positions = {family: _position(family) for family in family_of.values()}
    if len(positions) < MIN_FAMILIES:
        kinds = "songs" if len(positions) == len(family_of) else "songs that are no near duplicates"
        raise CorpusError(
            f"there are {len(positions)} {kinds}, too few to split: at least {MIN_FAMILIES} are "
            "needed, and some hundred to learn from; add songs and ingest again"
        )
    split_of = {
        family: _split_at(position, valid_share, test_share)
        for family, position in positions.items()
    }
    _fill_empty(split_of, positions)
    return {song: split_of[family] for song, family in family_of.items()}


def _position(family: str) -> float:
    """Return the position of a family's hash in [0, 1).

    The hash is used for nothing else (`person` is BLAKE2's salt for one purpose): collections are
    often samples that were picked by a plain hash of the files, and would fall into one split.
    """
    digest = hashlib.blake2b(family.encode(), digest_size=6, person=b"nocturne splits").digest()
    return int.from_bytes(digest, "big") / 2**48


def _split_at(position: float, valid_share: float, test_share: float) -> Split:
    if position < valid_share:
        return "valid"
    return "test" if position < valid_share + test_share else "train"


def _fill_empty(split_of: dict[str, Split], positions: Mapping[str, float]) -> None:
    """Give every empty split one family, in place."""
    for split in SPLITS:
        sizes = Counter(split_of.values())
        if not sizes[split]:
            largest = sizes.most_common(1)[0][0]
            candidates = (family for family, name in split_of.items() if name == largest)
            split_of[min(candidates, key=lambda family: (positions[family], family))] = split
