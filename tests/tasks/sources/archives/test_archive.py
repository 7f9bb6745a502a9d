import gzip
import hashlib
import io
import stat
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import fs

from nocturne.schemas.errors import SourceError
from nocturne.tasks.sources.archives.archive import read_archive
from nocturne.tasks.sources.archives.archive_kinds import kind_of
from nocturne.tasks.sources.archives.bounded_stream import Limits
from nocturne.tasks.sources.source_file import RawFile, Skipped, tidy_path
from tests.tasks.sources.archives_for_tests import (
    SAMPLE,
    member,
    midi,
    tar_bytes,
    tar_gz_of,
    tar_of,
    zip_of,
)

LARGEST = 1 << 20
SMALL = Limits(members=10, member_bytes=1 << 20, expansion=10, floor_bytes=1 << 20)


def read(content: bytes, limits: Limits | None = None, largest: int = LARGEST) -> list:
    return list(read_archive(io.BytesIO(content), "x.tar.gz", largest, limits=limits))


PACKERS = {"tar": tar_of, "tar.gz": tar_gz_of, "zip": zip_of}


@pytest.mark.parametrize("kind", PACKERS)
def test_every_regular_file_is_one_row_in_the_archives_order(kind):
    content = PACKERS[kind](SAMPLE)
    assert kind_of(content[:1024]) == kind
    rows = read(content)
    assert [row.path for row in rows] == list(SAMPLE)
    for row, expected in zip(rows, SAMPLE.values(), strict=True):
        assert row.md5 == hashlib.md5(expected).hexdigest()
        assert row.size == len(expected)
        is_midi = row.path not in ("b/c/d/three.txt", "z.bin")
        assert row.content == (expected if is_midi else None)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_file_over_the_limit_is_digested_but_not_kept(kind):
    big = midi(1) + bytes(3 << 20)
    rows = read(PACKERS[kind]({"big.mid": big, "ok.mid": midi(2)}), largest=len(big) - 1)
    assert rows[0] == RawFile("big.mid", hashlib.md5(big).hexdigest(), len(big), None)
    assert rows[1].content == midi(2)
    assert read(PACKERS[kind]({"big.mid": big}), largest=len(big))[0].content == big


def test_no_name_links_or_devices_are_trusted():
    link, hard = member("link.mid", kind=tarfile.SYMTYPE), member("hard.mid", kind=tarfile.LNKTYPE)
    link.linkname, hard.linkname = "/etc/passwd", "../ok.mid"
    named = ["/etc/cron.d/a.mid", "../../up.mid", "a/../../b.mid", "..", "C:\\w\\c.mid"]
    content = tar_bytes(
        [
            (member("dir", kind=tarfile.DIRTYPE), b""),
            (link, b""),
            (hard, b""),
            (member("null.mid", kind=tarfile.CHRTYPE), b""),
            (member("disk.mid", kind=tarfile.BLKTYPE), b""),
            (member("pipe.mid", kind=tarfile.FIFOTYPE), b""),
            *((member(name, len(midi(i))), midi(i)) for i, name in enumerate(named)),
        ]
    )
    rows = read(content)
    assert [row.path for row in rows if isinstance(row, RawFile)] == [
        "etc/cron.d/a.mid", "up.mid", "a/b.mid", "unnamed", "w/c.mid",
    ]  # fmt: skip
    assert [row.path for row in rows if isinstance(row, Skipped)] == [
        "link.mid", "null.mid", "disk.mid", "pipe.mid", "hard.mid",
    ]  # fmt: skip
    assert "a hard link to ok.mid, which is no file" in rows[-1].reason


def test_hard_links_are_files_and_come_last():
    links = [member(name, kind=tarfile.LNKTYPE) for name in ("l/1.mid", "l/2.mid")]
    links[0].linkname = links[1].linkname = "./a.mid"
    a, b = ((member(f"{name}.mid", len(midi(i))), midi(i)) for i, name in ((1, "a"), (2, "b")))
    content = tar_bytes([a, *((link, b"") for link in links), b])
    for archive in (content, gzip.compress(content)):
        rows = read(archive)
        assert [row.path for row in rows] == ["a.mid", "b.mid", "l/1.mid", "l/2.mid"]
        assert [row.content for row in rows] == [midi(1), midi(2), midi(1), midi(1)]
        assert len({row.md5 for row in rows}) == 2


