"""The benchmark of generation: its drawers draw, and its ratios are of medians that took turns."""

import numpy as np
import pytest

from benchmarks.generation import floor, ratios, speeds
from benchmarks.generation_rivals import keras_drawer
from nocturne.schemas.network_shape import NetworkShape

SHAPE = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=0)
SIZES = (5, 7, 3, 4)


def test_ratios_are_ours_over_theirs() -> None:
    found = ratios({"nocturne": 600.0, "keras": 100.0, "floor": 800.0, "pytorch": 400.0})
    assert (found["times_keras"], found["times_pytorch"], found["share_of_floor"]) == (6, 1.5, 0.75)
    assert ratios({"nocturne": 6.0, "keras": 1.0, "floor": 8.0})["times_pytorch"] is None


def test_drawers_take_turns(capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[str, int]] = []
    drawers = {
        name: lambda samples, notes, name=name: calls.append((name, notes)) or sum(range(200_000))
        for name in ("nocturne", "floor")
    }
    found = speeds(drawers, 2, 16, rounds=2)
    assert calls == [("nocturne", 64), ("floor", 64), *[("nocturne", 16), ("floor", 16)] * 2]
    assert min(found.values()) > 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_rivals_draw_ids_of_every_attribute() -> None:
    drawn = np.asarray(keras_drawer(SHAPE, SIZES)(2, 3))
    assert drawn.shape == (2, 3, len(SIZES))
    assert (drawn < np.array(SIZES)).all()
    assert np.isfinite(floor(SHAPE, SIZES, 2)(4, 3)).all()  # type: ignore[call-overload]
