"""One generation run: MIDI, audio, manifest, publishing."""
