"""Which generation run a request means: a new one, one that was cut off, or more of an old one."""

import re
from collections.abc import Iterator

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.generate import MOST_SAMPLES
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.samples.check import COUNTED, published, read_run
from nocturne.tasks.samples.run import SEEDS, plan
from nocturne.tasks.storage.layout import REQUEST_FILE, RUN_FILE, SAMPLES, run_path
from nocturne.tasks.storage.root import Root

RUN_ID = re.compile(r"(?P<model>.+)-seed(?P<seed>\d+)-[0-9a-f]{8}")


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
        return [_existing(root, config, card)]
    begun = _cut_off(root, config, card) if config.seed is None else ()
    return [*begun, plan(config, card)]


def is_cut_off(root: Root, run: SampleRun) -> bool:
    """Whether `run` was begun with an empty seed and has not been published."""
    begun = read_run(root, run.run_id, REQUEST_FILE)
    return begun is not None and begun.drawn_seed and begun.extends is None


def grown(root: Root, run: SampleRun) -> SampleRun:
    """Return `run` as it is published, if that has no fewer samples than asked for."""
    found = published(root, run.run_id)
    if found.run is not None and found.run.config.samples >= run.config.samples:
        config = found.run.config.copy_with(root=run.config.root)
        return found.run.model_copy(update={"config": config, "page_bytes": {}})
    rows = 0 if found.run is not None or found.manifest is None else found.manifest.num_rows
    return run.with_samples(rows) if rows > run.config.samples else run


def _cut_off(root: Root, config: GenerateConfig, card: ModelCard) -> Iterator[SampleRun]:
    """Yield the runs of exactly this request, with an empty seed, that were never published."""
    for name, seed in _folders(root, card.model_id):
        run = plan(config.copy_with(seed=seed), card) if seed < SEEDS else None
        if run is not None and run.run_id == name and is_cut_off(root, run):
            yield run.model_copy(update={"drawn_seed": True})


def _folders(root: Root, model_id: str) -> Iterator[tuple[str, int]]:
    """Yield (run id, seed) of every folder of a model's runs."""
    for name in root.folders(SAMPLES):
        match = RUN_ID.fullmatch(name)
        if match is not None and match["model"] == model_id:
            yield name, int(match["seed"])


def _existing(root: Root, config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run to go on from, with as many samples as it is to have."""
    run_id = config.run or _latest(root, card.model_id)
    begun, done = read_run(root, run_id, REQUEST_FILE), published(root, run_id).run
    run = _target(begun, done, config.more)
    if run is None:
        raise SamplesError(_unusable(root, run_id))
    _require_same_model(run, card)
    _require_same_parameters(run, config)
    return run.model_copy(update={"config": run.config.copy_with(root=config.root)})


def _target(begun: SampleRun | None, done: SampleRun | None, more: int | None) -> SampleRun | None:
    """Return what the run is to become; None if it does not say or is not finished.

    `begun` is what was under way when the run was cut off, `done` what is published.
    """
    if more is None:
        return begun or done
    if begun and begun.extends and begun.extends + more == begun.config.samples:
        return begun  # the same request, cut off: it is not added twice
    if done is None:
        return None
    samples = done.config.samples + more
    if samples > MOST_SAMPLES:
        raise SamplesError(f"run {done.run_id} would have {samples:,} samples: at most 1,000,000")
    return done.with_samples(samples, extends=done.config.samples, page_bytes={})


def _latest(root: Root, model_id: str) -> str:
    """Return the run of a model that was published last."""
    names = [name for name, _ in _folders(root, model_id)]
    times = root.modified([run_path(name, RUN_FILE) for name in names])
    finished = [(time, name) for time, name in zip(times, names, strict=True) if time]
    if not finished:
        raise SamplesError(
            f"no finished run of model {model_id} under {root.display_path(SAMPLES)} to go on "
            "from: run nocturne generate without --more first"
        )
    return max(finished)[1]


def _unusable(root: Root, run_id: str) -> str:
    folder = run_path(run_id)
    if not root.exists(folder):
        return (
            f"no run {run_id} under {root.display_path(SAMPLES)}: --run takes a folder's name there"
        )
    if root.exists(f"{folder}/{RUN_FILE}"):
        return (
            f"{root.display_path(f'{folder}/{RUN_FILE}')} is damaged: run nocturne generate with "
            "the seed, samples and parameters of that run, which writes it again"
        )
    return f"run {run_id} is not finished: run nocturne generate --run {run_id} first"


def _require_same_model(run: SampleRun, card: ModelCard) -> None:
    first = run.config.copy_with(samples=run.first_samples or run.config.samples)
    if plan(first, card).run_id != run.run_id:
        raise SamplesError(
            f"run {run.run_id} was made by other weights than model {card.model_id} has now, or "
            "by another version: start a new run"
        )


def _require_same_parameters(run: SampleRun, config: GenerateConfig) -> None:
    """SamplesError if a parameter is asked for that is not the run's own."""
    for name in (*COUNTED, "program"):
        asked, own = getattr(config, name), getattr(run.config, name)
        own = run.program if name == "program" else own
        default = type(config).model_fields[name].default
        if name != "samples" and asked not in (default, own):
            flag = f"--{name.replace('_', '-')}"
            raise SamplesError(
                f"run {run.run_id} has {flag} {own}, not {asked}: leave {flag} out to go on from it"
            )
