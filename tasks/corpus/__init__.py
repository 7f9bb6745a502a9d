"""A corpus in a storage root: raw shards, note tables and sequences, written and read back.

From a folder of MIDI files to arrays:

    root = Root.open("nocturne-data")
    build_notes(root, IngestConfig(root=root.uri, corpus="tunes", source="midi"))
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    corpus = PreparedCorpus(root, "tunes", "factored")
    ids = corpus.split("train").ids  # int16 [notes, attributes]; one-hot: corpus.one_hot(ids[:64])
"""

from nocturne.tasks.corpus.build import build_notes, build_sequences
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus

__all__ = ["PreparedCorpus", "build_notes", "build_sequences"]
