"""A site that is closed to strangers: API, UI and worker want the login, and a CSRF token too."""

import sys
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.nocturne import in_checkout
from tests.integration.prefect_form import PrefectForm, log_in
from tests.integration.site import WORKER, Site

pytestmark = [pytest.mark.site, pytest.mark.timeout(300)]

CSRF = ("Prefect-Csrf-Token", "Prefect-Csrf-Client")
WRONG = [None, ("nocturne", "wrong"), ("nocturne", "")]


@pytest.mark.parametrize("login", WRONG)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/deployments/filter"),
        ("POST", "/flow_runs/filter"),
        ("POST", "/artifacts/filter"),
        ("POST", "/logs/filter"),
        ("GET", "/csrf-token?client=x"),
        ("GET", "/admin/settings"),
    ],
)
def test_the_api_answers_nobody_without_the_login(
    deployed: Site, login: Any, method: str, path: str
) -> None:
    url = f"{deployed.environment['PREFECT_API_URL']}{path}"
    token = {name: deployed.server.api.headers[name] for name in CSRF}
    answer = httpx.request(method, url, auth=login, headers=token, timeout=30)
    assert answer.status_code == 401
    assert answer.json() == {"exception_message": "Unauthorized"}


def test_the_login_alone_changes_nothing_without_a_token(deployed: Site) -> None:
    url = f"{deployed.environment['PREFECT_API_URL']}/deployments/filter"
    answer = httpx.post(url, auth=("nocturne", deployed.password), json={}, timeout=30)
    assert answer.status_code == 403
    assert "CSRF" in answer.text
    assert deployed.server.deployments()  # with both


def test_no_part_listens_beyond_this_machine(deployed: Site) -> None:
    parts = [deployed.server.process.pid, deployed.worker.pid]
    family = [
        one
        for pid in parts
        for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    listening = {
        socket.laddr.ip
        for one in family
        for socket in one.net_connections("inet")
        if socket.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.parametrize("command", [WORKER, [sys.executable, "-m", "deploy.deploy"]])
def test_a_worker_or_a_deployment_without_the_login_is_refused(
    deployed: Site, command: list[str]
) -> None:
    environment = {**deployed.environment, "PREFECT_API_AUTH_STRING": "nocturne:wrong"}
    before = _workers(deployed)
    done = in_checkout(command, environment)
    assert done.returncode != 0
    assert "401" in done.stdout + done.stderr
    assert _workers(deployed) == before


def _workers(place: Site) -> set[str]:
    return {one["name"] for one in place.server.post("/work_pools/nocturne/workers/filter")}


def test_the_ui_shows_nothing_before_the_login(deployed: Site, browser: Any) -> None:
    base = deployed.environment["PREFECT_API_URL"].removesuffix("/api")
    page = browser.new_page()
    page.goto(f"{base}/deployments")
    log_in(page, "nocturne:wrong")
    page.get_by_text("Authentication failed").first.wait_for()
    assert "generate" not in page.inner_text("body")
    page.close()
    form = PrefectForm(browser, deployed.server, "generate")
    form.close()
