"""Fixtures of the tests of the registry."""

import pytest

from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card


@pytest.fixture
def models(root: Root) -> Root:
    """Return a root with the models a to d of one corpus, two of another, one of another scheme."""
    for name in ("a", "b", "c", "d"):
        add_card(root, name)
    add_card(root, "m", corpus="mine")
    add_card(root, "n", corpus="mine")
    add_card(root, "old", corpus="folk", scheme="song-max")
    return root
