"""Runs that continue a song: named by its content, made again and extended from the root alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import SamplesError
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.primes import request
from nocturne.tasks.samples import build_samples
from nocturne.tasks.storage.root import Root
from tests.tasks.primes.songs_for_tests import quarters, song
from tests.tasks.samples.model_for_tests import save_tiny_model

SONG = song((73, False, [(a + 0.01, b + 0.3, p, v) for a, b, p, v in quarters(20)]))
RUN = {"samples": 2, "notes": 12, "seed": 3, "audio": False, "prime_bars": 3}


def extracted(content: bytes) -> Extracted:
    found = extract(content)
    assert isinstance(found, Extracted)
    return found


def notes_in(root: Root, run_id: str, index: int) -> Extracted:
    return extracted(root.read_bytes(f"samples/{run_id}/0000{index}.mid"))


def rows_of(notes: Notes, start: float) -> Counter[tuple[int, ...]]:
    """Count the notes by onset and offset in ticks from beat `start` on, pitch and velocity."""
    times = [np.rint((beats - start) * 480) for beats in (notes.onset_beats, notes.offset_beats)]
    columns = np.stack([*times, notes.pitch, notes.velocity], axis=1).astype(int)
    return Counter(map(tuple, columns.tolist()))


def first_rows(rows: Counter[tuple[int, ...]], count: int) -> Counter[tuple[int, ...]]:
    return Counter(sorted(rows.elements())[:count])


def test_a_run_begins_with_the_song_and_does_not_need_the_users_file(
    root: Root, tmp_path: Path
) -> None:
    save_tiny_model(root)
    file = tmp_path / "my song.mid"
    file.write_bytes(SONG)
    config = GenerateConfig(root=root.uri, prime=str(file), keep_prime=True, **RUN)
    made = build_samples(root, config)
    expected = extracted(SONG)
    pieces = [notes_in(root, made.run_id, index) for index in range(2)]
    assert pieces[0].digest != pieces[1].digest
    for piece in pieces:
        assert piece.program == 73
        # A note drawn at the last onset of the song may stand before it, by its pitch.
        start = float(expected.notes.onset_beats[0])
        assert rows_of(piece.notes, 0.0) >= first_rows(rows_of(expected.notes, start), 12)
        assert len(piece.notes) == 24
        assert (piece.notes.onset_beats[12:] >= expected.notes.onset_beats[11] - start).all()
    manifest = root.read_table(f"samples/{made.run_id}/manifest.parquet")
    assert manifest["prime_notes"].to_pylist() == [12, 12]
    assert manifest["random_input"].to_pylist() == ["prime"] * 2
    assert set(manifest["prime"].to_pylist()) == {request_digest(root, config)}

    moved = file.rename(tmp_path / "moved.mid")  # the same song at another path is the same run
    assert build_samples(root, config.copy_with(prime=str(moved))).reused
    moved.unlink()
    request._read.cache_clear()
    more = build_samples(root, GenerateConfig(root=root.uri, run=made.run_id, more=1))
    assert (more.run_id, more.samples) == (made.run_id, 3)
    first = [root.read_bytes(f"samples/{made.run_id}/0000{i}.mid") for i in range(3)]
    root.delete(f"samples/{made.run_id}/00000.mid")
    build_samples(root, GenerateConfig(root=root.uri, run=made.run_id))
    assert root.read_bytes(f"samples/{made.run_id}/00000.mid") == first[0]
    with pytest.raises(SamplesError, match="--prime-bars 3, not 2"):
        build_samples(root, GenerateConfig(root=root.uri, run=made.run_id, more=1, prime_bars=2))


def test_without_the_song_only_the_continuation_is_written(root: Root, tmp_path: Path) -> None:
    save_tiny_model(root)
    (tmp_path / "song.mid").write_bytes(SONG)
    asked = GenerateConfig(root=root.uri, prime=str(tmp_path / "song.mid"), **RUN)
    alone = build_samples(root, asked)
    whole = build_samples(root, asked.copy_with(keep_prime=True))
    assert alone.run_id != whole.run_id
    for index in range(2):
        tail, all_notes = (notes_in(root, run.run_id, index).notes for run in (alone, whole))
        assert len(tail) == len(all_notes) - 12
        song_pitches = Counter(extracted(SONG).notes.pitch[:12].tolist())
        assert Counter(all_notes.pitch.tolist()) - song_pitches == Counter(tail.pitch.tolist())


def request_digest(root: Root, config: GenerateConfig) -> str | None:
    return request.request_primes(root, config).config.prime
