"""A tiny network, made-up songs and a count of loaded models, for tests of whole flows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.tasks.model.evaluation import drawn_samples
from nocturne.tasks.music.midi.writer import to_midi
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import wander

TINY = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=0)


@contextmanager
def tiny_training() -> Iterator[None]:
    """Make the network and its evaluation small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "small", TINY)
        patch.setattr(drawn_samples, "SAMPLES", 4)
        patch.setattr(drawn_samples, "SAMPLE_NOTES", 16)
        patch.setattr(drawn_samples, "UPTAKE_SAMPLES", 4)
        yield


@contextmanager
def counted_loads() -> Iterator[Counter[str]]:
    """Count, by model id, how often the weights are read."""
    counts: Counter[str] = Counter()
    read_bytes = Root.read_bytes

    def counting(root: Root, path: str) -> bytes:
        if path.endswith("/weights.safetensors"):
            counts[path.split("/")[1]] += 1
        return read_bytes(root, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Root, "read_bytes", counting)
        yield counts


@contextmanager
def counted_opens() -> Iterator[list[str]]:
    """List the address of the root each time that a root is opened."""
    addresses: list[str] = []
    open_root = Root.open

    def counting(uri: str, *, create: bool = True) -> Root:
        addresses.append(uri)
        return open_root(uri, create=create)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Root, "open", counting)
        yield addresses


def write_song(folder: Path, number: int) -> None:
    """Write a MIDI file of random notes."""
    content = to_midi(wander(number), tempo=120, program=0, name="tune")
    (folder / f"{number}.mid").write_bytes(content)
