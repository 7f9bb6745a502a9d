"""The Prefect server that the user has configured: its address, and whether it can be used."""

import os
import re
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import ServerError

CONNECT_SECONDS, READ_SECONDS = 4.0, 8.0
WITHOUT_IT = (
    "unset PREFECT_API_URL (prefect profile use ephemeral, if a profile names it) to run with a "
    "temporary one"
)


def configured_server() -> str | None:
    """Return the address that the user has set, in the places where Prefect looks, or None.

    The places are PREFECT_API_URL, the files .env, prefect.toml and pyproject.toml of the working
    folder, and the active profile. Prefect is not imported for this: its settings cannot be
    changed once they are read. ServerError if the profiles do not read.
    """
    if "prefect.context" in sys.modules:
        from prefect.settings import PREFECT_API_URL

        address: str | None = PREFECT_API_URL.value()
        return address
    places = (os.environ.get, _in_dotenv, _in_project_files, _in_profile)
    return next(filter(None, (place("PREFECT_API_URL") for place in places)), None)


def profiles_path() -> Path:
    """Return the path of Prefect's profiles; the file may be missing."""
    if path := os.environ.get("PREFECT_PROFILES_PATH"):
        return Path(path)
    home = os.environ.get("PREFECT_HOME") or os.path.join("~", ".prefect")  # noqa: PTH118
    return Path(os.path.expanduser(home), "profiles.toml")  # noqa: PTH111 - ~ may have no home


def _in_dotenv(name: str) -> str | None:
    """Return the value that the file .env of the working folder sets, or None."""
    with suppress(OSError, ValueError):
        pattern = rf"^\s*(?:export\s+)?{name}\s*=\s*[\"']?([^\"'#\s]+)"
        found = re.findall(pattern, Path(".env").read_text(), re.MULTILINE | re.IGNORECASE)
        return found[-1] if found else None
    return None


def _in_project_files(_name: str) -> str | None:
    """Return the address in prefect.toml or pyproject.toml; Prefect reports damaged files."""
    for file, tables in (
        ("prefect.toml", ("api",)),
        ("pyproject.toml", ("tool", "prefect", "api")),
    ):
        with suppress(OSError, ValueError, KeyError, TypeError):
            table: Any = tomllib.loads(Path(file).read_text())
            for key in tables:
                table = table[key]
            return str(table["url"])
    return None


def _in_profile(name: str) -> str | None:
    value = _active_profile().get(name)
    return str(value) if value else None


def _active_profile() -> dict[str, Any]:
    path = profiles_path()
    try:
        content = tomllib.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}  # there is none
    except (OSError, ValueError) as error:  # a folder, not readable, not UTF-8, or not TOML
        reason = error.strerror if isinstance(error, OSError) else error
        raise ServerError(
            f"the Prefect profiles in {path} do not read ({reason}): mend or delete that file"
        ) from error
    profiles, name = content.get("profiles"), os.environ.get("PREFECT_PROFILE")
    profile = profiles.get(name or content.get("active")) if isinstance(profiles, dict) else None
    return profile if isinstance(profile, dict) else {}


def require_http_client() -> None:
    """Raise ServerError if a proxy or certificate setting makes every HTTP request fail."""
    import httpx

    try:
        httpx.Client().close()
    except (ValueError, httpx.InvalidURL, ImportError, OSError) as error:
        raise ServerError(
            f"a proxy or certificate setting cannot be used: {_reason(error)}; mend or unset "
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE or SSL_CERT_DIR"
        ) from error


def require_server(address: str) -> None:
    """Raise ServerError unless a Prefect server at `address` answers and admits this user."""
    import httpx

    display_address = without_secrets(address)
    seconds = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        answer = httpx.get(f"{address.rstrip('/')}/health", timeout=seconds)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = _reason(error)
        raise ServerError(
            f"no Prefect server answers at {display_address}: {reason}; start it, or {WITHOUT_IT}"
        ) from error
    if not answer.is_success:
        raise ServerError(
            f"no Prefect server answers at {display_address}: HTTP {answer.status_code} at /health "
            f"(its address ends in /api); mend the address, or {WITHOUT_IT}"
        )
    _require_entry(address, display_address)


def _require_entry(address: str, display_address: str) -> None:
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as client:
            client.raise_for_api_version_mismatch()
    except Exception as error:  # of httpx, Prefect or pydantic, caused by the answer
        # The address may hold a password.
        reason = _reason(error).replace(address.rstrip("/"), display_address)
        if status := re.search(r"error '(\d{3})\b", reason):
            reason = f"it answers HTTP {status[1]}"
        raise ServerError(
            f"the Prefect server at {display_address} cannot be used: {reason}; check "
            f"PREFECT_API_AUTH_STRING and PREFECT_API_KEY, or {WITHOUT_IT}"
        ) from error


def _reason(error: Exception) -> str:
    """Return the first line of an error, with the cause's where it has one."""
    lines = [str(cause).strip().partition("\n")[0] for cause in (error, error.__cause__) if cause]
    return ": ".join(dict.fromkeys(filter(None, lines))) or type(error).__name__
