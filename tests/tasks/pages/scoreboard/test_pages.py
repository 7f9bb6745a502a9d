"""The scoreboard on the index pages and in Markdown: links, folding, text that is data."""

import re
from pathlib import Path

import pytest

from nocturne.tasks.nights.records import write_night
from nocturne.tasks.pages.index.models import models_index
from nocturne.tasks.pages.index.page import page_html
from nocturne.tasks.pages.index.samples import samples_index
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.scoreboard.markdown import scoreboard_markdown
from nocturne.tasks.pages.scoreboard.places import find_places
from nocturne.tasks.storage.root import Root
from tests.tasks.model.model_for_tests import HOSTILE
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.nights.year_for_tests import write_year
from tests.tasks.pages.roots_for_tests import CHAMPION, filled_root

RUN = "folk-small-20260102-seed7-6d4536df"


@pytest.fixture
def filled(tmp_path: Path) -> Root:
    return filled_root(tmp_path)


def test_a_year_stands_on_both_pages(filled: Root) -> None:
    nights = write_year(filled)
    write_index_pages(filled)
    models = filled.read_bytes("models/index.html").decode()
    assert "<h2>Nights of tunes (factored)</h2>" in models
    assert models.count('<span class="outcome ') == len(nights) + 1  # and one roll-back
    assert "<summary>351 earlier nights</summary>" in models
    assert "<summary>47 earlier changes</summary>" in models
    assert models.count('<svg class="chart"') == 2
    assert "<h2>All models</h2>" in models
    samples = filled.read_bytes("samples/index.html").decode()
    assert "<h2>Samples of the nights of tunes (factored)</h2>" in samples
    assert samples.count('<svg class="chart"') == 2
    assert "<h2>All runs</h2>" in samples
    for html in (models, samples):
        assert not re.search(r'(src|href)="(https?:)?//', html)


def test_a_root_without_nights_has_the_pages_of_before(filled: Root) -> None:
    for index in (models_index, samples_index):
        html = page_html(index(filled))
        assert "<section" not in html
        assert "<h2>" not in html


def test_nights_link_to_the_report_the_newest_gallery_and_the_comparison(filled: Root) -> None:
    model = "folk-small-20260102"
    filled.write_bytes(f"models/{model}/compare-{CHAMPION}.html", b"<!doctype html>")
    record = night(model_id=model, champion_before=CHAMPION, sample_figures={"repetition": 0.4})
    write_night(filled, record)
    (row,) = models_index(filled).nights[0].nights
    assert row.report == f"../models/{model}/report.html"
    assert row.gallery.startswith(f"../samples/{model}-seed7-")
    assert row.comparison == f"../models/{model}/compare-{CHAMPION}.html"
    (sampled,) = samples_index(filled).samples[0].rows
    assert (sampled.report, sampled.gallery) == (row.report, row.gallery)
    assert sampled.figures == ("-", "0.40", "-", "-", "-")


def test_a_page_that_is_gone_is_not_linked_to(filled: Root) -> None:
    places = find_places(filled, [])
    assert places.report("unfinished") == ""
    assert places.report(None) == ""
    assert places.gallery(CHAMPION) == ""
    assert places.comparison(CHAMPION, "other") == ""


def test_the_newest_run_of_a_model_is_its_gallery(root: Root) -> None:
    places = find_places(root, ["a-seedling-seed9-x", "b-seed2-x", "b-seed1-x", "odd"])
    assert places.galleries == {"a-seedling": "a-seedling-seed9-x", "b": "b-seed2-x"}


def test_reasons_are_text_in_every_form(filled: Root) -> None:
    write_night(filled, night(reason=HOSTILE, model_id="m"))
    html = page_html(models_index(filled))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    text = scoreboard_markdown(filled, "tunes")
    assert "<script>" not in text
    assert "![x]" not in text


def test_damaged_records_are_named_on_the_page(filled: Root) -> None:
    write_night(filled, night())
    filled.write_bytes("nights/tunes/20260302T020000.000Z-1.json", b"{")
    assert "20260302T020000.000Z-1.json is damaged" in page_html(models_index(filled))


def test_markdown_has_figures_charts_and_the_last_rows(root: Root) -> None:
    nights = write_year(root)
    text = scoreboard_markdown(root, "tunes")
    assert text.startswith("# Nights of tunes (factored)\n")
    assert len(re.findall(r"!\[[^]]*\]\(data:image/svg\+xml;base64,", text)) == 1
    assert text.count(f"| {nights[-1].started:%Y-%m-%d} 02:00 |") == 1
    tables = [part for part in text.split("\n\n") if part.startswith("| ")]
    rows = [len(table.strip().splitlines()) - 2 for table in tables]
    assert rows == [1, 6, 30, 30, 30]  # headline, drift, changes, nights, samples
    assert len(text) < 300_000
    assert scoreboard_markdown(root, "other") == ""
