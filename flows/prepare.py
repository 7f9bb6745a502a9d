"""Prepare: notes become split, categorised sequences and a vocabulary."""

from prefect import flow

from schemas.config import PrepareConfig
from schemas.sequences import SequenceDataset
from tasks.encode import encode_songs, finished, fit_vocabulary, split_corpus


@flow(name="prepare")
def prepare(config: PrepareConfig) -> SequenceDataset:
    """Split a corpus by song, fit the categories on the training songs, encode every song."""
    plan = split_corpus(config)
    if done := finished(plan):
        return done
    vocabulary = fit_vocabulary(plan)
    return encode_songs(plan, vocabulary)
