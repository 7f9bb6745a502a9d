"""Choosing among draws: repeatable, by the score, and never a faulty one where there is another."""

from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.choice import choose
from nocturne.tasks.model.sampling.choice.choose import candidate_config, sample_and_choose
from nocturne.tasks.model.sampling.choice.reference import Band, Reference, stretch_bits
from nocturne.tasks.model.sampling.choice.score import fault_of, scores_of, total
from nocturne.tasks.model.sampling.random_inputs import random_inputs
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.music.categories import fit
from nocturne.tasks.music.metrics.excerpt import excerpt_of
from tests.tasks.samples.runs_for_tests import wander

CONFIG = SamplingConfig(notes=16, seed=7, temperature=1.0)


@pytest.fixture(scope="module")
def model(tiny_shape: NetworkShape) -> Model:
    """An untrained model with a real vocabulary, whose primers are windows of one song."""
    from nocturne.tasks.music.categories import encode_song

    songs = [wander(i) for i in range(8)]
    vocabulary = fit("factored", songs, "fingerprint")
    ids = [encode_song(vocabulary, song) for song in songs]
    split = SplitIds(np.concatenate(ids), np.cumsum([0, *map(len, ids)]))
    weights = initial_weights(tiny_shape, vocabulary, 0)
    inputs = random_inputs(split, vocabulary, tiny_shape, weights, 0)
    return Model("tiny", tiny_shape, vocabulary, weights, *inputs)


def test_without_a_choice_samples_are_what_they_were(model: Model) -> None:
    plain, same = sample(model, CONFIG, 3, 4), sample_and_choose(model, CONFIG, 3, 4)
    np.testing.assert_array_equal(plain.ids, same.ids)
    np.testing.assert_equal(plain.facts, same.facts)


def test_the_best_candidate_is_kept_whatever_the_batch(model: Model) -> None:
    config = CONFIG.copy_with(choose=3)
    seen: list[tuple[float, float]] = []
    kept = sample_and_choose(model, config, 0, 4, lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1]
    assert [a / b for a, b in seen] == sorted(a / b for a, b in seen)
    draws = [sample(model, candidate_config(config, k), 0, 4).ids for k in range(3)]
    np.testing.assert_array_equal(draws[0], sample(model, CONFIG, 0, 4).ids)
    candidates = [[draw[i] for draw in draws] for i in range(4)]
    scores = scores_of(choose.reference_of(model), candidates)
    for i, row in enumerate(scores):
        faults = [fault_of(choose.reference_of(model), ids, 16) for ids in candidates[i]]
        allowed = [k for k in range(3) if faults[k] == "none"] or [0, 1, 2]
        best = max(allowed, key=lambda k: total(row[k]))
        np.testing.assert_array_equal(kept.ids[i], draws[best][i])
        assert kept.facts["candidate"][i] == best
        assert kept.facts["choice_score"][i] == pytest.approx(total(row[best]))
        assert kept.facts["choice_originality"][i] == row[best]["originality"]
        assert all(0 <= value <= 1 for one in row for value in one.values())
    apart = sample_and_choose(model, config, 2, 1)
    np.testing.assert_array_equal(apart.ids[0], kept.ids[2])
    assert apart.facts["choice_difference"] == kept.facts["choice_difference"][2]


def test_faulty_draws_are_drawn_again_and_counted(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = (sample(model, candidate_config(CONFIG, k), 0, BATCH_ROWS + 9) for k in (0, 1))
    bad = {first.ids[i].tobytes() for i in (1, BATCH_ROWS + 2)} | {again.ids[1].tobytes()}

    def fault(reference: Any, ids: Any, asked: int) -> str:
        return "copied" if ids.tobytes() in bad else "none"

    monkeypatch.setattr(choose, "fault_of", fault)
    found = sample_and_choose(model, CONFIG.copy_with(redraws=1), 0, BATCH_ROWS + 9)
    redrawn = found.facts["redrawn"].tolist()
    assert [i for i, count in enumerate(redrawn) if count] == [1, BATCH_ROWS + 2]
    np.testing.assert_array_equal(found.ids[0], first.ids[0])
    np.testing.assert_array_equal(found.ids[BATCH_ROWS + 2], again.ids[BATCH_ROWS + 2])
    np.testing.assert_array_equal(found.ids[1], first.ids[1])  # both are faulty: said, not dropped
    assert found.facts["fault"][1] == "copied"
    assert set(np.delete(found.facts["fault"], 1)) == {"none"}
    assert found.facts["candidate"].tolist().count(1) == 1
    more = sample_and_choose(model, CONFIG.copy_with(redraws=2), 1, 1)
    assert (more.facts["redrawn"][0], more.facts["fault"][0]) == (2, "none")


def test_copies_of_primers_and_no_music_are_faults(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nocturne.tasks.model.sampling.choice.reference.COPIED_STEPS", 6)
    reference = Reference(model)
    fresh = sample(model, CONFIG, 0, 1).ids[0]
    primer = next(p for p in model.primers if len(np.unique(p[:, 1])) > 1)
    assert fault_of(reference, np.concatenate([fresh[:9], primer]), 16) == "copied"
    assert fault_of(reference, np.repeat(fresh[:1], 16, axis=0), 16) == "degenerate"
    chord = np.array(model.primers[0][:4].tolist() * 4, np.int16)
    chord[:, 0] = 0  # the interval of chords
    assert fault_of(reference, chord, 16) == "degenerate"
    assert fault_of(reference, fresh[:15], 16) == "degenerate"  # fewer notes than asked for
    assert fault_of(reference, fresh[:12], 12) == "none"
    assert fault_of(reference, fresh, 16) == "none"


def test_candidates_keep_the_second_seed_of_between() -> None:
    config = CONFIG.copy_with(random_input="between")
    other = candidate_config(config, 1)
    assert other.seed not in (7, candidate_config(config, 2).seed)
    assert other.seed_to == 8
    assert candidate_config(CONFIG, 1) == CONFIG.copy_with(seed=other.seed)
    assert candidate_config(config, 0) is config


def test_a_band_is_left_by_degrees() -> None:
    band = Band(2.0, 4.0)
    values = [2.0, 3.0, 4.0, 5.0, 1.0, 6.0, -9.0]
    assert [band.closeness(value) for value in values] == [1, 1, 1, 0.5, 0.5, 0, 0]


def test_bits_are_those_of_the_stretches_as_songs(model: Model) -> None:
    window = model.shape.window
    pieces = [sample(model, CONFIG, 0, 2).ids[i] for i in range(2)]
    stretches = [piece[begin : begin + window] for piece in pieces for begin in (0, window)]
    for piece, found in zip(pieces, stretch_bits(model, pieces), strict=True):
        assert len(piece) == 2 * window
        offsets = np.array([0, window, 2 * window])
        expected = evaluate(model, SplitIds(piece, offsets)).note_bits
        assert found == pytest.approx(expected, rel=1e-5)
    assert len(stretches) == 4


def test_difference_is_what_no_fellow_has(model: Model) -> None:
    reference = choose.reference_of(model)
    one, two = sample(model, CONFIG, 0, 2).ids
    alike, also, other = scores_of(reference, [[one, one, two]])[0]
    assert alike["difference"] == also["difference"] == 0
    assert other["difference"] > 0.5
    assert scores_of(reference, [[one]])[0][0]["difference"] == 1
    assert len(excerpt_of(model.vocabulary, one)) == 16
