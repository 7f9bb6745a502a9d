"""The network: its weights, layers, executors and precision."""
