"""Generate: a model turns random input into MIDI, pictures, audio and a gallery."""

from prefect import flow

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import GeneratedRun
from nocturne.tasks.generate import (
    finished,
    generate_batch,
    plan_generation,
    publish_run,
    sole_writer,
    unfinished_batches,
)
from nocturne.tasks.progress_artifacts import progress_artifacts


@flow(name="generate", flow_run_name="{config.action}")
def generate(config: GenerateConfig) -> GeneratedRun:
    """Make MIDI files and a gallery: a new run, what a run lacks, or more of it."""
    with sole_writer(plan_generation(config)) as run:
        if done := finished(run):
            return done
        with progress_artifacts():
            for first_index, count in unfinished_batches(run):
                generate_batch(run, first_index, count)
            return publish_run(run)
