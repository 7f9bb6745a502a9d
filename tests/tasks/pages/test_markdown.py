"""Text and files inside Markdown."""

import base64

import pytest

from nocturne.tasks.pages.markdown import as_text, data_uri


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words, 1.5 (ok)", "plain words, 1.5 (ok)"),
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("a|b", "a\\|b"),
        ("# *x* [y] `z`", "\\# \\*x\\* \\[y\\] \\`z\\`"),
        ("<b> & \"q\" 'r'", "&lt;b&gt; &amp; \"q\" 'r'"),
        (3, "3"),
    ],
)
def test_signs_of_markdown_and_html_stay_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_a_file_as_an_address() -> None:
    head, _, content = data_uri(b"\x00\xff", "image/png").partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(content) == b"\x00\xff"
