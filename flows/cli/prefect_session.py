"""How Prefect behaves when a flow is started from a terminal.

Whatever the user has set (PREFECT_API_URL, a profile, a log level) stays. Without a configured
server a command starts one of its own (temporary_server.py).
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from nocturne.flows.cli.console import INTERRUPTED
from nocturne.schemas.errors import ServerError, one_line

LOCAL_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    # Else Python's resource tracker warns of interrupted worker processes after the last message.
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
    # Stages that are silent for 3 minutes count as crashed (deploy/automations.py); Prefect's own
    # pace is a heartbeat every 3 minutes.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # 20-30 CPU-seconds at worst
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def prepare_prefect(handler: logging.Handler) -> None:
    """Send what flows log to `handler` instead of Prefect's own console handler.

    ServerError if Prefect cannot load its settings.
    """
    for name, value in LOCAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        from prefect.logging.configuration import setup_logging
        from prefect.logging.handlers import PrefectConsoleHandler

        setup_logging()
    except (ImportError, MemoryError):
        raise  # Prefect is not installed as it should be, or no setting is the reason
    except Exception as error:  # of pydantic, tomllib, logging: whatever a setting may cause
        raise ServerError(
            f"the settings of Prefect do not load: {_setting_error(error)}; they are in PREFECT_* "
            "variables, the active profile, and .env, prefect.toml and pyproject.toml here"
        ) from error

    root = logging.getLogger()
    kept = [known for known in root.handlers if not isinstance(known, PrefectConsoleHandler)]
    root.handlers = [*kept, handler]


def _setting_error(error: Exception) -> str:
    """Return what is wrong in one line, with the setting's name if pydantic gives it."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{error.title}, {'.'.join(map(str, first['loc']))}: {first['msg']}"
    return one_line(error)


def server_address() -> str | None:
    """Return the address of the Prefect server that this process uses, or None."""
    from prefect.settings import PREFECT_API_URL

    address: str | None = PREFECT_API_URL.value()
    return address


@contextmanager
def interruptible(
    last_message: Callable[[], int], end_server: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM or a closed terminal end a process with a temporary server at once.

    The terminal interrupts that server too, and Prefect would then try for minutes to report
    to it. What is published is complete, so nothing is lost. `last_message` prints why the
    process ends and returns the exit code. For a lasting server, leave the signals to Prefect.

    Signals are read by a thread through `signal.set_wakeup_fd`, which works whatever handler
    Prefect has installed. The exception that Prefect's handler raises is lost if the signal
    arrives in a weakref's callback; Python would print it before the last message.
    """
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    threading.Thread(
        target=_exit_on_signal, args=(read_end, last_message, end_server), daemon=True
    ).start()
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN  # the command runs under nohup
    numbers = ENDING_SIGNALS[:-1] if ignored else ENDING_SIGNALS
    handlers = {number: signal.signal(number, lambda *_: None) for number in numbers}
    earlier_wakeup_fd = signal.set_wakeup_fd(write_end)
    sys.unraisablehook = _print_unless_interruption
    try:
        yield
    finally:
        sys.unraisablehook = sys.__unraisablehook__
        signal.set_wakeup_fd(earlier_wakeup_fd)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(write_end)  # and the thread ends


def _exit_on_signal(
    read_end: int, last_message: Callable[[], int], end_server: Callable[[], None]
) -> None:
    """Read signal numbers until the pipe is closed; end the process on one of ENDING_SIGNALS."""
    while number := os.read(read_end, 1):
        if number[0] in ENDING_SIGNALS:
            code = _print_last(last_message)
            _silence_output()
            for child in multiprocessing.active_children():
                child.kill()
            end_server()
            os._exit(code)
    os.close(read_end)


def _print_last(last_message: Callable[[], int]) -> int:
    try:
        return last_message()
    except OSError:  # the terminal is gone
        return INTERRUPTED


def _print_unless_interruption(lost: "sys.UnraisableHookArgs") -> None:
    """Print an exception that Python could not raise, unless an interruption caused it."""
    if lost.exc_type.__name__ not in ("TerminationSignal", "KeyboardInterrupt"):
        sys.__unraisablehook__(lost)


def _silence_output() -> None:
    """Send later output nowhere: the main thread goes on until the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
