"""What an ingest of little news costs: `python -m benchmarks.incremental --midi FOLDER`.

Ingests 5,000 files, altered copies of those of the folder, from nothing, then again without a
change and with one file added at the front, in the middle and at the end of their order, changed
and removed, without Prefect, by turns: `rounds` times each. Times are given as shares of the median
from nothing, by the clock and of the processor (all processes). After the last step the published
files are compared with those from nothing. The last line is one JSON object.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.altered_midi import altered
from benchmarks.extraction import cpu_seconds
from benchmarks.midi_folder import contents_under
from nocturne.schemas.config import IngestConfig
from nocturne.schemas.notes import NOTE_SCHEMA, NoteTable
from nocturne.tasks.corpus import build_notes
from nocturne.tasks.sources.seen_files import RACY_NS
from nocturne.tasks.storage.root import Root

KINDS = ("raw", "notes", "files", "families", "corpora")
FOLDERS = 10
Times = tuple[float, float]  # by the clock, of the processor


def write_files(contents: list[bytes], count: int, folder: Path) -> None:
    """Write `count` altered copies of files, by turns into some folders."""
    for index in range(count):
        content = altered(contents[index % len(contents)], index // len(contents))
        path = folder / str(index % FOLDERS) / f"{index:05d}.mid"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def wait() -> None:
    """Let so much time pass that the times of files prove that they have not changed."""
    time.sleep(RACY_NS / 1e9 + 0.1)


def timed(config: IngestConfig) -> Times:
    """Ingest; return the seconds by the clock and of the processor."""
    start, used = time.perf_counter(), cpu_seconds()
    build_notes(Root.open(config.root), config)
    return time.perf_counter() - start, cpu_seconds() - used


def published(config: IngestConfig) -> dict[str, bytes]:
    """Return every published file."""
    root = Root.open(config.root)
    paths = [path for kind in KINDS for path in root.files(kind, recursive=True)]
    return {path: root.read_bytes(path) for path in paths}


def news(folder: Path, content: bytes) -> dict[str, Callable[[], object]]:
    """Return what happens to the folder before each step, by name."""
    front, end = folder / "0" / ".mid", folder / str(FOLDERS - 1) / "z.mid"
    middle = folder / str(FOLDERS // 2) / ".mid"
    return {
        "nothing": lambda: None,
        "one_added_at_front": lambda: front.write_bytes(altered(content, 120)),
        "one_added_in_middle": lambda: middle.write_bytes(altered(content, 121)),
        "one_added_at_end": lambda: end.write_bytes(altered(content, 122)),
        "one_changed": lambda: middle.write_bytes(altered(content, 123)),
        "one_removed": middle.unlink,
    }


def a_round(config: IngestConfig, content: bytes) -> dict[str, Times]:
    """Ingest from nothing, then after each piece of news; return the times by step."""
    shutil.rmtree(config.root, ignore_errors=True)
    times = {"from_nothing": timed(config)}
    for name, happens in news(Path(config.source), content).items():
        happens()
        wait()
        times[name] = timed(config)
        print(name, times[name], flush=True)
    return times


def figures(rounds: list[dict[str, Times]], files: int, same_bytes: bool) -> dict[str, Any]:
    """Return the medians: seconds from nothing and without news, and shares of the former."""
    result: dict[str, Any] = {"files": files, "rounds": len(rounds), "same_bytes": same_bytes}
    for index, clock in enumerate(("by_clock", "of_processor")):
        medians = {
            name: statistics.median(times[name][index] for times in rounds) for name in rounds[0]
        }
        first = medians["from_nothing"]
        shares = {name: seconds / first for name, seconds in medians.items()}
        del shares["from_nothing"]
        result[clock] = {
            "seconds_from_nothing": first,
            "seconds_without_news": medians["nothing"],
            "shares": shares,
        }
    return result


def measure(contents: list[bytes], files: int, rounds: int) -> dict[str, Any]:
    """Run everything and return the figures; see `figures`."""
    NoteTable.validate(NOTE_SCHEMA.empty_table(), lazy=True)  # imports what is imported once
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "midi")
        write_files(contents, files, folder)
        wait()
        config = IngestConfig(
            root=f"{place}/root", corpus="c", source=str(folder), allow_shrink=True
        )
        done = []
        for _ in range(rounds):
            done.append(a_round(config, contents[0]))
            for name in ("0/.mid", f"{FOLDERS - 1}/z.mid"):
                (folder / name).unlink()
        timed(config)
        new = config.copy_with(root=f"{place}/new")
        timed(new)
        return figures(done, files, published(config) == published(new))


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--files", type=int, default=5_000, help="files in the source")
    parser.add_argument("--rounds", type=int, default=3, help="times of each step")
    options = parser.parse_args()
    print(json.dumps(measure(contents_under(options.midi), options.files, options.rounds)))


if __name__ == "__main__":
    main()
