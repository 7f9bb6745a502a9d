"""One rule for every spelling of a path on this machine."""

import os
from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.config.local_path import as_text, is_utf8, local_path

NOT_UTF8 = "/m/caf\udce9"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("music", "music"),
        ("/m/a%20b", "/m/a%20b"),
        ("~/m", "/home/me/m"),
        ("~nosuchuser/m", "~nosuchuser/m"),
        ("file:///m/a%20b", "/m/a b"),
        ("file:///m/a b", "/m/a b"),
        ("file:///m/m%C3%BCsik", "/m/müsik"),
        ("file:///m/100%", "/m/100%"),
        ("file:///m/a?b#c", "/m/a?b#c"),
        ("file:///m/two\nlines", "/m/two\nlines"),
        ("file:///m/caf%E9", NOT_UTF8),
        ("FILE://localhost/m", "/m"),
        ("file:/m", "/m"),
        ("file://server/m", None),
        ("file://", None),
        ("s3://bucket/m", None),
        ("https://example.org/m.zip", None),
    ],
)
def test_where_a_name_leads(monkeypatch: pytest.MonkeyPatch, name: str, path: str | None) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert local_path(name) == path


def test_what_exists_only_as_it_is_written_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a%20b").mkdir()
    uri = f"file://{tmp_path}/a%20b"
    assert local_path(uri) == str(tmp_path / "a%20b")
    (tmp_path / "a b").mkdir()
    assert local_path(uri) == str(tmp_path / "a b")


def test_a_source_that_is_not_utf8_is_stored_by_its_uri() -> None:
    assert [is_utf8(name) for name in ("a", "müsik", NOT_UTF8)] == [True, True, False]
    assert (as_text("müsik"), as_text(NOT_UTF8)) == ("müsik", "file:///m/caf%E9")
    config = IngestConfig(source=NOT_UTF8)
    assert (config.source, config.corpus) == ("file:///m/caf%E9", "caf")
    assert IngestConfig.model_validate_json(config.model_dump_json()) == config
    assert os.fsencode(local_path(config.source) or "") == b"/m/caf\xe9"


def test_a_root_that_is_not_utf8_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="the path is not UTF-8; rename the folder"):
        PrepareConfig(root=NOT_UTF8)
