"""The kind of an archive by its first bytes, and the error for a file of another kind."""

import tarfile
from typing import Literal

from nocturne.schemas.errors import SourceError

Kind = Literal["tar.gz", "tar", "zip", "html", "midi", "unknown"]


def kind_of(head: bytes) -> Kind:
    """Return an archive's kind by its first 1024 bytes or more."""
    if head[:2] == b"\x1f\x8b":
        return "tar.gz"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if head[:4] == b"MThd":
        return "midi"
    if is_tar_header(head[:512]):  # before HTML: a member's name may begin with "<"
        return "tar"
    return "html" if head.lstrip()[:1] == b"<" else "unknown"


def is_tar_header(block: bytes) -> bool:
    """Whether a block of 512 bytes is a member's header, or the zeros of an empty tar."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return len(block) == 512 and not block.strip(b"\0")  # an empty tar
    return True


def require_archive(head: bytes, display_name: str) -> Kind:
    """Return the archive's kind; SourceError, in one line, if it cannot be read."""
    kind = kind_of(head)
    problems = {
        "html": "is an HTML page, not an archive; check the address it came from",
        "midi": "is a single MIDI file; name the folder that holds it",
        "unknown": "is not a .tar.gz, .tar or .zip archive; pack it as one of these",
    }
    if not head:
        raise SourceError(f"{display_name} is empty; a .tar.gz, .tar or .zip archive is needed")
    if kind in problems:
        raise SourceError(f"{display_name} {problems[kind]}")
    return kind
