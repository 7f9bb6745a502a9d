"""Whatever happens to a folder, what is published is what an ingest from nothing publishes."""

import os
import random
from pathlib import Path

import pytest

from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import song
from tests.tasks.corpus.reuse.night import Nights
from tests.tasks.music.smf import smf, tune

NAMES = ["a/1.mid", "a/2.mid", "b.mid", "c.mid", "d/e/3.mid", "d/f.mid", "x.MID", "z.kar"]
OTHERS = ["._b.mid", "notes.txt", "old.zip", "text as.mid", "a/4", "5"]


def transposed(number: int) -> bytes:
    """Return song 0 in another key: a near duplicate."""
    chance = random.Random(0)
    return smf(tune([chance.randrange(40, 90) + number % 12 + 1 for _ in range(20)]))


def renamed_track(number: int) -> bytes:
    """Return a song with other bytes and the same notes."""
    chance = random.Random(number)
    name = (0, [0xFF, 3, 4, *b"name"])
    return smf([name, *tune([chance.randrange(40, 90) for _ in range(20)])])


CONTENTS = (
    song,
    song,
    transposed,
    renamed_track,
    lambda number: song(number)[:-5],
    lambda _: b"text",
    lambda number: b"PK" + bytes([number]),
    lambda number: b"\x00\x05\x16\x07" + bytes([number]),
)


def change(folder: Path, chance: random.Random) -> str:
    """Do one thing to the folder; return it in words."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = chance.choice(files)
    target = folder / chance.choice([*NAMES, *OTHERS, f"{chance.randrange(10)}.mid"])
    what = chance.choice(["write", "write", "write", "write", "remove", "rename", "copy", "touch"])
    target.parent.mkdir(parents=True, exist_ok=True)
    if what == "write":
        number = chance.randrange(6)
        target.write_bytes(chance.choice(CONTENTS)(number))
    elif what == "remove" and path.name != "keep.mid":
        path.unlink()
    elif what == "rename" and path.name != "keep.mid":
        path.replace(target)
    elif what == "copy":
        target.write_bytes(path.read_bytes())
    else:
        os.utime(path, (chance.randrange(10**9), chance.randrange(10**9)))
    return f"{what} {path.relative_to(folder)} {target.relative_to(folder)}"


def check_nights(place: Path, workers: Workers, seed: int, count: int) -> None:
    chance = random.Random(seed)
    nights = Nights(place, workers)
    nights.write({"keep.mid": song(99), **{name: song(i) for i, name in enumerate(NAMES)}})
    nights.ingest()
    told = [f"seed {seed}"]
    for _ in range(count):
        told += [change(nights.folder, chance) for _ in range(chance.choice([1, 1, 2, 4]))]
        nights.wait()
        nights.ingest()
        assert nights.published() == nights.from_nothing(), told
        assert nights.raw.files_read <= 5


@pytest.mark.parametrize("seed", [1, 2])
def test_a_few_nights(tmp_path: Path, workers: Workers, seed: int) -> None:
    check_nights(tmp_path, workers, seed, 8)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_many_nights(tmp_path: Path, workers: Workers, seed: int) -> None:
    check_nights(tmp_path, workers, 100 + seed, 30)
