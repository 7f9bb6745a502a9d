"""The redirects that a download follows: none from a public host into a private network."""

import ipaddress
import socket

import httpx

from nocturne.schemas.errors import SourceError
from nocturne.tasks.sources.downloads.address import web_address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WITH_IPV4_LAST = [ipaddress.IPv6Network(n) for n in ("::ffff:0:0/96", "64:ff9b::/96", "::/96")]


def refuse_unsafe_redirect(response: httpx.Response) -> None:
    """Raise SourceError if a response redirects to a forbidden address; an httpx event hook.

    Forbidden are schemes other than http and https, https to http, and a public host to a loopback,
    private or link-local address: a server must not make requests inside the user's network.
    """
    if not response.has_redirect_location:
        return
    start = response.request.url
    target = web_address(response.headers["Location"], start)
    if target is None:
        raise _refused(start, "a text that is no address", "")
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
    return any(not _inner(address).is_global for address in addresses)


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, by RFC 4291, 3056 or 6052, or itself.

    Such addresses are mapped or compatible ones, those of 6to4 and those of NAT64.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in WITH_IPV4_LAST):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address
