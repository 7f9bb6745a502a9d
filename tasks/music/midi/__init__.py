"""MIDI bytes to notes and back: readers, checks and the writer."""
