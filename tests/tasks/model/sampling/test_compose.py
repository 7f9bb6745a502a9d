"""Tests of composing: what is asked of the sampler, and pieces that start at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import ModelError, SamplesError
from nocturne.schemas.progress import silent
from nocturne.schemas.samples import SampleRun
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.sampling.compose import compose_batch
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.primes.prime import Prime
from nocturne.tasks.primes.request import Primes
from nocturne.tasks.samples.identity import plan_run
from tests.tasks.music.notes_for_tests import notes_of, scale
from tests.tasks.samples.runs_for_tests import card_of

VOCABULARY = fit("factored", [scale(64)], "fingerprint")


def drawn(ids: np.ndarray, **facts: np.ndarray) -> Drawn:
    return Drawn(ids, np.full(len(ids), ids.shape[1]), facts)


@dataclass(frozen=True)
class Fake:
    vocabulary: Vocabulary = VOCABULARY
    primes: tuple[Any, ...] = ()


def run_of(**changes: Any) -> SampleRun:
    card = card_of().model_copy(update={"vocabulary_id": VOCABULARY.vocabulary_id})
    return plan_run(GenerateConfig(samples=4, notes=16, **changes), card)


def test_ids_become_the_notes_they_stand_for() -> None:
    ids = encode_song(VOCABULARY, scale(16))
    pieces = compose_batch(Fake(), lambda *_, **__: drawn(np.stack([ids, ids])), run_of(), 0, 2)
    pieces = [piece.notes for piece in pieces]
    assert len(pieces) == 2
    np.testing.assert_array_equal(pieces[1].pitch, scale(16).pitch)
    np.testing.assert_allclose(pieces[1].onset_beats, scale(16).onset_beats)
    np.testing.assert_array_equal(encode_song(VOCABULARY, pieces[0]), ids)


def test_a_rest_before_the_first_note_is_dropped() -> None:
    late = notes_of([(beat + 1.0, beat + 1.9, 60, 64) for beat in range(16)])
    ids = np.concatenate([encode_song(VOCABULARY, scale(2))[1:], encode_song(VOCABULARY, late)])
    (composition,) = compose_batch(
        Fake(), lambda *_, **__: drawn(ids[None]), run_of(tempo=60), 0, 1
    )
    piece = composition.notes
    assert piece.onset_beats[0] == piece.onset_seconds[0] == 0
    assert piece.onset_seconds[-1] == pytest.approx(piece.onset_beats[-1])


def test_a_piece_has_its_own_length_and_facts() -> None:
    ids = np.stack([encode_song(VOCABULARY, scale(16))] * 2)
    found = Drawn(ids, np.array([16, 5]), {"cost": np.array([0.5, 1.5], np.float32)})
    long, short = compose_batch(Fake(), lambda *_, **__: found, run_of(), 0, 2)
    assert (len(long.notes.pitch), len(short.notes.pitch)) == (16, 5)
    assert (long.facts, short.facts) == ({"cost": 0.5}, {"cost": 1.5})


def test_the_sampler_gets_the_request() -> None:
    asked: list[Any] = []

    def sampler(model: Fake, *request: Any) -> np.ndarray:
        asked.extend(request)
        return drawn(np.zeros((3, 16, 4), dtype=np.int16))

    run = run_of(seed=5, temperature=0.8, top_p=0.9, random_input="gaussian")
    compose_batch(Fake(), sampler, run, 2, 3, silent)
    assert asked == [run.config, 2, 3, silent]
    assert (run.config.notes, run.config.seed, run.config.temperature) == (16, 5, 0.8)
    assert (run.config.top_p, run.config.random_input) == (0.9, "gaussian")


def test_a_piece_sounds_as_many_semitones_higher_as_asked_for() -> None:
    ids = encode_song(VOCABULARY, scale(16))[None]
    for semitones in (-24, 5):
        run = run_of(transpose=semitones)
        (piece,) = compose_batch(Fake(), lambda *_, **__: drawn(ids), run, 0, 1)
        assert piece.notes.pitch.dtype == np.uint8
        assert piece.notes.pitch.tolist() == [p + semitones for p in scale(16).pitch.tolist()]
    ids[..., 1] = 100
    with pytest.raises(SamplesError, match="notes from 140 to 140 would lie outside"):
        compose_batch(Fake(), lambda *_, **__: drawn(ids), run_of(transpose=40), 0, 1)


def test_after_a_kept_prime_a_sample_begins_on_the_next_bar_line() -> None:
    ids = encode_song(VOCABULARY, scale(16))[None]
    for last, line in ((5.9, 6.0), (6.0, 9.0), (0.0, 3.0)):
        rows = [(beat, beat + 0.5, 60, 64) for beat in sorted({0.0, last})]
        song = Prime("song", "0" * 64, 1, notes_of(rows), 1, 0, 120.0, ())
        run = run_of(metre="3/4", prime="song.mid", keep_prime=True, tempo=60)
        (piece,) = compose_batch(
            Fake(), lambda *_, **__: drawn(ids), run, 0, 1, primes=Primes(song, None)
        )
        begin = piece.notes.onset_beats[len(rows)]
        assert begin == pytest.approx(line)
        assert piece.notes.onset_seconds[len(rows)] == pytest.approx(line)


def test_another_vocabulary_is_refused() -> None:
    other = Fake(VOCABULARY.model_copy(update={"version": 3}))
    with pytest.raises(ModelError, match="its card says"):
        compose_batch(other, lambda *_, **__: drawn(np.zeros((1, 1, 4))), run_of(), 0, 1)
