"""What whole flows would do, as far as it can be told before their first stage has run."""

from collections.abc import Callable

from nocturne.schemas.config import (
    ComposeConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    StagesConfig,
    TrainConfig,
)
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.upkeep import Forecast, StageForecast
from nocturne.tasks.corpus.corpus_choice import choose_ingested, choose_prepared
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.forecast.corpora import (
    PREPARE,
    ingest_forecast,
    prepare_forecast,
)
from nocturne.tasks.upkeep.forecast.models import (
    GENERATE,
    TRAIN,
    generate_forecast,
    night_forecast,
    promote_forecast,
    train_forecast,
)
from nocturne.tasks.upkeep.forecast.seconds import stage_seconds, training_seconds


def forecast_ingest(config: IngestConfig) -> Forecast:
    """Return what the ingest flow would do; the root may be missing."""
    return _of("ingest", config.root, [ingest_forecast(_root(config.root), config)])


def forecast_prepare(config: PrepareConfig) -> Forecast:
    """Return what the prepare flow would do."""
    root = Root.open(config.root, create=False)
    return _of("prepare", config.root, [prepare_forecast(root, choose_ingested(root, config))])


def forecast_train(config: TrainConfig) -> Forecast:
    """Return what the train flow would do."""
    root = Root.open(config.root, create=False)
    return _of("train", config.root, [train_forecast(root, choose_prepared(root, config))])


def forecast_generate(config: GenerateConfig) -> Forecast:
    """Return what the generate flow would do."""
    root = Root.open(config.root, create=False)
    return _of("generate", config.root, [generate_forecast(root, config)])


def forecast_promote(config: PromoteConfig) -> Forecast:
    """Return what the promote flow would do."""
    root = Root.open(config.root, create=False)
    return _of("promote", config.root, [promote_forecast(root, config)])


def forecast_compose(config: ComposeConfig) -> Forecast:
    """Return what the compose flow would do; the root may be missing.

    A stage after one that makes something depends on it: what it finds is not known yet.
    """

    def train(root: Root) -> StageForecast:
        return train_forecast(root, config.subset(TrainConfig))

    what = f"{config.samples} samples of {config.length_words} are drawn from that model"
    return _of("compose", config.root, [*_stages(config, train), _later(GENERATE, what, None)])


def forecast_retrain(config: RetrainConfig) -> Forecast:
    """Return what the retrain flow would do; the root may be missing."""
    return _of("retrain", config.root, _stages(config, lambda root: night_forecast(root, config)))


def _stages(config: StagesConfig, train: Callable[[Root], StageForecast]) -> list[StageForecast]:
    """Return what ingest, prepare and `train` would do one after another."""
    root = _root(config.root)
    stages = [ingest_forecast(root, config.subset(IngestConfig))]
    if stages[-1].outcome == "reused":
        stages.append(prepare_forecast(root, config.subset(PrepareConfig)))
    else:
        seconds = stage_seconds(root, config.corpus, PREPARE)
        stages.append(_later(PREPARE, "new songs are split and encoded", seconds))
    if stages[-1].outcome == "reused":
        stages.append(train(root))
    else:
        what = f"a model is trained if songs have changed, {config.max_minutes:g} minutes at most"
        stages.append(_later(TRAIN, what, training_seconds(root, config.subset(TrainConfig))))
    return stages


def _later(stage: str, what: str, seconds: float | None) -> StageForecast:
    return StageForecast(stage=stage, outcome="depends", what=what, seconds=seconds)


def _root(uri: str) -> Root:
    return Root.open(uri, create=None)


def _of(flow: str, root: str, stages: list[StageForecast]) -> Forecast:
    return Forecast.of(flow, without_secrets(root), stages)
