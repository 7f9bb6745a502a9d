"""Which notes are already in an earlier shard, so that no duplicate is written to be removed.

What this process does not know, another process's shards, is found when the dataset is published.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache


class SeenNotes:
    """First shard of each digest of notes, for shards extracted by threads of this process.

    A shard tells its own digests before it waits, and waits only for earlier ones that are
    under way: so none waits for another that waits for it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shard_of: dict[str, int] = {}
        self._under_way: set[int] = set()

    @contextmanager
    def under_way(self, index: int) -> Iterator[None]:
        """Let later shards wait for what shard `index` finds, or for its failure."""
        with self._changed:
            self._under_way.add(index)
        try:
            yield
        finally:
            self.tell(index, ())

    def tell(self, index: int, digests: Sequence[str | None]) -> None:
        """Make known what notes shard `index` holds; None stands for no notes."""
        with self._changed:
            for digest in digests:
                if digest is not None:
                    known = self._shard_of.get(digest, index)
                    self._shard_of[digest] = min(known, index)
            self._under_way.discard(index)
            self._changed.notify_all()

    def repeated(self, index: int, digests: Sequence[str | None]) -> list[bool]:
        """Tell the digests of shard `index`, by row; return which rows repeat earlier notes."""
        self.tell(index, digests)
        with self._changed:
            self._changed.wait_for(lambda: not any(i < index for i in self._under_way))
            seen = {d for d in digests if d is not None and self._shard_of[d] < index}
        repeats = []
        for digest in digests:
            repeats.append(digest in seen)
            if digest is not None:
                seen.add(digest)
        return repeats


@lru_cache(maxsize=1)
def seen_notes(where: str) -> SeenNotes:  # noqa: ARG001 - the key of the cache
    """Return what this process has seen of the extraction that is staged at `where`."""
    return SeenNotes()
