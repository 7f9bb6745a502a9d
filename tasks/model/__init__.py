"""A model: network, training, sampling, evaluation, registry. Imports no Prefect."""
