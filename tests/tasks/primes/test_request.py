"""Finding primes, naming them by content, and keeping them in the root."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import SamplesError
from nocturne.tasks.music.midi.extraction import Limits
from nocturne.tasks.primes import find, read, request, store
from nocturne.tasks.primes.find import PrimeFile, find_prime
from nocturne.tasks.primes.parse import parse_prime
from nocturne.tasks.primes.prime import Prime
from nocturne.tasks.primes.request import Primes, load_primes, request_primes
from nocturne.tasks.primes.store import upload_prime
from nocturne.tasks.primes.uploads import list_uploaded
from nocturne.tasks.storage.layout import prime_path, prime_record_path
from nocturne.tasks.storage.root import Root
from tests.tasks.primes.songs_for_tests import quarters, song

FIRST = song((73, False, quarters(20)))
SECOND = song((0, False, quarters(16, pitch=40)))


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse without a process of its own, which test_read.py covers."""

    def read_primes(
        files: Sequence[PrimeFile], bars: int | None = None, track: int | None = None
    ) -> list[Prime]:
        limits = Limits()
        parsed = [parse_prime(file.content, track, limits) for file in files]
        return [read._prime(*one, bars, track) for one in zip(files, parsed, strict=True)]

    for module in (request, store):
        monkeypatch.setattr(module, "read_primes", read_primes)
    request._read.cache_clear()


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two songs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.mid").write_bytes(FIRST)
    (tmp_path / "two.mid").write_bytes(SECOND)
    return tmp_path


def asked(root: Root, **fields: Any) -> GenerateConfig:
    return GenerateConfig(root=root.uri, seed=1, **fields)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_prime_is_found_by_path_uri_name_and_digest(root: Root, songs: Path) -> None:
    root.write_bytes("my songs/inside.mid", SECOND)
    uploaded = upload_prime(root, "one.mid")
    assert uploaded.sha256 == digest(FIRST)
    (songs / "one.mid").rename(songs / "elsewhere.mid")
    for name, content in {
        "two.mid": SECOND,
        str(songs / "two.mid"): SECOND,
        (songs / "two.mid").as_uri(): SECOND,
        "my songs/inside.mid": SECOND,
        f"{root.uri}/my songs/inside.mid": SECOND,
        "one.mid": FIRST,  # by its uploaded name: the file itself has moved
        uploaded.sha256: FIRST,
        uploaded.sha256[:10]: FIRST,
        prime_path(uploaded.sha256): FIRST,
    }.items():
        assert find_prime(root, name).content == content, name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("three.mid", "no prime three.mid on this machine or in"),
        ("folder", "is no file"),
        ("/dev/zero", "is no file"),
        ("large.mid", "is larger than 8,388,608 bytes"),
        ("primes/../secret.mid", "no prime"),
        ("f" * 64, "is gone: put back the file with that SHA-256"),
        ("file://elsewhere/one.mid", "no prime file://elsewhere/one.mid"),
        ("line\nbreak.mid", r"no prime line\nbreak.mid"),
    ],
)
def test_a_prime_that_is_not_there_is_one_line(
    name: str, message: str, root: Root, songs: Path
) -> None:
    (songs / "folder").mkdir()
    with (songs / "large.mid").open("wb") as file:
        file.truncate(find.MOST_BYTES + 1)
    with pytest.raises(SamplesError, match=re.escape(message)) as caught:
        find_prime(root, name)
    assert "\n" not in str(caught.value)


def test_the_config_names_primes_by_content_wherever_they_lie(root: Root, songs: Path) -> None:
    config = asked(root, prime="one.mid")
    found = request_primes(root, config)
    assert found.config.prime == digest(FIRST)
    assert found.config.random_input == "prime"  # follows from the prime
    assert found.config.program == 73
    assert not root.files("primes")  # nothing is written until it is kept
    found.keep(root)
    assert root.read_bytes(prime_path(digest(FIRST))) == FIRST
    (songs / "one.mid").rename(songs / "moved.mid")
    again = request_primes(root, asked(root, prime=str(songs / "moved.mid")))
    assert again.config == found.config
    (songs / "moved.mid").unlink()
    request._read.cache_clear()
    kept = load_primes(root, found.config)
    assert kept.first is not None
    assert kept.second is None
    assert len(kept.first.notes) == 20


def test_a_chosen_instrument_stays_and_without_primes_nothing_changes(
    root: Root, songs: Path
) -> None:
    assert request_primes(root, asked(root, prime="one.mid", program=5)).config.program == 5
    plain = asked(root)
    assert request_primes(root, plain).config == plain
    assert load_primes(root, plain) == Primes()


def test_two_songs_or_a_second_seed_mean_between(root: Root, songs: Path) -> None:
    both = request_primes(root, asked(root, prime="one.mid", prime_to="two.mid"))
    assert (both.config.random_input, both.config.prime_to) == ("between", digest(SECOND))
    assert both.primes.first is not None
    assert both.primes.second is not None
    assert len(both.primes.second.notes) == 16
    seeds = request_primes(root, asked(root, seed_to=3))
    assert (seeds.config.random_input, seeds.files) == ("between", ())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"random_input": "prime"}, "--random-input prime needs a song"),
        ({"random_input": "gaussian", "prime": "one.mid"}, "gaussian uses no --prime"),
        ({"random_input": "prime", "prime": "one.mid", "seed_to": 1}, "prime uses no --seed-to"),
        ({"prime_bars": 3}, "--prime-bars needs a song"),
        ({"keep_prime": True}, "--keep-prime needs a song"),
        (
            {"keep_prime": True, "prime": "one.mid", "prime_to": "two.mid"},
            "--keep-prime needs --random-input prime, not between",
        ),
        ({"prime_to": "two.mid", "seed_to": 3}, "both name position 1"),
    ],
)
def test_fields_that_contradict_each_other_are_one_line(
    fields: dict[str, Any], message: str, root: Root, songs: Path
) -> None:
    with pytest.raises(SamplesError, match=message):
        request_primes(root, asked(root, **fields))


def test_a_damaged_prime_is_refused(root: Root, songs: Path) -> None:
    upload_prime(root, "one.mid")
    root.write_bytes(prime_path(digest(FIRST)), SECOND)
    with pytest.raises(SamplesError, match="is damaged: its SHA-256 is another"):
        find_prime(root, digest(FIRST))


def test_uploads_are_listed_and_a_damaged_record_hides_no_other(root: Root, songs: Path) -> None:
    for name in ("one.mid", "two.mid"):
        upload_prime(root, name)
    assert [one.name for one in list_uploaded(root).primes] == ["two.mid", "one.mid"]
    record = list_uploaded(root).primes[1]
    assert (record.notes, record.bars, record.tempo, record.bytes) == (20, 5, 60.0, len(FIRST))
    root.write_bytes(prime_record_path("0" * 64), b"{")
    listed = list_uploaded(root)
    assert len(listed.primes) == 2
    assert "is damaged" in listed.problems[0]
    with pytest.raises(SamplesError, match="not a MIDI file"):
        (songs / "text.mid").write_text("text")
        upload_prime(root, "text.mid")
    assert len(root.files("primes", ".mid")) == 2
