"""The tables of a scoreboard: the nights, the changes of the champion, the drift of one night."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from nocturne.schemas.model_card import Promotion
from nocturne.schemas.nights import NightOutcome, NightRecord
from nocturne.tasks.pages.formatting import duration
from nocturne.tasks.pages.model_report.tables import finite
from nocturne.tasks.pages.scoreboard.figures import OVERLAP, figure_format, figure_title
from nocturne.tasks.storage.layout import INDEX_PAGE, MODELS, REPORT_PAGE, SAMPLES, comparison_path

OUTCOME_WORDS: dict[NightOutcome, str] = {
    "promoted": "promoted",
    "candidate": "candidate",
    "kept": "champion kept",
    "no_news": "no news",
    "failed": "failed",
    "crashed": "crashed",
}
DECIDERS = {"gate": "the gate", "person": "a person", "rollback": "roll-back"}
SAMPLE_COLUMNS = (OVERLAP, "repetition", "degenerate_share", "copied_share", "looping_share")
NOTHING = "-"


@dataclass(frozen=True)
class Places:
    """Which pages there are: reports by model, newest galleries by model, comparisons by pair.

    `up` leads from the page to the root.
    """

    reports: frozenset[str] = frozenset()
    galleries: Mapping[str, str] = field(default_factory=dict)
    comparisons: frozenset[tuple[str, str]] = frozenset()
    up: str = "../"

    def report(self, model_id: str | None) -> str:
        """Return the address of a model's report; "" if there is none."""
        if model_id not in self.reports:
            return ""
        return f"{self.up}{MODELS}/{quote(model_id or '')}/{REPORT_PAGE}"

    def gallery(self, model_id: str | None) -> str:
        """Return the address of the newest gallery of a model; "" if there is none."""
        run = self.galleries.get(model_id or "")
        return f"{self.up}{SAMPLES}/{quote(run)}/{INDEX_PAGE}" if run else ""

    def comparison(self, model_id: str | None, other: str | None) -> str:
        """Return the address of the page of two models side by side; "" if there is none."""
        if (model_id, other) not in self.comparisons:
            return ""
        return f"{self.up}{quote(comparison_path(model_id or '', other or ''))}"


@dataclass(frozen=True)
class NightRow:
    """One night as text; `kind` is its outcome, for the style."""

    when: datetime
    kind: NightOutcome
    outcome: str
    reason: str
    model: str
    report: str
    gallery: str
    bits: str
    composite: str
    cache: str
    drift: str
    has_moved: bool
    took: str
    comparison: str = ""


@dataclass(frozen=True)
class ChangeRow:
    """One change of the champion as text."""

    when: datetime
    model: str
    report: str
    by: str
    reason: str
    is_rollback: bool
    gallery: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class SampleRow:
    """The samples of one night's model as text; `figures` are those of SAMPLE_COLUMNS."""

    when: datetime
    model: str
    report: str
    gallery: str
    figures: tuple[str, ...]
    comparison: str = ""


def night_rows(nights: Iterable[NightRecord], places: Places) -> tuple[NightRow, ...]:
    """Return the nights, newest first."""
    return tuple(_night_row(night, places) for night in reversed(tuple(nights)))


def _night_row(night: NightRecord, places: Places) -> NightRow:
    return NightRow(
        when=night.started,
        kind=night.outcome,
        outcome=OUTCOME_WORDS[night.outcome],
        reason=night.reason,
        model=night.model_id or NOTHING,
        report=places.report(night.model_id),
        gallery=places.gallery(night.model_id),
        bits=_figure(night.bits_per_note),
        composite=_figure(night.composite_bits_per_note),
        cache=_figure(night.cache_bits_per_note),
        drift=_figure(night.drift.overall if night.drift else None, ".3f"),
        has_moved=bool(night.drift and night.drift.has_moved),
        comparison=places.comparison(night.model_id, night.champion_before),
        took=NOTHING if night.outcome == "crashed" else duration(night.total_seconds),
    )


def change_rows(changes: Iterable[Promotion], places: Places) -> tuple[ChangeRow, ...]:
    """Return the changes of a champion, newest first."""
    return tuple(
        ChangeRow(
            when=change.at,
            model=change.model_id,
            report=places.report(change.model_id),
            by=DECIDERS[change.by],
            reason=change.reason,
            is_rollback=change.by == "rollback",
        )
        for change in reversed(tuple(changes))
    )


def sample_rows(nights: Iterable[NightRecord], places: Places) -> tuple[SampleRow, ...]:
    """Return the samples' figures of the nights that have some, newest first, each model once."""
    latest = {night.model_id: night for night in nights if night.sample_figures}
    return tuple(
        SampleRow(
            when=night.started,
            model=night.model_id or NOTHING,
            report=places.report(night.model_id),
            gallery=places.gallery(night.model_id),
            figures=tuple(
                _figure(night.sample_figures.get(name), figure_format(name))
                for name in SAMPLE_COLUMNS
            ),
        )
        for night in sorted(latest.values(), key=lambda one: one.started, reverse=True)
    )


def sample_titles() -> tuple[str, ...]:
    """Return the names of SAMPLE_COLUMNS as people write them."""
    return tuple(figure_title(name) for name in SAMPLE_COLUMNS)


def _figure(value: float | None, spec: str = ".2f") -> str:
    value = finite(value)
    return NOTHING if value is None else format(value, spec)
