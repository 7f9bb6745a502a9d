"""How Prefect behaves when a flow is started from a terminal.

Whatever the user has set (PREFECT_API_URL, a profile, a log level) stands. Without a server,
Prefect starts one of its own for as long as the command runs.
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

LOCAL_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # 20-30 CPU-seconds at worst
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def prepare_prefect(handler: logging.Handler) -> None:
    """Send what flows log to `handler` instead of Prefect's own console handler."""
    for name, value in LOCAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    from prefect.logging.configuration import setup_logging
    from prefect.logging.handlers import PrefectConsoleHandler

    setup_logging()
    root = logging.getLogger()
    kept = [one for one in root.handlers if not isinstance(one, PrefectConsoleHandler)]
    root.handlers = [*kept, handler]


def server_address() -> str | None:
    """Return the address of the Prefect server in use; None when a local one is started."""
    from prefect.settings import PREFECT_API_URL

    address: str | None = PREFECT_API_URL.value()
    return address


@contextmanager
def interruptible(say: Callable[[], int]) -> Iterator[None]:
    """Let Ctrl-C or SIGTERM end the process at once where the server is a temporary one.

    The terminal interrupts that server too, and Prefect would then try for minutes to report
    to it. Whatever is published is whole, so nothing is lost. `say` prints the last words and
    returns the exit code. A lasting server is told of the interruption in Prefect's own way.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        code = say()
        for child in multiprocessing.active_children():
            child.kill()
        _stop_temporary_servers()
        os._exit(code)

    if server_address():
        yield
        return
    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_temporary_servers() -> None:
    from prefect.server.api.server import SubprocessASGIServer

    for server in SubprocessASGIServer._instances.values():
        if server.server_process:
            server.server_process.terminate()
