"""Network, training loop, sampling, metrics, baselines, checkpoints. Pure."""
