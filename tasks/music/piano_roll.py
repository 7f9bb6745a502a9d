"""Notes to a picture: a piano roll with bars of four quarters, pitch names and velocity as shade.

The picture is dark on purpose: it looks the same in a light and in a dark page.
"""

import io
import math
import threading

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from tasks.music.notes import Notes

DOTS_PER_INCH = 200  # with 8-point labels: still legible at a third of the size
BEATS_PER_BAR = 4  # quarters: grid lines only, the music's own metre is not known
MAX_BEATS = 256.0  # more would be too small to read
MIN_BEATS = 16.0
MIN_SEMITONES = 24
MARGIN_SEMITONES = 2
AXES_LEFT, AXES_WIDTH = 0.058, 0.924  # of the picture's width
AXES_BOTTOM, AXES_HEIGHT = 0.1, 0.87  # of its height
BLACK_KEYS = (1, 3, 6, 8, 10)
PITCH_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

BACKGROUND, BLACK_KEY_ROW = "#12142b", "#0d0f22"
GRID_BAR, GRID_OCTAVE, LABEL = "#262a4d", "#333863", "#a9aed6"
SHADES = LinearSegmentedColormap.from_list(
    "velocity", ["#4a3fa0", "#8358d8", "#d968b8", "#ff9f85", "#ffecb0"]
)
# matplotlib's font and text caches are not made for several threads at once.
_drawing = threading.Lock()


def pitch_name(pitch: int) -> str:
    """Return the name of a MIDI pitch; 60 is C4."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def draw(notes: Notes, *, width: int = 1200, height: int = 480) -> bytes:
    """Return a PNG of `width` x `height` pixels; of long pieces, the first 64 bars."""
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    figure.set_facecolor(BACKGROUND)
    with _drawing:
        axes = figure.add_axes(
            (AXES_LEFT, AXES_BOTTOM, AXES_WIDTH, AXES_HEIGHT), facecolor=BACKGROUND
        )
        low, high = _pitch_range(notes)
        end = shown_beats(float(notes.offset_beats.max(initial=0.0)))
        _draw_keyboard(axes, low, high, end)
        _draw_notes(axes, notes, end)
        _label(axes, low, high, end)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    stream = io.BytesIO()
    opaque = np.asarray(canvas.buffer_rgba())[..., :3]
    imsave(stream, opaque, format="png", metadata={"Software": "Nocturne"})
    return stream.getvalue()


def shown_beats(last_offset: float) -> float:
    """Beats that a picture shows of a piece ending at `last_offset`: whole bars, at most 64."""
    bars = math.ceil(min(max(last_offset, MIN_BEATS), MAX_BEATS) / BEATS_PER_BAR - 1e-6)
    return float(bars * BEATS_PER_BAR)


def _pitch_range(notes: Notes) -> tuple[int, int]:
    """Lowest and highest shown pitch: all notes, and never fewer than two octaves."""
    low, high = (int(notes.pitch.min()), int(notes.pitch.max())) if len(notes) else (60, 60)
    low, high = low - MARGIN_SEMITONES, high + MARGIN_SEMITONES
    missing = max(0, MIN_SEMITONES - (high - low))
    return low - missing // 2, high + (missing + 1) // 2


def _draw_keyboard(axes, low: int, high: int, end: float) -> None:  # type: ignore[no-untyped-def]
    """Rows of the black keys, a line under every C, a line at every bar."""
    black = [p for p in range(low, high + 1) if p % 12 in BLACK_KEYS]
    rows = _boxes(np.zeros(len(black)), np.full(len(black), end), np.array(black), 0.5)
    axes.add_collection(
        PolyCollection(list(rows), facecolors=BLACK_KEY_ROW, linewidths=0, zorder=0)
    )
    octaves = [p - 0.5 for p in range(low, high + 1) if p % 12 == 0]
    axes.hlines(octaves, 0, end, colors=GRID_OCTAVE, linewidths=0.5, zorder=1)
    bars = np.arange(0, end + 1, BEATS_PER_BAR)
    heavy = (bars % (4 * BEATS_PER_BAR) == 0).astype(float)
    axes.vlines(
        bars, low - 0.5, high + 0.5, colors=GRID_BAR, linewidths=0.3 + 0.4 * heavy, zorder=1
    )


def _draw_notes(axes, notes: Notes, end: float) -> None:  # type: ignore[no-untyped-def]
    """One box a note; a thin edge keeps repeated notes apart."""
    shown = notes.onset_beats < end
    onset, pitch = notes.onset_beats[shown], notes.pitch[shown].astype(np.float64)
    offset = np.minimum(notes.offset_beats[shown], end)
    offset = np.maximum(offset, onset + end / 600)  # a very short note is still a visible dot
    boxes = _boxes(onset, offset, pitch, 0.42)
    colours = SHADES(np.clip((notes.velocity[shown].astype(np.float64) - 20) / 100, 0, 1))
    axes.add_collection(
        PolyCollection(
            list(boxes), facecolors=colours, edgecolors=BACKGROUND, linewidths=0.25, zorder=2
        )
    )


def _boxes(
    left: NDArray[np.float64], right: NDArray[np.float64], middle: NDArray[np.float64], half: float
) -> NDArray[np.float64]:
    """Corners of upright boxes, [boxes, 4, 2]."""
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([middle - half, middle - half, middle + half, middle + half], axis=1)
    return np.stack([x, y], axis=2)


def _label(axes, low: int, high: int, end: float) -> None:  # type: ignore[no-untyped-def]
    """Names of the Cs (and Gs where there is room), and beat numbers at whole bars."""
    axes.set_xlim(0, end)
    axes.set_ylim(low - 0.5, high + 0.5)
    named = (0, 7) if high - low < 40 else (0,)
    ticks = [p for p in range(low, high + 1) if p % 12 in named]
    axes.set_yticks(ticks, [pitch_name(p) for p in ticks])
    step = next(s for s in (4, 8, 16, 32) if end / s <= 9)
    axes.xaxis.set_major_locator(FixedLocator(np.arange(0, end + 1, step).tolist()))
    axes.tick_params(colors=LABEL, length=0, labelsize=7.5, pad=3)
    where = {"xycoords": "axes fraction", "textcoords": "offset points"}
    corner = {"color": LABEL, "fontsize": 7.5, "ha": "right", "va": "top"}
    axes.annotate("beat", (0, 0), (-7, -3), **where, **corner)
    for spine in axes.spines.values():
        spine.set_visible(False)
