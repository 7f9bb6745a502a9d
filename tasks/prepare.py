"""Prefect tasks of prepare. Prefect caches nothing: the published files say what is done."""

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.artifacts import create_table_artifact
from nocturne.tasks.corpus.corpus_choice import choose_ingested
from nocturne.tasks.corpus.sequences import codebooks as choice
from nocturne.tasks.corpus.sequences import publish_sequences, write_sequences
from nocturne.tasks.corpus.sequences.codebooks import Codebooks
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan, plan_sequences
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import progress_of
from nocturne.tasks.recording.facts import task
from nocturne.tasks.storage.root import Root


@task(
    name="split songs",
    task_run_name="split songs of {config.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def split_corpus(config: PrepareConfig) -> SequencePlan:
    """Choose the songs that are long enough and assign each to a split."""
    root = Root.open(config.root, create=False)
    plan = plan_sequences(root, config)
    get_run_logger().info("%s: %d songs to learn from", config.corpus, len(plan.songs))
    if plan.left_out:
        get_run_logger().info(
            "%d new songs are left out: each is a near duplicate of songs in several splits",
            plan.left_out,
        )
    return plan


@task(
    name="choose codebooks",
    task_run_name="choose codebooks",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def choose_codebooks(plan: SequencePlan) -> Codebooks:
    """Keep the codebooks of before while they stand, else fit them on the training songs."""
    root = Root.open(plan.config.root)
    codebooks = choice.choose_codebooks(root, plan, progress_of("choose codebooks"))
    vocabulary = codebooks.vocabulary
    sizes = dict(zip(vocabulary.names, vocabulary.sizes, strict=True))
    get_run_logger().info("codebooks %s", codebooks.reason)
    get_run_logger().info("categories of %s: %s", plan.config.scheme, sizes)
    return codebooks


@task(
    name="encode songs",
    task_run_name="encode songs",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def encode_songs(plan: SequencePlan, codebooks: Codebooks) -> SequenceDataset:
    """Encode the songs as category ids, only new ones where codebooks stand, and publish them."""
    root = Root.open(plan.config.root)
    progress = progress_of("encode songs")
    dataset = write_sequences.write_sequences(root, plan, codebooks, progress)
    folder = root.display_path(plan.folder)
    get_run_logger().info(
        "wrote %d notes to %s: %d songs encoded, %d reused",
        *(sum(dataset.notes.values()), folder, dataset.encoded_songs),
        len(plan.songs) - (dataset.encoded_songs or 0),
    )
    _show_sequences(plan, dataset)
    return dataset


def with_corpus(root: Root, config: PrepareConfig) -> PrepareConfig:
    """Return the config with its corpus named; log the name if the config has none."""
    chosen = choose_ingested(root, config)
    if not config.corpus:
        get_run_logger().info("corpus %s: the only one there is", chosen.corpus)
    return chosen


def finished_sequences(root: Root, plan: SequencePlan) -> SequenceDataset | None:
    """Return sequences that are published already, and log that; else None."""
    dataset = publish_sequences.finished_sequences(root, plan)
    if dataset:
        get_run_logger().info("%s is up to date: reused", root.display_path(plan.folder))
        _show_sequences(plan, dataset)
    return dataset


def _show_sequences(plan: SequencePlan, dataset: SequenceDataset) -> None:
    rows = [
        {"split": split, "songs": songs, "notes": dataset.notes[split]}
        for split, songs in dataset.songs.items()
    ]
    title = f"Songs of {plan.config.corpus} to learn from, vocabulary {dataset.vocabulary_id}"
    create_table_artifact(rows, key="sequences", description=title)
