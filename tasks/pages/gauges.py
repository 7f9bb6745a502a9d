"""The figures of a storage root for Prometheus, read from its files at every scrape.

Champions and their bits, the last night's files and seconds by stage, nights by outcome, drift,
samples. Every figure is a gauge: a root can be pruned, copied or replaced at any time.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

from nocturne.schemas.errors import NocturneError
from nocturne.schemas.model_card import Champion
from nocturne.schemas.nights import NightRecord
from nocturne.schemas.nights.record import OUTCOMES
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.model.registry.models import read_metrics
from nocturne.tasks.nights.records import read_night
from nocturne.tasks.pages.index.page import newest
from nocturne.tasks.storage.layout import NIGHTS, RUN_FILE, SAMPLES, nights_of, run_path
from nocturne.tasks.storage.root import Root

Kept = TypeVar("Kept", bound=BaseModel)
LINE = ["corpus", "scheme"]
BASELINES = ("composite", "cache")
PREFIX = "nocturne_"


class RootFigures(Collector):
    """A collector for one storage root, which may appear, change and disappear at any time."""

    def __init__(self, root_uri: str, now: Callable[[], float] = time.time) -> None:
        """Read the root at `root_uri`; ages are seconds up to `now`."""
        self.root_uri, self.now = root_uri, now
        self.kept: dict[object, BaseModel] = {}  # by path and time: most files never change

    def describe(self) -> Iterable[Metric]:
        """Return nothing: to register a collector is to read no file."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; of a root that cannot be read only that it cannot."""
        try:
            figures = self._figures(Root.open(self.root_uri, create=False))
        except (NocturneError, OSError):
            figures = []
        readable = _gauge("root_readable", "1 if the storage root could be read, else 0")
        readable.add_metric([], float(bool(figures)))
        yield from (readable, *figures)

    def _figures(self, root: Root) -> list[Metric]:
        champions, _ = all_champions(root)
        nights = [night for corpus in root.folders(NIGHTS) if (night := self._nights(root, corpus))]
        return [
            *_champions(root, champions, self.now()),
            *_last_nights(nights, self.now()),
            *_all_nights(nights, self.now()),
            *self._samples(root),
        ]

    def _nights(self, root: Root, corpus: str) -> list[NightRecord]:
        """Return the readable records of a corpus, the oldest first."""
        paths = sorted(root.files(nights_of(corpus), ".json"))
        found = (self._read(path, partial(read_night, root, path)) for path in paths)
        return [night for night in found if night]

    def _samples(self, root: Root) -> list[Metric]:
        runs = _gauge("sample_runs", "Published generation runs in the root")
        samples = _gauge("samples", "Samples in the published generation runs of the root")
        found = [
            self._read((run_id, changed), partial(_run, root, run_id))
            for run_id, changed in newest(root, SAMPLES, RUN_FILE)
        ]
        readable = [run for run in found if run]
        runs.add_metric([], len(readable))
        samples.add_metric([], sum(run.config.samples for run in readable))
        return [runs, samples]

    def _read(self, key: object, read: Callable[[], Kept]) -> Kept | None:
        """Return what `read` returned the first time for this key; None if it cannot be read."""
        if key not in self.kept:
            with suppress(NocturneError, OSError, ValueError):
                self.kept[key] = read()
        return self.kept.get(key)  # type: ignore[return-value]


def _gauge(name: str, meaning: str, labels: Iterable[str] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}{name}", meaning, labels=list(labels))


def _run(root: Root, run_id: str) -> SampleRun:
    return SampleRun.model_validate_json(root.read_bytes(run_path(run_id, RUN_FILE)))


def _champions(root: Root, champions: list[Champion], now: float) -> list[Metric]:
    bits = _gauge("champion_cross_entropy", "Bits per note of the champion, on test songs", LINE)
    age = _gauge("champion_age_seconds", "Time since the champion was promoted", LINE)
    info = _gauge("champion_info", "1 for the model that is champion", [*LINE, "model"])
    changes = _gauge("champion_changes", "Promotions and rollbacks in the history", LINE)
    for champion in champions:
        labels = [champion.corpus, champion.scheme]
        with suppress(NocturneError, OSError):
            measured = read_metrics(root, champion.model_id).bits_per_note
            if measured is not None:
                bits.add_metric(labels, measured)
        age.add_metric(labels, now - champion.history[-1].at.timestamp())
        info.add_metric([*labels, champion.model_id], 1)
        changes.add_metric(labels, len(champion.history))
    return [bits, age, info, changes]


def _last_nights(nights: list[list[NightRecord]], now: float) -> list[Metric]:
    """Return the figures of the last night that has them, of nights given by corpus."""
    files = _gauge("night_files", "Files of the source, by what a night did", ["corpus", "outcome"])
    songs = _gauge("night_songs", "Songs by split, after a night", ["corpus", "split"])
    seconds = _gauge("night_seconds", "Duration of a night by stage", ["corpus", "stage"])
    bits = _gauge("night_cross_entropy", "Bits per note of model and baselines", ["corpus", "of"])
    drift = _gauge("drift", "How far a corpus moved from the champion's", ["corpus", "feature"])
    bound = _gauge("drift_bound", "The bound of the overall drift", ["corpus"])
    age = _gauge("night_age_seconds", "Time since the last night ended", ["corpus"])
    for of_corpus in nights:
        corpus = of_corpus[-1].corpus
        if counts := _latest(of_corpus, "files"):
            _add_all(files, corpus, counts.model_dump(exclude_none=True))
        _add_all(songs, corpus, _latest(of_corpus, "songs") or {})
        _add_all(seconds, corpus, _latest(of_corpus, "seconds") or {})
        for of in ("model", *BASELINES):
            measured = _latest(of_corpus, f"{of}_bits_per_note".removeprefix("model_"))
            _add_all(bits, corpus, {} if measured is None else {of: measured})
        if moved := _latest(of_corpus, "drift"):
            _add_all(drift, corpus, {**moved.by_feature, "overall": moved.overall})
            bound.add_metric([corpus], moved.bound)
        age.add_metric([corpus], now - of_corpus[-1].ended.timestamp())
    return [files, songs, seconds, bits, drift, bound, age]


def _latest(nights: list[NightRecord], field: str) -> Any:
    """Return a field of the last night that has it; None if none has."""
    values = (getattr(night, field) for night in reversed(nights))
    return next((value for value in values if value not in (None, {})), None)


def _add_all(gauge: GaugeMetricFamily, corpus: str, values: dict[str, float]) -> None:
    for name, value in values.items():
        gauge.add_metric([corpus, name], value)


def _all_nights(nights: list[list[NightRecord]], now: float) -> list[Metric]:
    """Return the figures over all nights, given by corpus."""
    outcomes = _gauge("nights", "Nights of the history by outcome", ["corpus", "outcome"])
    success = _gauge("success_age_seconds", "Time since a night went to its end", ["corpus"])
    for of_corpus in nights:
        corpus = of_corpus[-1].corpus
        counts = [sum(night.outcome == one for night in of_corpus) for one in OUTCOMES]
        _add_all(outcomes, corpus, dict(zip(OUTCOMES, counts, strict=True)))
        if finished := [night for night in of_corpus if night.is_finished]:
            success.add_metric([corpus], now - finished[-1].ended.timestamp())
    return [outcomes, success]
