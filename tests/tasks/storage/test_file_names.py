"""Names of files stay on their line and can be read, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.storage.file_names import MOST_CHARACTERS, visible


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("folk/Jig in G.mid", "folk/Jig in G.mid"),
        ("a\nb\r\tc\0.mid", "a\\nb\\r\\tc\\x00.mid"),
        ("gpj\u202edim.exe", "gpj\\u202edim.exe"),
        ("a\u2028b", "a\\u2028b"),
        (b"caf\xe9.mid".decode("utf-8", "surrogateescape"), "caf\\xe9.mid"),
        ("\ud800.mid", "\\ud800.mid"),
        ("שלום 音楽 🎵.mid", "שלום 音楽 🎵.mid"),
        ("<script>", "<script>"),  # escaped by the page
        ("x" * 300, "x" * 300),
        ("a" * 200 + "b" * 200, "a" * 150 + " ... " + "b" * 150),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert visible(name) == shown


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_name_is_one_line_that_can_be_written(name: str) -> None:
    shown = visible(name)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= MOST_CHARACTERS + 5
