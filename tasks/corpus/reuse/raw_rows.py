"""The rows of raw shards that are there already, to make the next ones from."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import pyarrow.parquet as pq

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.notes.note_marker import ingest_command
from nocturne.tasks.sources.source_file import KeptFile, RawFile
from nocturne.tasks.storage.data_files import find, lacking, measured_facts, require_whole
from nocturne.tasks.storage.layout import RAW, DataFolder, shard_name
from nocturne.tasks.storage.root import Root

GROUPS_HELD = 2  # in memory, each of about 8 MiB of content
Row = tuple[str, str, int]  # path, md5, size


class RawRows:
    """The rows of a staged or published raw dataset; `lost` are the shards that are not whole.

    `comparable`: a row with the path, MD5 and size of a file has its content too, or lacks it
    likewise, since both were read with the same limit of size.
    """

    def __init__(
        self, root: Root, corpus: str, dataset: RawDataset, *, comparable: bool = True
    ) -> None:
        self._root, self._folder, self._comparable = root, DataFolder(RAW, corpus), comparable
        self._mend = ingest_command(root, corpus, dataset.source)
        self.generation = dataset.fingerprint
        names = [shard_name(number) for number in range(dataset.shards)]
        facts = dataset.facts.get(RAW) or measured_facts(root, self._folder, self.generation, names)
        lost = {name for name in names if name not in facts}
        lost.update(lacking(root, self._folder, self.generation, facts))
        self.lost = {number for number, name in enumerate(names) if name in lost}
        lengths = [facts[name].rows or 0 if name in facts else 0 for name in names]
        self._ends = list(accumulate(lengths))
        self._group = lru_cache(GROUPS_HELD)(self._contents)
        self._group_ends = lru_cache(GROUPS_HELD)(self._read_group_ends)

    def holds(self, row: int) -> bool:
        """Whether the shard of row `row` of all shards together is whole."""
        return 0 <= row < self._ends[-1] and bisect_right(self._ends, row) not in self.lost

    def content(self, row: int) -> bytes | None:
        """Return the content of row `row` of all shards together; quick in order of rows."""
        number = bisect_right(self._ends, row)
        return self._content(number, row - (self._ends[number - 1] if number else 0))

    def loaded(self, item: RawFile | KeptFile) -> RawFile:
        """Return a file with its content, which a kept file has from its row."""
        if isinstance(item, RawFile):
            return item
        return RawFile(item.path, item.md5, item.size, self.content(item.row))

    def differing(
        self, number: int, items: Iterable[RawFile | KeptFile]
    ) -> Iterator[RawFile] | None:
        """Return the rows of the new shard `number`; None if the shard there has just these.

        The first items are compared one by one, and those that are the same are not held.
        """
        there = self._rows(number) if self._comparable and self._is_whole(number) else []
        same, items = 0, iter(items)
        for item in items:
            if same == len(there) or there[same] != (item.path, item.md5, item.size):
                rest = chain([self.loaded(item)], map(self.loaded, items))
                return chain(self._loaded_rows(number, there[:same]), rest)
            same += 1
        return None if same == len(there) > 0 else self._loaded_rows(number, there[:same])

    def _is_whole(self, number: int) -> bool:
        return number < len(self._ends) and number not in self.lost

    def _loaded_rows(self, number: int, rows: list[Row]) -> Iterator[RawFile]:
        for index, row in enumerate(rows):
            yield RawFile(*row, self._content(number, index))

    def _content(self, number: int, index: int) -> bytes | None:
        """Return the content of a row of one shard."""
        ends = self._group_ends(number)
        group = bisect_right(ends, index)
        return self._group(number, group)[index - (ends[group - 1] if group else 0)]

    def _rows(self, number: int) -> list[Row]:
        read = self._read(number, lambda file: file.read(["path", "md5", "bytes"]))
        return list(zip(*(column.to_pylist() for column in read.columns), strict=True))

    def _contents(self, number: int, group: int) -> list[bytes | None]:
        read = self._read(number, lambda file: file.read_row_group(group, ["content"]))
        return list(read["content"].to_pylist())

    def _read_group_ends(self, number: int) -> list[int]:
        def rows_of_groups(file: pq.ParquetFile) -> list[int]:
            metadata = file.metadata
            return [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]

        return list(accumulate(self._read(number, rows_of_groups)))

    def _read(self, number: int, read: Any) -> Any:
        """Return `read(ParquetFile)` of a shard; CorpusError if it is damaged or gone."""
        root = self._root
        path = find(root, self._folder, self.generation, shard_name(number))
        try:
            with root.reading(path) as stream:
                return read(pq.ParquetFile(stream))
        except FileNotFoundError as error:
            raise CorpusError(f"{root.display_path(path)} is missing: {self._mend}") from error
        except Exception:
            require_whole(root, path, self._mend)
            raise
