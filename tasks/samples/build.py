"""A generation run from a config: the whole stage, without Prefect, and its steps."""

from collections.abc import Callable, Sequence
from functools import cache

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.samples import GeneratedRun, SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.primes.request import load_primes
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.publish import clear_leftovers, generated_run, publish_run
from nocturne.tasks.samples.request import request_samples, sole_writer
from nocturne.tasks.storage.root import Root

Compose = Callable[[int, int], Sequence[Composition]]  # (first index, count)


def build_samples(root: Root, config: GenerateConfig, progress: Progress = silent) -> GeneratedRun:
    """Draw music from a model and publish it as MIDI, pictures, audio and a gallery.

    Returns a run that is published already as it is; continues a run that was interrupted.
    `progress` counts the samples written. Raises ModelError if there is no such model,
    SamplesError if there is no such run to go on from, BusyError if another process writes the
    run, StorageError where the root cannot be written.
    """
    request = request_samples(root, config)
    with sole_writer(root, request.runs) as run:
        if published := reuse_published(root, run, request.caution):
            return published
        build_batches(root, run, composer(root, run), progress)
        return finish_run(root, run, request.card, request.caution)


def reuse_published(root: Root, run: SampleRun, caution: str = "") -> GeneratedRun | None:
    """Return the run if it is published already, and renew the index pages; else None."""
    if not is_published(root, run):
        return None
    clear_leftovers(root, run)
    write_index_pages(root)
    return generated_run(root, run, reused=True, caution=caution)


def build_batches(
    root: Root, run: SampleRun, compose: Compose, progress: Progress = silent
) -> None:
    """Write the batches that a run lacks; their pieces are those that `compose` returns."""
    for first, count in begin_run(root, run):
        before = first - run.config.first_index
        written = _offset(progress, before, run.config.samples)
        write_batch(root, run, first, compose(first, count), written)


def finish_run(root: Root, run: SampleRun, card: ModelCard, caution: str = "") -> GeneratedRun:
    """Publish a run whose batches are made, and renew the index pages."""
    publish_run(root, run, card, caution)
    write_index_pages(root)
    return generated_run(root, run, reused=False, caution=caution)


def _offset(progress: Progress, before: int, total: int) -> Progress:
    """Return a Progress of one batch, with so many samples before it, of the whole run."""
    return lambda done, _: progress(before + done, total)


def composer(root: Root, run: SampleRun) -> Compose:
    """Return a function that draws pieces of a run; its first call loads the model."""
    from nocturne.tasks.model.registry.open_models import load_model
    from nocturne.tasks.model.sampling.choice.choose import sample_and_choose
    from nocturne.tasks.model.sampling.compose import compose_batch

    load = cache(lambda: load_model(root, run.model_id))
    songs = cache(lambda: load_primes(root, run.config))
    return lambda first, count: compose_batch(
        load(), sample_and_choose, run, first, count, primes=songs()
    )
