"""Music as numpy arrays: notes, MIDI, category ids, splits, near duplicates, metrics."""
