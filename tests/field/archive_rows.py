"""Archives as they are met: hostile, damaged, or packed by other programs."""

import bz2
import gzip
import lzma
import tarfile
import zipfile

from nocturne.schemas.reasons import Reason
from tests.field.odd_archives import (
    FORK,
    TWO,
    bomb,
    damaged_member,
    encrypted,
    link,
    pax_of,
    streamed,
    tar_with,
    zip_that_lies,
    zip_with,
)
from tests.field.rows import Ingested, Refused, SourceRow
from tests.tasks.sources.archives_for_tests import (
    member,
    midi,
    tar_bytes,
    tar_gz_of,
    tar_of,
    zip_of,
)

GOOD = Ingested(2)

ARCHIVES = [
    SourceRow("a tar", tar_of(TWO), GOOD),
    SourceRow("a tar.gz", tar_gz_of(TWO), GOOD),
    SourceRow("a zip", zip_of(TWO), GOOD),
    SourceRow("a stored zip", zip_of(TWO, zipfile.ZIP_STORED), GOOD),
    SourceRow("a zip with a long comment", zip_with("comment"), GOOD),
    SourceRow("a zip with a folder called .mid", zip_with("folder"), GOOD),
    SourceRow("a zip written to a pipe", streamed(), GOOD),
    SourceRow("a tar with extended headers", pax_of(TWO, comment="x"), GOOD),
    SourceRow(
        "a tar.gz of two gzip streams",
        gzip.compress(tar_of(TWO)[:700]) + gzip.compress(tar_of(TWO)[700:]),
        GOOD,
    ),
    SourceRow("zeros behind a gzip stream", tar_gz_of(TWO) + bytes(9000), GOOD),
    SourceRow("a tar without end blocks", tar_of(TWO)[:2048], GOOD),
    SourceRow(
        "a tar cut inside its last member",
        tar_of(TWO)[:1560],
        Ingested(1, skipped={"b.mid": "cut short"}),
    ),
    SourceRow("names that begin with <", tar_of({"<a>.mid": midi(1)}), Ingested(1)),
    SourceRow(
        "absolute names and ..",
        tar_of({"/etc/a.mid": midi(1), "../../b.mid": midi(2), "C:\\c.mid": midi(3)}),
        Ingested(3),
    ),
    SourceRow(
        "absolute names and .. in a zip",
        zip_of({"/etc/a.mid": midi(1), "../../b.mid": midi(2)}),
        GOOD,
    ),
    SourceRow(
        "names of 300 characters",
        pax_of({"x" * 300 + ".mid": midi(1), "y/" * 150 + "b.mid": midi(2)}),
        GOOD,
    ),
    SourceRow(
        "names that are not UTF-8",
        tar_of({"caf\udce9.mid": midi(1), "b/\udcff.mid": midi(2)}),
        GOOD,
    ),
    SourceRow(
        "names with line ends and marks that turn text",
        tar_of({"a\n\u202e.mid": midi(1), "b\r.mid": midi(2)}),
        GOOD,
    ),
    SourceRow(
        "suffixes in capitals",
        zip_of({"A.MID": midi(1), "B.Kar": midi(2), "C.MIDI": b"x"}),
        Ingested(2, quarantined={"C.MIDI": Reason.NOT_MIDI}),
    ),
    SourceRow(
        "MIDI without a suffix",
        zip_of({"a": midi(1), "b.txt": midi(2), "c.txt": b"text"}),
        Ingested(2, quarantined={"c.txt": Reason.NOT_MIDI}),
    ),
    SourceRow(
        "the same file by three names",
        zip_of({"a.mid": midi(1), "b/a.mid": midi(1), "c.kar": midi(1)}),
        Ingested(1, duplicates=2),
    ),
    SourceRow(
        "the same notes in other bytes",
        zip_of({"a.mid": midi(1), "b.mid": midi(1, filler=9)}),
        Ingested(1, duplicates=1),
    ),
    SourceRow(
        "two members of one name",
        tar_bytes([(member("a.mid", len(midi(i))), midi(i)) for i in (1, 2)]),
        GOOD,
    ),
    SourceRow(
        "resource forks of a Mac",
        zip_of({**TWO, "__MACOSX/._a.mid": FORK, "x/._b.mid": FORK}),
        GOOD,
    ),
    SourceRow("a hidden file that is MIDI", zip_of({"._a.mid": midi(1)}), Ingested(1)),
    SourceRow(
        "archives inside",
        zip_of({**TWO, "c.zip": zip_of(TWO), "d.mid.gz": gzip.compress(midi(3))}),
        Ingested(2, skipped={"c.zip": "unpack it", "d.mid.gz": "unpack it"}),
    ),
    SourceRow(
        "a file of no bytes",
        zip_of({**TWO, "c.mid": b""}),
        Ingested(2, quarantined={"c.mid": Reason.NOT_MIDI}),
    ),
    SourceRow(
        "a page instead of a file",
        zip_of({**TWO, "c.mid": b"<html>"}),
        Ingested(2, quarantined={"c.mid": Reason.NOT_MIDI}),
    ),
    SourceRow(
        "a file over the limit",
        zip_of({**TWO, "c.mid": midi(3) + bytes(9 << 20)}),
        Ingested(2, quarantined={"c.mid": Reason.TOO_LARGE}),
    ),
    SourceRow(
        "a symbolic link",
        tar_with(link("l.mid", "/etc/passwd", tarfile.SYMTYPE)),
        Ingested(2, skipped={"l.mid": "a link or device"}),
    ),
    SourceRow(
        "a symbolic link in a zip",
        zip_with("link"),
        Ingested(1, skipped={"a.mid": "a link or device"}),
    ),
    SourceRow(
        "a hard link", tar_with(link("l.mid", "a.mid", tarfile.LNKTYPE)), Ingested(2, duplicates=1)
    ),
    SourceRow(
        "a hard link to nothing",
        tar_with(link("l.mid", "../x", tarfile.LNKTYPE)),
        Ingested(2, skipped={"l.mid": "which is no file"}),
    ),
    SourceRow(
        "a device and a pipe",
        tar_with(member("n.mid", kind=tarfile.CHRTYPE), member("p.mid", kind=tarfile.FIFOTYPE)),
        Ingested(2, skipped={"n.mid": "device", "p.mid": "device"}),
    ),
    SourceRow("an encrypted member", encrypted(), Ingested(1, skipped={"a.mid": "encrypted"})),
    SourceRow(
        "a member with a wrong checksum", damaged_member(), Ingested(1, skipped={"a.mid": "CRC"})
    ),
    SourceRow(
        "a bzip2 member",
        zip_of(TWO | {"c.mid": midi(3)}, zipfile.ZIP_BZIP2),
        Refused("holds no MIDI among its 3 files, 3 of them unreadable"),
    ),
]

REFUSED = [
    SourceRow("no bytes", b"", Refused("is empty")),
    SourceRow("an empty zip", zip_of({}), Refused("is empty")),
    SourceRow(
        "a zip with an end mark in its comment", zip_with("end mark"), Refused("table of contents")
    ),
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

BOMBS = [
    SourceRow("a decompression bomb", bomb, Refused("holds no MIDI")),
    SourceRow(
        "a zip that lies about a size", zip_that_lies, Ingested(2, skipped={"c.mid": "unreadable"})
    ),
]

ARCHIVE_ROWS = [*ARCHIVES, *REFUSED, *BOMBS]
