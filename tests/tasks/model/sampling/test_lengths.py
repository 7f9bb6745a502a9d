"""Where pieces end: by notes, by time within the tolerance, by the model."""

from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.model.sampling.lengths import (
    asked_quarters,
    caution_of_length,
    fewest_notes,
    find_ends,
    most_notes,
    require_end,
)
from nocturne.tasks.music.categories import decode

BOOKS = {
    "inter_onset_interval": (0.0, 240.0, 480.0, 960.0),
    "pitch": tuple(map(float, range(60, 72))),
    "duration": (240.0, 480.0, 960.0),
    "velocity": (60.0, 90.0),
}
VOCABULARY = Vocabulary(
    scheme="factored",
    version=2,
    attributes=tuple(Attribute(name=name, size=len(book)) for name, book in BOOKS.items()),
    codebooks=BOOKS,
    fitted_on="test",
)
QUARTERS = np.tile(np.array([[2, 0, 1, 0]], np.int16), (64, 1))  # one after another


def config_of(**changes: Any) -> SamplingConfig:
    return SamplingConfig(seed=3).copy_with(**changes)


def end_of(ids: Any, likely: dict[int, float], **changes: Any) -> tuple[int, bool]:
    """Return the end of one piece; `likely` is the probability of an end by place."""
    ends = np.zeros(len(ids), np.float32)
    for place, probability in likely.items():
        ends[place] = probability
    lengths, ended = find_ends(config_of(**changes), VOCABULARY, [7], ids[None], ends[None])
    return int(lengths[0]), bool(ended[0])


def test_lengths_in_quarters_and_notes() -> None:
    assert asked_quarters(config_of()) is None
    assert asked_quarters(config_of(bars=2)) == (8, 12)
    assert asked_quarters(config_of(bars=16)) == (64, 80)
    assert asked_quarters(config_of(seconds=30, tempo=90)) == (45, 56.25)
    found = [most_notes(config_of(**c)) for c in ({}, {"bars": 2}, {"bars": 1000})]
    assert found == [256, 16 * 12, 16_384]


def test_the_fewest_notes_follow_from_the_length() -> None:
    lengths = ({}, {"notes": 9}, {"ending": True}, {"bars": 1}, {"seconds": 2, "ending": True})
    assert [fewest_notes(config_of(**changes)) for changes in lengths] == [256, 9, 8, 1, 1]


def test_a_metre_makes_bars_longer_or_shorter() -> None:
    assert asked_quarters(config_of(bars=16, metre="6/8")) == (48, 60)
    assert asked_quarters(config_of(bars=16, metre="2/2")) == (64, 80)


def test_a_length_in_notes_is_exact_whatever_the_model_says() -> None:
    assert end_of(QUARTERS, {9: 1.0}, notes=20) == (20, False)
    assert end_of(QUARTERS[:10], {9: 1.0}, notes=20) == (0, False)  # not drawn yet


def test_an_ending_is_the_models_first_after_the_fewest_notes() -> None:
    assert end_of(QUARTERS, {5: 1.0, 9: 1.0, 11: 1.0}, ending=True) == (9, True)
    assert end_of(QUARTERS, {5: 1.0}, ending=True) == (0, False)
    assert end_of(QUARTERS, {5: 1.0}, ending=True, notes=30) == (30, False)


def test_a_length_in_time_ends_at_the_first_end_within_its_tolerance() -> None:
    # The piece has t quarters at place t: 2 bars are 8, their tolerance reaches to 12.
    assert end_of(QUARTERS, {5: 1.0, 9: 1.0, 11: 1.0}, bars=2) == (9, True)
    assert end_of(QUARTERS, {8: 1.0}, bars=2) == (8, True)
    assert end_of(QUARTERS, {12: 1.0}, bars=2) == (12, True)
    assert end_of(QUARTERS, {7: 1.0, 13: 1.0}, bars=2) == (8, False)  # none: the first is as good
    assert end_of(QUARTERS, {10: 1e-9, 11: 1e-10}, bars=2) == (10, False)  # the likeliest
    assert end_of(QUARTERS[:12], {7: 1.0}, bars=2) == (0, False)  # 12 quarters: one may yet come
    assert end_of(QUARTERS, {9: 1.0}, seconds=6, tempo=80) == (9, True)
    assert end_of(QUARTERS, {9: 1.0}, bars=2, ending=True) == (9, True)


