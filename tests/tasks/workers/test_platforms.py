"""Worker processes on a system that lacks what Linux alone has: see tests/platform."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]

SCRIPT = """
import os
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.workers.workers_for_tests import grow, twice

assert not hasattr(os, "memfd_create")
if __name__ == "__main__":
    with Workers(1, limit_memory, (64,)) as workers:
        contents = [b"a" * 300_000, b"", b"b"]
        assert workers.map(twice, contents, repr, chunk=3, timeout=30) == [c * 2 for c in contents]
        lost = workers.map(grow, [b""], lambda loss: loss.reason.encode(), chunk=1, timeout=30)
        assert lost == [b"parser_out_of_memory"], lost
        assert workers.map(twice, [b"c"], repr, chunk=1, timeout=30) == [b"cc"]
"""


def test_workers_share_memory_and_keep_their_limit_without_linux(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    paths = (PROJECT / "tests/platform", PROJECT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    subprocess.run([sys.executable, str(script)], env=environment, check=True, timeout=120)
    assert list(tmp_path.iterdir()) == [script]
