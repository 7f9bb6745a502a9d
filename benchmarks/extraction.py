"""How fast and how faithful extraction is: `python -m benchmarks.extraction --midi FOLDER`.

Makes archives in Lakh's layout from the folder's files, with altered notes so that none is a
duplicate, and takes them from the archive to published Parquet. A plain pretty_midi loop over
the same files, in one process, is the measure. The last line is one JSON object.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import statistics
import tarfile
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pretty_midi
import pyarrow as pa

from benchmarks.altered_midi import altered
from schemas.config import IngestConfig
from tasks.music.extraction import Extracted, extract
from tasks.storage.note_dataset import clear_other_plans, plan, row_groups, stage_shard
from tasks.storage.publish_notes import publish_notes
from tasks.storage.raw import build_raw, shard_path
from tasks.storage.root import Root
from tasks.storage.shared_workers import shared_workers, stop_shared_workers

LAKH_FILES = 178_561
SHARDS_AT_ONCE = 3


def archive(contents: list[bytes], files: int, path: Path) -> None:
    """Write `files` altered copies as lmd_full/<hex digit>/<md5>.mid in a .tar.gz."""
    with tarfile.open(path, "w:gz", compresslevel=6) as tar:
        for index in range(files):
            content = altered(contents[index % len(contents)], index // len(contents))
            digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
            member = tarfile.TarInfo(f"lmd_full/{digest[0]}/{digest}.mid")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


class PeakMemory:
    """Samples the resident memory of this process and its children while a block runs."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._stop = threading.Event()

    def __enter__(self) -> "PeakMemory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak_bytes = max(self.peak_bytes, sum(map(resident_bytes, family(os.getpid()))))


def family(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def resident_bytes(pid: int) -> int:
    """Return what a process holds of its own: shared pages are counted once, by share."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def ingest(archive_path: Path, folder: Path, workers: int) -> dict[str, Any]:
    """Take an archive to published notes; returns seconds by stage, memory and counts."""
    root = Root.open(str(folder))
    config = IngestConfig(root=root.uri, corpus="bench", source=str(archive_path), workers=workers)
    with PeakMemory() as memory:
        start = time.perf_counter()
        build_raw(root, config)
        sharded = time.perf_counter()
        todo = plan(root, config)
        clear_other_plans(root, todo)
        pool = shared_workers(config)
        with ThreadPoolExecutor(SHARDS_AT_ONCE) as threads:
            shards = range(todo.raw.shards)
            list(threads.map(lambda i: stage_shard(root, todo, i, config, pool), shards))
        stop_shared_workers()
        extracted = time.perf_counter()
        dataset = publish_notes(root, todo, config)
        end = time.perf_counter()
    return {
        "seconds": end - start,
        "archive_to_raw": sharded - start,
        "raw_to_notes": extracted - sharded,
        "publish": end - extracted,
        "peak_gib": memory.peak_bytes / 2**30,
        "counts": dataset.counts.model_dump(),
    }


def pretty_midi_seconds(contents: list[bytes]) -> float:
    """Return the mean seconds that a plain pretty_midi loop takes for a file."""
    start = time.perf_counter()
    for content in contents:
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            parsed = pretty_midi.PrettyMIDI(io.BytesIO(content))
            max(parsed.instruments, key=lambda i: 0 if i.is_drum else len(i.notes), default=None)
    return (time.perf_counter() - start) / len(contents)


def parity(contents: list[bytes]) -> float:
    """Return the share of files, of those that both read, with the same instrument and notes."""
    same = []
    for content in contents:
        one, other = extract(content), extract(content, "pretty_midi")
        if isinstance(one, Extracted) and isinstance(other, Extracted):
            same.append((one.digest, one.program) == (other.digest, other.program))
    return statistics.mean(same) if same else 0.0


def floors(root: Root, archive_path: Path) -> dict[str, float]:
    """Return seconds of one core for gunzip alone and for parse and notes alone."""
    start = time.perf_counter()
    with tarfile.open(archive_path) as tar:
        for member in tar:
            tar.extractfile(member).read()  # type: ignore[union-attr]
    gunzipped = time.perf_counter()
    contents = [
        content
        for path in root.files("raw/bench", ".parquet")
        for group in row_groups(root, path)
        for content in group["content"].to_pylist()
    ]
    parsing = time.perf_counter()
    for content in contents:
        extract(content)
    return {"gunzip": gunzipped - start, "extract": time.perf_counter() - parsing}


def write_seconds(root: Root) -> float:
    """Return seconds of one core to write and check the published tables again."""
    from schemas.notes import NoteTable

    tables = [root.read_table(path) for path in root.files("notes/bench", ".parquet")]
    raw = [root.read_table(shard_path("bench", i)) for i in range(len(tables))]
    start = time.perf_counter()
    for index, table in enumerate(tables):
        NoteTable.validate(table, lazy=True)
        root.write_table(f"again/notes-{index}.parquet", table)
        root.write_table(f"again/raw-{index}.parquet", raw[index])
    return time.perf_counter() - start


def measure(contents: list[bytes], small: int, large: int, workers: int) -> dict[str, Any]:
    """Run everything; see the README beside this file for what each figure means."""
    sample = contents[:: max(1, len(contents) // 60)]
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        runs = {}
        for files in (small, large):
            archive(contents, files, place / f"{files}.tar.gz")
            runs[files] = ingest(place / f"{files}.tar.gz", place / str(files), workers)
            print(files, json.dumps(runs[files]), flush=True)
        root = Root.open(str(place / str(small)))
        alone = floors(root, place / f"{small}.tar.gz")
        alone["check_and_write"] = write_seconds(root)
    seconds = pretty_midi_seconds(sample)
    per_file = runs[large]["seconds"] / large
    busy = sum(alone.values()) / min(workers, os.cpu_count() or 1)
    return {
        "files": large,
        "speedup_vs_pretty_midi": seconds / per_file,
        "files_per_second": 1 / per_file,
        "projected_lakh_minutes": LAKH_FILES * per_file / 60,
        "time_ratio_20k_over_5k": runs[large]["seconds"] / runs[small]["seconds"],
        "files_ratio": large / small,
        "peak_rss_gib": max(run["peak_gib"] for run in runs.values()),
        "overhead_share": max(0.0, 1 - busy / runs[small]["seconds"]),
        "parity_with_pretty_midi": parity(sample),
        "pretty_midi_ms_per_file": seconds * 1e3,
        "one_core_seconds": alone,
        "runs": {str(files): run for files, run in runs.items()},
        "pyarrow": pa.__version__,
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--small", type=int, default=5_000, help="files in the small archive")
    parser.add_argument("--large", type=int, default=20_000, help="files in the large archive")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    options = parser.parse_args()
    paths = sorted(path for path in options.midi.rglob("*") if path.is_file())
    contents = [path.read_bytes() for path in paths if path.suffix != ".csv"]
    result = measure(contents, options.small, options.large, options.workers)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