def test_a_hard_link_to_a_hard_link_is_the_file():
    links = [member(f"l/{number}.mid", kind=tarfile.LNKTYPE) for number in range(5)]
    targets = ("a.mid", "l/0.mid", "l/3.mid", "l/4.mid", "l/3.mid")  # 3 and 4: each other
    for link, target in zip(links, targets, strict=True):
        link.linkname = target
    file = member("a.mid", len(midi(1)))
    first, *rows = read(tar_bytes([(file, midi(1)), *((link, b"") for link in links)]))
    found = {row.path: isinstance(row, Skipped) or row.content for row in rows}
    assert (first.path, first.content) == ("a.mid", midi(1))
    assert found == {"l/0.mid": midi(1), "l/1.mid": midi(1)} | dict.fromkeys(
        ("l/2.mid", "l/3.mid", "l/4.mid"), True
    )


def test_more_hard_links_than_memory_should_hold_are_named():
    links = [member(f"l/{i}.mid", kind=tarfile.LNKTYPE) for i in range(4)]
    for number, link in enumerate(links):
        link.linkname = f"{number}.mid"
    rows = read(tar_bytes((link, b"") for link in links), Limits(links=3))
    assert [row.path for row in rows] == ["l/3.mid", "l/0.mid", "l/1.mid", "l/2.mid"]
    assert all(isinstance(row, Skipped) for row in rows)


def test_zip_names_and_links_are_not_trusted_either():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.mid")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", "")
        archive.writestr("../../up.mid", midi(1))
        archive.writestr("/root.mid", midi(2))
    link, *files = read(buffer.getvalue())
    assert link == Skipped("link.mid", "a link or device: not followed")
    assert [row.path for row in files] == ["up.mid", "root.mid"]


@given(st.text())
def test_tidy_paths_are_relative_and_can_be_stored(name):
    path = tidy_path(name)
    parts = path.split("/")
    assert 0 < len(path) <= 1024
    assert not {"", ".", ".."} & set(parts)
    assert path.encode().decode() == path
    assert path.isprintable()
    assert tidy_path(path) == path or ":" in parts[0] or "\\" in path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lmd_full/0/abc.mid", "lmd_full/0/abc.mid"),
        ("./a//b/./c.mid", "a/b/c.mid"),
        ("caf\udce9.mid", "caf/udce9.mid".replace("/", "\\")),
        ("two\nlines.mid", "two?lines.mid"),
        ("x" * 2000 + ".mid", "x" * 1020 + ".mid"),
    ],
)
def test_tidy_path_values(name, expected):
    assert tidy_path(name) == expected


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_every_truncation_of_a_compressed_archive_is_an_error(kind):
    content = PACKERS[kind](SAMPLE)
    for cut in [*range(1, len(content), 97), len(content) - 1]:
        with pytest.raises(SourceError) as caught:
            read(content[:cut])
        assert "\n" not in str(caught.value)


