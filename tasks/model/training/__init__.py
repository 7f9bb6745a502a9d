"""Training: batches, optimiser, step, loop, checkpoints, likelihood."""
