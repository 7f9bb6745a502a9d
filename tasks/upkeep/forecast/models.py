"""What train, generate and promote would do."""

from nocturne.schemas.config import GenerateConfig, PromoteConfig, RetrainConfig, TrainConfig
from nocturne.schemas.upkeep import StageForecast
from nocturne.tasks.model.build import model_name
from nocturne.tasks.model.registry.champion import champions_before, read_champion, require_earlier
from nocturne.tasks.model.registry.lookup import find, last_changed
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.models import known_models, read_card
from nocturne.tasks.model.warm_start import resolve_warm_start
from nocturne.tasks.primes.request import request_primes
from nocturne.tasks.samples.batches import batch_rows, batches_of
from nocturne.tasks.samples.check import is_published, read_run_folder
from nocturne.tasks.samples.request import as_published, model_named, requested_runs
from nocturne.tasks.storage.layout import CHECKPOINT_FILE, checkpoints_of
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch_base
from nocturne.tasks.upkeep.forecast.seconds import training_seconds

TRAIN, GENERATE, PROMOTE = "train", "generate", "promote"


def train_forecast(root: Root, config: TrainConfig) -> StageForecast:
    """Return what train would do with the corpus as it is prepared; the same errors as train."""
    config = resolve_warm_start(root, config)
    name = model_name(root, config)
    if name in known_models(root) and ModelFolder(root, name).file_damage() is None:
        return StageForecast(stage=TRAIN, outcome="reused", what=f"model {name} is trained")
    start = f"from the weights of {config.init_from}" if config.init_from else "from nothing"
    what = f"model {name} is trained {start}, for {config.max_minutes:g} minutes at most"
    outcome = "made"
    if (scratch_base(root) / checkpoints_of(name) / CHECKPOINT_FILE).is_file():
        what, outcome = f"the training of {name} goes on from its checkpoint", "continued"
    seconds = training_seconds(root, config)
    return StageForecast(stage=TRAIN, outcome=outcome, what=what, seconds=seconds)


def night_forecast(root: Root, config: RetrainConfig) -> StageForecast:
    """Return what the training of a night would be on the corpus as it is prepared."""
    from nocturne.tasks.model.night_plan import plan_night  # imports TensorFlow

    plan = plan_night(root, config)
    if plan.no_news:
        return StageForecast(stage=TRAIN, outcome="reused", what=f"nothing new: {plan.reason}")
    what = f"a model is trained, for {plan.config.max_minutes:g} minutes at most: {plan.reason}"
    seconds = training_seconds(root, plan.config)
    return StageForecast(stage=TRAIN, outcome="made", what=what, seconds=seconds)


def generate_forecast(root: Root, config: GenerateConfig) -> StageForecast:
    """Return what generate would do; the same errors as generate."""
    found = find(root, model_named(config), config.corpus, config.scheme)
    config = request_primes(root, config).config
    runs = requested_runs(root, config, read_card(root, found.model_id))
    run = as_published(root, runs[0])
    if is_published(root, run):
        return StageForecast(
            stage=GENERATE, outcome="reused", what=f"run {run.run_id} is published"
        )
    folder = read_run_folder(root, run.run_id)
    missing = [b for b in batches_of(run) if batch_rows(root, run, folder, *b) is None]
    lacking = sum(count for _, count in missing)
    kept = run.config.samples - lacking
    what = f"{lacking} samples of {run.config.length_words} are drawn from {found.words}"
    if kept or len(runs) > 1:
        what = f"run {run.run_id} goes on: {kept} samples are there, {lacking} are drawn"
    outcome = "continued" if kept or len(runs) > 1 else "made"
    return StageForecast(stage=GENERATE, outcome=outcome, what=what)


def promote_forecast(root: Root, config: PromoteConfig) -> StageForecast:
    """Return what promote would do; the same errors as promote."""
    if config.rollback:
        last = last_changed(root, config.corpus, config.scheme)
        require_earlier(last)
        before = champions_before(last)
        line = f"{last.corpus} ({last.scheme})"
        what = f"{before[0]} becomes champion of {line} again, in place of {last.model_id}"
        return StageForecast(stage=PROMOTE, outcome="made", what=what)
    found = find(root, config.model, config.corpus, config.scheme)
    card = read_card(root, found.model_id)
    champion = read_champion(root, card.corpus, card.config.scheme)
    line = f"{card.corpus} ({card.config.scheme})"
    if champion and champion.model_id == found.model_id:
        what = f"{found.model_id} is champion of {line}"
        return StageForecast(stage=PROMOTE, outcome="reused", what=what)
    place = f", in place of {champion.model_id}" if champion else ""
    what = f"{found.model_id} becomes champion of {line}{place}"
    return StageForecast(stage=PROMOTE, outcome="made", what=what)
