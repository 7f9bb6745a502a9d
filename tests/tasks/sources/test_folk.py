import hashlib
import multiprocessing
import os
import re
import signal
import time

import pytest
import symusic

from nocturne.tasks.sources import folk
from nocturne.tasks.sources.source_file import RawFile, Skipped

TUNE = """X:7
T:Test
M:3/4
L:1/8
Q:1/4=90
K:G
|: G2 F>G z2 | [GB]2 c4 :|
"""


def notes_of(content: bytes) -> list[tuple[int, int, int]]:
    score = symusic.Score.from_midi(content)
    assert score.ticks_per_quarter == 480
    return sorted((n.time, n.duration, n.pitch) for track in score.tracks for n in track.notes)


def test_a_tunes_notes_are_exact_with_repeats_rests_key_and_chords():
    once = [
        (0, 480, 67), (480, 360, 66), (840, 120, 67), (1440, 480, 67), (1440, 480, 71),
        (1920, 960, 72),
    ]  # fmt: skip
    repeated = [(time + 2880, duration, pitch) for time, duration, pitch in once]
    content = folk.to_midi(TUNE)
    assert notes_of(content) == once + repeated
    assert [round(t.qpm, 2) for t in symusic.Score.from_midi(content).tempos] == [90.0]
    assert folk.to_midi(TUNE) == content


def test_repeated_pitches_stay_apart():
    content = folk.to_midi("X:1\nT:Same\nM:2/4\nL:1/8\nK:C\nCCC2|\n")
    assert notes_of(content) == [(0, 240, 60), (240, 240, 60), (480, 480, 60)]


def test_a_tune_without_tempo_is_played_at_120_quarters():
    score = symusic.Score.from_midi(folk.to_midi(TUNE.replace("Q:1/4=90\n", "")))
    assert [tempo.qpm for tempo in score.tempos] == [120.0]


@pytest.mark.parametrize("tune", ["X:1\nT:Rests\nK:C\nz4|z4|\n", "X:1\nT:Nothing\n"])
def test_a_tune_without_notes_is_refused(tune):
    with pytest.raises((ValueError, RuntimeError)):
        folk.to_midi(tune)


def test_the_tunes_are_all_of_three_public_domain_collections():
    named = list(folk.tunes())
    counts = {name: sum(n.startswith(f"{name}/") for n, _ in named) for name in folk.COLLECTIONS}
    assert counts == {"oneills1850": 2009, "ryansMammoth": 1059, "airdsAirs": 1180}
    assert len({name for name, _ in named}) == len(named)
    assert all(re.fullmatch(r"[A-Za-z0-9]+/\d{4}\.mid", name) for name, _ in named)
    assert all(tune.startswith("X:") and "\nK:" in tune for _, tune in named)


def test_every_tune_is_converted_or_named_always_alike(monkeypatch, capfd):
    named = dict(folk.tunes())
    chosen = [("ryansMammoth/0153.mid", named["ryansMammoth/0153.mid"])]
    chosen += [*list(named.items())[:5], ("oneills1850/9999.mid", "X:1\nT:Nothing\n")]
    monkeypatch.setattr(folk, "tunes", lambda: iter(chosen))
    told = []
    first = list(folk.read_tunes(1 << 20, lambda done, total: told.append((done, total))))
    assert first == list(folk.read_tunes(1 << 20, lambda done, total: None))
    assert [item.path for item in first] == [name for name, _ in chosen]
    kinds = [type(item) for item in first]
    assert kinds == [Skipped, *[RawFile] * 5, Skipped]  # an unclosed chord; five tunes; no notes
    for item in first[1:-1]:
        assert item.md5 == hashlib.md5(item.content).hexdigest()
    assert told[-1] == (len(chosen) - 1, len(chosen))
    assert capfd.readouterr() == ("", "")  # abc2midi's warnings stay away from the terminal


def hostile_to_midi(tune: str) -> bytes:
    """Stand in for an ABC parser that hangs on one tune and dies on another."""
    if "T:SLEEP" in tune:
        time.sleep(60)
    if "T:KILL" in tune:
        os.kill(os.getpid(), signal.SIGKILL)
    return folk.to_midi(tune)


def test_a_tune_that_hangs_or_kills_its_worker_is_named_and_the_others_unharmed(monkeypatch):
    expected = folk.to_midi(TUNE)
    monkeypatch.setattr(folk, "to_midi", hostile_to_midi)
    monkeypatch.setattr(folk, "TUNE_SECONDS", 6.0)
    titles = ["Test", "SLEEP", "Test", "KILL", "Test"]
    named = [(f"{n}.mid", TUNE.replace("T:Test", f"T:{t}")) for n, t in enumerate(titles)]
    monkeypatch.setattr(folk, "tunes", lambda: iter(named))
    items = list(folk.read_tunes(1 << 20, lambda done, total: None))
    assert [item.path for item in items] == [name for name, _ in named]
    assert items[1].reason == "not converted from ABC: TimeoutError"
    assert "Abnormal termination" in items[3].reason
    assert [items[n].content for n in (0, 2, 4)] == [expected] * 3


def test_a_reader_may_stop_early(monkeypatch):
    reading = folk.read_tunes(1 << 20, lambda done, total: None)
    assert next(reading).path == "oneills1850/0001.mid"
    reading.close()
    assert not multiprocessing.active_children()


def test_the_sources_are_named():
    assert "O'Neill" in folk.attribution()
    assert "music21" in folk.attribution()
    assert "music21" in folk.identity()
    assert "public domain" in folk.LICENCE
