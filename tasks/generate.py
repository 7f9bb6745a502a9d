"""Prefect tasks of generation: one for each batch of samples, so that a loss costs one batch.

Nothing is cached by Prefect: the files of a run are the truth, and its folder is named by the
model, the seed and the parameters.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, NocturneError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.progress import Progress
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.links import link_page, page_address
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.sampling.compose import compose_batch
from nocturne.tasks.model.sampling.sample import sample
from nocturne.tasks.pages.caution import caution_of
from nocturne.tasks.pages.index.pages import write_index_pages
from nocturne.tasks.pages.run_markdown import SHOWN_PIECES, run_markdown
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import report
from nocturne.tasks.samples import run as sample_run
from nocturne.tasks.samples.request import grown, is_cut_off, model_named, requested_runs
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root


@task(
    name="plan generation",
    task_run_name="plan generation with {config.model}",
    cache_policy=NO_CACHE,
)
def plan_generation(config: GenerateConfig) -> list[SampleRun]:
    """Find the model and name the run; ModelError if there is no such model.

    Returns the runs that would do, most wanted first: all but the last may be under way.
    """
    root = Root.open(config.root, create=False)
    found = find(root, model_named(config), config.corpus, config.scheme)
    get_run_logger().info("plays %s", found.words)
    card = read_card(root, found.model_id)
    if caution := _caution(root, card):
        get_run_logger().warning("caution: %s", caution)
    return requested_runs(root, config, card)


@contextmanager
def sole_writer(runs: list[SampleRun]) -> Iterator[SampleRun]:
    """Write the first of `runs` that nobody else writes, as it now stands in the storage root.

    BusyError if others write all of them.
    """
    root = Root.open(runs[-1].config.root)
    with ExitStack() as stack:
        run = next(filter(None, (_taken(root, run, stack) for run in runs[:-1])), None)
        if run is None:
            stack.enter_context(run_writer(root, runs[-1].run_id))
            run = grown(root, runs[-1])
            if run.drawn_seed:
                get_run_logger().info("seed %d was drawn", run.seed)
        yield run


def _taken(root: Root, run: SampleRun, stack: ExitStack) -> SampleRun | None:
    """Return a run that was cut off, to go on with; None if another writes or has finished it."""
    with ExitStack() as writing, suppress(BusyError):
        writing.enter_context(run_writer(root, run.run_id))
        if is_cut_off(root, run):
            get_run_logger().info("samples %s were cut off: gone on with", run.run_id)
            stack.push(writing.pop_all())
            return run
    return None


def unfinished_batches(run: SampleRun) -> list[tuple[int, int]]:
    """Begin the run, or go on with it; return (first index, count) of what is to be made."""
    batches = sample_run.begin(Root.open(run.config.root), run)
    kept = run.config.samples - sum(count for _, count in batches)
    if kept:
        get_run_logger().info("%d samples of %s are already there: kept", kept, run.run_id)
    return batches


@task(
    name="generate batch",
    task_run_name="generate from {first_index}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def generate_batch(run: SampleRun, first_index: int, count: int) -> None:
    """Draw one batch from the model and write its MIDI, pictures and audio."""
    root = Root.open(run.config.root)
    model = _model(run.config.root, run.model_id, run.run_id)
    drawing = _within(run, "draw notes", first_index, count)
    pieces = compose_batch(model, sample, run, first_index, count, drawing)
    writing = _within(run, "write music", first_index, count)
    sample_run.write_batch(root, run, first_index, pieces, writing)


@task(
    name="publish samples",
    task_run_name="publish samples",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def publish_run(run: SampleRun) -> GeneratedRun:
    """Write the manifest and the gallery, and show the run in the Prefect UI."""
    root = Root.open(run.config.root)
    card = read_card(root, run.model_id)
    sample_run.publish(root, run, card, _caution(root, card))
    return _shown(root, run, card, reused=False)


def finished(run: SampleRun) -> GeneratedRun | None:
    """Return what an identical run published, saying so; None if there is no such run."""
    root = Root.open(run.config.root)
    if not sample_run.is_finished(root, run):
        return None
    sample_run.tidy(root, run)
    get_run_logger().info("samples %s are already there: reused", run.run_id)
    return _shown(root, run, read_card(root, run.model_id), reused=True)


def _shown(root: Root, run: SampleRun, card: ModelCard, *, reused: bool) -> GeneratedRun:
    """Show a published run in the Prefect UI; return where it lies."""
    write_index_pages(root)
    result = sample_run.summary(root, run, reused=reused, caution=_caution(root, card))
    rolls = sample_run.pictures(root, run, SHOWN_PIECES)
    gallery = f"{sample_run.folder_of(run)}/index.html"
    note = run_markdown(run, card, result, rolls, page_address(run.config.root, gallery))
    create_markdown_artifact(note, key="gallery", description=f"Samples of {run.model_id}")
    link_page(run.config.root, gallery, "gallery-link", f"Gallery of {run.run_id}")
    return result


def _caution(root: Root, card: ModelCard) -> str:
    try:
        metrics = read_metrics(root, card.model_id)
    except (NocturneError, ValueError):  # damaged: they say nothing of the weights, which load
        metrics = ModelMetrics()
    return caution_of(card, metrics)


@lru_cache(maxsize=1)
def _model(root_uri: str, model_id: str, _run_id: str) -> Model:
    """Load a model once for all batches of a run, whose id names the weights."""
    return load_model(Root.open(root_uri), model_id)


def _within(run: SampleRun, stage: str, first_index: int, count: int) -> Progress:
    """Return a Progress over the whole run for work on one of its batches."""
    total = run.config.samples
    return lambda done, of: report(stage, first_index + count * done / of, total)
