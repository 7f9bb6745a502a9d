"""Assign each song to the training, validation or test split.

A song's split follows from the hash of its family alone (without a family, of its own id): it stays
the same whatever else a corpus holds, and near duplicates are never in two splits. The exception
keeps small corpora usable: a split that hashing leaves empty takes the family of lowest hash from
the split that has the most families.

A corpus that was split before goes on from there. A song that has a split keeps it, and a new song
takes that of its family. A new song whose family lies in several splits, because it is a near
duplicate of songs that were none of each other, gets no split: in training it would tell of the
held-out songs, and among these it would be known from training.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SPLITS, Split

MIN_FAMILIES = len(SPLITS)  # one for each split


def split_songs(
    song_ids: Collection[str],
    valid_share: float,
    test_share: float,
    families: Mapping[str, str] | None = None,
    known: Mapping[str, Split] | None = None,
) -> dict[str, Split]:
    """Return the split of every song that has one; each split gets at least one song.

    `families` maps a song id to its family's; songs it leaves out stand alone. `known` are the
    splits that songs have had so far, also of songs that are not among `song_ids`. CorpusError if
    there are fewer than three families, or no song to train on that was not held out before.
    """
    families, known = families or {}, known or {}
    family_of = {song: families.get(song, song) for song in song_ids}
    positions = {family: _position(family) for family in family_of.values()}
    if len(positions) < MIN_FAMILIES:
        kinds = "songs" if len(positions) == len(family_of) else "songs that are no near duplicates"
        raise CorpusError(
            f"there are {len(positions)} {kinds}, too few to split: at least {MIN_FAMILIES} are "
            "needed, and some hundred to learn from; add songs and ingest again"
        )
    places = _known_places(families, known)
    new = {
        family: _split_at(position, valid_share, test_share)
        for family, position in positions.items()
        if family not in places
    }
    settled = {
        family: min(places[family]) for family in positions if len(places.get(family, ())) == 1
    }
    straddling = {s: known[s] for s in family_of if s in known and family_of[s] not in settled}
    _fill_empty(new, settled, set(straddling.values()), positions)
    split_of = new | settled
    return {
        song: straddling.get(song) or split_of[family]
        for song, family in family_of.items()
        if song in straddling or family in split_of
    }


def _known_places(families: Mapping[str, str], known: Mapping[str, Split]) -> dict[str, set[Split]]:
    """Return the splits in which each family has songs so far."""
    places: defaultdict[str, set[Split]] = defaultdict(set)
    for song, split in known.items():
        places[families.get(song, song)].add(split)
    return dict(places)


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


def _fill_empty(
    new: dict[str, Split],
    settled: dict[str, Split],
    straddled: Collection[Split],
    positions: Mapping[str, float],
) -> None:
    """Give every empty split one family, in place: a new one, else one of training, never back.

    `new` and `settled` are the splits of families without and with songs that were split before;
    `straddled` are the splits of families that lie in several.
    """
    for split in SPLITS:
        sizes = Counter([*new.values(), *settled.values()])
        if sizes[split] or split in straddled:
            continue
        givers = [name for name, _ in Counter(new.values()).most_common() if sizes[name] > 1]
        if givers:
            _move_lowest(new, givers[0], split, positions)
        elif sizes["train"] > 1:
            _move_lowest(settled, "train", split, positions)
        else:
            raise CorpusError(
                f"no song is left for the split {split}: those that it had are gone; add songs and "
                "ingest again"
            )


def _move_lowest(
    split_of: dict[str, Split], source: Split, target: Split, positions: Mapping[str, float]
) -> None:
    """Move the family of lowest hash from one split to another, in place."""
    families = (family for family, split in split_of.items() if split == source)
    split_of[min(families, key=lambda family: (positions[family], family))] = target
