"""The size of a zip's table of contents, checked before zipfile reads it into memory."""

import struct
from typing import Any

from nocturne.schemas.errors import SourceError

# PKWARE's APPNOTE 4.3.14 to 4.3.16: the end record, and the locator and record of zip64.
END = struct.Struct("<4s4H2LH")
LOCATOR = struct.Struct("<4sLQL")
END_64 = struct.Struct("<4sQ2H2L4Q")
END_MARK = b"PK\x05\x06"
LONGEST_COMMENT = 1 << 16
IN_ZIP64 = 0xFFFFFFFF


def require_small_directory(stream: Any, display_name: str, most: int) -> None:
    """Raise SourceError if the table of contents has more than `most` bytes.

    For a zip without a readable end record zipfile raises its own error later.
    """
    size = _directory_bytes(stream)
    stream.seek(0)
    if size > most:
        raise SourceError(
            f"{display_name} has a table of contents of {size} bytes, more than {most}: "
            "split it, or pack it as a .tar.gz"
        )


def is_empty_zip(stream: Any) -> bool:
    """Whether a zip begins with its end record.

    zipfile would then seek before the first byte, for which pyarrow's files raise another error.
    """
    head = stream.read(len(END_MARK))
    stream.seek(0)
    return bool(head == END_MARK)


def _directory_bytes(stream: Any) -> int:
    total = stream.seek(0, 2) or stream.tell()
    start = max(0, total - END.size - LONGEST_COMMENT)
    stream.seek(start)
    tail = stream.read(total - start)
    at = tail.rfind(END_MARK)
    if at < 0 or at + END.size > len(tail):
        return 0
    size = int(END.unpack_from(tail, at)[5])
    locator = at - LOCATOR.size
    if size == IN_ZIP64 and locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        stream.seek(LOCATOR.unpack_from(tail, locator)[2])
        record = stream.read(END_64.size)
        if len(record) == END_64.size:
            return int(END_64.unpack(record)[8])
    return size
