"""A report's charts as PNG, for Markdown, which shows no inline SVG.

The pictures are dark on purpose, as the piano rolls are: they look the same in any page.
"""

import io
import threading
from collections.abc import Sequence
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nocturne.tasks.pages.charts.charts import Chart, Line
from nocturne.tasks.pages.model_report.distributions import Distribution

DOTS_PER_INCH = 100
BACKGROUND, GRID, LABEL, TEXT = "#15172c", "#2a2d4f", "#a9aed6", "#e9eaf8"
BAR = "#4b5bc4"
STYLES: dict[str, dict[str, Any]] = {
    "valid": {"color": "#8c9eff", "linewidth": 2.2},
    "train": {"color": "#5eead4", "linewidth": 1.3},
    "composite": {"color": "#ffc766", "linestyle": "--"},
    "cache": {"color": "#f0abfc", "linestyle": ":"},
    "held-out": {"color": "#ffc766", "linewidth": 1.4},
}
# matplotlib's font and text caches are not made for several threads at once.
_drawing = threading.Lock()


def draw_curves(charts: Sequence[Chart]) -> bytes:
    """Return a PNG of line charts; empty if there are none."""
    return _png(charts, columns=max(1, len(charts)), inches=(9.0, 4.0)) if charts else b""


def draw_histograms(shapes: Sequence[Distribution]) -> bytes:
    """Return a PNG of every distribution that has a histogram; empty if none has."""
    charts = [shape.chart for shape in shapes if shape.chart]
    columns = min(3, len(charts))
    return _png(charts, columns=columns, inches=(4.0, 2.7)) if charts else b""


def _png(charts: Sequence[Chart], columns: int, inches: tuple[float, float]) -> bytes:
    rows = -(-len(charts) // columns)
    with _drawing:
        size = (inches[0] * columns, inches[1] * rows)
        sheet = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
        sheet.set_facecolor(BACKGROUND)
        for place, chart in enumerate(charts, start=1):
            _draw(sheet.add_subplot(rows, columns, place), chart)
        stream = io.BytesIO()
        FigureCanvasAgg(sheet).print_png(stream, metadata={"Software": None})
    return stream.getvalue()


def _draw(axes: Any, chart: Chart) -> None:
    """Draw a chart in the units of its own view box, so that both forms are the same picture."""
    axes.set_facecolor(BACKGROUND)
    axes.set_xlim(chart.left, chart.right)
    axes.set_ylim(chart.bottom, chart.top)
    for tick in chart.y_ticks:
        axes.axhline(tick.at, color=GRID, linewidth=0.7, zorder=0)
    if chart.bars:
        axes.bar(
            [bar.x for bar in chart.bars],
            [-bar.height for bar in chart.bars],
            [bar.width for bar in chart.bars],
            bottom=chart.bottom,
            align="edge",
            color=BAR,
            label="samples",
        )
    for line in chart.lines:
        _draw_line(axes, line)
    axes.set_xticks([tick.at for tick in chart.x_ticks], [tick.label for tick in chart.x_ticks])
    axes.set_yticks([tick.at for tick in chart.y_ticks], [tick.label for tick in chart.y_ticks])
    _label(axes, chart)


def _draw_line(axes: Any, line: Line) -> None:
    points = [tuple(map(float, point.split(","))) for point in line.points.split()]
    axes.plot(*zip(*points, strict=True), label=line.label, **STYLES.get(line.kind, {}))


def _label(axes: Any, chart: Chart) -> None:
    axes.set_title(chart.title, color=TEXT, fontsize=10)
    axes.set_xlabel(chart.x_label, color=LABEL, fontsize=8)
    axes.set_ylabel(chart.y_label, color=LABEL, fontsize=8)
    axes.tick_params(colors=LABEL, length=0, labelsize=8)
    legend = axes.legend(fontsize=8, facecolor=BACKGROUND, edgecolor=GRID, labelcolor=LABEL)
    legend.get_frame().set_alpha(0.8)
    for spine in axes.spines.values():
        spine.set_visible(False)
