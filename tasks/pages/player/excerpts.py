"""Real pieces for the listening test of a gallery: excerpts of songs that training never saw.

They go through the categories of the model, as its samples do: what a listener then hears apart is
the music, not the rounding of times and velocities.
"""

from dataclasses import dataclass

import numpy as np

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.music.categories import decode
from nocturne.tasks.pages.player.notes import to_page_notes
from nocturne.tasks.storage.root import Root

MOST_EXCERPTS = 8
LEAST_SHARE = 0.5  # of a sample's notes: a shorter song is no match for it


@dataclass(frozen=True)
class HeldOut:
    """An excerpt of a held-out song, in the form that a page carries."""

    song_id: str
    notes: str


def held_out_excerpts(root: Root, card: ModelCard, run: SampleRun, notes: int) -> list[HeldOut]:
    """Return up to MOST_EXCERPTS excerpts of at most `notes` notes, the same for the same run.

    None if the corpus has been deleted or prepared with another vocabulary since, or has no songs
    that are long enough.
    """
    try:
        corpus = PreparedCorpus(root, card.corpus, card.config.scheme)
        if not corpus.vocabulary.is_called(run.vocabulary_id):
            return []
        split, song_ids, vocabulary = (
            corpus.split("test"),
            corpus.song_ids("test"),
            corpus.vocabulary,
        )
    except CorpusError:
        return []
    lengths = np.diff(split.song_offsets)
    long_enough = np.flatnonzero(lengths >= max(1, LEAST_SHARE * notes))
    random = np.random.default_rng(run.seed)
    chosen = random.permutation(long_enough)[:MOST_EXCERPTS]
    excerpts = []
    for song in chosen.tolist():
        begin = split.song_offsets[song] + random.integers(max(1, lengths[song] - notes + 1))
        end = min(begin + notes, split.song_offsets[song + 1])
        excerpt = decode(vocabulary, split.ids[begin:end], run.config.tempo)
        excerpts.append(HeldOut(song_ids[song], to_page_notes(excerpt)))
    return excerpts
