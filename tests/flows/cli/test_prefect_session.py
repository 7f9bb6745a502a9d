"""A flow started from a terminal, without a lasting server."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nocturne.flows.cli import prefect_session

PROJECT = Path(__file__).parents[3]
# As Prefect does during a flow run, only that here the exception is always lost.
PROGRAM = """
import os, signal, time
from nocturne.flows.cli.prefect_session import interruptible

def last_words():
    print("stopped", flush=True)
    return 130

with interruptible(last_words):
    signal.signal(signal.SIGTERM, lambda *_: None)
    {then}
print("went on")
"""


# A handler's exception in a weakref's callback is lost, and Python prints it.
LOST = """
import weakref, nocturne.flows.cli.prefect_session
from prefect.exceptions import TerminationSignal

# Only what the main thread prints is looked at.
nocturne.flows.cli.prefect_session._exit_on_signal = lambda *_: None
class Gone: ...
def dies(_): raise {error}

with nocturne.flows.cli.prefect_session.interruptible(lambda: 130):
    gone = Gone()
    watcher = weakref.ref(gone, dies)
    del gone
"""


def _run(program: str, home: Path) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**inherited, "PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_process_whatever_handler_prefect_has_put_there(
    name: str, tmp_path: Path
) -> None:
    ended = _run(
        PROGRAM.format(then=f"os.kill(os.getpid(), signal.{name}); time.sleep(600)"), tmp_path
    )
    assert (ended.returncode, ended.stdout) == (130, "stopped\n"), ended.stderr


def test_nothing_changes_for_a_process_that_is_not_interrupted(tmp_path: Path) -> None:
    ended = _run(PROGRAM.format(then="pass"), tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "went on\n"), ended.stderr


def test_an_interruption_lost_in_a_callback_is_not_printed_and_any_other_error_is(
    tmp_path: Path,
) -> None:
    interrupted = _run(LOST.format(error="TerminationSignal(signal=15)"), tmp_path)
    assert (interrupted.returncode, interrupted.stderr) == (0, "")
    assert "ValueError: a bug" in _run(LOST.format(error="ValueError('a bug')"), tmp_path).stderr


def test_too_little_memory_is_no_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_memory() -> None:
        raise MemoryError

    monkeypatch.setattr(prefect_session, "LOCAL_DEFAULTS", {})
    monkeypatch.setattr("prefect.logging.configuration.setup_logging", out_of_memory)
    with pytest.raises(MemoryError):
        prefect_session.prepare_prefect(logging.NullHandler())
