"""Prefect tasks of generation: one for each batch of samples, so that a loss costs one batch.

Nothing is cached by Prefect: the files of a run are the truth, and its folder is named by the
model, the seed and the parameters.
"""

from functools import lru_cache

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import GenerateConfig
from schemas.model_card import ModelCard
from schemas.samples import GeneratedRun, SampleRun
from tasks.artifacts import create_markdown_artifact
from tasks.links import link_page
from tasks.model.composing import compose_batch
from tasks.model.files import Model, load_model
from tasks.model.registry import read_card, resolve
from tasks.model.sampling import sample
from tasks.music.run_note import SHOWN_PIECES, run_note
from tasks.policy import may_pass
from tasks.progress import Progress, tell
from tasks.storage import sample_run
from tasks.storage.page_server import page_address
from tasks.storage.root import Root


@task(
    name="plan generation",
    task_run_name="plan generation with {config.model}",
    cache_policy=NO_CACHE,
)
def plan_generation(config: GenerateConfig) -> SampleRun:
    """Find the model and name the run; ModelError if there is no such model."""
    root = Root.open(config.root, create=False)
    return sample_run.plan(config, read_card(root, resolve(root, config.model)))


@task(
    name="generate batch",
    task_run_name="generate from {first_index}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def generate_batch(run: SampleRun, first_index: int, count: int) -> None:
    """Draw one batch from the model and write its MIDI, pictures and audio, unless done."""
    root = Root.open(run.config.root)
    if sample_run.is_batch_done(root, run, first_index):
        get_run_logger().info("samples from %d on are already there: kept", first_index)
        return
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
    sample_run.publish(root, run, card)
    return _shown(root, run, card, reused=False)


def finished(run: SampleRun) -> GeneratedRun | None:
    """Return what an identical run published, saying so; None if there is no such run."""
    root = Root.open(run.config.root)
    if not sample_run.is_finished(root, run):
        return None
    get_run_logger().info("samples %s are already there: reused", run.run_id)
    return _shown(root, run, read_card(root, run.model_id), reused=True)


def _shown(root: Root, run: SampleRun, card: ModelCard, *, reused: bool) -> GeneratedRun:
    """Show a published run in the Prefect UI; return where it lies."""
    result = sample_run.summary(root, run, reused=reused)
    rolls = sample_run.pictures(root, run, SHOWN_PIECES)
    gallery = f"{sample_run.folder_of(run)}/index.html"
    note = run_note(run, card, result, rolls, page_address(run.config.root, gallery))
    create_markdown_artifact(note, key="gallery", description=f"Samples of {run.model_id}")
    link_page(run.config.root, gallery, "gallery-link", f"Gallery of {run.run_id}")
    return result


@lru_cache(maxsize=1)
def _model(root_uri: str, model_id: str, _run_id: str) -> Model:
    """Load a model once for all batches of a run, whose id names the weights."""
    return load_model(Root.open(root_uri), model_id)


def _within(run: SampleRun, stage: str, first_index: int, count: int) -> Progress:
    """Return a Progress over the whole run for work on one of its batches."""
    total = run.config.samples
    return lambda done, of: tell(stage, first_index + count * done / of, total)
