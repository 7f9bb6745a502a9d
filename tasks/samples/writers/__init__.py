"""The output formats of samples.

A new format is a module here with a subclass of Writer, and its entry in WRITERS: its files are
then written, resumed, checked, and listed in the manifest. A format that not every run has also
takes a field of SamplingConfig, which `is_wanted` reads; manifest columns and fields of the
config need different names.
"""

from nocturne.tasks.samples.writers.audio import AudioWriter
from nocturne.tasks.samples.writers.midi import MidiWriter
from nocturne.tasks.samples.writers.picture import PictureWriter
from nocturne.tasks.samples.writers.writer import Writer

WRITERS: tuple[Writer, ...] = (MidiWriter(), PictureWriter(), AudioWriter())
