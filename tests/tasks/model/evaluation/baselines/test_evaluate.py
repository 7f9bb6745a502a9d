"""The table of baselines as a whole."""

import numpy as np
import pytest

from nocturne.schemas.errors import CorpusError
from nocturne.tasks.model.evaluation.baselines import evaluate, evaluate_baselines
from tests.tasks.model.evaluation.baselines.brute_force import KneserNey
from tests.tasks.model.evaluation.baselines.corpora import SIZES, random_songs, split_of, vocabulary

TRAIN = random_songs(1, (60, 50, 70))
VALID = random_songs(2, (40, 30))
TEST = random_songs(3, (50, 1, 20))
SPLITS = [split_of(songs) for songs in (TRAIN, VALID, TEST)]


def brute_force_bits(songs: list, attribute: int, stream: str, order: int) -> float:
    model = KneserNey(TRAIN, attribute, stream, order, SIZES[attribute])
    found = [model.probability(song, n) for song in songs for n in range(len(song))]
    return float(-np.log2(found).mean())


def test_the_composite_is_chosen_on_validation_and_reported_on_test() -> None:
    found = evaluate_baselines(*SPLITS, vocabulary(), max_order=3)
    tried = [(stream, order) for stream in ("own", "interleaved") for order in (1, 2, 3)]
    for attribute, name in enumerate(vocabulary().names):
        best = min(tried, key=lambda one: brute_force_bits(VALID, attribute, *one))
        expected = brute_force_bits(TEST, attribute, *best)
        assert found["composite"].by_attribute[name] == pytest.approx(expected, abs=1e-12)
        for baseline, order in (("unigram", 1), ("bigram", 2)):
            expected = brute_force_bits(TEST, attribute, "own", order)
            assert found[baseline].by_attribute[name] == pytest.approx(expected, abs=1e-12)


def test_the_table_is_complete_and_adds_up() -> None:
    seen = []
    found = evaluate_baselines(*SPLITS, vocabulary(), lambda *at: seen.append(at), max_order=4)
    (best,) = (name for name in found if name.startswith("kneser_ney_"))
    assert list(found) == ["uniform", "unigram", "bigram", best, "composite", "cache"]
    assert found["uniform"].bits_per_note == pytest.approx(np.log2(np.prod(SIZES)), abs=1e-12)
    for evaluation in found.values():
        assert list(evaluation.by_attribute) == list(vocabulary().names)
        assert evaluation.bits_per_note == pytest.approx(sum(evaluation.by_attribute.values()))
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)


def test_context_pays_on_music_with_structure() -> None:
    train, test = (split_of(random_songs(seed, (400,) * 8)) for seed in (5, 6))
    found = evaluate_baselines(train, split_of(random_songs(7, (400,))), test, vocabulary())
    bits = [evaluation.bits_per_note for evaluation in found.values()]
    uniform, unigram, bigram, best, composite, _ = bits
    assert uniform == pytest.approx(unigram, abs=0.02)  # the generator favours no value
    assert unigram - 0.9 > bigram > best >= composite


def test_the_cache_beats_the_composite_where_songs_repeat_themselves() -> None:
    rng = np.random.default_rng(0)
    splits = [
        split_of([np.tile(rng.integers(0, 8, (12, 1)), (6, 1)).astype(np.int16) for _ in range(20)])
        for _ in range(3)
    ]
    found = evaluate_baselines(*splits, vocabulary((8,)))
    assert found["cache"].bits_per_note < found["composite"].bits_per_note - 1


def test_an_attribute_of_one_category_costs_nothing() -> None:
    songs = [np.zeros((10, 2), np.int16)] * 3
    found = evaluate_baselines(*[split_of(songs)] * 3, vocabulary((1, 2)))
    assert all(evaluation.by_attribute["a0"] == 0 for evaluation in found.values())


def test_counting_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "MOST_TRAINING_NOTES", 70)
    limited = evaluate_baselines(*SPLITS, vocabulary())
    alone = evaluate_baselines(split_of(TRAIN[:1]), *SPLITS[1:], vocabulary())
    assert limited == alone


def test_an_empty_split_is_one_clear_line() -> None:
    empty = split_of([np.zeros((0, 3), np.int16)])
    with pytest.raises(CorpusError, match="the test split has no notes: prepare"):
        evaluate_baselines(SPLITS[0], SPLITS[1], empty, vocabulary())


def test_ends_are_predicted_as_one_attribute_more_and_change_no_other() -> None:
    ends = vocabulary().with_end()
    found, plain = (evaluate_baselines(*SPLITS, one, max_order=3) for one in (ends, vocabulary()))
    for name, without in plain.items():
        bits = dict(found[name].by_attribute)
        assert 0 < bits.pop("end") < 2
        assert bits == without.by_attribute
        assert found[name].note_bits == pytest.approx(without.bits_per_note)
    train, test = ([_with_last(song) for song in songs] for songs in (TRAIN, TEST))
    for baseline, order in (("unigram", 1), ("bigram", 2)):
        model = KneserNey(train, 3, "own", order, 2)
        probabilities = [model.probability(song, n) for song in test for n in range(len(song))]
        expected = float(-np.log2(probabilities).mean())
        assert found[baseline].by_attribute["end"] == pytest.approx(expected, abs=1e-12)
    going_on = (71 - 3) * np.log2(4 / 3) + 3 * np.log2(4)  # 71 notes of 3 songs
    assert found["uniform"].by_attribute["end"] == pytest.approx(going_on / 71)


def _with_last(song: np.ndarray) -> np.ndarray:
    return np.column_stack([song, np.arange(len(song)) == len(song) - 1]).astype(np.int16)
