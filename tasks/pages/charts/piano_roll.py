"""Draw notes as a piano roll: grid lines every four quarters, pitch names, velocity as shade.

Long rests are shortened, and notes far above or below the others are marked at the edge.

The picture is dark on purpose: it looks the same in a light and in a dark page.
"""

import io
import threading
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import imsave
from numpy.typing import NDArray

from nocturne.tasks.music.notes import Notes
from nocturne.tasks.pages.charts.roll_axes import (
    BEATS_PER_BAR,
    TimeAxis,
    pitch_range,
    time_axis,
)
from nocturne.tasks.pages.charts.roll_marks import LABEL, draw_breaks, mark_far
from nocturne.tasks.pages.formatting import pitch_name

SOFTWARE = "Nocturne piano roll 2"  # count up when the same notes give another picture
DOTS_PER_INCH = 200  # with 8-point labels: still legible at a third of the size
AXES_LEFT, AXES_WIDTH = 0.058, 0.924  # of the picture's width
AXES_BOTTOM, AXES_HEIGHT = 0.1, 0.87  # of its height
BLACK_KEYS = (1, 3, 6, 8, 10)

BACKGROUND, BLACK_KEY_ROW = "#12142b", "#0d0f22"
GRID_BAR, GRID_OCTAVE = "#262a4d", "#333863"
SHADES = LinearSegmentedColormap.from_list(
    "velocity", ["#4a3fa0", "#8358d8", "#d968b8", "#ff9f85", "#ffecb0"]
)
# matplotlib's font and text caches are not thread-safe.
_drawing = threading.Lock()


def draw(notes: Notes, *, width: int = 1200, height: int = 480) -> bytes:
    """Return a PNG of `width` x `height` pixels; its axes are `time_axis` and `pitch_range`."""
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    figure.set_facecolor(BACKGROUND)
    with _drawing:
        axes = figure.add_axes(
            (AXES_LEFT, AXES_BOTTOM, AXES_WIDTH, AXES_HEIGHT), facecolor=BACKGROUND
        )
        (low, high), time = pitch_range(notes.pitch), time_axis(notes)
        axes.set_xlim(0, time.width)
        axes.set_ylim(low - 0.5, high + 0.5)
        _draw_keyboard(axes, low, high, time)
        draw_breaks(axes, time)
        _draw_notes(axes, notes, low, high, time)
        _label(axes, low, high, time)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    stream = io.BytesIO()
    opaque = np.asarray(canvas.buffer_rgba())[..., :3]
    imsave(stream, opaque, format="png", metadata={"Software": SOFTWARE})
    return stream.getvalue()


def is_current(png: bytes) -> bool:
    """Return whether `png` is a whole picture that this version of `draw` made."""
    return b"Software\0" + SOFTWARE.encode() in png[:512] and png.endswith(b"IEND\xaeB`\x82")


def _draw_keyboard(axes: Any, low: int, high: int, time: TimeAxis) -> None:
    """Draw the rows of the black keys, a line under every C and a line at every bar."""
    black = [p for p in range(low, high + 1) if p % 12 in BLACK_KEYS]
    rows = _boxes(np.zeros(len(black)), np.full(len(black), time.width), np.array(black), 0.5)
    axes.add_collection(
        PolyCollection(list(rows), facecolors=BLACK_KEY_ROW, linewidths=0, zorder=0)
    )
    octaves = [p - 0.5 for p in range(low, high + 1) if p % 12 == 0]
    axes.hlines(octaves, 0, time.width, colors=GRID_OCTAVE, linewidths=0.5, zorder=1)
    bars = _beats_to_scale(time, BEATS_PER_BAR)
    heavy = (bars % (4 * BEATS_PER_BAR) == 0).astype(float)
    places = time.places(bars)
    widths = 0.3 + 0.4 * heavy
    axes.vlines(places, low - 0.5, high + 0.5, colors=GRID_BAR, linewidths=widths, zorder=1)


def _beats_to_scale(time: TimeAxis, step: int) -> NDArray[np.float64]:
    """Return the multiples of `step` that lie in a stretch drawn to scale."""
    beats = [np.arange(-(-begin // step) * step, end + 1, step) for begin, end in time.stretches]
    return np.concatenate(beats)


def _draw_notes(axes: Any, notes: Notes, low: int, high: int, time: TimeAxis) -> None:
    """Draw a box for every note; a thin edge keeps repeated notes apart.

    A note outside the range of pitches is a line at the edge, with a mark and its name.
    """
    drawn = notes.onset_beats < time.end
    onset, pitch = time.places(notes.onset_beats[drawn]), notes.pitch[drawn].astype(np.float64)
    offset = time.places(notes.offset_beats[drawn])
    offset = np.maximum(offset, onset + time.width / 600)  # a short note is still a visible dot
    colours = SHADES(np.clip((notes.velocity[drawn].astype(np.float64) - 20) / 100, 0, 1))
    half_heights = np.where((pitch >= low) & (pitch <= high), 0.42, 0.1)  # a line at the edge
    boxes = _boxes(onset, offset, np.clip(pitch, low, high), half_heights)
    axes.add_collection(
        PolyCollection(
            list(boxes), facecolors=colours, edgecolors=BACKGROUND, linewidths=0.25, zorder=2
        )
    )
    mark_far(axes, onset, pitch, colours, low, high)


def _boxes(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    middle: NDArray[np.float64],
    half: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Return the corners of upright boxes, [boxes, 4, 2]; `half` is half of their height."""
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([middle - half, middle - half, middle + half, middle + half], axis=1)
    return np.stack([x, y], axis=2)


def _label(axes: Any, low: int, high: int, time: TimeAxis) -> None:
    """Write the names of the Cs (and Gs where there is room), and beat numbers at whole bars."""
    named = (0, 7) if high - low < 40 else (0,)
    ticks = [p for p in range(low, high + 1) if p % 12 in named]
    axes.set_yticks(ticks, [pitch_name(p) for p in ticks])
    beats = _named_beats(time)
    axes.set_xticks(time.places(np.array(beats)), [f"{beat:.0f}" for beat in beats])
    axes.tick_params(colors=LABEL, length=0, labelsize=7.5, pad=3)
    where = {"xycoords": "axes fraction", "textcoords": "offset points"}
    corner = {"color": LABEL, "fontsize": 7.5, "ha": "right", "va": "top"}
    axes.annotate("beat", (0, 0), (-7, -3), **where, **corner)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _named_beats(time: TimeAxis) -> list[float]:
    """Return the beats to name: where each stretch begins, and round ones that leave room."""
    step = next(s for s in (4, 8, 16, 32) if time.width / s <= 9)
    named: list[float] = []
    for beat in [*(begin for begin, _ in time.stretches), *_beats_to_scale(time, step).tolist()]:
        places = time.places(np.array([beat, *named]))
        if np.all(np.abs(places[1:] - places[0]) > 0.05 * time.width):
            named.append(beat)
    return named
