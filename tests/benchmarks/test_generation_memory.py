"""The benchmark of generation's memory, on a few samples."""

from pathlib import Path

import pytest

from benchmarks.generation_memory import MODEL, figures
from nocturne.schemas.config import GenerateConfig
from nocturne.tasks.storage.root import Root

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


def test_it_tells_memory_and_speed(shared_midi: Path, root: Root) -> None:
    config = GenerateConfig(root=root.uri, model=MODEL, samples=3, notes=16, audio=False, seed=0)
    found = figures(config, shared_midi / "chorales")
    assert found["samples"] == len(root.files(f"samples/{root.folders('samples')[0]}", ".mid")) == 3
    assert 100 < found["mib_at_end"] <= found["peak_mib"]
    assert found["samples_per_second"] > 0
