"""Notes that the tests of music read, write, draw and play."""

from pathlib import Path

import numpy as np
import symusic

from nocturne.tasks.music.notes import Notes


def notes_of(rows: list[tuple[float, float, int, int]], tempo: float = 120.0) -> Notes:
    """Notes from (onset, offset, pitch, velocity) rows, times in beats."""
    table = np.array(sorted(rows, key=lambda row: (row[0], row[2])), dtype=np.float64)
    table = table.reshape(-1, 4)
    onset, offset = table[:, 0], table[:, 1]
    seconds = 60.0 / tempo
    pitch, velocity = table[:, 2].astype(np.uint8), table[:, 3].astype(np.uint8)
    return Notes(onset * seconds, offset * seconds, onset, offset, pitch, velocity)


def scale(notes: int = 16, tempo: float = 120.0) -> Notes:
    """A rising scale of quarter notes, two octaves and back to the start."""
    steps = (0, 2, 4, 5, 7, 9, 11)
    rows = [
        (float(i), i + 0.9, 60 + 12 * (i % 14 // 7) + steps[i % 7], 50 + i % 70)
        for i in range(notes)
    ]
    return notes_of(rows, tempo)


def notes_in(path: Path, limit: int = 256) -> Notes:
    """The first notes of the longest non-drum track of a real file."""
    score = symusic.Score(path)
    track = max((t for t in score.tracks if not t.is_drum), key=lambda t: len(t.notes))
    quarter = score.ticks_per_quarter
    rows = [
        (n.start / quarter, max(n.end, n.start + 1) / quarter, n.pitch, max(1, n.velocity))
        for n in sorted(track.notes, key=lambda n: (n.start, n.pitch))[:limit]
    ]
    first = rows[0][0]
    return notes_of([(onset - first, offset - first, *rest) for onset, offset, *rest in rows])
