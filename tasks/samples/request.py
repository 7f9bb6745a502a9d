"""Find the run of a request: a new run, an interrupted run, or an old run to be extended."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import BusyError, NocturneError, SamplesError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.sampling.lengths import caution_of_length, require_end
from nocturne.tasks.music.theory.note_limits import check_limits
from nocturne.tasks.music.theory.transposing import transposed
from nocturne.tasks.pages.model_caution import caution_of
from nocturne.tasks.primes.encoding import prime_words
from nocturne.tasks.primes.request import PrimeRequest, prime_names, request_primes
from nocturne.tasks.samples.check import read_run, read_run_folder
from nocturne.tasks.samples.extension import run_to_extend, runs_of_model
from nocturne.tasks.samples.identity import RUN_ID, SEEDS, plan_run
from nocturne.tasks.storage.layout import REQUEST_FILE, prime_path
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root


@dataclass(frozen=True)
class SampleRequest:
    """A config's model, and the runs that fit the request, best first.

    All runs but the last may be locked by other processes. `caution` says why the model's music
    may be noise; empty for a sound model. `model_words` names the model and why it was chosen,
    `prime_words` has a line for each song that the samples continue.
    """

    card: ModelCard
    model_words: str
    caution: str
    runs: list[SampleRun]
    prime_words: tuple[str, ...] = ()


def request_samples(root: Root, config: GenerateConfig) -> SampleRequest:
    """Find the model, keep the primes in the root and name the run.

    ModelError if there is no such model, or it has not learned an ending that is asked for;
    SamplesError if a prime cannot be continued or the model cannot keep the limits asked for.
    """
    model = find(root, model_named(config), config.corpus, config.scheme)
    card = read_card(root, model.model_id)
    asked = request_primes(root, config)
    runs = possible_runs(root, card, asked)
    asked.keep(root)
    words = _prime_words(root, card, asked)
    caution = "; ".join(filter(None, [caution_about(root, card), _length_caution(root, runs[-1])]))
    return SampleRequest(card, model.words, caution, runs, words)


def possible_runs(root: Root, card: ModelCard, asked: PrimeRequest) -> list[SampleRun]:
    """Return `requested_runs`; SamplesError or ModelError if the model cannot make them."""
    runs = requested_runs(root, asked.config, card)
    check_limits(lambda: open_model(root, card.model_id).vocabulary, runs[-1].config)
    if asked.primes.first and asked.config.keep_prime:
        transposed(asked.primes.first.notes, runs[-1].config.transpose)
    return runs


def _prime_words(root: Root, card: ModelCard, asked: PrimeRequest) -> tuple[str, ...]:
    songs = [song for song in (asked.primes.first, asked.primes.second) if song]
    if not songs:
        return ()
    vocabulary = ModelFolder(root, card.model_id).vocabulary
    return tuple(prime_words(vocabulary, song, asked.config.tempo) for song in songs)


def model_named(config: GenerateConfig) -> str:
    """Return the name of the model: that of the run in `config.run`, if one is named there."""
    if config.run is None:
        return config.model
    match = RUN_ID.fullmatch(config.run)
    if match is None:
        raise SamplesError(f"{config.run} is no id of a run: it is a folder's name under samples")
    return match["model"]


def requested_runs(root: Root, config: GenerateConfig, card: ModelCard) -> list[SampleRun]:
    """Return the runs that fit the request, best first; all but the last may be locked.

    The config names its primes by content, as request_primes does. An empty seed continues a run
    of the same request that was interrupted, if nobody else does; else it is drawn. SamplesError
    if there is no run to go on from, or it does not fit; ModelError for an ending that the model
    has not learned.
    """
    if config.run is not None or config.more is not None:
        return [run_to_extend(root, config, card)]
    if config.ending:
        require_end(config, card.model_id, open_model(root, card.model_id).vocabulary)
    unfinished = _interrupted_runs(root, config, card) if config.seed is None else ()
    return [*unfinished, plan_run(config, card)]


@contextmanager
def sole_writer(root: Root, runs: list[SampleRun]) -> Iterator[SampleRun]:
    """Lock the first of `runs` that no other process writes; yield it as it is in the root now.

    BusyError if others write all of them.
    """
    with ExitStack() as locks:
        run = next(filter(None, (_lock_interrupted(root, run, locks) for run in runs[:-1])), None)
        if run is None:
            locks.enter_context(_writer(root, runs[-1]))
            run = as_published(root, runs[-1])
        yield run


def is_interrupted(root: Root, run: SampleRun) -> bool:
    """Whether `run` was begun with an empty seed and is not published."""
    request = read_run(root, run.run_id, REQUEST_FILE)
    return request is not None and request.drawn_seed and request.extends is None


def as_published(root: Root, run: SampleRun) -> SampleRun:
    """Return the published state of `run` if it has no fewer samples than requested, else `run`."""
    folder = read_run_folder(root, run.run_id)
    if folder.run is not None and folder.run.config.samples >= run.config.samples:
        config = folder.run.config.copy_with(root=run.config.root)
        return folder.run.model_copy(update={"config": config, "page_bytes": {}})
    rows = 0 if folder.run is not None or folder.manifest is None else folder.manifest.num_rows
    return run.with_samples(rows) if rows > run.config.samples else run


def _lock_interrupted(root: Root, run: SampleRun, locks: ExitStack) -> SampleRun | None:
    """Lock a run that was interrupted and return it; None if another writes or has published it."""
    with ExitStack() as lock, suppress(BusyError):
        lock.enter_context(_writer(root, run))
        if is_interrupted(root, run):
            locks.push(lock.pop_all())
            return run
    return None


def _writer(root: Root, run: SampleRun) -> AbstractContextManager[None]:
    """Let this process write a run; its model and primes stay meanwhile."""
    primes = tuple(prime_path(name) for name in prime_names(run.config))
    return run_writer(root, run.run_id, run.model_id, primes)


def _interrupted_runs(root: Root, config: GenerateConfig, card: ModelCard) -> Iterator[SampleRun]:
    """Yield the unpublished runs of exactly this request with an empty seed."""
    for run_id, seed in runs_of_model(root, card.model_id):
        run = plan_run(config.copy_with(seed=seed), card) if seed < SEEDS else None
        if run is not None and run.run_id == run_id and is_interrupted(root, run):
            yield run.model_copy(update={"drawn_seed": True})


def _length_caution(root: Root, run: SampleRun) -> str:
    if run.config.bars is None and run.config.seconds is None:
        return ""
    return caution_of_length(run.config, open_model(root, run.model_id).vocabulary)


def caution_about(root: Root, card: ModelCard) -> str:
    """Return why a model's music may be noise; empty for a sound model."""
    try:
        metrics = read_metrics(root, card.model_id)
    except (NocturneError, ValueError):  # damaged: they say nothing of the weights, which load
        metrics = ModelMetrics()
    return caution_of(card, metrics)
