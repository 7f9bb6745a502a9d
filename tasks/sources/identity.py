"""Whether two sources are the same one, however they are spelt and whatever they hold by now."""

import hashlib
import os
from urllib.parse import urlsplit

from nocturne.schemas.config.corpus_name import absolute_path
from nocturne.tasks.sources.downloads.remote_file import require_url, shown_url
from nocturne.tasks.sources.pinned_archives import LAKH

FOLK = "folk"


def source_id(source: str) -> str:
    """Return `<kind> <what>`: the same for every spelling of a source, and without secrets.

    A mirror of a Lakh archive is that archive. A query, which may be a passing permit or what
    chooses the file, counts by its digest.
    """
    if is_embedded_or_pinned(source):
        return f"named {source}"
    if source.startswith(("http://", "https://")):
        address = urlsplit(source)
        query = hashlib.sha256(address.query.encode()).hexdigest()[:8] if address.query else ""
        return f"url {address.hostname}{address.path}?{query}"
    return f"path {os.fsencode(absolute_path(source)).decode(errors='backslashreplace')}"


def shown_source(source: str) -> str:
    """Return a source for messages: an address without credentials and query."""
    if source.startswith(("http://", "https://")):
        return shown_url(require_url(source))
    return source


def says_where(source: str) -> bool:
    """Whether a source means the same wherever a command is started: no relative path."""
    return is_embedded_or_pinned(source) or "://" in source or source.startswith(("/", "~"))


def is_embedded_or_pinned(source: str) -> bool:
    """Whether a source is known by a name of its own: folk, lakh-full and so on."""
    return source == FOLK or source in LAKH


def surely_same(one: str, other: str) -> bool:
    """Whether two ids are of one source: equal, or paths that lead to the same place."""
    if one == other:
        return True
    kinds, places = zip(one.split(" ", 1), other.split(" ", 1), strict=True)
    return kinds == ("path", "path") and len({os.path.realpath(place) for place in places}) == 1


def surely_different(one: str, other: str) -> bool:
    """Whether two ids that are not the same cannot be one source that was moved or mirrored."""
    return not surely_same(one, other) and any(i.startswith("named ") for i in (one, other))
