"""Charts of a night's figures against the date: drift, and the samples of the night's models."""

from collections.abc import Mapping, Sequence
from functools import partial

from nocturne.schemas.nights import FEATURE_TITLES, NightRecord
from nocturne.tasks.music.metrics import METRICS
from nocturne.tasks.music.metrics.metric import Metric
from nocturne.tasks.pages.charts.charts import Chart, left_of, upwards
from nocturne.tasks.pages.charts.time_axis import date_ticks, over_days
from nocturne.tasks.pages.model_report.tables import title_of
from nocturne.tasks.pages.scoreboard.bits import Figure, dated_line, points
from nocturne.tasks.pages.scoreboard.board import Board

KINDS = ("first", "second", "third", "fourth", "fifth", "sixth")  # of lines, in chart.css.j2
LEAST_TOP = 0.01  # of an axis: figures that are all but 0 are not blown up
OVERLAP = "mean_overlap"
# One chart of samples each: its title, and the figures in it.
SAMPLE_CHARTS = {
    "Like held-out music": (OVERLAP, "repetition"),
    "What the gate refuses": ("degenerate_share", "copied_share", "looping_share"),
}


def drift_chart(board: Board) -> Chart | None:
    """Draw the drift by feature with its bound; None if no night measured any."""
    drifting = [night for night in board.nights if night.drift]
    if not drifting:
        return None
    lines = {
        kind: (title, _feature(name))
        for kind, (name, title) in zip(KINDS, FEATURE_TITLES.items(), strict=True)
    }
    lines["bound"] = ("bound", lambda night: night.drift.bound if night.drift else None)
    return _chart("Drift from the champion's corpus, by feature", "bits", drifting, lines)


def _feature(name: str) -> Figure:
    return lambda night: night.drift.by_feature.get(name) if night.drift else None


def sample_charts(board: Board) -> tuple[Chart, ...]:
    """Draw the figures of the samples of each night's model, beside those of held-out songs."""
    made = [night for night in board.nights if night.sample_figures]
    charts = []
    for title, names in SAMPLE_CHARTS.items():
        lines = {
            kind: (words, figure)
            for kind, (words, figure) in zip(KINDS, _sample_lines(names), strict=False)
            if points(made, figure)
        }
        if lines:
            charts.append(_chart(title, "share, 0 to 1", made, lines))
    return tuple(charts)


def _sample_lines(names: Sequence[str]) -> list[tuple[str, Figure]]:
    lines: list[tuple[str, Figure]] = []
    for name in names:
        title = figure_title(name)
        lines.append((title, partial(_sample_figure, name)))
        if name == "repetition":
            lines.append((f"{title}, held-out songs", partial(_held_out_figure, name)))
    return lines


def _sample_figure(name: str, night: NightRecord) -> float | None:
    return night.sample_figures.get(name)


def _held_out_figure(name: str, night: NightRecord) -> float | None:
    return night.held_out_figures.get(name)


def figure_title(name: str) -> str:
    """Return the name of a figure of samples as people write it."""
    return "Overlap" if name == OVERLAP else title_of(METRICS.get(name, Metric(name, "", "")))


def figure_format(name: str) -> str:
    """Return how a figure of samples is written, as a format specification."""
    return METRICS[name].format if name in METRICS else ".2f"


def _chart(
    title: str,
    y_label: str,
    nights: Sequence[NightRecord],
    lines: Mapping[str, tuple[str, Figure]],
) -> Chart:
    series = {kind: points(nights, figure) for kind, (_, figure) in lines.items()}
    top = max((value for found in series.values() for _, value in found), default=0.0)
    y = upwards(0, max(top, LEAST_TOP) * 1.08)
    left = left_of(y.ticks(5))
    x = over_days([night.started for night in nights], left)
    drawn = (
        dated_line(kind, lines[kind][0], found, x, y) for kind, found in series.items() if found
    )
    return Chart(
        title=title,
        x_label="start of the night, UTC",
        y_label=y_label,
        x_ticks=date_ticks(x),
        y_ticks=y.ticks(5),
        lines=tuple(drawn),
        left=left,
    )
