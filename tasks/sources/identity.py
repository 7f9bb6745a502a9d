"""Whether two spellings name the same source, whatever the source contains now."""

import os

from nocturne.tasks.sources.source import kind_of


def source_id(source: str) -> str:
    """Return `<kind> <what>`: the same for every spelling of a source, and without secrets."""
    return kind_of(source).source_id(source)


def display_source(source: str) -> str:
    """Return a source for messages: an address without credentials and query."""
    return kind_of(source).display(source)


def is_absolute(source: str) -> bool:
    """Whether a source means the same wherever a command is started: no relative path."""
    return kind_of(source).is_absolute(source)


def surely_same(first: str, second: str) -> bool:
    """Whether two ids are of one source: equal, or paths that lead to the same place."""
    if first == second:
        return True
    kinds, places = zip(first.split(" ", 1), second.split(" ", 1), strict=True)
    return kinds == ("path", "path") and len({os.path.realpath(place) for place in places}) == 1


def surely_different(first: str, second: str) -> bool:
    """Whether two ids that are not the same cannot be one source that was moved or mirrored."""
    named = any(source.startswith("named ") for source in (first, second))
    return named and not surely_same(first, second)
