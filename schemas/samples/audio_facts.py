"""What the manifest says of audio: which renderer made the sound, and how much of a piece."""

# Earlier versions used FluidSynth's program or pretty_midi's own synthesis, in which all
# instruments sound alike: audio of a poor renderer is made again.
RENDERER = "rustysynth"
EARLIER_RENDERERS = ("fluidsynth",)
POOR_RENDERERS = ("pretty_midi",)
MAX_AUDIO_SECONDS = 300.0  # of music; bounds memory at about 80 MB a rendering
