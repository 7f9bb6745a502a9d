"""The geometry of a report's charts; charts.svg.j2 draws them as inline SVG.

Lengths are in the units of the view box, y downwards. Charts are small, so that their text is
still readable when they are scaled down to the width of a telephone.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 14, 40
RIGHT_WITH_SCALE = 54  # room for a second scale
JOINED = " to "  # in the name of a bin of several values, of which an axis shows the first
MOST_POINTS = 400  # of a line: more are not visible
FIGURE_WIDTH = 6.5  # of a digit
MOST_MARKS = 60  # of evaluations that are drawn as dots with a tooltip


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A line: `kind` is its style, `points` an SVG list, `marks` are (x, y, tooltip)."""

    kind: str
    label: str
    points: str
    marks: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True)
class Bar:
    """A filled bar; `tip` says its figure, and `label`, if any, is written on it."""

    x: float
    y: float
    width: float
    height: float
    tip: str
    label: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether the label has to be turned to fit over the bar."""
        return len(self.label) * FIGURE_WIDTH > self.width


@dataclass(frozen=True)
class Chart:
    """Everything there is to draw; `right_ticks` is a second scale of the same lines."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...] = ()
    right_label: str = ""
    right_ticks: tuple[Tick, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Scale:
    """A straight scale from values to places."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of `value`."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 2)

    def ticks(self, about: int, factor: float = 1.0) -> tuple[Tick, ...]:
        """Return about so many round numbers in the range; labels are `factor` times as large."""
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


def upwards(low: float, high: float) -> Scale:
    """Return a scale from bottom to top."""
    return Scale(low, _above(low, high), HEIGHT - BOTTOM, TOP)


def _above(low: float, high: float) -> float:
    """Return `high`, or where it is as good as `low` something above, for an axis to span."""
    return high if high - low > 1e-9 * max(1.0, abs(low)) else low + 1


def standing_bar(x: Scale, y: Scale, place: int, value: float, tip: str, label: str = "") -> Bar:
    """Return a bar from 0 up to `value` over the bin `place`, with a gap to its neighbours."""
    left, right = x(place + 0.08), x(place + 0.92)
    return Bar(left, y(value), round(right - left, 2), round(y(0) - y(value), 2), tip, label)


def polyline(xs: Sequence[float], ys: Sequence[float], x: Scale, y: Scale) -> str:
    """Return an SVG list of points, thinned evenly to MOST_POINTS; the last always stays."""
    every = -(-len(xs) // MOST_POINTS)
    kept = sorted({*range(0, len(xs), every), len(xs) - 1})
    return " ".join(f"{x(xs[i])},{y(ys[i])}" for i in kept)


def histogram(
    title: str,
    shares: tuple[Sequence[float], Sequence[float]],
    names: Sequence[str],
    ticks: Callable[[int], bool],
    x_label: str,
) -> Chart:
    """Draw samples as bars and held-out music as a stepped outline over them.

    `shares` are both distributions, [bins]; `ticks` says which bins have their name shown.
    """
    samples, held_out = shares
    x, y = across(0, len(names)), upwards(0, max(*samples, *held_out, 1e-9) * 1.05)
    bars = tuple(
        standing_bar(x, y, i, mine, f"{names[i]}: samples {mine:.1%}, held-out music {theirs:.1%}")
        for i, (mine, theirs) in enumerate(zip(samples, held_out, strict=True))
    )
    xs = [place for i in range(len(names)) for place in (i, i + 1)]
    ys = [share for share in held_out for _ in range(2)]
    outline = polyline([0, *xs, len(names)], [0, *ys, 0], x, y)
    return Chart(
        title=title,
        x_label=x_label,
        y_label="share of notes, %",
        x_ticks=tuple(
            Tick(x(i + 0.5), name.partition(JOINED)[0]) for i, name in enumerate(names) if ticks(i)
        ),
        y_ticks=y.ticks(4, 100),
        lines=(Line("held-out", "held-out music", outline),),
        bars=bars,
    )
