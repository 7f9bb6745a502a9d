"""Fixtures shared by all tests."""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from nocturne.tasks.storage.root import Root

SHARED_MIDI = Path(__file__).parents[2] / "shared" / "midi"


# A busy machine is no finding.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
CACHE = "NOCTURNE_TEST_CACHE"
SLOW_FIRST = ("integration", "flows")


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of the session share what is made once for a machine.

    That is what XLA compiles (most of the suite's time), the tables of Prefect's database and the
    list of fonts. The folder lasts as long as the session, or is that of NOCTURNE_TEST_CACHE for
    several; not longer, as XLA's code is that of one TensorFlow and one processor.
    """
    if CACHE not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="nocturne-tests-")
        config.add_cleanup(folder.cleanup)
        os.environ[CACHE] = folder.name
    os.environ["XDG_CACHE_HOME"] = os.environ[CACHE]
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={os.environ[CACHE]}/xla"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first, so that no worker is left with one of them at the end."""
    tests = Path(__file__).parent

    def order(item: pytest.Item) -> int:
        name = item.path.relative_to(tests).as_posix()
        return next((n for n, start in enumerate(SLOW_FIRST) if name.startswith(start)), 99)

    items.sort(key=order)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: a compressed file holds the second in which it was made.

    The workers of pytest-xdist refuse to start if two of them collect other names.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_midi() -> Path:
    """Folder of real MIDI files beside the checkout; cases that need it skip without it."""
    if not SHARED_MIDI.is_dir():
        pytest.skip(f"no shared MIDI folder at {SHARED_MIDI}")
    return SHARED_MIDI


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """Return a storage root in a fresh folder."""
    return Root.open(str(tmp_path / "root"))


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Run flows of this process against one temporary server, with a database of its own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield
        # The server says good-bye on a standard error that pytest has closed by then.
        logging.getLogger("prefect").setLevel(logging.WARNING)


@pytest.fixture
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test runner's log handlers alone."""
    monkeypatch.setattr("nocturne.flows.cli.prefect_session.prepare_prefect", lambda handler: None)
