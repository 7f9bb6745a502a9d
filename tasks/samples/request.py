"""Which generation run a request means: a new one, one that was cut off, or more of an old one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, NocturneError, SamplesError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.pages.model_caution import caution_of
from nocturne.tasks.samples.check import read_run, read_run_folder
from nocturne.tasks.samples.extension import run_to_extend, runs_of_model
from nocturne.tasks.samples.identity import RUN_ID, SEEDS, plan_run
from nocturne.tasks.storage.layout import REQUEST_FILE
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class SampleRequest:
    """What a config asks for: a model, and the runs that would do, most wanted first.

    All runs but the last may be under way elsewhere. `caution` says why the model's music may be
    noise; empty for a sound model. `model_words` is the model and why it was chosen, in words.
    """

    card: ModelCard
    model_words: str
    caution: str
    runs: list[SampleRun]


def request_samples(root: Root, config: GenerateConfig) -> SampleRequest:
    """Find the model and name the run; ModelError if there is no such model."""
    model = find(root, model_named(config), config.corpus, config.scheme)
    card = read_card(root, model.model_id)
    runs = requested_runs(root, config, card)
    return SampleRequest(card, model.words, _caution(root, card), runs)


def model_named(config: GenerateConfig) -> str:
    """Return the model that `config` asks for: that of the run it names, if it names one."""
    if config.run is None:
        return config.model
    match = RUN_ID.fullmatch(config.run)
    if match is None:
        raise SamplesError(f"{config.run} is no id of a run: it is a folder's name under samples")
    return match["model"]


def requested_runs(root: Root, config: GenerateConfig, card: ModelCard) -> list[SampleRun]:
    """Return the runs that would do, most wanted first; all but the last may be taken.

    An empty seed goes on with runs of the same request that were cut off, if nobody else does;
    else it is drawn. SamplesError if there is no run to go on from, or it does not fit.
    """
    if config.run is not None or config.more is not None:
        return [run_to_extend(root, config, card)]
    unfinished = _cut_off_runs(root, config, card) if config.seed is None else ()
    return [*unfinished, plan_run(config, card)]


@contextmanager
def sole_writer(root: Root, runs: list[SampleRun]) -> Iterator[SampleRun]:
    """Lock the first of `runs` that nobody else writes, and yield it as it now stands in the root.

    BusyError if others write all of them.
    """
    with ExitStack() as locks:
        run = next(filter(None, (_lock_cut_off(root, run, locks) for run in runs[:-1])), None)
        if run is None:
            locks.enter_context(run_writer(root, runs[-1].run_id))
            run = as_published(root, runs[-1])
        yield run


def is_cut_off(root: Root, run: SampleRun) -> bool:
    """Whether `run` was begun with an empty seed and has not been published."""
    request = read_run(root, run.run_id, REQUEST_FILE)
    return request is not None and request.drawn_seed and request.extends is None


def as_published(root: Root, run: SampleRun) -> SampleRun:
    """Return `run` as it is published, if that has no fewer samples than asked for."""
    folder = read_run_folder(root, run.run_id)
    if folder.run is not None and folder.run.config.samples >= run.config.samples:
        config = folder.run.config.copy_with(root=run.config.root)
        return folder.run.model_copy(update={"config": config, "page_bytes": {}})
    rows = 0 if folder.run is not None or folder.manifest is None else folder.manifest.num_rows
    return run.with_samples(rows) if rows > run.config.samples else run


def _lock_cut_off(root: Root, run: SampleRun, locks: ExitStack) -> SampleRun | None:
    """Lock a run that was cut off and return it; None if another writes or has published it."""
    with ExitStack() as lock, suppress(BusyError):
        lock.enter_context(run_writer(root, run.run_id))
        if is_cut_off(root, run):
            locks.push(lock.pop_all())
            return run
    return None


def _cut_off_runs(root: Root, config: GenerateConfig, card: ModelCard) -> Iterator[SampleRun]:
    """Yield the runs of exactly this request, with an empty seed, that were never published."""
    for run_id, seed in runs_of_model(root, card.model_id):
        run = plan_run(config.copy_with(seed=seed), card) if seed < SEEDS else None
        if run is not None and run.run_id == run_id and is_cut_off(root, run):
            yield run.model_copy(update={"drawn_seed": True})


def _caution(root: Root, card: ModelCard) -> str:
    try:
        metrics = read_metrics(root, card.model_id)
    except (NocturneError, ValueError):  # damaged: they say nothing of the weights, which load
        metrics = ModelMetrics()
    return caution_of(card, metrics)
