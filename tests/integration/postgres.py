"""A PostgreSQL of the tests' own, from Debian's package, on a free port of loopback."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.prefect_server import free_port

DEBIAN = Path("/usr/lib/postgresql")
NAME = "nocturne"  # of the user and of the database
AS_ROOT: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []}


class Postgres:
    """One cluster, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        """Make a cluster in a folder that its user may enter."""
        self.folder, self.port = folder, free_port()
        self.password = secrets.token_hex(16)
        self.user = AS_ROOT if os.geteuid() == 0 else {}  # PostgreSQL refuses to run as root
        if self.user:
            shutil.chown(folder, "postgres", "postgres")
        secret = folder / "password"
        secret.write_text(self.password)
        initdb = [_program("initdb"), "-D", folder / "data", "-U", NAME, "--auth=scram-sha-256"]
        self._run(*initdb, f"--pwfile={secret}", "--encoding=UTF8", "--no-sync")
        self.start()
        self._run(_program("createdb"), NAME)

    @property
    def url(self) -> str:
        """How Prefect reaches the database."""
        return self._url(NAME)

    def another(self, name: str) -> str:
        """Create one more database; return how Prefect reaches it."""
        self._run(_program("createdb"), name)
        return self._url(name)

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [_program("postgres"), "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                **self.user,
            )
        deadline = time.monotonic() + 30
        ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it the fast way: connections are cut, what is committed stays."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def _url(self, database: str) -> str:
        return f"postgresql+asyncpg://{NAME}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _run(self, *command: str | Path) -> None:
        access = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": NAME}
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **access, "PGPASSWORD": self.password},
            **self.user,
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL beside the block; skip the test where the package is not installed."""
    if _program("initdb") is None:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="nocturne-postgres-") as folder:
        cluster = Postgres(Path(folder))
        try:
            yield cluster
        finally:
            cluster.stop()


def _program(name: str) -> Any:
    newest_first = sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    return newest_first[0] if newest_first else shutil.which(name)
