"""Tests of the Markdown note: where the music is, and pictures that decode."""

import base64
import re

from nocturne.schemas.config import GenerateConfig
from nocturne.tasks.pages.charts.piano_roll import draw
from nocturne.tasks.pages.run_markdown import run_markdown
from nocturne.tasks.pages.sampling_settings import settings_of_run
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.publish import generated_run
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, wander


def test_note_tells_where_and_how_and_shows_rolls(root: Root) -> None:
    card = card_of().model_copy(update={"attribution": "one | two"})
    run = plan_run(GenerateConfig(root=root.uri, samples=1200, temperature=0.85), card)
    rolls = [draw(wander(0)), draw(wander(1))]
    result = generated_run(root, run, reused=False)
    note = run_markdown(run, card, result, rolls)
    assert f"| Gallery | `{root.base}/samples/{run.run_id}/index.html` |" in note
    assert "| Samples | 1,200 of 256 notes |" in note
    assert f"| Seed | {run.seed} |" in note
    for setting in settings_of_run(run):
        assert f"| {setting.title} | {setting.value} |" in note
    assert "| Temperature | 0.85 |" in note
    assert "| Top-p | 1 |" in note
    assert "| Training data | one \\| two (Public domain) |" in note
    inline = re.findall(r"!\[.+?\]\(data:image/png;base64,([^)]+)\)", note)
    assert [base64.b64decode(data) for data in inline] == rolls
    assert "Listen" not in note


def test_a_caution_comes_before_everything_else(root: Root) -> None:
    card = card_of()
    run = plan_run(GenerateConfig(root=root.uri), card)
    result = generated_run(root, run, reused=False, caution="it is noise | really")
    note = run_markdown(run, card, result, [], "http://here")
    expected = f"# {run.run_id}\n\n**Caution: it is noise \\| really**\n"
    assert note.startswith(expected)
    assert "Caution" not in run_markdown(run, card, generated_run(root, run, reused=False), [])


def test_a_gallery_that_is_served_is_linked(root: Root) -> None:
    card = card_of()
    run = plan_run(GenerateConfig(root=root.uri), card)
    note = run_markdown(
        run, card, generated_run(root, run, reused=False), [], "http://here/samples/x"
    )
    assert "**[Listen in the gallery](http://here/samples/x)**" in note
