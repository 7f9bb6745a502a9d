"""The geometry of charts; chart.svg.j2 draws it, for pages and for pictures in Markdown alike.

Lengths are in the units of the view box, y downwards. Charts are small, so that their text is
still readable when they are scaled down to the width of a telephone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 480, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 14, 40
RIGHT_WITH_SCALE = 54  # room for a second scale
MOST_POINTS = 400  # of a line: more are not visible
FIGURE_WIDTH = 6.5  # of a digit
LEFT_OF_LABELS = 30  # for the name of the axis
MOST_MARKS = 60  # of a line: more points than this get no dots with tooltips


@dataclass(frozen=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A line: `kind` is its style, `points` an SVG list, `marks` are dots: (x, y, tooltip).

    Without points there are dots alone.
    """

    kind: str
    label: str
    points: str
    marks: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True)
class Bar:
    """A filled bar; `tip` is its tooltip, and `label`, if any, is written above it."""

    x: float
    y: float
    width: float
    height: float
    tip: str
    label: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether the label is wider than the bar, and so is turned upright."""
        return len(self.label) * FIGURE_WIDTH > self.width


class KeyEntry(NamedTuple):
    """What one kind of bar or line of a chart stands for."""

    kind: str
    label: str
    is_dot: bool = False


@dataclass(frozen=True)
class Chart:
    """Everything there is to draw; `right_ticks` is a second scale of the same lines.

    `bars_label` says what the bars stand for; a chart whose axes say that has none.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...] = ()
    bars_label: str = ""
    right_label: str = ""
    right_ticks: tuple[Tick, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    @property
    def key(self) -> tuple[KeyEntry, ...]:
        """The bars and every line, in the order to explain them."""
        bars = (KeyEntry("bar", self.bars_label),) if self.bars_label else ()
        return (
            *bars,
            *(KeyEntry(line.kind, line.label, is_dot=not line.points) for line in self.lines),
        )


@dataclass(frozen=True)
class Scale:
    """A linear scale from values, `low` to `high`, to positions, `begin` to `end`."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the position of `value`."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 2)

    def ticks(self, about: int, factor: float = 1.0) -> tuple[Tick, ...]:
        """Return about `about` ticks at round numbers; labels show `factor` times the value."""
        step = nice_step((self.high - self.low) * factor / about)
        first = math.ceil(self.low * factor / step - 1e-9)
        last = math.floor(self.high * factor / step + 1e-9)
        return tuple(
            Tick(self(i * step / factor), f"{i * step:,.10g}") for i in range(first, last + 1)
        )


def nice_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... that is at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))


def across(low: float, high: float, right: int = RIGHT, left: int = LEFT) -> Scale:
    """Return a scale from left to right that leaves `left` and `right` free."""
    return Scale(low, _above(low, high), left, WIDTH - right)


def left_of(ticks: Sequence[Tick], least: int = LEFT) -> int:
    """Return the room that the labels of a scale and the name of its axis need, left of it."""
    longest = max((len(tick.label) for tick in ticks), default=0)
    return max(least, round(LEFT_OF_LABELS + 1.15 * FIGURE_WIDTH * longest))


def upwards(low: float, high: float) -> Scale:
    """Return a scale from bottom to top."""
    return Scale(low, _above(low, high), HEIGHT - BOTTOM, TOP)


def _above(low: float, high: float) -> float:
    """Return `high`, or `low + 1` if the two are practically equal: an axis needs a length."""
    return high if high - low > 1e-9 * max(1.0, abs(low)) else low + 1


def polyline(xs: Sequence[float], ys: Sequence[float], x: Scale, y: Scale) -> str:
    """Return an SVG list of points, thinned evenly to about MOST_POINTS; the last one stays."""
    every = -(-len(xs) // MOST_POINTS)
    kept = sorted({*range(0, len(xs), every), len(xs) - 1})
    return " ".join(f"{x(xs[i])},{y(ys[i])}" for i in kept)
