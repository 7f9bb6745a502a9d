"""Compare models of one corpus and scheme on the same songs: those of today's test split.

A song keeps its split while a corpus grows (see music/splits.py), so an earlier model has not
learned from the songs that are held out today. Where the shares of the splits were changed, the
songs that one of the models is known to have learned are left out.

Models are compared by the bits of the notes alone, given that there is a note. A model that knows
where songs end and an earlier one that does not are so measured by the same events.
"""

from collections.abc import Collection, Iterator

import numpy as np

from nocturne.schemas.config import SchemeName
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.corpus.notes.read_notes import shard_names, songs_of_shard
from nocturne.tasks.corpus.sequences.prepared_corpus import song_splits
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.music.categories import encode_song
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.root import Root

MOST_SONGS = 300  # some tens of thousands of notes: bits per note to about a hundredth


def held_out_songs(
    root: Root, corpus: str, scheme: SchemeName, learned: Collection[str] = ()
) -> list[Notes]:
    """Return the notes of up to MOST_SONGS test songs that are not in `learned`.

    None if the corpus is not prepared. CorpusError if its notes are damaged or gone.
    """
    return list(_songs_of_split(root, corpus, scheme, learned))


def bits_on(root: Root, model_id: str, songs: list[Notes]) -> float:
    """Return a model's bits per note on songs, without ends, encoded with its own vocabulary.

    NaN without songs. ModelError if the model does not load.
    """
    model = load_model(root, model_id)
    return evaluate(model, _encode_songs(model, songs)).note_bits if songs else float("nan")


def _songs_of_split(
    root: Root, corpus: str, scheme: SchemeName, learned: Collection[str]
) -> Iterator[Notes]:
    splits = song_splits(root, corpus, scheme) or {}
    test = [song for song, split in splits.items() if split == "test" and song not in learned]
    if not test:
        return
    chosen = set(sorted(test)[:MOST_SONGS])  # ids are digests, so their order is random
    for name in shard_names(root, corpus):
        yield from (notes for song, notes in songs_of_shard(root, corpus, name) if song in chosen)


def _encode_songs(model: Model, songs: list[Notes]) -> SplitIds:
    ids = [encode_song(model.vocabulary, notes) for notes in songs]
    offsets = np.cumsum([0, *(len(song) for song in ids)])
    return SplitIds(np.concatenate(ids), offsets)
