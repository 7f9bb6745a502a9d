"""The output formats of samples.

A new format is a module here with a subclass of Writer, and its entry in WRITERS: its files are
then written, resumed, checked, and listed in the manifest. A format that not every run has also
stands in FORMATS (schemas/config/sampling/output.py), which `is_wanted` asks for by has_format;
manifest columns and fields of the config need different names.
"""

from nocturne.tasks.samples.writers.audio import AudioWriter, WaveWriter
from nocturne.tasks.samples.writers.midi import MidiWriter
from nocturne.tasks.samples.writers.notation import AbcWriter, MusicXmlWriter
from nocturne.tasks.samples.writers.picture import PictureWriter
from nocturne.tasks.samples.writers.writer import Writer

WRITERS: tuple[Writer, ...] = (
    MidiWriter(),
    PictureWriter(),
    AudioWriter(),
    WaveWriter(),
    AbcWriter(),
    MusicXmlWriter(),
)
