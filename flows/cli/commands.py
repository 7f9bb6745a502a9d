"""The command line: the flows, with flags, help and validation from their pydantic configs.

The commands that need no flow are in root_commands/. Prefect and TensorFlow are imported only once
a command runs, so that --help is quick.
"""

import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated

from cyclopts import CycloptsError

from nocturne.flows.cli import root_commands
from nocturne.flows.cli.application import Flags, FlowOutput, Output, app, wants_json
from nocturne.flows.cli.checks import check_before_start
from nocturne.flows.cli.console import INTERRUPTED, STOPPED, Console, flow_on_terminal
from nocturne.flows.cli.surroundings import (
    require_room_in_files,
    require_working_folder,
    set_up_process,
)
from nocturne.flows.cli.usage_errors import (
    OUT_OF_MEMORY,
    is_out_of_memory,
    system_error,
    usage_error,
)
from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    TidyConfig,
    TrainConfig,
)
from nocturne.schemas.errors import NocturneError
from nocturne.schemas.instruments import INSTRUMENTS

__all__ = ["app", "main", "root_commands", "run"]


def _run(flow: str, config: Config, output: FlowOutput) -> None:
    """Run the flow of that name and print its result, or say what it would do."""
    if output.dry_run:
        from nocturne.flows.cli.dry_run import forecast

        Console(json=output.json).result(forecast(flow, config))
        return
    require_room_in_files()
    check_before_start(flow, config)
    with flow_on_terminal(json=output.json) as console:
        run_flow = getattr(import_module(f"nocturne.flows.{flow}"), flow)
        console.ready()
        result = run_flow(config)
    console.result(result)


@app.command
def compose(
    *,
    config: Annotated[ComposeConfig, Flags] = ComposeConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Run all stages: ingest a source, prepare it, train a model and generate music."""
    _run("compose", config, output)


@app.command
def ingest(
    *,
    config: Annotated[IngestConfig, Flags] = IngestConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Read a source of MIDI files into validated note tables."""
    _run("ingest", config, output)


@app.command
def prepare(
    *,
    config: Annotated[PrepareConfig, Flags] = PrepareConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Turn a corpus's notes into splits, categories and a vocabulary."""
    _run("prepare", config, output)


@app.command
def train(
    *,
    config: Annotated[TrainConfig, Flags] = TrainConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Train a model on a prepared corpus, evaluate it, and promote it if it passes the gate."""
    _run("train", config, output)


@app.command
def retrain(
    *,
    config: Annotated[RetrainConfig, Flags] = RetrainConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Run one night: ingest and prepare what is new, train on it from the champion."""
    _run("retrain", config, output)


@app.command
def generate(
    *,
    config: Annotated[GenerateConfig, Flags] = GenerateConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Make MIDI files, audio and a gallery page with a trained model."""
    _run("generate", config, output)


@app.command
def promote(
    model: str | None = None,
    /,
    *,
    config: Annotated[PromoteConfig, Flags] = PromoteConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Make MODEL the champion without the gate, or go back to the earlier one with --rollback."""
    _run("promote", config.copy_with(model=model) if model else config, output)


@app.command
def tidy(
    *,
    config: Annotated[TidyConfig, Flags] = TidyConfig(),
    output: Annotated[FlowOutput, Flags] = FlowOutput(),
) -> None:
    """Delete old models, samples, copies and leftovers; keep what champions and runs need."""
    _run("tidy", config, output)


@app.command
def programs(*, output: Annotated[Output, Flags] = Output()) -> None:
    """List the instruments that --program takes, by number and name."""
    if output.json:
        rows = [{"program": program, "name": name} for program, name in enumerate(INSTRUMENTS)]
        Console(json=True).document(rows)
        return
    for program, name in enumerate(INSTRUMENTS):
        print(f"{program:3}  {name}")


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exit 0 if it did its work, 1 if it could not, 2 on wrong usage."""
    set_up_process()
    code = run(arguments)
    with suppress(OSError):  # its reader has gone, or the disk is full
        sys.stdout.flush()
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; print an error as one line."""
    words = sys.argv[1:] if arguments is None else arguments
    json = wants_json(words)
    try:
        require_working_folder()
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return Console(json=json).failed(usage_error(error, words), 2)
    except NocturneError as error:
        return Console(json=json).failed(str(error), 1)
    except OSError as error:  # of the machine: a full disk, missing permissions, a limit
        return Console(json=json).failed(system_error(error), 1)
    except (MemoryError, RuntimeError, ImportError) as error:
        if not is_out_of_memory(error):
            raise
        return Console(json=json).failed(OUT_OF_MEMORY, 1)
    except KeyboardInterrupt:
        return Console(json=json).failed(STOPPED, INTERRUPTED)
    return code if isinstance(code, int) else 0
