"""MIDI bytes to notes and back, categories, corpora, pictures, audio. Pure."""
