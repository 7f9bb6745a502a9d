"""Scores in text, of runs that ask for them: ABC and MusicXML."""

from typing import Any

from nocturne.schemas.config import SamplingConfig
from nocturne.tasks.music.notation.abc import to_abc
from nocturne.tasks.music.notation.musicxml import to_musicxml
from nocturne.tasks.samples.writers.midi import heading_of, name_of
from nocturne.tasks.samples.writers.texts import texts_of
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


class ScoreWriter(Writer):
    """Write a piece in a format of scores, which runs have that ask for it by its suffix."""

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:  # noqa: ARG002
        """Whether `config` asks for the format."""
        return config.has_format(self.suffix)


class AbcWriter(ScoreWriter):
    """Write a piece as ABC, with the texts of its MIDI file."""

    suffix = "abc"
    file_column, size_column = "abc", "abc_bytes"

    def make(self, piece: Piece) -> SampleFile:
        """Return the ABC tune of a piece."""
        text = to_abc(piece.notes, **_facts(piece), texts=texts_of(piece.run, piece.index))
        return SampleFile(text.encode())


class MusicXmlWriter(ScoreWriter):
    """Write a piece as MusicXML."""

    suffix = "musicxml"
    file_column, size_column = "musicxml", "musicxml_bytes"

    def make(self, piece: Piece) -> SampleFile:
        """Return the MusicXML score of a piece."""
        return SampleFile(to_musicxml(piece.notes, **_facts(piece)))


def _facts(piece: Piece) -> dict[str, Any]:
    """Return what a score says beside the notes."""
    heading = heading_of(piece)
    return {
        "tempo": piece.run.config.tempo,
        "program": piece.run.program,
        "name": name_of(piece),
        "metre": heading.metre or "4/4",
        "key": heading.key,
    }
