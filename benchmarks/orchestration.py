"""What Prefect costs: `python -m benchmarks.orchestration --midi FOLDER`.

Ingests an archive of 20 shards with the flow, on a server that runs already, and with the same
functions without Prefect, by turns: the difference is orchestration. Then starts `nocturne`
without a server, on a first and on a second day, and takes the time until its first task has ended
less what importing takes. Every time is also given as processor time, of all processes one after
the other: other work on the machine hardly changes it, and it bounds the time on an idle machine.
The last line is one JSON object.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from prefect.testing.utilities import prefect_test_harness

from benchmarks.extraction import archive, cpu_seconds, family
from benchmarks.midi_folder import contents_under
from nocturne.flows.cli.prefect_session import LOCAL_DEFAULTS
from nocturne.flows.ingest import ingest as ingest_flow
from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus import build_notes
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.pages.quality.page import quality_page
from nocturne.tasks.storage.root import Root

SHARDS = 20
STARTS = 3  # of Python, to take the median of
FIRST_WORDS = "raw shards"  # what the first task of ingest logs last
COMMANDS = ("ingest", "compose")  # without and with TensorFlow


def plain_ingest(config: IngestConfig) -> None:
    """Do what the flow does, by the same functions, without Prefect."""
    root = Root.open(config.root)
    dataset = build_notes(root, config)
    quality = quality_table(root, config.corpus)
    page = quality_page(config.corpus, dataset, quality)
    root.write_bytes("report.html", page.encode())


class Times(NamedTuple):
    """Seconds by the clock and of the processor."""

    wall: float
    processor: float


def used_by(pid: int) -> float:
    """Return the processor seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds_of(work: Callable[[IngestConfig], Any], source: Path, folder: Path, each: int) -> Times:
    """Return the time that an ingest of `source` into `folder` takes, its server's left out."""
    config = IngestConfig(
        root=str(folder), corpus="bench", source=str(source), shard_files=each, workers=2
    )
    start, used = time.perf_counter(), cpu_seconds()
    work(config)
    return Times(time.perf_counter() - start, cpu_seconds() - used)


def ingest_figures(contents: list[bytes], each: int, turns: int, place: Path) -> dict[str, Any]:
    """Return what the flow and the plain calls take, by turns, and Prefect's share of the flow."""
    source = place / "songs.tar.gz"
    archive(contents, SHARDS * each, source)
    plain, flow = [], []
    with prefect_test_harness(server_startup_timeout=120):
        seconds_of(ingest_flow, source, place / "warm", SHARDS * each)  # imports, pool, database
        for turn in range(turns):
            plain.append(seconds_of(plain_ingest, source, place / f"plain-{turn}", each))
            flow.append(seconds_of(ingest_flow, source, place / f"flow-{turn}", each))
            print(json.dumps({"plain": plain[-1], "flow": flow[-1]}), flush=True)
    by_clock, by_processor = (
        1 - sum(of_plain) / sum(of_flow)
        for of_plain, of_flow in zip(zip(*plain, strict=True), zip(*flow, strict=True), strict=True)
    )
    return {
        "shards": SHARDS,
        "files": SHARDS * each,
        "plain_seconds": plain,
        "flow_seconds": flow,
        "orchestration_share": by_clock,
        "orchestration_share_by_processor_time": by_processor,
    }


def import_seconds(command: str) -> Times:
    """Return what importing a command's flow takes, in a process of its own, in the median."""
    took = []
    for _ in range(STARTS):
        start, used = time.perf_counter(), cpu_seconds()
        subprocess.run(
            [sys.executable, "-c", f"import nocturne.flows.cli.commands, nocturne.flows.{command}"],
            check=True,
        )
        took.append(Times(time.perf_counter() - start, cpu_seconds() - used))
    return Times(*map(statistics.median, zip(*took, strict=True)))


def first_task_seconds(command: str, source: Path, home: Path, day: str) -> Times:
    """Return what it takes from the start of `nocturne` to the end of its first task."""
    unset = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    place = ["--source", str(source), "--root", str(home / day)]
    start = time.perf_counter()
    with subprocess.Popen(
        [Path(sys.executable).with_name("nocturne"), command, *place],
        env={**unset, "PREFECT_HOME": str(home / "prefect")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stderr is not None
        lines: list[str] = []
        for line in run.stderr:
            lines.append(line)
            if FIRST_WORDS in line:
                took = Times(time.perf_counter() - start, sum(map(used_by, family(run.pid))))
                run.terminate()
                return took
    raise RuntimeError("".join(lines))


def start_figures(song: bytes, place: Path) -> dict[str, Any]:
    """Return how long each command needs to its first task, and how much of it is importing."""
    source = place / "song"
    source.mkdir()
    (source / "song.mid").write_bytes(song)
    figures: dict[str, Any] = {}
    for command in COMMANDS:
        home = place / command
        home.mkdir()
        took = {day: first_task_seconds(command, source, home, day) for day in ("first", "second")}
        imports = import_seconds(command)
        beyond = {
            day: Times(one.wall - imports.wall, one.processor - imports.processor)._asdict()
            for day, one in took.items()
        }
        figures[command] = {"imports": imports._asdict(), "beyond_imports": beyond}
        print(command, json.dumps(figures[command]), flush=True)
    return figures


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--each", type=int, default=1_000, help="files in a shard")
    parser.add_argument("--turns", type=int, default=2, help="ingests of each kind")
    options = parser.parse_args()
    os.environ.update(LOCAL_DEFAULTS)
    contents = contents_under(options.midi)
    with tempfile.TemporaryDirectory() as scratch:
        figures = {"start": start_figures(contents[0], Path(scratch))}
        figures |= ingest_figures(contents, options.each, options.turns, Path(scratch))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
