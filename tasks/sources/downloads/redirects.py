"""Which redirects a download follows: none that leads from a public host into a private network."""

import ipaddress
import socket

import httpx

from nocturne.schemas.errors import SourceError


def refuse_unsafe_redirect(response: httpx.Response) -> None:
    """Raise SourceError if a response redirects where a download must not go; for event hooks.

    Refused are other schemes than http and https, https to http, and a public host to an address
    that is loopback, private or link-local: a server must not choose what is asked for in there.
    """
    if not response.has_redirect_location:
        return
    start = response.request.url
    try:
        target = start.join(response.headers["Location"])
    except httpx.InvalidURL as error:
        raise _refused(start, "an address that is none", "") from error
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
    """Whether a host name or address leads to any address that is not on the public internet.

    A name that cannot be looked up counts as public: nothing can be asked of it.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return False
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    plain = [getattr(address, "ipv4_mapped", None) or address for address in addresses]
    return any(not address.is_global for address in plain)
