"""How a piece was made: texts in its MIDI file, reading them, and making the file again."""
