"""A process that holds a lock, for the tests of locks; a test kills it or lets it end.

python -m tests.tasks.storage.locking.lock_holder ROOT NAME RENEW_SECONDS: prints `held`, and
gives the lock back when its standard input ends.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nocturne.tasks.storage.locking import leases
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.root import Root

PROJECT = Path(__file__).parents[4]


@contextmanager
def held_elsewhere(
    root: str, name: str, renew_seconds: float = leases.RENEW_SECONDS
) -> Iterator["subprocess.Popen[str]"]:
    """Let another process hold the lock for the length of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, root, name, str(renew_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.stdin.close()
            process.wait(60)


if __name__ == "__main__":
    leases.RENEW_SECONDS = float(sys.argv[3])
    with one_writer(Root.open(sys.argv[1]), sys.argv[2], f"work on {sys.argv[2]}"):
        print("held", flush=True)
        sys.stdin.read()
