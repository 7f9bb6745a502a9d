"""The command line as a user runs it: a process of its own, with Prefect's files aside."""

import os
import subprocess
import sys
from pathlib import Path

NOCTURNE = Path(sys.executable).with_name("nocturne")
QUICK = {"NOCTURNE_MAX_MINUTES": "0.1", "NOCTURNE_NOTES": "64"}


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Return an environment without the user's Prefect, in which training is short."""
    inherited = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    aside = {"PREFECT_HOME": str(home / ".prefect"), "DO_NOT_TRACK": "1"}
    path = f"{NOCTURNE.parent}{os.pathsep}{inherited['PATH']}"
    return {**inherited, **aside, **QUICK, "PATH": path, **settings}


def nocturne(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `nocturne ARGUMENTS` in `home` to its end."""
    return subprocess.run(
        [NOCTURNE, *arguments],
        cwd=home,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
