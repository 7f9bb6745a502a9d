"""Limits as sets of ids, and what a vocabulary cannot keep."""

from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.music.categories import fit
from nocturne.tasks.music.theory.note_limits import check_limits, note_limits, pitches_of_ids
from tests.tasks.music.notes_for_tests import scale

FACTORED = fit("factored", [scale(64)], "test")
SONG_MAX = fit("song-max", [scale(64)], "test")


def few(**books: tuple[float, ...]) -> Vocabulary:
    """Return a factored vocabulary with other codebooks."""
    codebooks = {**FACTORED.codebooks, **books}
    sized = [Attribute(name=name, size=len(codebooks[name])) for name in FACTORED.names]
    changes = {"codebooks": codebooks, "attributes": tuple(sized)}
    return FACTORED.model_copy(update=changes)


def asked(**fields: Any) -> SamplingConfig:
    return SamplingConfig.model_validate(fields)


def test_no_limits_are_none_and_need_no_vocabulary() -> None:
    assert note_limits(FACTORED, SamplingConfig()) is None
    check_limits(lambda: pytest.fail("read"), SamplingConfig(temperature=0.5, top_k=3))


def test_pitches_are_those_that_sound_in_key_and_range() -> None:
    limits = note_limits(FACTORED, asked(key="D minor", lowest="C4", highest="E5", transpose=-2))
    assert limits is not None
    drawn = np.flatnonzero(limits.pitch_ids(limits.key))
    assert (drawn - 2).tolist() == [60, 62, 64, 65, 67, 69, 70, 72, 74, 76]


@pytest.mark.parametrize(("semitones", "ids"), [(40, range(88)), (-40, range(40, 128))])
def test_transposing_leaves_what_midi_can_play(semitones: int, ids: range) -> None:
    limits = note_limits(FACTORED, asked(transpose=semitones))
    assert limits is not None
    assert np.flatnonzero(limits.pitch_ids(None)).tolist() == list(ids)


def test_a_category_of_song_max_has_the_pitch_that_it_is_decoded_to() -> None:
    pitches = pitches_of_ids(SONG_MAX)
    assert len(pitches) == 125
    assert len(set(pitches.tolist())) == 5
    limits = note_limits(SONG_MAX, asked(lowest=int(pitches[50])))
    assert limits is not None
    assert limits.pitch_ids(None).tolist() == (pitches >= pitches[50]).tolist()


@pytest.mark.parametrize(
    ("vocabulary", "fields", "words"),
    [
        (SONG_MAX, {"metre": "4/4"}, "metre 4/4: models of the scheme song-max have no rhythm"),
        (SONG_MAX, {"temperature": "pitch=1"}, "song-max have no pitch of its own"),
        (SONG_MAX, {"lowest": 126}, "lowest F#9: widen the range"),
        (FACTORED, {"highest": 20, "transpose": 40}, "highest Ab0, transpose 40: widen"),
        (FACTORED, {"key": "as primed", "random_input": "gaussian"}, "continues no notes"),
        (few(pitch=(60.0, 62.0)), {"key": "as primed"}, "key as primed: widen the range"),
        (few(inter_onset_interval=(0.0, 360.0)), {"metre": "4/4"}, "fill a bar exactly"),
        (few(duration=(960.0,)), {"metre": "1/4"}, "fill a bar exactly"),
    ],
)
def test_what_cannot_be_kept_is_one_line(
    vocabulary: Vocabulary, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(SamplesError, match=words) as caught:
        check_limits(lambda: vocabulary, asked(**fields))
    assert "\n" not in str(caught.value)
