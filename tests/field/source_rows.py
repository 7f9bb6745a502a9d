"""Archives and folders as they are met: hostile, damaged, or packed by other programs."""

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from pathlib import Path

from schemas.reasons import Reason
from tests.field.rows import Ingested, Refused, SourceRow
from tests.tasks.storage.archives_for_tests import (
    Files,
    member,
    midi,
    tar_bytes,
    tar_gz_of,
    tar_of,
    write_folder,
    zip_of,
)

TWO: Files = {"a.mid": midi(1), "b.mid": midi(2)}
GOOD = Ingested(2)
FORK = b"\x00\x05\x16\x07" + bytes(100)


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


ARCHIVES = [
    SourceRow("a tar", tar_of(TWO), GOOD),
    SourceRow("a tar.gz", tar_gz_of(TWO), GOOD),
    SourceRow("a zip", zip_of(TWO), GOOD),
    SourceRow("a stored zip", zip_of(TWO, zipfile.ZIP_STORED), GOOD),
    SourceRow("a zip with a long comment", zip_with("comment"), GOOD),
    SourceRow("a zip with a folder called .mid", zip_with("folder"), GOOD),
    SourceRow("a zip written to a pipe", streamed(), GOOD),
    SourceRow("a tar with extended headers", pax_of(TWO, comment="x"), GOOD),
    SourceRow("a tar.gz of two gzip streams", gzip.compress(tar_of(TWO)[:700]) + gzip.compress(tar_of(TWO)[700:]), GOOD),
    SourceRow("zeros behind a gzip stream", tar_gz_of(TWO) + bytes(9000), GOOD),
    SourceRow("a tar without end blocks", tar_of(TWO)[:2048], GOOD),
    SourceRow("a tar cut inside its last member", tar_of(TWO)[:1560], Ingested(1, skipped={"b.mid": "cut short"})),
    SourceRow("names that begin with <", tar_of({"<a>.mid": midi(1)}), Ingested(1)),
    SourceRow("absolute names and ..", tar_of({"/etc/a.mid": midi(1), "../../b.mid": midi(2), "C:\\c.mid": midi(3)}), Ingested(3)),
    SourceRow("absolute names and .. in a zip", zip_of({"/etc/a.mid": midi(1), "../../b.mid": midi(2)}), GOOD),
    SourceRow("names of 300 characters", pax_of({"x" * 300 + ".mid": midi(1), "y/" * 150 + "b.mid": midi(2)}), GOOD),
    SourceRow("names that are not UTF-8", tar_of({"caf\udce9.mid": midi(1), "b/\udcff.mid": midi(2)}), GOOD),
    SourceRow("names with line ends and marks that turn text", tar_of({"a\n\u202e.mid": midi(1), "b\r.mid": midi(2)}), GOOD),
    SourceRow("suffixes in capitals", zip_of({"A.MID": midi(1), "B.Kar": midi(2), "C.MIDI": b"x"}), Ingested(2, quarantined={"C.MIDI": Reason.NOT_MIDI})),
    SourceRow("MIDI without a suffix", zip_of({"a": midi(1), "b.txt": midi(2), "c.txt": b"text"}), Ingested(2, quarantined={"c.txt": Reason.NOT_MIDI})),
    SourceRow("the same file by three names", zip_of({"a.mid": midi(1), "b/a.mid": midi(1), "c.kar": midi(1)}), Ingested(1, duplicates=2)),
    SourceRow("the same notes in other bytes", zip_of({"a.mid": midi(1), "b.mid": midi(1, filler=9)}), Ingested(1, duplicates=1)),
    SourceRow("two members of one name", tar_bytes([(member("a.mid", len(midi(i))), midi(i)) for i in (1, 2)]), GOOD),
    SourceRow("resource forks of a Mac", zip_of({**TWO, "__MACOSX/._a.mid": FORK, "x/._b.mid": FORK}), GOOD),
    SourceRow("a hidden file that is MIDI", zip_of({"._a.mid": midi(1)}), Ingested(1)),
    SourceRow("archives inside", zip_of({**TWO, "c.zip": zip_of(TWO), "d.mid.gz": gzip.compress(midi(3))}), Ingested(2, skipped={"c.zip": "unpack it", "d.mid.gz": "unpack it"})),
    SourceRow("a file of no bytes", zip_of({**TWO, "c.mid": b""}), Ingested(2, quarantined={"c.mid": Reason.NOT_MIDI})),
    SourceRow("a page instead of a file", zip_of({**TWO, "c.mid": b"<html>"}), Ingested(2, quarantined={"c.mid": Reason.NOT_MIDI})),
    SourceRow("a file over the limit", zip_of({**TWO, "c.mid": midi(3) + bytes(9 << 20)}), Ingested(2, quarantined={"c.mid": Reason.TOO_LARGE})),
    SourceRow("a symbolic link", tar_with(link("l.mid", "/etc/passwd", tarfile.SYMTYPE)), Ingested(2, skipped={"l.mid": "a link or device"})),
    SourceRow("a symbolic link in a zip", zip_with("link"), Ingested(1, skipped={"a.mid": "a link or device"})),
    SourceRow("a hard link", tar_with(link("l.mid", "a.mid", tarfile.LNKTYPE)), Ingested(2, duplicates=1)),
    SourceRow("a hard link to nothing", tar_with(link("l.mid", "../x", tarfile.LNKTYPE)), Ingested(2, skipped={"l.mid": "which is no file"})),
    SourceRow("a device and a pipe", tar_with(member("n.mid", kind=tarfile.CHRTYPE), member("p.mid", kind=tarfile.FIFOTYPE)), Ingested(2, skipped={"n.mid": "device", "p.mid": "device"})),
    SourceRow("an encrypted member", encrypted(), Ingested(1, skipped={"a.mid": "encrypted"})),
    SourceRow("a member with a wrong checksum", damaged_member(), Ingested(1, skipped={"a.mid": "CRC"})),
    SourceRow("a bzip2 member", zip_of(TWO | {"c.mid": midi(3)}, zipfile.ZIP_BZIP2), Refused("holds no MIDI among its 3 files, 3 of them unreadable")),
]  # fmt: skip

