"""Find the run that a request continues or extends (--run, --more)."""

from collections.abc import Iterator

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.sampling import MOST_SAMPLES
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.samples.check import read_run, read_run_folder
from nocturne.tasks.samples.identity import COUNTED, RUN_ID, plan_run
from nocturne.tasks.storage.layout import REQUEST_FILE, RUN_FILE, SAMPLES, run_path
from nocturne.tasks.storage.root import Root


def run_to_extend(root: Root, config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run that the request extends, with the number of samples that it is to have.

    SamplesError if there is none, or if it has another model or other parameters.
    """
    run_id = config.run or _latest_run(root, card.model_id)
    request = read_run(root, run_id, REQUEST_FILE)
    published = read_run_folder(root, run_id).run
    run = _target(request, published, config.more)
    if run is None:
        raise SamplesError(_why_not(root, run_id))
    _require_same_model(run, card)
    _require_same_parameters(run, config)
    return run.model_copy(update={"config": run.config.copy_with(root=config.root)})


def runs_of_model(root: Root, model_id: str) -> Iterator[tuple[str, int]]:
    """Yield (run id, seed) of every folder of a model's runs."""
    for name in root.folders(SAMPLES):
        match = RUN_ID.fullmatch(name)
        if match is not None and match["model"] == model_id:
            yield name, int(match["seed"])


def _target(
    request: SampleRun | None, published: SampleRun | None, more: int | None
) -> SampleRun | None:
    """Return the run with its new number of samples; None if it is damaged or not published.

    `request` is the run.json-to-be of a try that was interrupted.
    """
    if more is None:
        return request or published
    if request and request.extends and request.extends + more == request.config.samples:
        return request  # the same --more, interrupted: its samples are not added twice
    if published is None:
        return None
    before = published.config.samples
    if before + more > MOST_SAMPLES:
        raise SamplesError(
            f"run {published.run_id} would have {before + more:,} samples: at most 1,000,000"
        )
    return published.with_samples(before + more, extends=before, page_bytes={})


def _latest_run(root: Root, model_id: str) -> str:
    """Return the run of a model that was published last."""
    names = [name for name, _ in runs_of_model(root, model_id)]
    times = root.modified([run_path(name, RUN_FILE) for name in names])
    published = [(time, name) for time, name in zip(times, names, strict=True) if time]
    if not published:
        raise SamplesError(
            f"no finished run of model {model_id} under {root.display_path(SAMPLES)} to go on "
            "from: run nocturne generate without --more first"
        )
    return max(published)[1]


def _why_not(root: Root, run_id: str) -> str:
    """Return in one line why the run cannot be extended, and what to do."""
    if not root.exists(run_path(run_id)):
        return (
            f"no run {run_id} under {root.display_path(SAMPLES)}: --run takes a folder's name there"
        )
    if root.exists(run_path(run_id, RUN_FILE)):
        return (
            f"{root.display_path(run_path(run_id, RUN_FILE))} is damaged: run nocturne generate "
            "with the seed, samples and parameters of that run, which writes it again"
        )
    return f"run {run_id} is not finished: run nocturne generate --run {run_id} first"


def _require_same_model(run: SampleRun, card: ModelCard) -> None:
    first = run.config.copy_with(samples=run.first_samples or run.config.samples)
    if plan_run(first, card).run_id != run.run_id:
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
