"""A vocabulary is what its ids mean, not what it was fitted on."""

import pytest

from nocturne.schemas.sequences import Attribute, Vocabulary

VOCABULARY = Vocabulary(
    scheme="factored",
    attributes=(Attribute(name="pitch", size=2),),
    codebooks={"pitch": (60.0, 62.0)},
    fitted_on="some songs",
)


def test_other_songs_give_the_same_vocabulary_where_ids_mean_the_same() -> None:
    other = VOCABULARY.model_copy(update={"fitted_on": "other songs"})
    assert other.vocabulary_id == VOCABULARY.vocabulary_id
    again = Vocabulary.model_validate_json(VOCABULARY.model_dump_json(indent=2))
    assert again.vocabulary_id == VOCABULARY.vocabulary_id


@pytest.mark.parametrize(
    "change",
    [
        {"scheme": "song-max"},
        {"version": 2},
        {"attributes": (Attribute(name="pitch", size=3),)},
        {"attributes": (Attribute(name="velocity", size=2),)},
        {"codebooks": {"pitch": (60.0, 63.0)}},
        {"codebooks": {"velocity": (60.0, 62.0)}},
    ],
)
def test_another_meaning_is_another_vocabulary(change: dict[str, object]) -> None:
    other = VOCABULARY.model_copy(update=change)
    assert other.vocabulary_id != VOCABULARY.vocabulary_id
    assert not other.is_called(VOCABULARY.vocabulary_id)


def test_the_id_that_earlier_versions_wrote_is_still_its_own() -> None:
    assert VOCABULARY.is_called("ab62c1b0ef7e5177")  # as version 0.1.0 wrote it
    assert VOCABULARY.is_called(VOCABULARY.vocabulary_id)
    assert not VOCABULARY.is_called("elsewhere")
