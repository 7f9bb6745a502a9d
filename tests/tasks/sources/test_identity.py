"""Which sources are the same one."""

from pathlib import Path

import pytest

from nocturne.tasks.sources.identity import display_source, source_id, surely_different, surely_same


def test_spellings_of_one_source_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "midi").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "midi")
    monkeypatch.chdir(tmp_path)
    here = source_id(str(tmp_path / "midi"))
    for spelt in ("midi", "./midi/", (tmp_path / "midi").as_uri(), "link", "x/../midi"):
        assert surely_same(source_id(spelt), here), spelt
    for spelt in (
        "http://Host/a.zip",
        "http://host:80/a.zip",
        "https://host:443/a.zip",
        "HTTP://host/a.zip",
    ):
        assert surely_same(source_id(spelt), source_id("https://host/a.zip"))


def test_a_link_to_the_newest_folder_stays_one_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("monday").mkdir()
    Path("newest").symlink_to("monday")
    before = source_id("newest")
    Path("newest").unlink()
    Path("tuesday").mkdir()
    Path("newest").symlink_to("tuesday")
    assert surely_same(source_id("newest"), before)


@pytest.mark.parametrize(
    ("one", "other", "surely"),
    [
        ("folk", "./mymidi", True),
        ("folk", "lakh-full", True),
        ("lakh-full", "https://example.org/lmd_full.tar.gz", True),
        ("./one", "./other", False),  # it may have been moved: what it holds decides
        ("./one", "https://example.org/one.zip", False),
        ("https://a.org/x.zip", "https://b.org/x.zip", False),  # a mirror
        ("http://a.org:8001/x.zip", "http://a.org:8002/x.zip", False),
        ("https://a.org/get?id=1", "https://a.org/get?id=2", False),
    ],
)
def test_other_sources_are_never_surely_the_same(one: str, other: str, surely: bool) -> None:
    ids = source_id(one), source_id(other)
    assert not surely_same(*ids)
    assert surely_different(*ids) == surely


def test_an_id_and_what_is_shown_hold_no_secret() -> None:
    source = "https://me:secret@example.org/x.zip?token=hidden"
    for text in (source_id(source), display_source(source)):
        assert "secret" not in text
        assert "hidden" not in text
    assert display_source("~/Music") == "~/Music"
