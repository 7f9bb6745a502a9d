"""A real Prometheus reads a site by the scrape file, and answers the dashboard's queries."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest, start_http_server

from nocturne.tasks.pages.gauges import PREFIX, RootFigures
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import PROJECT
from tests.integration.prefect_server import free_port, running
from tests.integration.site import Site, eventually
from tests.tasks.pages.test_gauges import add_everything

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

SCRAPE_FILE = PROJECT / "deploy/prometheus.yml"
PANELS: list[dict[str, Any]] = json.loads((PROJECT / "deploy/grafana-dashboard.json").read_text())[
    "panels"
]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """Return a root with something behind every figure."""
    place = Root.open(str(tmp_path_factory.mktemp("figures") / "root"))
    add_everything(place)
    return place


@pytest.fixture(scope="module")
def prometheus(deployed: Site, root: Root, tmp_path_factory: Any) -> Iterator[httpx.Client]:
    """Run Debian's Prometheus with the scrape file, its ports and its pace replaced.

    Beside the site's worker it reads `root`, as a worker would serve it.
    """
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed")
    home = tmp_path_factory.mktemp("prometheus")
    registry = CollectorRegistry()
    registry.register(RootFigures(root.uri))
    figures, thread = start_http_server(0, "127.0.0.1", registry)
    worker = f'"127.0.0.1:{deployed.metrics_port}", "127.0.0.1:{figures.server_port}"'
    server = httpx.URL(deployed.environment["PREFECT_API_URL"]).netloc.decode()
    (home / "secrets").mkdir()
    (home / "secrets/prefect_password").write_text(deployed.password)
    (home / "prometheus.yml").write_text(
        SCRAPE_FILE.read_text()
        .replace('"127.0.0.1:4200"', f'"{server}"')
        .replace('"127.0.0.1:4201"', worker)
        .replace("# basic_auth", "basic_auth")
        .replace("scrape_interval: 60s", "scrape_interval: 1s")
        .replace("scrape_timeout: 30s", "scrape_timeout: 1s")
    )
    address = f"127.0.0.1:{free_port()}"
    command = [program, f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data"]
    command += [f"--web.listen-address={address}"]
    with (
        running(command, {}, home / "prometheus.log"),
        httpx.Client(base_url=f"http://{address}/api/v1", timeout=30) as api,
    ):
        deadline = time.monotonic() + 60
        while len(_values(api, "up == 1")) < 3 or not _values(api, "rate(up[5m])"):
            assert time.monotonic() < deadline, (home / "prometheus.log").read_text()[-3000:]
            time.sleep(0.5)
        yield api
    figures.shutdown()
    figures.server_close()
    thread.join()


def _values(api: httpx.Client, query: str) -> list[Any]:
    """Return the series that a query gives; [] while Prometheus starts."""
    try:
        answer = api.get("/query", params={"query": query})
    except httpx.TransportError:
        return []
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return []
    assert answer.is_success, answer.text
    found: list[Any] = answer.json()["data"]["result"]
    return found


def test_promtool_accepts_the_scrape_file_and_every_figure(root: Root, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("prometheus is not installed")
    subprocess.run([promtool, "check", "config", SCRAPE_FILE], check=True)
    registry = CollectorRegistry()
    registry.register(RootFigures(root.uri))
    figures = generate_latest(registry)
    done = subprocess.run(
        [promtool, "check", "metrics"], input=figures, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_dashboard_has_an_answer(
    deployed: Site, prometheus: httpx.Client, query: str
) -> None:
    found = eventually(lambda: _values(prometheus, query), deployed, 60)  # some count events
    assert all(float(series["value"][1]) == float(series["value"][1]) for series in found)


def test_the_dashboard_shows_every_figure_of_a_root(root: Root) -> None:
    families = {metric.name for metric in RootFigures(root.uri).collect()}
    shown = " ".join(QUERIES)
    assert {name for name in families if name not in shown} == {f"{PREFIX}champion_info"}


def test_the_figures_are_those_of_the_root(prometheus: httpx.Client) -> None:
    (bits,) = _values(prometheus, f'{PREFIX}champion_cross_entropy{{corpus="tunes"}}')
    assert (bits["metric"]["scheme"], float(bits["value"][1])) == ("factored", 1.0)
    servers = _values(prometheus, 'up{job="nocturne-server"}')
    assert [series["value"][1] for series in servers] == ["1"]


def test_without_the_login_the_server_shows_no_figures(deployed: Site) -> None:
    address = f"{deployed.environment['PREFECT_API_URL']}/metrics"
    assert httpx.get(address).status_code == httpx.codes.UNAUTHORIZED
    login = ("nocturne", deployed.password)
    assert "\nprocess_resident_memory_bytes " in httpx.get(address, auth=login).text
