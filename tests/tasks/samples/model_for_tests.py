"""A tiny untrained model with a real vocabulary, which composes real if senseless music."""

import numpy as np

from nocturne.schemas.network_shape import NetworkShape
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, wander

TINY = "folk-tiny"
SHAPE = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=8)


def save_tiny_model(root: Root) -> str:
    """Write the model as champion; return its id."""
    songs = [wander(i) for i in range(8)]
    vocabulary = fit("factored", songs, "fingerprint")
    weights = initial_weights(SHAPE, vocabulary, 0)
    primers = np.stack([encode_song(vocabulary, song)[: SHAPE.window] for song in songs])
    mean, factor = np.zeros(32, np.float32), np.eye(32, dtype=np.float32)
    model = Model(TINY, SHAPE, vocabulary, weights, primers, mean, factor)
    save_model(root, model, card_of(TINY), {})
    promote(root, TINY, "the first")
    return TINY
