"""Which songs are trained on, which steer training, and which are kept for the test.

A song's split follows from the hash of its family alone (without a family, of its own id), so
it stays the same whatever else a corpus holds, and near duplicates never end up on both sides.
The one exception keeps small corpora usable: a split that hashing leaves empty takes the
family of lowest hash from the split that has the most families.
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
    places = {family: _place(family) for family in family_of.values()}
    if len(places) < MIN_FAMILIES:
        kinds = "songs" if len(places) == len(family_of) else "songs that are no near duplicates"
        raise CorpusError(
            f"there are {len(places)} {kinds}, too few to split: at least {MIN_FAMILIES} are "
            "needed, and some hundred to learn from; add songs and ingest again"
        )
    split_of = {
        family: _split_at(place, valid_share, test_share) for family, place in places.items()
    }
    _fill_empty(split_of, places)
    return {song: split_of[family] for song, family in family_of.items()}


def _place(family: str) -> float:
    """Return where in [0, 1) a family's hash lies.

    A hash of its own (`person` is BLAKE2's salt for one purpose): collections are often samples
    picked by a plain hash of the file, and would then land in one split as a whole.
    """
    digest = hashlib.blake2b(family.encode(), digest_size=6, person=b"nocturne splits").digest()
    return int.from_bytes(digest, "big") / 2**48


def _split_at(place: float, valid_share: float, test_share: float) -> Split:
    if place < valid_share:
        return "valid"
    return "test" if place < valid_share + test_share else "train"


def _fill_empty(split_of: dict[str, Split], places: Mapping[str, float]) -> None:
    """Give every empty split one family, in place."""
    for split in SPLITS:
        sizes = Counter(split_of.values())
        if not sizes[split]:
            richest = sizes.most_common(1)[0][0]
            givers = (family for family, name in split_of.items() if name == richest)
            split_of[min(givers, key=lambda family: (places[family], family))] = split
