"""Archives with one thing out of the ordinary."""

import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path

from tests.tasks.sources.archives_for_tests import Files, member, midi, tar_bytes, zip_of

TWO: Files = {"a.mid": midi(1), "b.mid": midi(2)}
FORK = b"\x00\x05\x16\x07" + bytes(100)  # what macOS writes beside a file


def tar_with(*links: tarfile.TarInfo, files: Files = TWO) -> bytes:
    """Return a tar of files, then links and devices."""
    items = ((member(name, len(content)), content) for name, content in files.items())
    return tar_bytes([*items, *((link, b"") for link in links)])


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    """Return the header of a link."""
    info = member(name, kind=kind)
    info.linkname = target
    return info


def pax_of(files: Files, **options: str) -> bytes:
    """Return a tar with extended headers."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            info = member(name, len(content))
            info.pax_headers = options
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zip_with(change: str) -> bytes:
    """Return a zip of TWO with one thing out of the ordinary."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TWO.items():
            info = zipfile.ZipInfo(name)
            if change == "link" and name == "a.mid":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
        if change == "comment":
            archive.comment = b"comment " * 500
        if change == "end mark":
            archive.comment = b"PK\x05\x06" + b"comment " * 500
        if change == "folder":
            archive.writestr("folder.mid/", "")
    return packed.getvalue()


def encrypted() -> bytes:
    """Return a zip whose first member says that it is encrypted."""
    content = bytearray(zip_of(TWO))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def streamed() -> bytes:
    """Return a zip written to a pipe: sizes stand behind each member."""

    class Pipe(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TWO.items():
            archive.writestr(name, content)
    return pipe.written


def damaged_member() -> bytes:
    """Return a zip with one wrong byte in its first member."""
    content = bytearray(zip_of(TWO, zipfile.ZIP_STORED))
    content[content.index(midi(1)) + 20] ^= 0xFF
    return bytes(content)


def bomb(path: Path) -> None:
    """Write a tar.gz that expands to more than is allowed of its size."""
    with gzip.open(path, "wb", 9) as stream:
        stream.write(member("a.mid", 3 << 30).tobuf(tarfile.GNU_FORMAT))
        stream.write(bytes(1 << 20))


def zip_that_lies(path: Path) -> None:
    """Write a zip with a member of 50 MB that says it has 10 bytes."""
    content = zip_of({**TWO, "c.mid": bytes(50 << 20)})
    path.write_bytes(content.replace((50 << 20).to_bytes(4, "little"), b"\x0a\0\0\0"))
