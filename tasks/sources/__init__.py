"""Sources of MIDI files: (path, bytes) in a stable order, with fingerprint and licence."""