REFUSED = [
    SourceRow("no bytes", b"", Refused("is empty")),
    SourceRow("an empty zip", zip_of({}), Refused("is empty")),
    SourceRow("an empty tar", tar_of({}), Refused("is empty")),
    SourceRow("an empty tar.gz", tar_gz_of({}), Refused("is empty")),
    SourceRow("a page", b"\n<html>404</html>", Refused("an HTML page")),
    SourceRow("a MIDI file", midi(1), Refused("single MIDI file")),
    SourceRow("text", b"text " * 300, Refused("is not a .tar.gz, .tar or .zip archive")),
    SourceRow("a gzipped MIDI file", gzip.compress(midi(1)), Refused("does not hold a tar")),
    SourceRow("a tar.bz2", bz2.compress(tar_of(TWO)), Refused("is not a .tar.gz, .tar or .zip")),
    SourceRow("a tar.xz", lzma.compress(tar_of(TWO)), Refused("is not a .tar.gz, .tar or .zip")),
    SourceRow("a rar", b"Rar!\x1a\x07\0" + bytes(600), Refused("is not a .tar.gz, .tar or .zip")),
    SourceRow("a 7z", b"7z\xbc\xaf\x27\x1c" + bytes(600), Refused("is not a .tar.gz, .tar")),
    SourceRow("a tar.gz cut short", tar_gz_of(TWO)[:-9], Refused("cut short or damaged")),
    SourceRow("a zip cut short", zip_of(TWO)[:-30], Refused("cut short or damaged")),
    SourceRow("a zip without music", zip_of({"a.txt": b"x"}), Refused("holds no MIDI among its 1")),
]


def bomb(path: Path) -> None:
    """Write a tar.gz that expands to more than is allowed of its size."""
    with gzip.open(path, "wb", 9) as stream:
        stream.write(member("a.mid", 3 << 30).tobuf(tarfile.GNU_FORMAT))
        stream.write(bytes(1 << 20))


def zip_that_lies(path: Path) -> None:
    """Write a zip with a member of 50 MB that says it has 10 bytes."""
    content = zip_of({**TWO, "c.mid": bytes(50 << 20)})
    path.write_bytes(content.replace((50 << 20).to_bytes(4, "little"), b"\x0a\0\0\0"))


def with_links(folder: Path) -> None:
    """Make a folder with links that go round, lead nowhere, and lead to a file."""
    write_folder(folder, TWO)
    (folder / "round").symlink_to(folder)
    (folder / "loop.mid").symlink_to("loop.mid")
    (folder / "gone.mid").symlink_to("nothing")
    (folder / "again.mid").symlink_to("a.mid")


def with_unreadable(folder: Path) -> None:
    """Make a folder with a pipe and a file that cannot be read."""
    write_folder(folder, TWO)
    os.mkfifo(folder / "pipe.mid")
    (folder / "memory.mid").symlink_to("/proc/self/mem")  # regular, and no page of it readable


def with_names(folder: Path) -> None:
    """Make a folder with names that are long, not UTF-8, or hard to print."""
    write_folder(folder, {"x" * 251 + ".mid": midi(1), "y/" * 600 + "b.mid": midi(2)})
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.mid")).write_bytes(midi(3))
    write_folder(folder, {"a\n\x1b[31m.mid": midi(4), "-rf.mid": midi(5), "'; drop.mid": midi(6)})


FOLDERS = [
    SourceRow("a folder with links", with_links, Ingested(2, duplicates=1, skipped={
        "round": "a link to a folder", "loop.mid": "cannot be read", "gone.mid": "cannot be read"})),
    SourceRow("a pipe and an unreadable file", with_unreadable, Ingested(2, skipped={
        "pipe.mid": "a pipe or device", "memory.mid": "cannot be read"})),
    SourceRow("hard names", with_names, Ingested(6)),
    SourceRow("resource forks in a folder", lambda at: write_folder(at, {**TWO, "._a.mid": FORK}), GOOD),
    SourceRow("an archive in a folder", lambda at: write_folder(at, {**TWO, "c.zip": zip_of(TWO)}), Ingested(2, skipped={"c.zip": "unpack it"})),
    SourceRow("a folder without files", Path.mkdir, Refused("holds no files")),
    SourceRow("a folder without music", lambda at: write_folder(at, {"a.txt": b"x"}), Refused("holds no MIDI among its 1")),
    SourceRow("nothing", lambda at: None, Refused("there is no folder or archive")),
    SourceRow("a decompression bomb", bomb, Refused("holds no MIDI")),
    SourceRow("a zip that lies about a size", zip_that_lies, Ingested(2, skipped={"c.mid": "unreadable"})),
]  # fmt: skip

SOURCE_ROWS = [*ARCHIVES, *REFUSED, *FOLDERS]
