"""The redirects that a download follows: none from a public host into a private network."""

import ipaddress
import socket

import httpx

from nocturne.schemas.errors import SourceError


def refuse_unsafe_redirect(response: httpx.Response) -> None:
    """Raise SourceError if a response redirects to a forbidden address; an httpx event hook.

    Forbidden are schemes other than http and https, https to http, and a public host to a loopback,
    private or link-local address: a server must not make requests inside the user's network.
    """
    if not response.has_redirect_location:
        return
    start = response.request.url
    try:
        target = start.join(response.headers["Location"])
    except httpx.InvalidURL as error:
        raise _refused(start, "a text that is no address", "") from error
    if target.scheme not in ("http", "https") or (start.scheme, target.scheme) == ("https", "http"):
        raise _refused(start, f"{target.scheme}://{target.host}", "that is no secure web address")
    if is_private(target.host) and not is_private(start.host):
        raise _refused(start, target.host, "that is an address in a private network")


def _refused(start: httpx.URL, target: str, why: str) -> SourceError:
    return SourceError(
        f"{start.copy_with(userinfo=b'', query=None, fragment=None)} redirects to {target}"
        f"{': ' + why if why else ''}; name the address of the file itself"
    )


def is_private(host: str) -> bool:
    """Whether a host name or address has any IP address that is not on the public internet.

    A name that cannot be looked up counts as public: no request can reach it.
    """
    try:
        entries = socket.getaddrinfo(host.strip("[]"), None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return False
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]
    plain = [getattr(address, "ipv4_mapped", None) or address for address in addresses]
    return any(not address.is_global for address in plain)
