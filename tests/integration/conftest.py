"""A real headless Chromium, and a whole site, shared by the tests that need them."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import SHARED_MIDI
from tests.integration.site import Site, site

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
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with everything deployed, and 150 real songs to learn from where there are any."""
    home = tmp_path_factory.mktemp("site")
    (home / "songs").mkdir()
    for path in sorted((SHARED_MIDI / "folk").rglob("*.mid"))[:150]:
        shutil.copy(path, home / "songs")
    with site(home, home / "songs") as running:
        yield running
