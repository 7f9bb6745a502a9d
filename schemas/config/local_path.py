"""Paths on this machine: a plain path, one with `~`, or a file:// URI."""

import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

FILE_URI = re.compile(r"file:(?://(?P<host>[^/]*))?(?P<path>.*)", re.IGNORECASE | re.DOTALL)
THREE_SLASHES = "a file:// URI names an absolute path after file://, as file:///home/me/music"


def is_file_uri(name: str) -> bool:
    """Whether `name` is a file: URI, of this machine or not."""
    return FILE_URI.fullmatch(name) is not None


def local_path(name: str) -> str | None:
    """Return the path on this machine that `name` stands for; None if it is another address.

    The path of a URI is percent-decoded, to bytes that need not be UTF-8, unless a file exists
    only under the undecoded name. `?` and `#` are part of a name. `~nobody` is not changed.
    """
    if (uri := FILE_URI.fullmatch(name)) is None:
        return None if "://" in name else os.path.expanduser(name)  # noqa: PTH111
    written = uri["path"]
    if uri["host"] not in (None, "", "localhost") or not written:
        return None
    decoded = os.fsdecode(unquote_to_bytes(os.fsencode(written)))
    as_written = os.path.lexists(written) and not os.path.lexists(decoded)
    return os.path.expanduser(written if as_written else decoded)  # noqa: PTH111


def is_utf8(name: str) -> bool:
    """Whether a name can be stored as text; bytes that are not UTF-8 come as surrogates."""
    return name.isascii() or name == name.encode(errors="replace").decode()


def as_text(name: str) -> str:
    """Return a name that can be stored as text: a path that is not UTF-8 as a file:// URI."""
    if is_utf8(name) or (path := local_path(name)) is None:
        return name
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100 - Path.resolve follows links
