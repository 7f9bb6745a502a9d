"""The base of all writers: what an output format of samples has to define."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.music.notes import Notes

Row = dict[str, Any]  # of the manifest, or a part of it


@dataclass(frozen=True)
class Piece:
    """Sample `index` of a run; `notes` has at least one note and starts at 0.

    `facts` are those of its Composition.
    """

    run: SampleRun
    index: int
    notes: Notes
    facts: Row = field(default_factory=dict)


@dataclass(frozen=True)
class SampleFile:
    """The content of one file, and its further columns in the manifest beside name and size."""

    content: bytes
    facts: Row = field(default_factory=dict)


class Writer(ABC):
    """One output format: a file NNNNN.<suffix> for every sample that is to have one.

    Stateless: several threads call the same writer.
    """

    suffix: str
    file_column: str  # of the manifest: the file's name, null where the sample has no such file
    size_column: str  # of the manifest: the file's size in bytes
    fact_columns: tuple[pa.Field, ...] = ()  # further manifest columns: the keys of the facts

    @abstractmethod
    def make(self, piece: Piece) -> SampleFile:
        """Return the file of a piece."""

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:  # noqa: ARG002 - overridden
        """Whether the sample at a place in a run of `config`, from 0, has such a file."""
        return True

    def keep(self, piece: Piece, earlier: bytes) -> SampleFile | None:  # noqa: ARG002 - likewise
        """Return the file `earlier` of the same piece if it is as good as a new one.

        If None, the file is made again, and written only if its content differs. Formats that
        are quick to make leave it at that.
        """
        return None

    def is_outdated(self, rows: pa.Table) -> bool:  # noqa: ARG002 - likewise
        """Whether manifest `rows` have files that are whole and yet to be made again."""
        return False

    @property
    def columns(self) -> tuple[pa.Field, ...]:
        """All columns of the manifest that the writer fills."""
        name, size = pa.field(self.file_column, pa.string()), pa.field(self.size_column, pa.int64())
        return (name, size, *self.fact_columns)

    def row(self, name: str, file: SampleFile | None) -> Row:
        """Return the manifest's columns of a file called `name`; nulls if there is none."""
        if file is None:
            return dict.fromkeys(column.name for column in self.columns)
        return {self.file_column: name, self.size_column: len(file.content), **file.facts}
