"""A candidate and the champion on the very same songs: each other's test splits."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from schemas.model_card import ModelCard
from tasks.model.files import Model, load_model
from tasks.model.likelihood import evaluate
from tasks.music.categories import encode_song
from tasks.music.notes import Notes
from tasks.storage.note_corpus import shard_names, songs_of_shard
from tasks.storage.root import Root
from tasks.storage.sequences import SplitIds, song_splits

MOST_SONGS = 300  # of each test split: some tens of thousands of notes settle a hundredth of a bit


@dataclass(frozen=True)
class Comparison:
    """Bits per note of both models on one set of songs."""

    songs: str
    candidate: float
    champion: float


def compare(root: Root, candidate: ModelCard, champion: ModelCard) -> list[Comparison]:
    """Judge both on the test songs of the champion's corpus and of the candidate's own.

    Each model codes the songs with its own vocabulary. A corpus whose notes are gone is left
    out.
    """
    models = [load_model(root, card.model_id) for card in (candidate, champion)]
    found = []
    sets = {champion.corpus: ("the champion's", champion)}
    sets.setdefault(candidate.corpus, ("its own", candidate))
    for whose, card in sets.values():
        songs = list(_test_songs(root, card))
        if songs:
            bits = [evaluate(model, _coded(model, songs)).bits_per_note for model in models]
            found.append(Comparison(f"{whose} test songs", *bits))
    return found


def _test_songs(root: Root, card: ModelCard) -> Iterator[Notes]:
    splits = song_splits(root, card.corpus, card.config.scheme) or {}
    test = [song for song, split in splits.items() if split == "test"]
    wanted = set(sorted(test)[:MOST_SONGS])  # ids are digests: the first of them are any songs
    for name in shard_names(root, card.corpus):
        yield from (
            notes for song, notes in songs_of_shard(root, card.corpus, name) if song in wanted
        )


def _coded(model: Model, songs: list[Notes]) -> SplitIds:
    ids = [encode_song(model.vocabulary, notes) for notes in songs]
    offsets = np.cumsum([0, *(len(one) for one in ids)])
    return SplitIds(np.concatenate(ids), offsets)
