"""One generation run: random input to MIDI, pictures, audio, a manifest and a gallery.

`build_samples(root, config)` is the whole stage. Below it: `request` finds the model and names the
run, `batches` writes the files in the formats of `writers`, `publish` completes the run, `check`
looks for missing files. Only drawing notes needs TensorFlow, imported when a run is built.
"""

from nocturne.tasks.samples.build import build_samples

__all__ = ["build_samples"]
