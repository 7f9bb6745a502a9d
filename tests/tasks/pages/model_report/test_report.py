"""The report's page: exact figures, whatever is missing, and hostile names."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.pages.model_report.report import report_markdown, report_page
from nocturne.tasks.pages.page_links import PageLink
from tests.tasks.model import model_for_tests as example
from tests.tasks.model.model_for_tests import HOSTILE
from tests.tasks.model.tables_for_tests import Tables

EVERY_KEY = sorted(example.metrics())
EXPECTED_TABLE = [
    "This model | 1.43 | 0.21 | 0.91 | 0.30 | 0.01",
    "Uniform all categories alike"
    " | 20.00 +18.57 | 5.00 +4.79 | 7.00 +6.09 | 5.00 +4.70 | 3.00 +2.99",
    "Unigram how common each value is"
    " | 6.77 +5.34 | 1.40 +1.19 | 4.00 +3.09 | 1.30 +1.00 | 0.07 +0.06",
    "Bigram the value before | 4.50 +3.07 | 1.10 +0.89 | 2.30 +1.39 | 1.05 +0.75 | 0.05 +0.04",
    "Kneser-Ney interleaved 7 interpolated n-grams"
    " | 2.61 +1.18 | 0.40 +0.19 | 1.70 +0.79 | 0.49 +0.19 | 0.02 +0.01",
    "Composite the best n-gram of each attribute"
    " | 2.38 +0.95 | 0.36 +0.15 | 1.56 +0.65 | 0.44 +0.14 | 0.02 +0.01",
    "Cache the composite, with counts of the song so far"
    " | 1.93 +0.50 | 0.31 +0.10 | 1.20 +0.29 | 0.40 +0.10 | 0.02 +0.01",
]


def _page(rolls: Any = (), **changes: Any) -> str:
    return report_page(example.card(**changes), example.model_metrics(), example.history(), rolls)


def test_the_table_holds_every_predictor_with_its_differences() -> None:
    rows = Tables(_page()).rows
    begin = rows.index(
        ["Predictor", "Whole note", "Inter-onset interval", "Pitch", "Duration", "Velocity"]
    )
    assert [" | ".join(row) for row in rows[begin + 1 : begin + 8]] == EXPECTED_TABLE


def test_samples_stand_beside_held_out_songs() -> None:
    rows = {row[0].split(" Share")[0]: row[1:] for row in Tables(_page()).rows}
    assert rows["Repetition"] == ["0.34", "0.52"]
    by_name = {name.split(" ")[0]: values for name, values in rows.items()}
    assert by_name["Looping"] == ["1.5%", "0.0%"]
    assert by_name["Degenerate"] == ["0.5%", "0.0%"]
    copied = next(name for name in rows if name.startswith("Longest copied run"))
    assert rows[copied] == ["21", "34"]
    assert by_name["Scale"] == ["0.97", "0.98"]


def test_the_card_says_where_the_model_came_from() -> None:
    rows = dict(row for row in Tables(_page()).rows if len(row) == 2)
    assert rows["Corpus"] == "folk"
    assert rows["Parameters"] == "1,234,567"
    assert rows["Trained for"] == "19 min 55 s, 6,000 steps, 12.5 passes over the training notes"
    assert rows["Device"] == "CPU, 2 threads"
    assert rows["Licence of the corpus"] == "public domain"
    assert rows["Attribution"].startswith("O'Neill's Music of Ireland")
    assert "test: 1 song, 49,987 notes" in rows["Data"]
    assert rows["Brand new figure"] == "0.1235"  # nothing in metrics.json is hidden


def test_every_setting_but_the_place_is_shown_with_its_description() -> None:
    page, card = _page(), example.card()
    rows = {row[0]: row[1:] for row in Tables(page).rows if len(row) == 3}
    for name, field in type(card.config).model_fields.items():
        if name != "root":
            value = getattr(card.config, name)
            shown = "none" if value is None else str(value)
            assert rows[field.title or ""] == [shown, field.description]
    assert card.config.root not in page
    assert rows["Memory notes"][0] == str(card.shape.memory_notes)


def test_an_empty_report_says_what_was_not_measured() -> None:
    card = example.card(licence="", attribution="")
    page = report_page(card, ModelMetrics(), [], [])
    tables = Tables(page)
    rows = {row[0]: row[1:] for row in tables.rows}
    assert rows["This model"] == ["not measured"]
    assert rows["Licence of the corpus"] == rows["Attribution"] == ["not stated"]
    assert "there are no curves" in page
    assert "The histograms were not measured." in page
    assert "No pictures were made." in page
    assert "Verdict" not in page
    assert "not measured" in report_markdown(card, ModelMetrics(), [], [])


@pytest.mark.parametrize("key", EVERY_KEY)
@pytest.mark.parametrize("bad", ["missing", None, float("nan"), "?", [], {"x": None}])
def test_any_figure_may_be_missing_or_broken(key: str, bad: Any) -> None:
    metrics = example.metrics()
    if bad == "missing":
        del metrics[key]
    else:
        metrics[key] = bad
    page = report_page(example.card(), ModelMetrics.from_flat(metrics), example.history(), [])
    assert Tables(page).rows
    assert not re.search(r"\b(nan|None|inf)\b", re.sub(r"<style>.*?</style>", "", page, flags=re.S))


def test_a_baseline_known_only_as_a_whole_is_still_compared() -> None:
    metrics = {"bits_per_note": 2.0, "composite_bits_per_note": 1.5}
    page = report_page(example.card(), ModelMetrics.from_flat(metrics), [], [])
    assert ["Composite the best n-gram of each attribute", "1.50 -0.50"] in Tables(page).rows
    assert (
        "0.50 bits above the best n-grams (1.50): the model beats none of the measured baselines"
        in page
    )


@pytest.mark.parametrize(
    ("composite", "cache", "said"),
    [
        (2.0, 1.9, "the model beats every measured baseline"),
        (2.0, 1.0, "the model beats one of the two baselines"),
        (1.2, 1.0, "the model beats none of the measured baselines"),
    ],
)
def test_the_headline_counts_beaten_baselines(composite: float, cache: float, said: str) -> None:
    metrics = {
        "bits_per_note": 1.5,
        "composite_bits_per_note": composite,
        "cache_bits_per_note": cache,
    }
    page = report_page(example.card(), ModelMetrics.from_flat(metrics), [], [])
    assert said in page
    assert "like a choice among 2.8 equally likely notes" in page


def test_hostile_names_stay_text() -> None:
    metrics = example.metrics() | {
        "verdict": HOSTILE,
        f"overlap_{HOSTILE}": 0.5,
        HOSTILE: 1.0,
    }
    metrics["baselines"][HOSTILE] = example.predicted(3.0, 1.0, 1.0, 0.5, 0.5)
    changes = {
        "attribution": HOSTILE,
        "licence": HOSTILE,
        "device": HOSTILE,
        "stopped": HOSTILE,
    }
    card = example.card(**changes, corpus=HOSTILE, model_id=HOSTILE)
    typed = ModelMetrics.from_flat(metrics)
    page = report_page(card, typed, example.history(), [(HOSTILE, b"\x89PNG")])
    tables = Tables(page)
    assert {tag for tag, _ in tables.tags}.isdisjoint({"script", "iframe", "object"})
    assert not [a for _, a in tables.tags if any(name.startswith("on") for name in a)]
    images = [a for tag, a in tables.tags if tag == "img"]
    assert len(images) == 1
    assert (images[0]["src"] or "").startswith("data:image/png;base64,")
    assert images[0]["alt"] == f"Piano roll. {HOSTILE}"
    assert HOSTILE in next(row[1] for row in tables.rows if row[0] == "Device")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["step", "seconds", "train_bits", "valid_bits", "rate"]),
            st.none() | st.floats(0, 1e6) | st.just(float("nan")),
        ),
        max_size=5,
    )
)
def test_any_history_can_be_drawn(history: list[dict[str, Any]]) -> None:
    page = report_page(example.card(), example.model_metrics(), history, [])
    for points in re.findall(r'points="([^"]*)"', page):
        assert re.fullmatch(r"(-?[\d.]+,-?[\d.]+ ?)+", points)


def test_the_page_asks_for_nothing_outside_itself() -> None:
    tags = Tables(_page(example.rolls())).tags
    asked = [a.get("src") or a.get("href") or "" for tag, a in tags if tag in ("img", "link")]
    assert asked and all(address.startswith("data:") for address in asked)
    assert not [tag for tag, _ in tags if tag == "script"]


def test_links_lead_to_other_pages() -> None:
    links = [PageLink("Data quality of <folk>", "../../quality/folk/report.html")]
    page = report_page(example.card(), example.model_metrics(), example.history(), [], links)
    found = [a["href"] for tag, a in Tables(page).tags if tag == "a"]
    assert found[:2] == ["#report", "../../quality/folk/report.html"]
    assert "Data quality of &lt;folk&gt;</a>" in page
