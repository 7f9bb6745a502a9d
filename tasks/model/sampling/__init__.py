"""Sampling: random inputs, drawing ids, the loop guard, ids to pieces."""
