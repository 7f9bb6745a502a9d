"""Every reason has a sentence that people understand."""

import pytest

from nocturne.schemas.reason_sentences import REASON_SENTENCES, reason_sentence
from nocturne.schemas.reasons import Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_words(reason: Reason) -> None:
    sentence = REASON_SENTENCES[reason]
    assert sentence[0].isupper()
    assert " " in sentence
    assert "_" not in sentence


def test_no_two_reasons_read_alike() -> None:
    assert len(set(REASON_SENTENCES.values())) == len(REASON_SENTENCES)


def test_a_reason_of_a_later_version_is_at_least_words() -> None:
    assert reason_sentence("made_of_wax") == "Made of wax"
