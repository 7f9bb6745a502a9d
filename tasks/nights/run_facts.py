"""The facts of one flow run: what it counted, how long each stage took, bytes, what was reused."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import singledispatch
from typing import Any, TypeVar

from nocturne.schemas.manifest import IngestSummary
from nocturne.schemas.model_card import Champion, TrainedModel
from nocturne.schemas.samples import GeneratedRun
from nocturne.schemas.sequences import SequenceDataset
from nocturne.schemas.upkeep import TidyReport
from nocturne.tasks.storage.root.written import written_bytes

Result = TypeVar("Result")
MEGABYTE = 1_000_000


class StageClock:
    """Wall-clock seconds by stage; a stage that runs in several threads at once counts once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Start without stages; `now` returns seconds."""
        self._now, self._lock = now, threading.Lock()
        self._running: dict[str, tuple[int, float]] = {}  # how many threads, and since when
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the time of the block as that of `stage`."""
        with self._lock:
            threads, since = self._running.get(stage, (0, self._now()))
            self._running[stage] = threads + 1, since
            self._seconds.setdefault(stage, 0.0)  # stages stand in the order of their starts
        try:
            yield
        finally:
            with self._lock:
                threads, since = self._running.pop(stage)
                if threads > 1:
                    self._running[stage] = threads - 1, since
                else:
                    self._seconds[stage] += self._now() - since

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of the stages that have ended, in the order of their starts."""
        return dict(self._seconds)


class RunFacts:
    """Collects the facts of one flow run, and those of the flow runs inside it."""

    def __init__(self, flow: str) -> None:
        """Begin now."""
        self.flow, self.clock = flow, StageClock()
        self.inside: dict[str, RunFacts] = {}  # by flow
        self.result: Any = None
        self.is_reused = False
        self._begin, self._written_before = time.monotonic(), written_bytes()

    def of(self, result: Result, *, reused: bool | None = None) -> Result:
        """Note what the flow returns, and whether it was there already; return it."""
        self.result = result
        self.is_reused = bool(getattr(result, "reused", False)) if reused is None else reused
        return result

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._begin

    def stage_seconds(self, detailed: str = "train") -> dict[str, float]:
        """Return seconds by stage: those of the flow `detailed` inside, by its own stages."""
        stages: dict[str, float] = {}
        for name, seconds in self.clock.seconds.items():
            inner = self.inside[name].clock.seconds if name == detailed else {}
            stages |= inner or {name: seconds}
        return {name: round(seconds, 3) for name, seconds in stages.items()}

    def line(self, *, failed: bool = False) -> str:
        """Return the facts up to now in one line."""
        stages = ", ".join(f"{name} {sec:,.1f}" for name, sec in self.clock.seconds.items())
        total = f"{self.seconds:,.1f} s" + (f" ({stages})" if stages else "")
        written = f"{(written_bytes() - self._written_before) / MEGABYTE:,.1f} MB written"
        reused = f"reused: {', '.join(self._reused()) or 'nothing'}"
        counts = ", ".join(self._counts())
        done = [f"{self.flow} failed after {total}", counts] if failed else [counts, total]
        line = "; ".join(part for part in (*done, written, reused) if part)
        return line if failed else f"{self.flow}: {line}"

    def _counts(self) -> list[str]:
        inner = [facts.result for facts in self.inside.values()]
        is_own = self.result is not None and not any(self.result is one for one in inner)
        own = counts_of(self.result) if is_own else []
        return own + [words for facts in self.inside.values() for words in facts._counts()]

    def _reused(self) -> list[str]:
        whole = [REUSED[self.flow]] if self.flow in REUSED else []
        own = whole if self.is_reused else _reused_part(self.result)
        return own + [words for facts in self.inside.values() for words in facts._reused()]


REUSED = {"ingest": "notes", "prepare": "sequences", "train": "model", "generate": "samples"}


def _reused_part(result: Any) -> list[str]:
    """Return what a result that was made anew took over from the one before."""
    if isinstance(result, IngestSummary) and result.changes.reused and not result.redone:
        return [f"{result.changes.reused:,} files"]
    return []


@singledispatch
def counts_of(result: Any) -> list[str]:
    """Return what a flow's result counts, in words; TypeError for an unknown kind."""
    raise TypeError(f"no facts of a result of type {type(result).__name__}")


@counts_of.register
def _(result: IngestSummary) -> list[str]:
    counts = result.counts
    return [
        f"{counts.inputs:,} files",
        f"{counts.accepted:,} accepted",
        f"{counts.quarantined:,} quarantined",
        f"{counts.duplicate:,} duplicates",
        str(result.changes),
        f"{result.notes:,} notes",
    ]


@counts_of.register
def _(result: SequenceDataset) -> list[str]:
    songs, notes = sum(result.songs.values()), sum(result.notes.values())
    return [f"{songs:,} songs to learn from", f"{notes:,} notes in them"]


@counts_of.register
def _(result: TrainedModel) -> list[str]:
    champion = "champion" if result.promoted else "not champion"
    return [f"model {result.model_id}, {champion}", f"{result.bits_per_note:.3f} bits per note"]


@counts_of.register
def _(result: GeneratedRun) -> list[str]:
    return [f"{result.samples:,} samples in run {result.run_id}"]


@counts_of.register
def _(result: Champion) -> list[str]:
    return [f"champion {result.model_id} of {result.corpus} ({result.scheme})"]


@counts_of.register
def _(result: TidyReport) -> list[str]:
    freed = f"{result.bytes / MEGABYTE:,.1f} MB freed"
    return [f"{len(result.removed):,} things deleted", f"{result.files:,} files", freed]
