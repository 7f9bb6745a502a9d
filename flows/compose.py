"""Compose: all stages in one flow, from a source of MIDI files to new MIDI files."""

from prefect import flow

from nocturne.flows.generate import generate
from nocturne.flows.ingest import ingest
from nocturne.flows.prepare import prepare
from nocturne.flows.train import train
from nocturne.schemas.config import (
    ComposeConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    SamplingConfig,
    TrainConfig,
)
from nocturne.schemas.results import Composition
from nocturne.tasks.generate import require_primes
from nocturne.tasks.recording.facts import facts_line
from nocturne.tasks.stages import stages


@flow(name="compose", flow_run_name="compose {config.samples} from {config.corpus}")
def compose(config: ComposeConfig) -> Composition:
    """Ingest, prepare, train and generate; each stage reuses what is already done."""
    sampling = config.subset(SamplingConfig).model_dump()
    with facts_line(), stages():
        require_primes(config)
        ingested = ingest(config.subset(IngestConfig))
        prepared = prepare(config.subset(PrepareConfig))
        trained = train(config.subset(TrainConfig))
        generated = generate(GenerateConfig(model=trained.model_id, **sampling))
    return Composition(
        ingested=ingested,
        prepared=prepared,
        trained=trained,
        generated=generated,
        caution=generated.caution,
    )
