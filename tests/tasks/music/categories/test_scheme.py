from typing import get_args

import numpy as np
import pytest

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.tasks.music.categories import SCHEMES, check_ids, decode, encode, fit
from tests.tasks.music.categories.songs import random_song, song


def test_every_scheme_that_a_config_can_name_is_there() -> None:
    assert tuple(SCHEMES) == get_args(SchemeName)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_ids_survive_decoding(scheme: SchemeName) -> None:
    notes = random_song(1, 200)
    vocabulary = fit(scheme, [notes], "")
    assert vocabulary.scheme == scheme
    ids = encode(vocabulary, notes)
    assert encode(vocabulary, decode(vocabulary, ids, 120.0)).tolist() == ids.tolist()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_songs_without_notes_cannot_be_fitted(scheme: SchemeName) -> None:
    with pytest.raises(CorpusError, match="hold no notes"):
        fit(scheme, [song(), song()], "")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_songs_without_notes_change_nothing(scheme: SchemeName) -> None:
    notes = random_song(1, 30)
    assert fit(scheme, [song(), notes, song()], "f") == fit(scheme, [notes], "f")


@pytest.mark.parametrize(
    ("scheme", "row", "message"),
    [
        ("factored", [32, 0, 0, 0], r"inter_onset_interval id 32 is outside 0\.\.31"),
        ("factored", [0, -1, 0, 0], r"pitch id -1 is outside 0\.\.127"),
        ("song-max", [125], r"category id 125 is outside 0\.\.124"),
        ("song-max", [0, 0, 0, 0], r"shape \(1, 4\) do not match the song-max vocabulary"),
    ],
)
def test_ids_of_another_vocabulary_are_refused(
    scheme: SchemeName, row: list[int], message: str
) -> None:
    vocabulary = fit(scheme, [random_song(1, 500)], "")
    ids = np.array([row], np.int16)
    with pytest.raises(ModelError, match=message):
        check_ids(vocabulary, ids)
    with pytest.raises(ModelError, match=message):
        decode(vocabulary, ids, 120.0)
