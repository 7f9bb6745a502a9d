"""Audio files, of the samples that are to have them."""

import pyarrow as pa

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.samples import POOR_RENDERERS
from nocturne.tasks.samples.audio import Rendering, earlier_rendering, render, render_wave
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer


class AudioWriter(Writer):
    """Render a piece as audio (OGG)."""

    suffix = "ogg"
    file_column, size_column = "audio", "audio_bytes"
    fact_columns = (
        pa.field("audio_seconds", pa.float64()),
        pa.field("audio_renderer", pa.string()),
    )

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:
        """Whether `config` asks for audio of this sample."""
        return config.has_format(self.suffix) and config.has_audio(place)

    def make(self, piece: Piece) -> SampleFile:
        """Return the audio of a piece; SamplesError if the synthesizer fails."""
        tempo, program = piece.run.config.tempo, piece.run.program
        return _file(render(piece.notes, tempo=tempo, program=program))

    def keep(self, piece: Piece, earlier: bytes) -> SampleFile | None:
        """Keep audio of all of the piece, unless its renderer is a poor one."""
        rendering = earlier_rendering(earlier, piece.notes, piece.run.config.tempo)
        return None if rendering is None else _file(rendering)

    def is_outdated(self, rows: pa.Table) -> bool:
        """Whether a poor renderer made any of the audio."""
        return not set(rows["audio_renderer"].to_pylist()).isdisjoint(POOR_RENDERERS)


class WaveWriter(Writer):
    """Render a piece as WAV: 16 bits, the sound that is encoded as OGG."""

    suffix = "wav"
    file_column, size_column = "wav", "wav_bytes"

    def is_wanted(self, config: SamplingConfig, place: int) -> bool:
        """Whether `config` asks for WAV files, and for audio of this sample."""
        return config.has_format(self.suffix) and config.has_audio(place)

    def make(self, piece: Piece) -> SampleFile:
        """Return the WAV file of a piece; SamplesError if the synthesizer fails."""
        tempo, program = piece.run.config.tempo, piece.run.program
        return SampleFile(render_wave(piece.notes, tempo=tempo, program=program))


def _file(rendering: Rendering) -> SampleFile:
    facts = {"audio_seconds": rendering.seconds, "audio_renderer": rendering.renderer}
    return SampleFile(rendering.ogg, facts)
