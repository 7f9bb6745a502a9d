"""Network, training loop, sampling, metrics, baselines, checkpoints. Pure: no Prefect here."""

from nocturne.tasks.model.quiet_tensorflow import import_tensorflow_quietly

import_tensorflow_quietly()  # before any module of this package can import it
