"""Scores in text, of runs that ask for them: ABC and MusicXML."""

from nocturne.schemas.config import SamplingConfig
from nocturne.tasks.music.notation.abc import to_abc
from nocturne.tasks.music.notation.musicxml import to_musicxml
from nocturne.tasks.samples.writers.midi import heading_of, name_of
from nocturne.tasks.samples.writers.texts import texts_of
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


class AbcWriter(Writer):
    """Write a piece as ABC, with the texts of its MIDI file."""

    suffix = "abc"
    file_column, size_column = "abc", "abc_bytes"

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:  # noqa: ARG002
        """Whether `config` asks for ABC."""
        return config.has_format("abc")

    def make(self, piece: Piece) -> SampleFile:
        """Return the ABC tune of a piece."""
        heading = heading_of(piece)
        text = to_abc(
            piece.notes,
            tempo=piece.run.config.tempo,
            program=piece.run.program,
            name=name_of(piece),
            metre=heading.metre or "4/4",
            key=heading.key,
            texts=texts_of(piece.run, piece.index),
        )
        return SampleFile(text.encode())


class MusicXmlWriter(Writer):
    """Write a piece as MusicXML."""

    suffix = "musicxml"
    file_column, size_column = "musicxml", "musicxml_bytes"

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:  # noqa: ARG002
        """Whether `config` asks for MusicXML."""
        return config.has_format("musicxml")

    def make(self, piece: Piece) -> SampleFile:
        """Return the MusicXML score of a piece."""
        heading = heading_of(piece)
        content = to_musicxml(
            piece.notes,
            tempo=piece.run.config.tempo,
            program=piece.run.program,
            name=name_of(piece),
            metre=heading.metre or "4/4",
            key=heading.key,
        )
        return SampleFile(content)
