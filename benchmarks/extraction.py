"""Speed and fidelity of extraction: `python -m benchmarks.extraction --midi FOLDER`.

Makes archives in Lakh's layout from the folder's files, with altered notes so that none is a
duplicate, and ingests them up to published Parquet. The time is compared with that of a plain
pretty_midi loop over the same files, in one process. The last line is one JSON object.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import resource
import statistics
import tarfile
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pyarrow as pa

from benchmarks.altered_midi import altered
from benchmarks.midi_folder import contents_under
from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import FileManifest
from nocturne.schemas.notes import NOTE_SCHEMA, NoteTable
from nocturne.tasks.corpus.build import notes_from_raw
from nocturne.tasks.corpus.notes.extraction_pool import worker_processes
from nocturne.tasks.corpus.notes.stage_shard import write_notes
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.corpus.raw_shards import WRITING
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.sources.source_file import CHUNK_BYTES
from nocturne.tasks.storage.root import Root

LAKH_FILES = 178_561
REFERENCE_FILES = 60  # read by pretty_midi
SAMPLE_SECONDS = 0.2  # of memory


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
    """Samples the resident memory of this process and its children while a block runs.

    `cpu_seconds` is the processor time of the sampling itself.
    """

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.cpu_seconds = 0.0
        self._stop = threading.Event()

    def __enter__(self) -> "PeakMemory":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, sum(map(resident_bytes, family(os.getpid()))))
        self.cpu_seconds = time.thread_time()


def family(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def resident_bytes(pid: int) -> int:
    """Return the resident bytes of a process; a sum counts shared pages in each: an upper bound.

    To count shared pages once, the kernel walks through all of them: a tenth of the time, measured.
    """
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def cpu_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def ingest(archive_path: Path, folder: Path, workers: int) -> dict[str, Any]:
    """Take an archive to published notes; returns seconds by stage, memory and counts."""
    root = Root.open(str(folder))
    config = IngestConfig(root=root.uri, corpus="bench", source=str(archive_path), workers=workers)
    NoteTable.validate(NOTE_SCHEMA.empty_table(), lazy=True)  # imports hypothesis, if installed
    used = cpu_seconds()
    extracted = 0.0

    def note_time(*_: float) -> None:
        nonlocal extracted
        extracted = time.perf_counter()

    with PeakMemory() as memory, worker_processes():
        start = time.perf_counter()
        raw = stage_raw(root, config)
        sharded = time.perf_counter()
        dataset = notes_from_raw(root, config, raw, progress=note_time)
        end = time.perf_counter()
    return {
        "seconds": end - start,
        "cpu_seconds": cpu_seconds() - used - memory.cpu_seconds,
        "archive_to_raw": sharded - start,
        "raw_to_notes": extracted - sharded,
        "publish": end - extracted,
        "peak_gib": memory.peak_bytes / 2**30,
        "counts": dataset.counts.model_dump(),
    }


def pretty_midi_seconds(contents: list[bytes]) -> tuple[float, float]:
    """Return the seconds and processor seconds of a plain pretty_midi loop."""
    start, used = time.perf_counter(), time.process_time()
    for content in contents:
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            parsed = pretty_midi.PrettyMIDI(io.BytesIO(content))
            max(parsed.instruments, key=lambda i: 0 if i.is_drum else len(i.notes), default=None)
    return time.perf_counter() - start, time.process_time() - used


def parity(contents: list[bytes]) -> float:
    """Return the share of files, of those that both read, with the same instrument and notes."""
    equal = []
    for content in contents:
        symusic, pretty = extract(content), extract(content, "pretty_midi")
        if isinstance(symusic, Extracted) and isinstance(pretty, Extracted):
            pairs = [(song.digest, song.program) for song in (symusic, pretty)]
            equal.append(pairs[0] == pairs[1])
    return statistics.mean(equal) if equal else 0.0


def cpu_seconds_of_parts(root: Root, archive_path: Path) -> dict[str, float]:
    """Return the processor seconds that each necessary part takes when run alone."""
    seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - start

    with timed("gunzip"), archive_path.open("rb") as stream:
        expanded = pa.CompressedInputStream(stream, "gzip")
        while expanded.read(CHUNK_BYTES):
            pass
    for path in root.files("raw/bench", ".parquet"):
        raw = root.read_table(path)
        contents = raw["content"].to_pylist()
        with timed("parse"):
            for content in contents:
                extract(content)
        with timed("write"):
            root.write_table("again/raw.parquet", raw, **WRITING)
    for path in root.files("notes/bench", ".parquet"):
        notes = root.read_table(path)
        with timed("validate"):
            NoteTable.validate(notes, lazy=True)
        with timed("write"):
            write_notes(root, "again/notes.parquet", notes)
    for path in root.files("files/bench", ".parquet"):
        files = root.read_table(path)
        with timed("validate"):
            FileManifest.validate(files, lazy=True)
        with timed("write"):
            root.write_table("again/files.parquet", files)
    return seconds


def measure(contents: list[bytes], small: int, large: int, workers: int) -> dict[str, Any]:
    """Run everything and return the figures; see `figures`.

    pretty_midi runs before, between and after, on a third of its files each time.
    """
    sample = contents[:: max(1, len(contents) // REFERENCE_FILES)]
    runs, references = [], [pretty_midi_seconds(sample[::3])]
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for turn, files in enumerate((small, large), 1):
            archive(contents, files, place / f"{files}.tar.gz")
            runs.append(ingest(place / f"{files}.tar.gz", place / str(files), workers))
            print(files, json.dumps(runs[-1]), flush=True)
            references.append(pretty_midi_seconds(sample[turn::3]))
        parts = cpu_seconds_of_parts(Root.open(str(place / str(large))), place / f"{large}.tar.gz")
    wall, cpu = np.sum(references, axis=0) / len(sample)
    return figures(small, large, runs, parts, (float(wall), float(cpu))) | {
        "parity_with_pretty_midi": parity(sample),
        "workers": workers,
    }


def figures(
    small: int,
    large: int,
    runs: list[dict[str, Any]],
    parts: dict[str, float],
    reference: tuple[float, float],
) -> dict[str, Any]:
    """Return the figures to report.

    Figures with `by_processor_time` suppose two cores that are always busy, so other work on the
    machine hardly changes them. `overhead_share` is one less the processor time of the parts over
    that of the large run.
    """
    per_file = runs[1]["seconds"] / large
    cpu_per_file = runs[1]["cpu_seconds"] / large
    return {
        "files": large,
        "speedup_vs_pretty_midi": reference[0] / per_file,
        "speedup_by_processor_time_on_2_cores": 2 * reference[1] / cpu_per_file,
        "files_per_second": 1 / per_file,
        "projected_lakh_minutes": LAKH_FILES * per_file / 60,
        "projected_lakh_minutes_by_processor_time": LAKH_FILES * cpu_per_file / 2 / 60,
        "time_ratio_20k_over_5k": runs[1]["seconds"] / runs[0]["seconds"],
        "processor_time_ratio_20k_over_5k": runs[1]["cpu_seconds"] / runs[0]["cpu_seconds"],
        "files_ratio": large / small,
        "peak_rss_gib": max(run["peak_gib"] for run in runs),
        "overhead_share": max(0.0, 1 - sum(parts.values()) / runs[1]["cpu_seconds"]),
        "pretty_midi_ms_per_file": reference[0] * 1e3,
        "alone_cpu_seconds": parts,
        "runs": {"small": runs[0], "large": runs[1]},
    }


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--small", type=int, default=5_000, help="files in the small archive")
    parser.add_argument("--large", type=int, default=20_000, help="files in the large archive")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    options = parser.parse_args()
    contents = contents_under(options.midi)
    result = measure(contents, options.small, options.large, options.workers)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
