"""Networks: their weights, layers, executors and precision."""
