"""The drift of a model's corpus in its report: by feature, and at the top if it has moved."""

import pytest

from nocturne.schemas.nights import FEATURE_TITLES, Drift
from nocturne.tasks.pages.model_report.drift import drift_in_words, drift_rows
from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from tests.tasks.model import model_for_tests as example

FIGURES = dict.fromkeys(FEATURE_TITLES, 0.01) | {"tempo": 0.25}


def drift(bound: float) -> Drift:
    return Drift(model_id="folk-small-1", by_feature=FIGURES, overall=0.25, bound=bound)


def parts(drift: Drift | None) -> tuple[str, str]:
    """Return the page and the Markdown."""
    of_model = example.card(), example.model_metrics(), example.history(), []
    return report_page(*of_model, drift=drift), report_markdown(*of_model, drift)


def test_the_drift_stands_in_words_and_by_feature() -> None:
    assert drift_in_words(drift(0.25)) == (
        "The corpus has not moved beyond the bound: 0.250 bits from that of folk-small-1 "
        "(tempo; bound 0.250)."
    )
    assert drift_rows(drift(0.25))[2:4] == (("Tempo", "0.250"), ("Program", "0.010"))
    assert drift_rows(None) == ()


@pytest.mark.parametrize(("bound", "times"), [(0.25, 1), (0.2, 2)])
def test_a_corpus_that_has_moved_is_named_at_the_top_as_well(bound: float, times: int) -> None:
    html, markdown = parts(drift(bound))
    assert html.count(drift_in_words(drift(bound))) == times
    assert markdown.count("beyond the bound: 0.250 bits") == times
    assert ("<strong>Drift:</strong>" in html, "**Drift:**" in markdown) == (times == 2,) * 2
    assert html.count('<th scope="row">Share quarantined</th><td class="n">0.010</td>') == 1
    assert "| Share quarantined | 0.010 |" in markdown


def test_a_model_without_a_champion_before_it_has_no_drift() -> None:
    for text in parts(None):
        assert "Drift of the corpus" not in text
        assert "beyond the bound" not in text
