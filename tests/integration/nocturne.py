"""The command line as a user runs it: a process of its own, with Prefect's files aside."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NOCTURNE = Path(sys.executable).with_name("nocturne")
SHORT_DEMO = {
    "NOCTURNE_MAX_STEPS": "40",  # beats a unigram
    "NOCTURNE_SAMPLES": "3",
    "NOCTURNE_VALID_SHARE": "0.02",
    "NOCTURNE_TEST_SHARE": "0.02",
}
QUICK = {"NOCTURNE_MAX_STEPS": "20", "NOCTURNE_MAX_MINUTES": "1000", "NOCTURNE_NOTES": "64"}


def inherited() -> dict[str, str]:
    """Return the environment, but for the user's Prefect and for a make around the tests."""
    foreign = re.compile("PREFECT|^MAKE|^MFLAGS")
    return {name: value for name, value in os.environ.items() if not foreign.search(name)}


def in_checkout(
    command: Sequence[str], environment: Mapping[str, str], timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout to its end."""
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Return an environment without the user's Prefect, in which training is short."""
    kept = inherited()
    aside = {"PREFECT_HOME": str(home / ".prefect"), "DO_NOT_TRACK": "1"}
    path = f"{NOCTURNE.parent}{os.pathsep}{kept['PATH']}"
    return {**kept, **aside, **QUICK, "PATH": path, **settings}


def nocturne(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `nocturne ARGUMENTS` in `home` to its end."""
    return subprocess.run(
        [NOCTURNE, *arguments],
        cwd=home,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
    )


def demo(home: Path) -> subprocess.CompletedProcess[str]:
    """Run `make demo` with a root in `home`, less training and fewer samples."""
    settings = environment(home, NOCTURNE_ROOT=str(home / "nocturne-data"), **SHORT_DEMO)
    return in_checkout(["make", "demo"], settings)
