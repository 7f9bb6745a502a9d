"""Archives made to fill the memory: the process that reads them stays small."""

import io
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from itertools import count, repeat
from pathlib import Path

import pytest

from nocturne.tasks.sources.archives.bounded_stream import Limits
from tests.tasks.sources.archives_for_tests import member, midi

MOST_MIB = 300
WIDE = "\U0001f3b5".encode() + b"a" * 65_000 + b"/\0"  # 4 bytes a character in memory, twice
READ = """
import re, sys
from pathlib import Path
from nocturne.schemas.errors import (SourceError)
from nocturne.tasks.sources.archives.archive import (read_archive)
count = 0
try:
    with open(sys.argv[1], "rb") as stream:
        for count, _ in enumerate(read_archive(stream, "bomb", 8 << 20), 1):
            pass
except SourceError as error:
    print(error, file=sys.stderr)
# Not ru_maxrss: that is at least what the process that started this one had.
peak = re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(count, int(peak[1]) // 1024)
"""


def zip_that_lies(path: Path, method: int) -> None:
    """Write a zip whose only member expands to 400 MB and says that it has 10 bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method, compresslevel=1) as archive:
        with archive.open("bomb.mid", "w") as stream:
            for _ in range(400):
                stream.write(bytes(1 << 20))
        size = archive.getinfo("bomb.mid").file_size.to_bytes(4, "little")
    path.write_bytes(packed.getvalue().replace(size, (10).to_bytes(4, "little")))


def gzip_of_zeros(path: Path) -> None:
    """Write a tar.gz with one member of 400 MB."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    with path.open("wb") as stream:
        stream.write(packer.compress(member("big.mid", 400 << 20).tobuf(tarfile.GNU_FORMAT)))
        for _ in range(400):
            stream.write(packer.compress(bytes(1 << 20)))
        stream.write(packer.flush())


def zip_of_a_million(path: Path) -> None:
    """Write a zip with a table of contents of a million members, all of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.mid"), midi(1))
    content = packed.getvalue()
    start = content.index(b"PK\x01\x02")
    entry = content[start : content.index(b"PK\x05\x06")]
    end = bytearray(content[content.index(b"PK\x05\x06") :])
    end[8:12], end[12:16] = b"\xff\xff\xff\xff", (len(entry) * 10**6).to_bytes(4, "little")
    path.write_bytes(content[:start] + entry * 10**6 + end)


def zip_of_names(path: Path, names: Iterable[bytes]) -> None:
    """Write a zip whose table of contents has these names in UTF-8, as long as it may be."""
    utf_8, table, members = 1 << 11, bytearray(), 0
    for name in names:
        lengths = (len(name), 0, 0, 0, 0, 0, 0)
        entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, utf_8, *[0] * 6, *lengths) + name
        if len(table) + len(entry) > Limits().directory_bytes:
            break
        table += entry
        members += 1
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, *[0] * 9)
    size, start = len(table), len(local)
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *[members] * 2, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    path.write_bytes(local + table + end_64 + locator + end)


def tar_of_hard_links(path: Path) -> None:
    """Write a tar.gz of 60,000 hard links with long names."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    with path.open("wb") as stream:
        for number in range(60_000):
            link = member(f"{number:090}.mid", kind=tarfile.LNKTYPE)
            link.linkname = f"{number:095}"
            stream.write(packer.compress(link.tobuf(tarfile.USTAR_FORMAT)))
        stream.write(packer.compress(bytes(1024)) + packer.flush())


BOMBS: dict[str, Callable[[Path], None]] = {
    "bz2 member": lambda path: zip_that_lies(path, zipfile.ZIP_BZIP2),
    "deflated member": lambda path: zip_that_lies(path, zipfile.ZIP_DEFLATED),
    "gzip": gzip_of_zeros,
    "table of contents": zip_of_a_million,
    "short names": lambda path: zip_of_names(path, (b"%x/" % i for i in count())),
    "wide names": lambda path: zip_of_names(path, repeat(WIDE)),
    "hard links": tar_of_hard_links,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_archive_takes_much_memory(tmp_path: Path, name: str) -> None:
    BOMBS[name](tmp_path / "bomb")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "bomb")],
        capture_output=True,
        text=True,
        check=True,
    )
    _, mebibytes = map(int, done.stdout.split())
    assert mebibytes < MOST_MIB
