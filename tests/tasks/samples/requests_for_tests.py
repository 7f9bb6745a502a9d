"""Requests for runs of a made-up model, which nobody else works on."""

from typing import Any

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.samples.batches import begin_run, write_batch
from nocturne.tasks.samples.request import as_published, requested_runs
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, wander


def asked(root: Root, **changes: Any) -> GenerateConfig:
    return GenerateConfig(root=root.uri, notes=16, audio=False, **{"samples": 3} | changes)


def requested(root: Root, **changes: Any) -> SampleRun:
    """The run of a request that nobody else works on."""
    return as_published(root, requested_runs(root, asked(root, **changes), card_of())[0])


def begun(root: Root, **changes: Any) -> SampleRun:
    """A run that was cut off after its first batch."""
    run = requested(root, samples=6, **changes)
    begin_run(root, run)
    write_batch(root, run, 0, [Composition(wander(i, 16)) for i in range(4)])
    return run
