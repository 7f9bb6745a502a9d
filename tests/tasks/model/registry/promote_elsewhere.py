"""A promotion in a process of its own, which imports neither TensorFlow nor the tests."""

from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.storage.root import Root


def promote_elsewhere(uri: str, model_id: str) -> None:
    """Promote a model of the root at this address."""
    promote(Root.open(uri), model_id, "at the same time")
