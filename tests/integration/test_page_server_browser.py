"""The pages in a real browser over HTTP, from both page servers: audio, seeking, index pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.root import Root
from tests.deploy.page_servers import nginx, page_server
from tests.integration.pages import BACKGROUNDS, Visit
from tests.tasks.pages.roots_for_tests import filled_root
from tests.tasks.samples.runs_for_tests import write_run

pytestmark = pytest.mark.integration

SEEKS = """async (seconds) => {
  const audio = document.querySelector("audio");
  audio.preload = "metadata";
  audio.load();
  const event = name => new Promise((done, failed) => {
    audio.addEventListener(name, done, {once: true});
    setTimeout(() => failed(new Error("no " + name)), 20000);
  });
  await event("loadedmetadata");
  const duration = audio.duration, seekable = audio.seekable.end(0);
  const seeked = event("seeked");
  audio.currentTime = seconds;
  await seeked;
  const from = audio.currentTime;
  await audio.play();
  while (audio.currentTime < from + 0.3) await new Promise(done => setTimeout(done, 20));
  audio.pause();
  return [duration, seekable, from];
}"""


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A root with one run of pieces of about 50 seconds."""
    root = Root.open(str(tmp_path_factory.mktemp("served") / "root"))
    write_run(root, 2, notes=150)
    write_index_pages(root)
    return root


@pytest.fixture(scope="module", params=["make server", "nginx"])
def address(
    request: pytest.FixtureRequest, music: Root, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    home = tmp_path_factory.mktemp("nginx") / "home"
    root = Path(music.base)
    with nginx(root, home) if request.param == "nginx" else page_server(root) as address:
        yield address


def test_audio_has_its_length_and_can_be_sought(browser: Any, address: str, music: Root) -> None:
    (run,) = music.folders("samples")
    manifest = music.read_table(f"samples/{run}/manifest.parquet")
    seconds = manifest["audio_seconds"][0].as_py()
    assert seconds > 40
    visit = Visit(browser, f"{address}/samples/{run}/")
    for target in (35.0, 3.0, seconds - 2):  # forward, back, near the end
        duration, seekable, start = visit.page.evaluate(SEEKS, target)
        assert duration == pytest.approx(seconds, abs=0.1)
        assert seekable == pytest.approx(seconds, abs=0.1)
        assert start == pytest.approx(target, abs=0.1)
    cancelled = ".ogg"  # what a browser does with a request when somebody seeks
    assert [line for line in visit.complaints if not line.endswith(cancelled)] == []
    assert {url.split("/samples/")[0] for url in visit.requests if "data:" not in url} <= {
        address,
        f"{address}/favicon.ico",
    }
    visit.page.close()


def test_two_clicks_from_the_door_to_the_music(browser: Any, address: str, music: Root) -> None:
    (run,) = music.folders("samples")
    visit = Visit(browser, address)
    visit.page.get_by_role("link", name=run).click()
    visit.page.wait_for_url(f"{address}/samples/{run}/index.html")
    assert visit.page.locator("audio").count() == 2
    assert visit.complaints == []
    visit.page.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with several runs, models and corpora, and its index pages."""
    root = filled_root(tmp_path_factory.mktemp("full"))
    write_index_pages(root)
    return Path(root.base)


@pytest.mark.parametrize("section", ["samples", "models", "quality"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [340, 800, 1280])
def test_an_index_page_fits_and_is_readable(
    browser: Any, full: Path, section: str, width: int, scheme: str
) -> None:
    page = full / section / "index.html"
    size = {"width": width, "height": 800}
    visit = Visit(browser, page, viewport=size, color_scheme=scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.background() == BACKGROUNDS[scheme]
    assert visit.page.get_by_role("banner").count() == 1
    assert visit.page.get_by_role("main").count() == 1
    assert visit.page.get_by_role("contentinfo").count() == 1
    assert visit.page.get_by_role("navigation").get_by_role("link").count() == 3
    assert visit.page.get_by_role("heading", level=1).count() == 1
    assert visit.complaints == []
    assert {url.split(":")[0] for url in visit.requests} <= {"file", "data"}
    visit.page.close()


def test_every_link_of_the_index_pages_leads_to_a_page_from_disk(browser: Any, full: Path) -> None:
    visit = Visit(browser, full / "samples/index.html")
    seen: set[str] = set()
    waiting = [visit.page.url]
    while waiting:
        if (url := waiting.pop()) in seen:
            continue
        seen.add(url)
        visit.page.goto(url)
        assert visit.page.title()
        if url.endswith("/index.html") and url.count("/") == full.as_uri().count("/") + 2:
            waiting += visit.page.locator("a:not(.skip)").evaluate_all(
                "all => all.map(a => a.href)"
            )
    assert {Path(url).name for url in seen} == {"index.html", "report.html"}
    assert len(seen) == 3 + 2 + 3 + 2  # index pages; runs; models with a report; corpora
    cancelled = ".png"  # the page was left
    assert [line for line in visit.complaints if not line.endswith(cancelled)] == []
    visit.page.close()


def test_the_keyboard_reaches_the_list_at_once(browser: Any, full: Path) -> None:
    visit = Visit(browser, full / "models/index.html")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the list"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("!!document.activeElement.closest('main')")
    visit.page.close()
