"""Network, training loop, sampling, metrics, baselines, checkpoints. Pure: no Prefect here."""

import os

# TensorFlow reads this when it is first imported, which only modules of this package do:
# its start-up notes about CPU features are no news to somebody waiting for music.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
