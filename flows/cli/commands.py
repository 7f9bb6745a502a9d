"""The command line: the flows, with flags, help and validation from their pydantic configs.

Every flag can also be set in the environment, as NOCTURNE_ROOT, NOCTURNE_MAX_MINUTES and so
on; an empty variable counts as unset. Prefect and TensorFlow are imported only once a command
runs, so that --help is quick.
"""

import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

from cyclopts import App, ArgumentCollection, CycloptsError, Parameter
from cyclopts.config import Env
from pydantic import ValidationError

from nocturne.flows.cli.checks import check_before_start
from nocturne.flows.cli.console import INTERRUPTED, STOPPED, Console, Stream, flow_on_terminal
from nocturne.flows.cli.surroundings import (
    require_room_in_files,
    require_working_folder,
    set_up_process,
)
from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    CorpusConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    StorageConfig,
    TrainConfig,
)
from nocturne.schemas.config.credentials import has_keys, without_secrets
from nocturne.schemas.errors import NocturneError
from nocturne.schemas.instruments import INSTRUMENTS

Flags = Parameter(name="*")


class SetVariables(Env):
    """Flags from the environment, where an empty variable counts as unset."""

    def __call__(self, app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Give every argument without a flag the value of its variable."""
        super().__call__(app, commands, arguments)
        for argument in arguments:
            kept = [t for t in argument.tokens if t.value != "" or t.source != self.source]
            argument.tokens[:] = kept


app = App(
    name="nocturne",
    help="Compose music: learn from MIDI files and generate new ones.",
    version=lambda: version("nocturne-midi"),
    config=SetVariables("NOCTURNE_", command=False),
    suppress_keyboard_interrupt=False,
    console=Stream(),
)


def _run(flow: str, config: Config) -> None:
    """Run the flow of that name and print its result."""
    require_room_in_files()
    check_before_start(flow, config)
    with flow_on_terminal() as console:
        run_flow = getattr(import_module(f"nocturne.flows.{flow}"), flow)
        console.ready()
        result = run_flow(config)
    console.result(result)


@app.command
def compose(*, config: Annotated[ComposeConfig, Flags] = ComposeConfig()) -> None:
    """Run all stages: ingest a source, prepare it, train a model and generate music."""
    _run("compose", config)


@app.command
def ingest(*, config: Annotated[IngestConfig, Flags] = IngestConfig()) -> None:
    """Read a source of MIDI files into validated note tables."""
    _run("ingest", config)


@app.command
def prepare(*, config: Annotated[PrepareConfig, Flags] = PrepareConfig()) -> None:
    """Turn a corpus's notes into splits, categories and a vocabulary."""
    _run("prepare", config)


@app.command
def train(*, config: Annotated[TrainConfig, Flags] = TrainConfig()) -> None:
    """Train a model on a prepared corpus, evaluate it, and promote it if it passes the gate."""
    _run("train", config)


@app.command
def generate(*, config: Annotated[GenerateConfig, Flags] = GenerateConfig()) -> None:
    """Make MIDI files, audio and a gallery page with a trained model."""
    _run("generate", config)


@app.command
def promote(
    model: str | None = None, /, *, config: Annotated[PromoteConfig, Flags] = PromoteConfig()
) -> None:
    """Make MODEL the champion without the gate, or go back to the earlier one with --rollback."""
    _run("promote", config.copy_with(model=model) if model else config)


@app.command
def models(*, place: Annotated[StorageConfig, Flags] = StorageConfig()) -> None:
    """List the trained models of each corpus with their scores, and mark the champions."""
    from nocturne.flows.cli.models import list_models

    console, listing = Console(), list_models(place.root)
    console.table(listing.columns, listing.rows)
    for problem in listing.troubles:
        console.warn(problem)


@app.command
def compare(
    first: str, second: str, /, *, place: Annotated[CorpusConfig, Flags] = CorpusConfig()
) -> None:
    """Show two models side by side: FIRST and SECOND are ids, latest or champion."""
    from nocturne.flows.cli.comparison import show_comparison

    show_comparison(Console(), place.root, first, second, place.corpus)


@app.command
def programs() -> None:
    """List the instruments that --program takes, by number and name."""
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
    try:
        require_working_folder()
        app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return Console().failed(_one_line(error, arguments), 2)
    except NocturneError as error:
        return Console().failed(str(error), 1)
    except OSError as error:  # of the machine: a full disk, missing permissions, a limit
        return Console().failed(_system_error(error), 1)
    except KeyboardInterrupt:
        return Console().failed(STOPPED, INTERRUPTED)
    return 0


def _system_error(error: OSError) -> str:
    """Return in one line what the operating system refuses, and where."""
    where = f" {error.filename}:" if error.filename else ""
    return f"cannot go on:{where} {error.strerror or error}"


def _one_line(error: CycloptsError, arguments: list[str] | None) -> str:
    """Return in one line what is wrong with a flag or variable."""
    cause: Any = error.__cause__
    if isinstance(cause, ValidationError):
        first = cause.errors(include_url=False)[0]
        name = _set_by("-".join(str(part) for part in first["loc"]), arguments)
        message = first["msg"][0].lower() + first["msg"][1:]
        given = first["input"]
        if isinstance(given, str) and has_keys(given):
            given = without_secrets(given)
        return f"{name} {given}: {message} (see nocturne --help)"
    return f"{' '.join(str(error).split())} (see nocturne --help)"


def _set_by(field: str, arguments: list[str] | None) -> str:
    """Return the flag of a field or, where no flag is given but its variable set, the variable."""
    flag, variable = f"--{field.replace('_', '-')}", f"NOCTURNE_{field.upper()}"
    given = {word.partition("=")[0] for word in (sys.argv[1:] if arguments is None else arguments)}
    return variable if os.environ.get(variable) and flag not in given else flag
