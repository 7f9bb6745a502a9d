"""Web addresses: whether a request can be made to one at all."""

import httpx

PORTS = range(1, 1 << 16)


def web_address(text: str, base: httpx.URL | None = None) -> httpx.URL | None:
    """Return `text`, relative to `base` if there is one, as an address; None if it is none.

    A host whose parts no name server takes, and a port that does not exist, make it none: a request
    there would end in an error that is not httpx's own.
    """
    try:
        address = httpx.URL(text) if base is None else base.join(text)
        address.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        return None
    return None if address.port is not None and address.port not in PORTS else address
