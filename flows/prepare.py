"""Prepare: notes become split, categorised sequences and a vocabulary."""

from typing import cast

from prefect import flow
from prefect.utilities.annotations import quote

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan
from nocturne.tasks.prepare import (
    choose_codebooks,
    encode_songs,
    finished_sequences,
    split_corpus,
    with_corpus,
)
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.recording.facts import facts_line
from nocturne.tasks.storage.locking.locks import corpus_writer
from nocturne.tasks.storage.root import Root


@flow(name="prepare", flow_run_name="prepare {config.corpus_or_any}")
def prepare(config: PrepareConfig) -> SequenceDataset:
    """Split a corpus by song, keep or fit the categories, and encode the songs that are new."""
    root = Root.open(config.root, create=False)
    config = with_corpus(root, config)
    with facts_line() as facts, corpus_writer(root, config.corpus, "prepare"):
        plan = split_corpus(config)
        if dataset := finished_sequences(root, plan):
            return facts.of(dataset, reused=True)
        # Quoted: Prefect would walk through the whole plan, 10 s for each task at 175,000 songs.
        sealed = cast(SequencePlan, quote(plan))
        with progress_artifacts():
            codebooks = choose_codebooks(sealed)
            return facts.of(encode_songs(sealed, codebooks))
