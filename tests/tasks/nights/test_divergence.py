"""The divergence of distributions: exact values, its bounds, and the features of a corpus."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.schemas.manifest import Counts
from nocturne.schemas.nights import FEATURE_TITLES, CorpusProfile
from nocturne.tasks.nights.divergence import divergences, jensen_shannon_bits

HISTOGRAMS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 1000))


@pytest.mark.parametrize(
    ("first", "second", "bits"),
    [
        ({"a": 3, "b": 1}, {"a": 6, "b": 2}, 0.0),
        ({"a": 1}, {"b": 1}, 1.0),
        ({"a": 1, "b": 1}, {"a": 1}, 1.5 - 0.75 * math.log2(3)),  # H(3/4, 1/4) - (1 + 0) / 2
        ({}, {}, 0.0),
        ({"a": 0}, {}, 0.0),
        ({}, {"a": 2}, 1.0),
    ],
)
def test_exact_values(first: dict[str, int], second: dict[str, int], bits: float) -> None:
    assert jensen_shannon_bits(first, second) == pytest.approx(bits, abs=1e-12)


@given(HISTOGRAMS, HISTOGRAMS)
def test_a_divergence_is_symmetric_and_lies_between_0_and_1(
    first: dict[str, int], second: dict[str, int]
) -> None:
    bits = jensen_shannon_bits(first, second)
    assert 0 <= bits <= 1
    assert jensen_shannon_bits(second, first) == bits
    assert jensen_shannon_bits(first, first) == pytest.approx(0, abs=1e-12)


def profile(quarantined: int = 0, **distributions: dict[str, int]) -> CorpusProfile:
    counts = Counts(inputs=10, accepted=10 - quarantined, quarantined=quarantined, duplicate=0)
    named = {name.replace("_", " "): one for name, one in distributions.items()}
    return CorpusProfile(
        corpus="tunes", fingerprint="f", counts=counts, notes=100, distributions=named
    )


def test_a_corpus_is_compared_feature_by_feature() -> None:
    ours = profile(5, pitch={"60": 1}, notes_per_song={"16": 2})
    theirs = profile(0, pitch={"61": 1}, notes_per_song={"16": 4})
    figures = divergences(ours, theirs)
    assert set(figures) == set(FEATURE_TITLES)
    moved = {name: round(bits, 6) for name, bits in figures.items() if bits}
    # Half of the files against none: H(1/4, 3/4) - (1 + 0) / 2.
    assert moved == {"pitch": 1.0, "share quarantined": 0.311278}
