"""Small archives and MIDI files, good and hostile, made in memory."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

Files = dict[str, bytes]


def midi(number: int, filler: int = 0) -> bytes:
    """Return a valid one-note MIDI file that differs by `number`; `filler` adds a text event."""
    text = bytes([0, 0xFF, 1, filler]) + bytes(filler) if filler else b""
    events = text + bytes([0, 0x90, number % 128, 64, 0x60, 0x80, number % 128, 0])
    track = events + bytes([number // 128 % 128, 0xFF, 0x2F, 0])
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0, 96])
    return header + b"MTrk" + len(track).to_bytes(4, "big") + track


SAMPLE: Files = {
    "a/one.mid": midi(1),
    "a/two": midi(2),  # MIDI by content only
    "b/c/d/three.txt": b"no music",
    "b/empty.mid": b"",
    "b/liar.kar": b"<html>not found</html>",
    "ring.rmi": b"RIFF\x20\0\0\0RMIDdata\x10\0\0\0" + midi(3),
    "z.bin": bytes(range(256)),
}


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """Return a tar header."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info


def tar_bytes(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Return a plain tar of these members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tar_of(files: Files) -> bytes:
    """Return a plain tar of these files."""
    return tar_bytes((member(name, len(content)), content) for name, content in files.items())


def tar_gz_of(files: Files) -> bytes:
    """Return a gzipped tar of these files, the same every time."""
    return gzip.compress(tar_of(files), mtime=0)


def zip_of(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def write_folder(folder: Path, files: Files) -> Path:
    """Write the files under `folder`."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
