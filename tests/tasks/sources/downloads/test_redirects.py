"""Redirects that a download follows, and those that it refuses."""

import httpx
import pytest

from nocturne.schemas.errors import SourceError
from nocturne.tasks.sources.downloads.redirects import is_private, refuse_unsafe_redirect
from nocturne.tasks.sources.downloads.remote_file import RetryPolicy, open_client
from tests.tasks.sources.http_server import Behaviour, serving

PUBLIC = "https://93.184.216.34/a.zip"


def redirect(start: str, location: str) -> None:
    request = httpx.Request("GET", start)
    refuse_unsafe_redirect(httpx.Response(302, headers={"Location": location}, request=request))


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/secret",
        "https://localhost:8080/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "//127.0.0.1/",
        "http://93.184.216.34/a.zip",
        "file:///etc/passwd",
        "ftp://93.184.216.34/a.zip",
        "https://a..b/",
        "https://xn--/",
        "https://93.184.216.34:99999/",
        "gopher://127.0.0.1:11211/",
    ],
)
def test_a_public_host_leads_to_no_private_address_and_no_other_scheme(location: str) -> None:
    with pytest.raises(SourceError) as caught:
        redirect(PUBLIC + "?key=secret", location)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("start", "location"),
    [
        (PUBLIC, "/b.zip"),
        (PUBLIC, "https://93.184.216.35/b.zip"),
        (PUBLIC, "https://[2606:4700::1111]/b.zip"),
        (PUBLIC, "https://[64:ff9b::93.184.216.35]/b.zip"),
        ("http://93.184.216.34/a.zip", PUBLIC),
        ("http://127.0.0.1:9/a.zip", "http://localhost:8/b.zip"),
        ("http://192.168.1.1/a.zip", "http://192.168.1.2/a.zip"),
    ],
)
def test_other_redirects_are_followed(start: str, location: str) -> None:
    redirect(start, location)


def test_a_client_asks_for_nothing_at_a_refused_address() -> None:
    private = Behaviour(b"secret")
    with serving(private) as base:
        answer = httpx.Response(302, headers={"Location": f"{base}/x"})
        with (
            open_client(RetryPolicy()) as client,
            httpx.Client(
                transport=httpx.MockTransport(lambda _: answer),
                event_hooks=client.event_hooks,
                follow_redirects=client.follow_redirects,
            ) as redirected,
            pytest.raises(SourceError, match="private network"),
        ):
            redirected.get("http://93.184.216.34/")
    assert private.seen == []


def test_names_that_cannot_be_looked_up_are_not_private() -> None:
    assert not is_private("no-such-host.invalid")
    assert is_private("localhost")
