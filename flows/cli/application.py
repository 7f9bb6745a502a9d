"""The application of the command line, and the flags that all commands share.

Every flag can also be set in the environment, as NOCTURNE_ROOT, NOCTURNE_MAX_MINUTES and so on;
an empty variable counts as unset.

With --json a command prints one JSON document to standard output, and everything else to standard
error: {"result": ...} if it did its work, {"error": {"message": ..., "exit_code": ...}} if not.
"""

import os
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

from cyclopts import App, ArgumentCollection, Parameter
from cyclopts.config import Env

from nocturne.flows.cli.console import Stream

Flags = Parameter(name="*")
PREFIX = "NOCTURNE_"
TRUE = ("1", "true", "yes", "y", "t", "on")  # what sets a variable of a flag without a value


@dataclass(frozen=True)
class Output:
    """How a command prints its result."""

    json: Annotated[
        bool,
        Parameter(negative="", help="Print one JSON document to standard output, errors too."),
    ] = False


@dataclass(frozen=True)
class FlowOutput(Output):
    """How a command that runs a flow prints its result, and whether it runs the flow."""

    dry_run: Annotated[
        bool,
        Parameter(
            negative="",
            help="Say what would be reused, what made and how long it takes; write nothing.",
        ),
    ] = False


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
    config=SetVariables(PREFIX, command=False),
    suppress_keyboard_interrupt=False,
    console=Stream(),
)


def wants_json(words: list[str]) -> bool:
    """Return whether --json or its variable is given, even beside a flag that is wrong."""
    variable = os.environ.get(f"{PREFIX}JSON", "").lower() in TRUE
    return "--json" in words or "--json=true" in words or variable
