"""What a fresh process writes while TensorFlow is imported."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[4]


def _run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_using_the_network_writes_nothing_and_errors_still_show() -> None:
    done = _run(
        "import sys, nocturne.tasks.model.network.encoder_decoder, tensorflow as tf\n"
        "assert float(tf.reduce_sum(tf.ones(3))) == 3\n"
        "print('shown', file=sys.stderr)"
    )
    assert (done.returncode, done.stderr) == (0, "shown\n")


def test_a_failed_import_shows_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'why')\nraise ImportError('x')"
    )
    path = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
    done = _run(f"{path}; import nocturne.tasks.model.network.ops")
    assert done.returncode == 1
    assert done.stderr.startswith("whyTraceback")
