"""The default name of a corpus, made from its source."""

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from nocturne.schemas.config.local_path import is_file_uri, local_path
from nocturne.schemas.config.rules import NAME

LONGEST = 64
# An empty name means that the user gave none; configs with a source then derive it.
CorpusName = Annotated[str, NAME]
ARCHIVE = re.compile(r"\.(tar\.gz|tgz|tar|zip|gz)$", re.IGNORECASE)


def corpus_name_of(source: str) -> str:
    """Return a valid corpus name for a source.

    It is the name of the folder or archive, the file name of a URL, or the source's name, in lower
    case; characters that a corpus name may not contain become hyphens.
    """
    last = ARCHIVE.sub("", _last_part(source))
    ascii_only = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9._]+", "-", ascii_only.lower())
    name = name.strip("-._")[:LONGEST].rstrip("-._")
    return name or f"corpus-{hashlib.sha256(os.fsencode(source)).hexdigest()[:8]}"


def _last_part(source: str) -> str:
    """Return the part of a source that names it."""
    if "://" in source and not is_file_uri(source):
        try:
            address = urlsplit(source)
        except ValueError:  # no address, which is reported when it is to be opened
            return source.rpartition("/")[2]
        return unquote(address.path).rstrip("/").rpartition("/")[2] or str(address.hostname or "")
    name = Path(local_path(source) or source).name
    return Path(absolute_path(source)).name if name in ("", "..") else name


def absolute_path(source: str) -> str:
    """Return the one absolute spelling of a folder or archive.

    Links are not followed: a link to the newest of several folders is one source.
    """
    return os.path.abspath(local_path(source) or source)  # noqa: PTH100 - Path.resolve follows links
