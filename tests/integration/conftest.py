"""A real headless Chromium, and a whole site, shared by the tests that need them."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED_MIDI
from tests.integration.nocturne import demo
from tests.integration.site import RETRAIN, Site, site
from tests.integration.site_life import Killed, Night, killed_in_the_middle, night_of

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return Debian's Chromium, driven by Playwright; skip where either is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the README's first command; return the folder above its root, and what it printed."""
    home = tmp_path_factory.mktemp("compose")
    done = demo(home)
    assert done.returncode == 0, done.stderr
    return home, done.stdout


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with everything deployed, and 150 real songs to learn from where there are any.

    A night is near: a retrain is due in a minute, which the first tests do not wait for.
    """
    # A shell's background jobs ignore SIGINT, and so would the worker, which ends itself by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tmp_path_factory.mktemp("site")
    (home / "songs").mkdir()
    for path in sorted((SHARED_MIDI / "folk").rglob("*.mid"))[:150]:
        shutil.copy(path, home / "songs")
    with site(home, home / "songs") as running:
        if SHARED_MIDI.is_dir():
            running.night = running.start("retrain", seconds_ahead=60, **RETRAIN)
        yield running


@pytest.fixture(scope="session")
def night(deployed: Site, shared_midi: Path) -> Night:
    """One night: nobody does anything but to set the clock a minute ahead."""
    return night_of(deployed)


@pytest.fixture(scope="session")
def killed(deployed: Site, night: Night) -> Killed:
    """A worker killed with all its runs; it takes a minute and more until that is noticed."""
    return killed_in_the_middle(deployed, night)
