"""How a piece was made, read from its MIDI file, and the file made again."""
