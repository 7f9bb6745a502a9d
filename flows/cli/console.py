"""What a person sees on a terminal: progress bars, log lines, results and errors."""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from pydantic_core import to_json
from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from nocturne.flows.cli.results import caution_in, lines_of
from nocturne.tasks.progress import shown_by
from nocturne.tasks.storage.file_names import one_line

STOPPED = "stopped; run the same command again to go on"
INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended
ENGINE = f"{os.sep}prefect{os.sep}"  # in the path of every record that Prefect itself logs


class Stream(RichConsole):
    """A standard stream; after its reader has gone (`| head -1`) it discards what is written."""

    def on_broken_pipe(self) -> None:
        """Discard later output, so that the command can finish its work."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


class Console:
    """Prints results to standard output; progress, log lines and errors to standard error.

    With `json`, standard output gets one JSON document: {"result": ...}, or
    {"error": {"message": ..., "exit_code": ...}}.
    """

    def __init__(self, *, json: bool = False) -> None:
        """Open both streams."""
        self.json = json
        self.out = Stream(highlight=False, soft_wrap=True, emoji=False)
        self.err = Stream(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        self.ready: Callable[[], None] = lambda: None  # waits for a server that is starting

    def failed(self, message: str, code: int) -> int:
        """Print one line with the error; return its exit code.

        A stream that cannot be written to, for one on a full disk, is passed over.
        """
        message = one_line(message)
        if self.json:
            with suppress(OSError):
                self._write({"error": {"message": message, "exit_code": code}})
        with suppress(OSError):
            self.err.print(f"nocturne: {message}", style="red", markup=False)
        return code

    def warn(self, message: str) -> None:
        """Print one line that a person should see, though the command did its work."""
        self.err.print(message, style="yellow", markup=False)

    def result(self, result: Any) -> None:
        """Print a command's result and where its files are; a caution first."""
        if self.json:
            self.document(result)
            return
        if caution := caution_in(result):
            self.out.print(f"Caution: {caution}", style="bold yellow", markup=False)
        title, rows = lines_of(result)
        self.out.print(title, style="bold", markup=False)
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self.out.print(f"  {name:<{width}}  {value}", markup=False)

    def document(self, result: Any) -> None:
        """Print a result, of pydantic models and plain values, as the JSON document."""
        self._write({"result": result})

    def _write(self, document: dict[str, Any]) -> None:
        content = to_json(document, indent=2).decode()
        self.out.print(content, markup=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under their column names, each line whole: an id has to be copied."""
        widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
        for row in (columns, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.out.print("  ".join(cells).rstrip(), markup=False)


class ProgressBars:
    """A sink of nocturne.tasks.progress: one bar with time left for each stage under way."""

    def __init__(self, console: RichConsole) -> None:
        """Draw on `console`."""
        self.bars = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
        )
        self.stages: dict[str, TaskID] = {}
        self.lock = threading.Lock()  # tasks report from several threads

    def __call__(self, stage: str, done: float, total: float, note: str = "") -> None:
        """Move the bar of `stage`, adding it when it is new."""
        with self.lock:
            if stage not in self.stages:
                self.stages[stage] = self.bars.add_task(stage, total=total, note=note)
        self.bars.update(self.stages[stage], completed=done, total=total, note=note)


class _LogLines(logging.Handler):
    """Prints what Nocturne's own code logs; Prefect's engine stays quiet."""

    def __init__(self, console: RichConsole) -> None:
        super().__init__(logging.INFO)
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        if ENGINE not in record.pathname:
            style = "yellow" if record.levelno >= logging.WARNING else ""
            self.console.print(record.getMessage(), style=style, markup=False)


@contextmanager
def flow_on_terminal(*, json: bool = False) -> Iterator[Console]:
    """Run a flow with its progress and its log lines on the terminal.

    Call `ready` of the console once the flow is imported: a temporary server starts meanwhile.
    """
    from nocturne.flows.cli.prefect_session import interruptible, prepare_prefect
    from nocturne.flows.cli.server_choice import configured_server, require_http_client
    from nocturne.flows.cli.temporary_server import TemporaryServer

    console = Console(json=json)
    require_http_client()
    server = None if configured_server() else TemporaryServer()
    prepare_prefect(_LogLines(console.err))
    _print_server(console, temporary=server is not None)
    bars = ProgressBars(console.err)

    def last_message() -> int:
        bars.bars.stop()
        return console.failed(STOPPED, INTERRUPTED)

    with ExitStack() as stack:
        stack.enter_context(shown_by(bars))
        stack.enter_context(bars.bars)
        if server:
            stack.enter_context(interruptible(last_message, server.kill))
            server.start()
            console.ready = server.wait_until_ready
        yield console


def _print_server(console: Console, *, temporary: bool) -> None:
    """Print which Prefect server the flow reports to; ServerError if it cannot be used."""
    from nocturne.flows.cli.prefect_session import server_address
    from nocturne.flows.cli.server_choice import require_server
    from nocturne.schemas.config.credentials import without_secrets

    if temporary or not (address := server_address()):
        console.err.print("Prefect server: a temporary one for this run, some seconds to start")
        return
    require_server(address)
    console.err.print(f"Prefect server: {without_secrets(address)}")
