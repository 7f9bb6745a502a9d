"""Generate: a model turns random input into MIDI, pictures, audio and a gallery."""

from prefect import flow

from schemas.config import GenerateConfig
from schemas.samples import GeneratedRun
from tasks.generate import finished, generate_batch, plan_generation, publish_run
from tasks.progress_artifacts import progress_artifacts
from tasks.storage.locks import run_writer
from tasks.storage.root import Root
from tasks.storage.sample_run import batches


@flow(name="generate", flow_run_name="generate {config.samples} with {config.model}")
def generate(config: GenerateConfig) -> GeneratedRun:
    """Make MIDI files and a gallery; an identical earlier run is found and reused."""
    run = plan_generation(config)
    with run_writer(Root.open(config.root), run.run_id):
        if done := finished(run):
            return done
        with progress_artifacts():
            for first_index, count in batches(run):
                generate_batch(run, first_index, count)
            return publish_run(run)
