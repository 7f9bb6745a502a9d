"""One generation run: random input to MIDI, pictures, audio, a manifest and a gallery.

`build_samples(root, config)` is the whole stage. Below it: `request` finds the model and names the
run, `batches` writes its files in the formats of `writers`, `publish` completes it, `check` says
whether it is whole. Only drawing notes needs TensorFlow, which is imported when a run is built.
"""

from nocturne.tasks.samples.build import build_samples

__all__ = ["build_samples"]