def test_a_tar_that_is_cut_short_costs_the_member_that_is_cut():
    content = tar_of(SAMPLE)
    whole = read(content)
    data_end = len(content.rstrip(b"\0"))
    for cut in [*range(512, data_end, 97), data_end - 1]:
        rows = read(content[:cut])
        kept = [row for row in rows if isinstance(row, RawFile)]
        assert kept == whole[: len(kept)]
        cut_off = [row for row in rows if isinstance(row, Skipped)]
        assert len(cut_off) <= 1
        assert all("cut short" in row.reason for row in cut_off)
        # At most one member is lost: the one that the cut goes through.
        assert sum(512 + -(-row.size // 512) * 512 for row in kept) + 512 + 512 > cut - 511


@pytest.mark.parametrize("cut", range(1, 512, 97))
def test_a_tar_that_is_cut_in_its_first_header_is_an_error(cut):
    with pytest.raises(SourceError):
        read(tar_of(SAMPLE)[:cut])


@pytest.mark.parametrize("blocks", [0, 1, 2, 20])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_may_lack_its_end_mark(blocks, pack):
    body = tar_of({"a.mid": midi(1)})[:1024]
    assert [row.path for row in read(pack(body + bytes(512 * blocks)))] == ["a.mid"]


@pytest.mark.parametrize("before", [b"", gzip.compress(tar_of({"a.mid": midi(1)})[:512])])
def test_a_gzip_header_with_a_giant_name_is_refused(before):
    with pytest.raises(SourceError, match="a gzip header with a name of more than 65536 bytes"):
        read(before + b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 300_000)
    named = b"\x1f\x8b\x08\x18" + bytes(6) + b"a" * 20_000 + b"\0comment\0"
    assert len(read(named + gzip.compress(tar_of({"a.mid": midi(1)}))[10:])) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_behind_the_end_of_a_tar_is_told_of(pack):
    first, second = (tar_of({f"{number}.mid": midi(number)}) for number in (1, 2))
    file, said = read(pack(first + bytes(1 << 20) + second))
    assert (file.path, file.content) == ("1.mid", midi(1))
    assert said.path == "(behind the end of the tar)"
    assert "another tar" in said.reason
    assert [row.path for row in read(pack(first + b"junk" * 400))] == ["1.mid"]


@pytest.mark.parametrize("padding", [1, 512, 10_240])
def test_zeros_behind_a_gzip_stream_are_no_damage(padding):
    assert [row.path for row in read(tar_gz_of(SAMPLE) + bytes(padding))] == list(SAMPLE)


def test_a_member_name_that_begins_like_html_is_no_page():
    assert [row.path for row in read(tar_of({"<b>/a.mid": midi(1)}))] == ["<b>/a.mid"]


@pytest.mark.parametrize("pack", PACKERS.values())
def test_an_archive_without_files_is_called_empty(pack):
    with pytest.raises(SourceError, match="is empty"):
        read(pack({}))


def test_an_empty_zip_is_called_empty_however_it_is_opened(tmp_path):
    (tmp_path / "e.zip").write_bytes(zip_of({}))
    with (
        fs.LocalFileSystem().open_input_file(str(tmp_path / "e.zip")) as stream,
        pytest.raises(SourceError, match="is empty"),
    ):
        list(read_archive(stream, "e.zip", LARGEST))


@pytest.mark.parametrize("pack", PACKERS.values())
def test_resource_forks_are_no_inputs_and_inner_archives_are_named(pack):
    fork = b"\x00\x05\x16\x07" + bytes(100)
    files = {
        "__MACOSX/a/._one.mid": fork,
        "a/._two": fork,
        "a/._real.mid": midi(1),
        "a/._cover.jpg": b"\xff\xd8",
        "more.ZIP": zip_of({"b.mid": midi(2)}),
        "c.mid.gz": gzip.compress(midi(3)),
        "d.gz": midi(4),
    }
    rows = read(pack(files))
    assert [row.path for row in rows] == ["a/._real.mid", "more.ZIP", "c.mid.gz", "d.gz"]
    assert [isinstance(row, Skipped) for row in rows] == [False, True, True, False]
    assert "unpack it" in rows[1].reason


@pytest.mark.parametrize(
    ("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")]
)
def test_zip_members_that_expand_without_bounds_are_named(method, name):
    mixed = io.BytesIO(zip_of({"bomb.mid": bytes(1 << 20)}, method))
    with zipfile.ZipFile(mixed, "a") as archive:
        archive.writestr("ok.mid", midi(1), zipfile.ZIP_DEFLATED)
    bomb, ok = read(mixed.getvalue())
    assert isinstance(bomb, Skipped)
    assert name in bomb.reason
    assert ok.content == midi(1)


def test_the_directory_of_a_zip_is_bounded_before_it_is_read():
    content = zip_of({f"{i}.mid": b"" for i in range(50)})
    with pytest.raises(SourceError, match="table of contents"):
        read(content, Limits(directory_bytes=500))
    assert len(read(content, Limits(directory_bytes=5000))) == 50


def test_a_damaged_header_in_mid_archive_is_an_error_not_the_end():
    content = bytearray(tar_of({"a.mid": midi(1), "b.mid": midi(2)}))
    content[1024 + 20] ^= 0xFF
    with pytest.raises(SourceError, match="damaged header"):
        read(bytes(content))


def test_a_damaged_gzip_checksum_is_an_error():
    content = bytearray(tar_gz_of(SAMPLE))
    content[-6] ^= 0xFF
    with pytest.raises(SourceError, match="damaged"):
        read(bytes(content))


def test_a_damaged_zip_member_is_skipped_and_named():
    content = bytearray(zip_of({"a.mid": midi(1), "b.mid": midi(2)}, zipfile.ZIP_STORED))
    content[content.index(midi(1)) + 20] ^= 0xFF
    first, second = read(bytes(content))
    assert isinstance(first, Skipped)
    assert first.path == "a.mid"
    assert "CRC" in first.reason
    assert second.content == midi(2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n<!DOCTYPE html><html>404</html>", "HTML page, not an archive"),
        (midi(1), "single MIDI file"),
        (b"Rar!\x1a\x07\x00" + bytes(600), "not a .tar.gz, .tar or .zip"),
        (gzip.compress(b"just text " * 200, mtime=0), "does not hold a tar"),
        (gzip.compress(b"", mtime=0), "does not hold a tar"),
    ],
)
def test_what_is_no_archive_is_named(content, said):
    with pytest.raises(SourceError, match=said):
        read(content)


