"""Prefect tasks of generation: one for each batch of samples, so that a failure repeats one batch.

Prefect caches no results: a batch is made if its files are in the run's folder, which is named by
the model, the seed and the parameters.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import GenerateConfig, SamplingConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.progress import Progress
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.links import link_page, page_address
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.sampling.choice.choose import sample_and_choose
from nocturne.tasks.model.sampling.compose import compose_batch
from nocturne.tasks.pages.run_markdown import SHOWN_PIECES, run_markdown
from nocturne.tasks.policy import may_pass
from nocturne.tasks.primes.request import load_primes, request_primes
from nocturne.tasks.progress import report
from nocturne.tasks.recording.facts import task
from nocturne.tasks.samples import request as samples_request
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.build import finish_run, reuse_published
from nocturne.tasks.samples.publish import first_pictures
from nocturne.tasks.samples.request import SampleRequest, request_samples
from nocturne.tasks.storage.layout import INDEX_PAGE, run_path
from nocturne.tasks.storage.root import Root

_last_model: dict[tuple[str, str], Model] = {}  # at most one, by root and run


@task(
    name="plan generation",
    task_run_name="plan generation with {config.model}",
    cache_policy=NO_CACHE,
)
def plan_generation(config: GenerateConfig) -> SampleRequest:
    """Find the model, keep the primes and name the run, as request_samples does."""
    request = request_samples(Root.open(config.root, create=False), config)
    get_run_logger().info("model %s", request.model_words)
    for words in request.prime_words:
        get_run_logger().info("%s", words)
    if request.caution:
        get_run_logger().warning("caution: %s", request.caution)
    return request


def require_primes(config: SamplingConfig) -> None:
    """Raise SamplesError if a song to continue is not there or cannot be continued."""
    asked = GenerateConfig(**config.subset(SamplingConfig).model_dump())
    request_primes(Root.open(config.root), asked)


@contextmanager
def sole_writer(request: SampleRequest) -> Iterator[tuple[Root, SampleRun]]:
    """Lock the first of the requested runs that nobody else writes; yield the root and the run.

    BusyError if others write all of them.
    """
    new_run = request.runs[-1]
    root = Root.open(new_run.config.root)
    with samples_request.sole_writer(root, request.runs) as run:
        if run.run_id != new_run.run_id:
            get_run_logger().info("run %s was interrupted: continuing it", run.run_id)
        elif run.drawn_seed:
            get_run_logger().info("seed %d was drawn", run.seed)
        yield root, run


def published_run(root: Root, run: SampleRun, request: SampleRequest) -> GeneratedRun | None:
    """Return and show what an identical run published; None if there is no such run."""
    result = reuse_published(root, run, request.caution)
    if result is not None:
        get_run_logger().info("run %s is already published: reused", run.run_id)
        _show(root, run, request.card, result)
    return result


def unfinished_batches(root: Root, run: SampleRun) -> list[tuple[int, int]]:
    """Begin the run or continue it; return (first index, count) of the batches to be made."""
    batches = begin_run(root, run)
    kept = run.config.samples - sum(count for _, count in batches)
    if kept:
        get_run_logger().info("%d samples of run %s are already written: kept", kept, run.run_id)
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
    drawing = _progress_over_run(run, "draw notes", first_index, count)
    songs = load_primes(root, run.config)
    pieces = compose_batch(
        _model(root, run), sample_and_choose, run, first_index, count, drawing, songs
    )
    writing = _progress_over_run(run, "write music", first_index, count)
    write_batch(root, run, first_index, pieces, writing)


@task(
    name="publish samples",
    task_run_name="publish samples",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def publish_run(run: SampleRun, request: SampleRequest) -> GeneratedRun:
    """Write the manifest and the gallery, and show the run in the Prefect UI."""
    root = Root.open(run.config.root)
    result = finish_run(root, run, request.card, request.caution)
    _show(root, run, request.card, result)
    return result


def _show(root: Root, run: SampleRun, card: ModelCard, result: GeneratedRun) -> None:
    """Show a published run in the Prefect UI."""
    rolls = first_pictures(root, run, SHOWN_PIECES)
    gallery = run_path(run.run_id, INDEX_PAGE)
    note = run_markdown(run, card, result, rolls, page_address(run.config.root, gallery))
    create_markdown_artifact(note, key="gallery", description=f"Samples of {run.model_id}")
    link_page(run.config.root, gallery, "gallery-link", f"Gallery of {run.run_id}")


def _model(root: Root, run: SampleRun) -> Model:
    """Load a model once for all batches of a run, whose id names the weights."""
    key = (root.uri, run.run_id)
    if key not in _last_model:
        _last_model.clear()
        _last_model[key] = load_model(root, run.model_id)
    return _last_model[key]


def _progress_over_run(run: SampleRun, stage: str, first_index: int, count: int) -> Progress:
    """Return a Progress of one batch that reports over the whole run."""
    total, before = run.config.samples, first_index - run.config.first_index
    return lambda done, of: report(stage, before + count * done / of, total)
