"""What `make server` sets, and what of it a user may change."""

from pathlib import Path

from deploy.server import environment, ports

STATE = Path("/state")


def test_everything_is_on_loopback_and_guarded() -> None:
    settings = environment({}, STATE)
    assert settings["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert settings["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert settings["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert settings["NOCTURNE_GALLERY_URL"] == "http://127.0.0.1:8088"
    assert settings["PREFECT_SERVER_METRICS_ENABLED"] == "true"
    assert settings["PREFECT_CLIENT_METRICS_ENABLED"] == "true"
    assert settings["PREFECT_CLIENT_METRICS_PORT"] == "4201"
    assert ports(settings) == {"NOCTURNE_PORT": "4200", "NOCTURNE_GALLERY_PORT": "8088"}


def test_what_the_user_has_set_stands() -> None:
    mine = {
        "NOCTURNE_PORT": "4300",
        "NOCTURNE_ROOT": "s3://music",
        "NOCTURNE_METRICS_PORT": "4300",
        "NOCTURNE_DATABASE_URL": "postgresql+asyncpg://me:secret@db/prefect",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
    }
    settings = environment(mine, STATE)
    assert settings["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert settings["PREFECT_CLIENT_METRICS_PORT"] == "4300"
    assert settings["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == mine["NOCTURNE_DATABASE_URL"]
    assert settings["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "false"
    assert "NOCTURNE_GALLERY_URL" not in settings  # a bucket has no pages here
    assert ports(settings) == {"NOCTURNE_PORT": "4300"}


def test_another_server_of_the_users_is_left_alone() -> None:
    settings = environment({"PREFECT_API_URL": "https://elsewhere/api"}, STATE)
    assert settings["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert settings["PREFECT_HOME"] == "/state/home"
