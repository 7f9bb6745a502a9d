"""The report as Markdown: the same figures, pictures within the limit, hostile names."""

import base64
import re

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.pages.model_report.report import MOST_MARKDOWN_BYTES, report_markdown
from tests.tasks.model import model_for_tests as example
from tests.tasks.pages.charts.test_picture import charts_in


def test_hostile_names_stay_text_in_markdown() -> None:
    card = example.card(corpus=example.HOSTILE, attribution=example.HOSTILE)
    text = report_markdown(card, ModelMetrics(verdict=example.HOSTILE), [], [])
    assert "<script" not in text
    assert "<img" not in text
    assert "\n# e" not in text
    assert "![x]" not in text
    row = next(line for line in text.splitlines() if line.startswith("| Corpus"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


def test_markdown_holds_the_same_figures_and_real_pictures() -> None:
    rolls = example.rolls()
    text = report_markdown(example.card(), example.model_metrics(), example.history(), rolls)
    assert "| This model | 1.43 | 0.21 | 0.91 | 0.30 | 0.01 |" in text
    assert "| Composite | 2.38 (+0.95) | 0.36 (+0.15) | 1.56 (+0.65) |" in text
    assert "| Repetition | 0.34 | 0.52 |" in text
    assert "| Inter-onset interval | 0.95 |" in text
    pictures = re.findall(r"!\[(.*?)\]\(data:image/(png|svg\+xml);base64,(.*?)\)", text)
    names, kinds, contents = zip(*pictures, strict=True)
    decoded = [base64.b64decode(content) for content in contents]
    assert names == ("Training curves", "Distributions", *("Piano roll",) * 3)
    assert kinds == (*("svg+xml",) * 2, *("png",) * 3)
    assert [len(charts_in(svg)) for svg in decoded[:2]] == [3, 5]
    assert all(png.startswith(b"\x89PNG\r\n") for png in decoded[2:])
    assert decoded[2:] == [png for _, png in rolls]
    assert len(text.encode()) < MOST_MARKDOWN_BYTES


def test_markdown_leaves_out_pictures_that_are_too_large() -> None:
    rolls = [("small", b"s" * 1000), ("huge", b"h" * 800_000), ("small too", b"t" * 1000)]
    text = report_markdown(example.card(), example.model_metrics(), example.history(), rolls)
    assert len(text.encode()) < MOST_MARKDOWN_BYTES
    assert text.count("![Piano roll]") == 2
    assert text.count("too large to show here; it is in report.html") == 1
