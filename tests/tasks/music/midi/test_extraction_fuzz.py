"""Broken bytes of every kind: extraction always answers, and never with notes out of range."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extracted, Rejected, extract
from tests.tasks.music.smf import TEMPO_100, on, smf, tune

SMALL = smf([(0, TEMPO_100), *tune()], [(0, [0xC1, 9]), *tune([70, 70, 72], 1), (0, on(3))])
MUTANTS = 2_000


def check(content: bytes) -> str:
    """Extract, assert that what comes back is sound, and return its outcome."""
    result = extract(content)
    if isinstance(result, Rejected):
        assert result.reason in Reason
        assert len(result.detail) <= 200
        return result.reason
    assert isinstance(result, Extracted)
    notes = result.notes
    assert len(notes) > 0
    assert 0 <= result.program <= 127
    assert 0 < result.tempo < np.inf
    for onset, offset in (
        (notes.onset_seconds, notes.offset_seconds),
        (notes.onset_beats, notes.offset_beats),
    ):
        assert np.isfinite(offset).all()
        assert (onset >= 0).all()
        assert (offset > onset).all()
    assert notes.pitch.max() <= 127
    assert 1 <= notes.velocity.min() <= notes.velocity.max() <= 127
    return "accepted"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=6))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SMALL)
    for at, value in changes:
        content[at] = value
    check(bytes(content))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_events_in_a_sound_track(body: bytes) -> None:
    check(smf([(0, body), *tune()]))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SMALL)), st.binary(max_size=20), st.integers(0, len(SMALL)))
def test_splices(cut: int, middle: bytes, after: int) -> None:
    check(SMALL[:cut] + middle + SMALL[after:])


def mutant(contents: list[bytes], seed: int) -> bytes:
    """Return a file with flipped bits, an end missing, or a piece of another in it."""
    rng = random.Random(seed)
    content = bytearray(rng.choice(contents))
    kind = rng.randrange(3)
    if kind == 0:
        for _ in range(rng.choice((1, 1, 2, 8, 64))):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del content[rng.randrange(len(content)) :]
    else:
        other = rng.choice(contents)
        at, start = rng.randrange(len(content)), rng.randrange(len(other))
        length = rng.randrange(1, 400)
        content[at : at + rng.choice((0, length))] = other[start : start + length]
    return bytes(content)


def fuzz(shared_midi: Path, seeds: range) -> set[str]:
    paths = sorted(p for p in shared_midi.rglob("*") if p.is_file() and 0 < p.stat().st_size < 4e4)
    contents = [path.read_bytes() for path in paths]
    return {check(mutant(contents, seed)) for seed in seeds}


def test_mutants_of_real_files(shared_midi: Path) -> None:
    found = fuzz(shared_midi, range(MUTANTS))
    assert {"accepted", Reason.TRUNCATED, Reason.BAD_DATA_BYTE, Reason.NOT_MIDI} <= found


@pytest.mark.soak
def test_many_mutants_of_real_files(shared_midi: Path) -> None:
    assert "accepted" in fuzz(shared_midi, range(MUTANTS, 10 * MUTANTS))
