"""The generate flow: a model turns random input into MIDI, pictures, audio and a gallery."""

from prefect import flow

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import GeneratedRun
from nocturne.tasks.generate import (
    generate_batch,
    plan_generation,
    publish_run,
    published_run,
    sole_writer,
    unfinished_batches,
)
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.recording.facts import facts_line


@flow(name="generate", flow_run_name="{config.action}")
def generate(config: GenerateConfig) -> GeneratedRun:
    """Draw music from a model: MIDI files, pictures, audio and a gallery, or more of a run."""
    with facts_line() as facts:
        request = plan_generation(config)
        with sole_writer(request) as (root, run):
            if published := published_run(root, run, request):
                return facts.of(published)
            with progress_artifacts():
                for first_index, count in unfinished_batches(root, run):
                    generate_batch(run, first_index, count)
                return facts.of(publish_run(run, request))
