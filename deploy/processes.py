"""A group of processes: started together, known by pid, ended together."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE_SECONDS = 20  # for a worker to hand its runs back


class AlreadyRunningError(Exception):
    """Another process holds the state folder."""


class StateFolder:
    """The folder of the processes' pids, logs and files; its lock shows whether they run.

    Every process started here inherits the lock. Without a held lock the pids are not used: they
    may belong to other programs by now.
    """

    def __init__(self, path: Path) -> None:
        """Use `path`, which is created when the processes start."""
        self.path = path

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold the lock for the block and give its descriptor; AlreadyRunningError if taken."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError from error
            (self.path / "pids").write_text(f"{os.getpid()}\n")
            (self.path / "address").unlink(missing_ok=True)
            yield lock.fileno()

    def address(self) -> str:
        """Return the address of the running server's UI, or "still starting"."""
        file = self.path / "address"
        return file.read_text() if file.exists() else "still starting"

    def stop(self) -> bool:
        """End the processes of this folder; return False if none runs."""
        if not self._is_held():
            return False
        main, *children = (int(pid) for pid in (self.path / "pids").read_text().split())
        with suppress(ProcessLookupError):
            os.kill(main, signal.SIGTERM)
        deadline = time.monotonic() + 2 * GRACE_SECONDS
        while self._is_held() and time.monotonic() < deadline:
            time.sleep(0.2)
        if self._is_held():  # the main process was killed and left its children
            for pid in children:
                _signal_group(pid, signal.SIGKILL)
        return True

    def _is_held(self) -> bool:
        if not (self.path / "lock").exists():
            return False
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


class Processes:
    """The processes started under one lock of a state folder; the last to start ends first."""

    def __init__(self, state: StateFolder, lock: int) -> None:
        """Keep pids and logs in `state`, whose lock has the descriptor `lock`."""
        self.state = state
        self.lock = lock
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def log(self, name: str) -> Path:
        """Return the path of the log of process `name`."""
        return self.state.path / f"{name}.log"

    def start(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        folder: Path | None = None,
    ) -> None:
        """Start a command in a session of its own, which Ctrl-C does not reach.

        It works in `folder`, or else in the state folder.
        """
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=folder or self.state.path,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[self.lock],
            )
        self.running[name] = process
        with (self.state.path / "pids").open("a") as pids:
            pids.write(f"{process.pid}\n")

    def announce(self, address: str) -> None:
        """Write the UI's address to the terminal and to the state folder."""
        (self.state.path / "address").write_text(address)
        print(f"Prefect UI: {address} (Ctrl-C or make server-stop ends it)", flush=True)

    def ended(self) -> str | None:
        """Return the name of a process that has ended; None while all run."""
        return next((name for name, one in self.running.items() if one.poll() is not None), None)

    def wait(self) -> str:
        """Return the name of the first process to end."""
        while not (name := self.ended()):
            time.sleep(0.5)
        return name

    def stop(self) -> None:
        """End every process and its children: by SIGTERM, then by SIGKILL."""
        for process in reversed(self.running.values()):
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