def test_a_gzip_bomb_ends_with_a_clear_error_in_little_memory():
    size = 64 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(member("big.bin", size).tobuf())
    bomb += b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    wide = Limits(member_bytes=1 << 40, expansion=10, floor_bytes=1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="decompression bomb"):
            read(bomb, wide)
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
    with pytest.raises(SourceError, match="decompression bomb"):  # it is passed over, and counted
        read(bomb, SMALL)


def test_a_zip_bomb_ends_with_a_clear_error():
    bomb = zip_of({f"{i}.mid": bytes(1 << 20) for i in range(9)})
    with pytest.raises(SourceError, match="decompression bomb"):
        read(bomb, SMALL)


@pytest.mark.parametrize("pack", PACKERS.values())
def test_a_member_that_is_too_large_costs_itself_alone(pack):
    large, ok = read(pack({"a.mid": bytes((1 << 20) + 1), "b.mid": midi(1)}), SMALL)
    assert large == Skipped("a.mid", "has 1048577 bytes by its header, outside 0 to 1048576")
    assert ok.content == midi(1)


@pytest.mark.parametrize("pack", [tar_of, zip_of])
def test_too_many_members_are_refused(pack):
    files = {f"{i}.mid": midi(i) for i in range(11)}
    with pytest.raises(SourceError, match="more than 10 files"):
        read(pack(files), SMALL)
    assert len(read(pack(dict(list(files.items())[:10])), SMALL)) == 10


def test_a_header_that_claims_a_giant_name_is_refused():
    long_name = member("././@LongLink", 1 << 30, tarfile.GNUTYPE_LONGNAME)
    content = gzip.compress(long_name.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    with pytest.raises(SourceError, match="claims"):
        read(content, Limits(expansion=10**6))


def test_a_negative_size_does_not_go_round_in_circles():
    info = member("a.mid")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 11 + b"\x00"
    header[148:156] = b"        "
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    rows = read(bytes(header) * 3 + bytes(1024))
    assert [row.path for row in rows] == ["a.mid"] * 3
    assert all("outside 0 to" in row.reason for row in rows)


def test_a_map_of_holes_without_end_does_not_fill_the_memory():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    info = member("hole.mid", 1 << 30)
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "h"}
    bomb = packer.compress(info.tobuf(tarfile.PAX_FORMAT) + b"99999999\n")
    bomb += b"".join(packer.compress(b"0\n" * (1 << 19)) for _ in range(64)) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="claims"):
            read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


class Endless(io.RawIOBase):
    """An archive of many members that is never in memory as a whole."""

    def __init__(self, count: int) -> None:
        self.blocks = self._blocks(count)
        self.size = count * 1024 + 1024

    @staticmethod
    def _blocks(count: int) -> Iterator[bytes]:
        for number in range(count):
            content = midi(number)
            yield member(f"{number}.mid", len(content)).tobuf() + content.ljust(512, b"\0")
        yield bytes(1024)


def test_a_reader_of_20_000_files_takes_constant_memory(tmp_path):
    path = tmp_path / "many.tar"
    with path.open("wb") as stream:
        stream.writelines(Endless(20_000).blocks)

    def peak(stop: int, stream: BinaryIO) -> int:
        tracemalloc.start()
        try:
            for number, _ in enumerate(read_archive(stream, "many.tar", LARGEST)):
                if number == stop:
                    break
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with path.open("rb") as stream:
        short = peak(2_000, stream)
    with path.open("rb") as stream:
        assert peak(20_001, stream) < short + (1 << 20)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_whatever_escapes_as_anything_but_a_source_error(data):
    kind = data.draw(st.sampled_from(sorted(PACKERS)))
    content = bytearray(PACKERS[kind](SAMPLE))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows = read(bytes(content))
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert all(isinstance(row, RawFile | Skipped) for row in rows)
