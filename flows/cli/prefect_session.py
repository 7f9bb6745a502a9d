"""How Prefect behaves when a flow is started from a terminal.

Whatever the user has set (PREFECT_API_URL, a profile, a log level) stands. Without a server,
Prefect starts one of its own for as long as the command runs.
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

from nocturne.flows.cli import temporary_server
from nocturne.flows.cli.console import INTERRUPTED
from nocturne.schemas.errors import ServerError

LOCAL_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    # What tidies up after interrupted worker processes would say so after the last words.
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # 20-30 CPU-seconds at worst
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def prepare_prefect(handler: logging.Handler) -> None:
    """Send what flows log to `handler` instead of Prefect's own console handler.

    ServerError if Prefect cannot be used with the settings that it finds.
    """
    for name, value in LOCAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        from prefect.logging.configuration import setup_logging
        from prefect.logging.handlers import PrefectConsoleHandler

        setup_logging()
    except ImportError:
        raise  # Prefect is not installed as it should be
    except Exception as error:  # of pydantic, tomllib, logging: whatever a setting may cause
        raise ServerError(
            f"the settings of Prefect do not load: {_setting_error(error)}; they are in PREFECT_* "
            "variables, the active profile, and .env, prefect.toml and pyproject.toml here"
        ) from error

    root = logging.getLogger()
    kept = [one for one in root.handlers if not isinstance(one, PrefectConsoleHandler)]
    root.handlers = [*kept, handler]


def _setting_error(error: Exception) -> str:
    """Return what is wrong in one line, of which setting if pydantic tells."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False)[0]
        return f"{error.title}, {'.'.join(map(str, found['loc']))}: {found['msg']}"
    return " ".join(str(error).split()) or type(error).__name__


def server_address() -> str | None:
    """Return the address of the Prefect server in use; None when a local one is started."""
    from prefect.settings import PREFECT_API_URL

    address: str | None = PREFECT_API_URL.value()
    return address


@contextmanager
def interruptible(say: Callable[[], int]) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM or a closed terminal end a process with a temporary server at once.

    The terminal interrupts that server too, and Prefect would then try for minutes to report
    to it. Whatever is published is whole, so nothing is lost. `say` prints the last words and
    returns the exit code. A lasting server is told of the interruption in Prefect's own way.

    A thread does it, which hears of a signal whatever handler is in place: during a flow run
    Prefect puts its own there, whose exception is lost if it strikes in a weakref's callback
    (and Python would print the loss, a traceback before the last words).
    """
    if server_address():
        yield
        return
    hearing, heard = os.pipe()
    os.set_blocking(heard, False)
    threading.Thread(target=_leave_when_told, args=(hearing, say), daemon=True).start()
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN  # the command runs under nohup
    numbers = ENDING_SIGNALS[:-1] if ignored else ENDING_SIGNALS
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    told_before = signal.set_wakeup_fd(heard)
    sys.unraisablehook = _say_unless_interrupted
    try:
        yield
    finally:
        sys.unraisablehook = sys.__unraisablehook__
        signal.set_wakeup_fd(told_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(heard)  # and the thread ends


def _leave_when_told(hearing: int, say: Callable[[], int]) -> None:
    while number := os.read(hearing, 1):
        if number[0] in ENDING_SIGNALS:
            code = _said(say)
            _fall_silent()
            for child in multiprocessing.active_children():
                child.kill()
            _stop_temporary_servers()
            os._exit(code)
    os.close(hearing)


def _said(say: Callable[[], int]) -> int:
    try:
        return say()
    except OSError:  # the terminal is gone
        return INTERRUPTED


def _say_unless_interrupted(lost: "sys.UnraisableHookArgs") -> None:
    if lost.exc_type.__name__ not in ("TerminationSignal", "KeyboardInterrupt"):
        sys.__unraisablehook__(lost)


def _fall_silent() -> None:
    """Let nothing follow the last words: the main thread goes on until the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _stop_temporary_servers() -> None:
    from prefect.server.api.server import SubprocessASGIServer

    for server in SubprocessASGIServer._instances.values():
        if server.server_process:
            server.server_process.kill()
    temporary_server.end_at_once()
