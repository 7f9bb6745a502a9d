"""Small songs for the tests of the category schemes."""

import numpy as np

from nocturne.tasks.music.notes import Notes


def song(*rows: tuple[float, float, int, int], tempo: float = 120.0) -> Notes:
    """Return a song from rows of (onset in beats, duration in beats, pitch, velocity)."""
    columns = np.array(rows, np.float64).reshape(-1, 4).T
    onset, offset = columns[0], columns[0] + columns[1]
    seconds = 60.0 / tempo
    return Notes(
        onset * seconds,
        offset * seconds,
        onset,
        offset,
        columns[2].astype(np.uint8),
        columns[3].astype(np.uint8),
    )


def random_song(seed: int, length: int, grid: float | None = None) -> Notes:
    """Return a sorted random song; with `grid`, its times are multiples of it in beats."""
    rng = np.random.default_rng(seed)
    onset = np.cumsum(rng.exponential(0.5, length) * (rng.random(length) > 0.3))
    duration = rng.exponential(0.7, length) + 0.01
    if grid:
        onset, duration = np.rint(onset / grid) * grid, np.rint(duration / grid + 1) * grid
    pitch, velocity = rng.integers(0, 128, length), rng.integers(1, 128, length)
    order = np.lexsort((pitch, onset))
    rows = zip(onset[order], duration[order], pitch[order], velocity[order], strict=True)
    return song(*rows)
