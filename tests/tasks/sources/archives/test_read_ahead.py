"""Reading one chunk ahead."""

import io
import threading

import pytest

from nocturne.tasks.sources.archives.read_ahead import read_ahead
from nocturne.tasks.sources.source_file import CHUNK_BYTES


def test_gives_every_byte_and_how_far_the_source_was_read() -> None:
    content = bytes(range(256)) * (CHUNK_BYTES // 64)
    source = io.BytesIO(content)
    places, chunks = [], []
    with read_ahead(source, source) as ahead:
        while chunk := ahead.read(1):
            chunks.append(chunk)
            places.append(ahead.tell())
        assert ahead.read(1) == b""
    assert b"".join(chunks) == content
    assert places == [CHUNK_BYTES * n for n in (1, 2, 3, 4)]


class Broken(io.BytesIO):
    """Fails on its second chunk."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise EOFError("cut short")
        return super().read(size)


def test_an_error_comes_with_its_chunk_and_comes_again() -> None:
    stream = Broken(bytes(2 * CHUNK_BYTES))
    with read_ahead(stream, stream) as ahead:
        assert len(ahead.read(1)) == CHUNK_BYTES
        for _ in range(2):
            with pytest.raises(EOFError, match="cut short"):
                ahead.read(1)


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    with read_ahead(io.BytesIO(b"x"), io.BytesIO()) as ahead:
        assert ahead.read(1) == b"x"
    assert threading.active_count() == before
