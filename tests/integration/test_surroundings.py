"""Strange surroundings: each command does its work or ends with one line of error, in time."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.nocturne import NOCTURNE, environment

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

SECONDS = 15.0
PROFILE = 'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'
FAILURES = {
    "dead server": ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, "http://127.0.0.1:9/api"),
    "no address": ({"PREFECT_API_URL": "nonsense"}, "nonsense"),
    "no port": ({"PREFECT_API_URL": "http://127.0.0.1:many/api"}, "127.0.0.1:many"),
    "profile of a dead server": ({"PREFECT_PROFILES_PATH": "dead.toml"}, "http://127.0.0.1:9/api"),
    "broken profiles": ({"PREFECT_PROFILES_PATH": "broken.toml"}, "broken.toml"),
    "wrong log level": ({"PREFECT_LOGGING_LEVEL": "loud"}, "LoggingSettings, level"),
    "wrong proxy": ({"HTTP_PROXY": "nonsense://a:b"}, "HTTP_PROXY"),
    "socks proxy": ({"ALL_PROXY": "socks5://127.0.0.1:9"}, "ALL_PROXY"),
    "certificates gone": ({"SSL_CERT_FILE": "/nowhere/ca.pem"}, "SSL_CERT_FILE"),
    "wrong variable": ({"NOCTURNE_WORKERS": "many"}, "NOCTURNE_WORKERS many"),
}


@pytest.fixture
def place(tmp_path: Path, shared_midi: Path) -> Path:
    """Return a working folder with two songs, and files of Prefect's that do not work."""
    (tmp_path / "songs").mkdir()
    for path in sorted((shared_midi / "chorales").iterdir())[:2]:
        shutil.copy(path, tmp_path / "songs")
    (tmp_path / "dead.toml").write_text(PROFILE)
    (tmp_path / "broken.toml").write_text('active = "mine\n[prof')
    return tmp_path


def _ends(
    place: Path, *words: str, seconds: float = SECONDS, shell: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command, in a shell's line if one is given, which must end in time."""
    line = shell or 'exec "$@"'
    start = time.monotonic()
    done = subprocess.run(
        ["bash", "-c", line, "bash", NOCTURNE, *words],
        cwd=place,
        env=environment(place, **settings),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    took = time.monotonic() - start
    assert took < seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), done.stderr
    assert "Traceback" not in done.stderr
    return done


def _line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a command ended with."""
    assert done.returncode in (1, 2), done.stderr
    (line,) = (one for one in done.stderr.splitlines() if one.startswith("nocturne: "))
    assert done.stderr.rstrip().endswith(line)
    return line


@pytest.mark.parametrize(("settings", "message"), FAILURES.values(), ids=FAILURES)
def test_a_setting_that_cannot_work_is_one_line(
    settings: dict[str, str], message: str, place: Path
) -> None:
    done = _ends(place, "ingest", "--source", "songs", **settings)
    assert message in _line(done)
    assert "temporary" not in done.stdout


WORKS = {
    "another server's settings": {
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_API_AUTH_STRING": "admin:pass",
        "PREFECT_API_AUTH_STRING": "admin:other",
        "PREFECT_API_KEY": "pnu_1234",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://nobody@127.0.0.1:9/gone",
        "PREFECT_DEFAULT_RESULT_STORAGE_BLOCK": "s3/gone",
        "PREFECT_LOCAL_STORAGE_PATH": "/proc/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PREFECT_API_URL": "",
        "NOCTURNE_WORKERS": "",
    },
    "nothing to write in": {
        "HOME": "/proc/nowhere",
        "PREFECT_HOME": "/proc/nowhere/.prefect",
        "XDG_CACHE_HOME": "/proc/nowhere/.cache",
        "TMPDIR": "/proc/nowhere/tmp",
        "NOCTURNE_ROOT": "data",
    },
}


@pytest.mark.parametrize("settings", WORKS.values(), ids=WORKS)
def test_what_is_not_this_command_s_does_not_matter(settings: dict[str, str], place: Path) -> None:
    (place / ".prefect").mkdir()
    (place / ".prefect/prefect.db").write_bytes(b"damaged" * 1000)
    for module in ("random", "uvicorn", "socket", "sqlite3"):
        (place / f"{module}.py").write_text("raise SystemExit('the wrong module')")
    done = _ends(place, "ingest", "--source", "songs", seconds=60, **settings)
    assert done.returncode == 0, done.stderr
    assert "Corpus songs" in done.stdout
    assert (place / ".prefect/prefect.db").read_bytes() == b"damaged" * 1000


SHELLS = {
    "deleted folder": ('mkdir gone; cd gone; rmdir ../gone; exec "$@"', "cd to one that is there"),
    "small files only": ('ulimit -f 1000; exec "$@"', "ulimit -f"),
}


@pytest.mark.parametrize(("shell", "message"), SHELLS.values(), ids=SHELLS)
def test_a_shell_in_which_nothing_works(shell: str, message: str, place: Path) -> None:
    assert message in _line(_ends(place, "ingest", "--source", str(place / "songs"), shell=shell))


def test_standard_output_is_closed_or_nobody_reads_it(place: Path) -> None:
    assert _ends(place, "--help", shell='"$@" >&-').returncode == 0
    assert _ends(place, "--help", shell='"$@" <&- >&- 2>&-').returncode == 0
    piped = 'set -o pipefail; "$@" | head -c 0'
    done = _ends(place, "--help", shell=piped)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("by", [signal.SIGHUP, signal.SIGKILL])
def test_no_server_outlives_its_command(by: signal.Signals, place: Path) -> None:
    with subprocess.Popen(
        [NOCTURNE, "ingest", "--source", "folk"],
        cwd=place,
        env=environment(place, TMPDIR=str(place)),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        _wait_for(lambda: _servers(place))
        run.send_signal(by)
        run.wait(30)
        _wait_for(lambda: not _servers(place))


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _servers(place: Path) -> list[str]:
    """Return the processes of temporary servers whose folder lies under `place`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end while we look
            inside = (process / "cwd").readlink().is_relative_to(place)
            if inside and b"watched_server" in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found