def test_a_chord_is_not_cut() -> None:
    chords = QUARTERS.copy()
    chords[1::2, 0] = 0  # two notes begin together: place 2t has t quarters
    assert end_of(chords, {17: 1e-9}, bars=2) == (16, False)


def test_a_rest_or_note_longer_than_the_tolerance_passes_it() -> None:
    rests = QUARTERS.copy()
    rests[6:, 0] = 3
    books = {**BOOKS, "inter_onset_interval": (0.0, 240.0, 480.0, 9600.0)}
    vocabulary = VOCABULARY.model_copy(update={"codebooks": books})
    ends = np.zeros((1, 64), np.float32)
    lengths, ended = find_ends(config_of(bars=2), vocabulary, [7], rests[None], ends)
    assert (lengths[0], ended[0]) == (7, False)  # 26 quarters, where 12 are the most


@pytest.mark.parametrize("changes", [{"bars": 3}, {"seconds": 7.5}, {"ending": True, "notes": 60}])
def test_a_thousand_pieces_end_within_the_tolerance_whatever_is_drawn_beyond(
    changes: dict[str, Any],
) -> None:
    random = np.random.default_rng(1)
    ids = random.integers(0, VOCABULARY.sizes, (1000, 96, 4)).astype(np.int16)
    ends = np.where(random.random((1000, 96)) < 0.1, random.random((1000, 96)), 0.0)
    config, indices = config_of(**changes), range(1000)
    lengths, ended = find_ends(config, VOCABULARY, indices, ids, ends)
    assert lengths.all()
    assert 0 < ended.sum() < 1000 or config.ending
    assert not ended[ends[indices, np.minimum(lengths, 95)] == 0].any()
    if span := asked_quarters(config):
        pieces = [decode(VOCABULARY, ids[i, : lengths[i]], config.tempo) for i in indices]
        quarters = np.array([p.offset_beats.max() - p.onset_beats[0] for p in pieces])
        assert (quarters >= span[0]).all()
        assert (quarters <= span[1]).all()
    for count in (48, 80):  # what is found stays when more is drawn, and differs by row alone
        early, by_itself = find_ends(config, VOCABULARY, indices, ids[:, :count], ends[:, :count])
        known = early > 0
        np.testing.assert_array_equal(early[known], lengths[known])
        np.testing.assert_array_equal(by_itself[known], ended[known])
        assert (lengths[~known] >= count - 1).all()
    alone = find_ends(config, VOCABULARY, [17], ids[17:18], ends[17:18])
    assert (alone[0][0], alone[1][0]) == (lengths[17], ended[17])


@pytest.mark.parametrize("probability", [0.02, 0.5, 0.97])
def test_a_piece_ends_as_often_as_the_model_says(probability: float) -> None:
    ids = np.tile(QUARTERS[None, :9], (2000, 1, 1))
    ends = np.zeros((2000, 9))
    ends[:, 8] = probability
    _, ended = find_ends(config_of(ending=True), VOCABULARY, range(2000), ids, ends)
    assert ended.mean() == pytest.approx(probability, abs=5 * 0.5 / np.sqrt(2000))


def test_a_model_without_an_end_says_so() -> None:
    earlier = VOCABULARY.model_copy(update={"version": 1})
    require_end(config_of(ending=True), "new", VOCABULARY)
    require_end(config_of(bars=4), "old", earlier)
    with pytest.raises(ModelError, match="model old has not learned where songs end: prepare"):
        require_end(config_of(ending=True), "old", earlier)
    assert caution_of_length(config_of(), earlier) == ""
    assert caution_of_length(config_of(bars=4), VOCABULARY) == ""
    assert caution_of_length(config_of(bars=4), earlier) == (
        "samples are cut off after 4 bars: the model has not learned where songs end"
    )
