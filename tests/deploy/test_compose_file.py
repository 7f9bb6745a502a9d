"""The compose file and what its containers run, as far as that shows without an engine."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
LASTING = [name for name in SERVICES if name != "deployed"]
DOCKER = shutil.which("docker")


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(DOCKER), "compose", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_docker_accepts_the_file() -> None:
    if not DOCKER or _docker("version").returncode:
        pytest.skip("docker compose is not installed")
    done = _docker("-f", str(DEPLOY / "compose.yaml"), "--profile", "gpu", "config", "--quiet")
    assert done.returncode == 0, done.stderr


def test_the_services_are_those_of_the_readme() -> None:
    workers = {"cpu-worker", "gpu-worker"}
    assert set(SERVICES) == {"postgres", "server", "deployed", "gallery", *workers}
    assert SERVICES["gpu-worker"]["profiles"] == ["gpu"]


@pytest.mark.parametrize("name", LASTING)
def test_what_stays_up_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_on_loopback_and_secrets_in_files(name: str) -> None:
    service = SERVICES[name]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    secret = [key for key in service.get("environment", {}) if "PASSWORD" in key or "AUTH" in key]
    assert all(key.endswith("_FILE") for key in secret)
    known = {"postgres_password", "prefect_login", "alert_url"}
    assert set(service.get("secrets", [])) <= known


def test_figures_are_served_by_server_and_workers_alone() -> None:
    assert SERVICES["server"]["environment"]["PREFECT_SERVER_METRICS_ENABLED"] == "true"
    switch = "PREFECT_CLIENT_METRICS_ENABLED"
    on = {name for name, one in SERVICES.items() if switch in one.get("environment", {})}
    assert on == {"cpu-worker", "gpu-worker"}
    for name in on:
        port = SERVICES[name]["environment"]["PREFECT_CLIENT_METRICS_PORT"]
        assert [one.rpartition(":")[2] for one in SERVICES[name]["ports"]] == [port]


def test_the_images_run_as_no_root_and_install_from_locks() -> None:
    stages = (DEPLOY / "Dockerfile").read_text().split("\nFROM ")
    for stage in stages:
        if " AS cpu\n" in stage or " AS gpu\n" in stage:
            assert "\nUSER nocturne\n" in stage
        for line in stage.splitlines():
            if line.startswith("RUN pip install"):
                assert "--require-hashes" in line or line.endswith("--no-build-isolation .")
                assert "--no-deps" in line


def _secrets(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "NOCTURNE_SECRETS": str(folder), **settings}
    command = [str(DEPLOY / "with-secrets.sh"), "env"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_secrets_reach_only_who_needs_them(tmp_path: Path) -> None:
    (tmp_path / "prefect_login").write_text("ada:lovelace\n")
    (tmp_path / "postgres_password").write_text("s3cret\n")
    worker = _secrets(tmp_path).stdout.splitlines()
    assert "PREFECT_API_AUTH_STRING=ada:lovelace" in worker
    assert not any("s3cret" in line or "SERVER" in line or "ALERT" in line for line in worker)
    server = _secrets(tmp_path, NOCTURNE_SERVES="yes").stdout.splitlines()
    assert "PREFECT_SERVER_API_AUTH_STRING=ada:lovelace" in server
    address = "postgresql+asyncpg://nocturne:s3cret@postgres:5432/prefect"
    assert f"PREFECT_SERVER_DATABASE_CONNECTION_URL={address}" in server


def test_alerts_go_where_the_secret_says(tmp_path: Path) -> None:
    (tmp_path / "alert_url").write_text("mailto://me:pass@example.org\n")
    assert "NOCTURNE_ALERT_URL=mailto://me:pass@example.org" in _secrets(tmp_path).stdout
    (tmp_path / "alert_url").write_text("\n")
    assert "ALERT" not in _secrets(tmp_path).stdout
    users = {name for name, one in SERVICES.items() if "alert_url" in one.get("secrets", [])}
    assert users == {"deployed"}


def test_a_password_that_breaks_the_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres_password").write_text("p@ss/word")
    done = _secrets(tmp_path, NOCTURNE_SERVES="yes")
    assert done.returncode == 1
    assert done.stderr == "postgres_password: use letters and digits only\n"


def test_without_secrets_the_command_runs_as_it_is(tmp_path: Path) -> None:
    assert "AUTH" not in _secrets(tmp_path).stdout
