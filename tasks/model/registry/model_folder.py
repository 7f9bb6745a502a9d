"""A model's folder: safetensors and JSON, nothing that loading could run.

weights.safetensors   weights by name
primers.safetensors   random inputs: primers, state_mean, state_factor
vocabulary.json       what the ids mean
config.json           network shape, training config, SHA-256 of the files above
...                   documents: history.json, metrics.json, report.html; judged.safetensors
card.json             ModelCard, written last: it completes the folder
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.trained_model import Model, unlimited
from nocturne.tasks.model.registry.models import (
    known_models,
    read_card,
    read_metrics,
)
from nocturne.tasks.storage.layout import (
    CONFIG_FILE,
    METRICS_FILE,
    MODELS,
    PRIMERS_FILE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    model_path,
)
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

MEND = "train the model again or choose another"


class ModelFolder:
    """Handle of one model in a storage root: each part is read once, when it is first used.

    A handle lives for one task or one flow (open_models.py), so its parts do not go stale.
    Every part raises ModelError in one line if it is unknown, missing or damaged.
    """

    def __init__(self, root: Root, model_id: str) -> None:
        """Read nothing yet."""
        self.root, self.model_id = root, model_id
        self.path = model_path(model_id)

    @cached_property
    def card(self) -> ModelCard:
        """The model card."""
        return read_card(self.root, self.model_id)

    @cached_property
    def metrics(self) -> ModelMetrics:
        """The metrics of these weights; empty if the weights were never evaluated."""
        return read_metrics(self.root, self.model_id)

    def write_metrics(self, metrics: ModelMetrics) -> None:
        """Write metrics.json."""
        self.root.write_json(self._file(METRICS_FILE), metrics.flat())
        self.metrics = metrics

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary, checked against its digest and the card; reads no weights."""
        with self._one_line_errors():
            vocabulary = Vocabulary.model_validate_json(self._verified(VOCABULARY_FILE))
        if not vocabulary.is_called(self.card.vocabulary_id):
            raise self._damaged("vocabulary.json does not match the card")
        return vocabulary

    def load(self) -> Model:
        """Return the model, every file checked against its digest and the network's form."""
        return self._model

    def damage(self) -> str | None:
        """Return in one line why the model does not load; None if it does."""
        try:
            self.load()
        except ModelError as error:
            return str(error)
        return None

    def file_damage(self) -> str | None:
        """Return in one line which file is not what was saved; None if all are.

        Unlike `damage` this neither decodes the weights nor needs TensorFlow.
        """
        try:
            with self._one_line_errors():
                for name in self._digests:
                    self._verified(name)
            _ = self.vocabulary
        except ModelError as error:
            return str(error)
        return None

    @cached_property
    def _model(self) -> Model:
        if self.model_id not in known_models(self.root):
            raise ModelError(
                f"no model {self.model_id} under {self.root.display_path(MODELS)}: "
                "`nocturne models` lists what there is"
            )
        shape = self.card.shape
        with self._one_line_errors():
            weights = load(self._verified(WEIGHTS_FILE))
            inputs = load(self._verified(PRIMERS_FILE))
            model = Model(self.model_id, shape, self.vocabulary, weights, **inputs)
        self._check(model)
        return model

    @cached_property
    def _digests(self) -> dict[str, str]:
        """SHA-256 by file name; ValueError if config.json is not that of the card's weights."""
        path = self._file(CONFIG_FILE)
        digests = read_marker(self.root, path, _Saved, ModelError, MEND).sha256
        if digests[WEIGHTS_FILE] != self.card.weights_sha256:
            raise ValueError("config.json and card.json are of different models")
        return digests

    def _verified(self, name: str) -> bytes:
        """Return the content of a file; ValueError if its digest is another."""
        expected = self._digests[name]
        content = self.root.read_bytes(self._file(name))
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(f"{name} is not what was saved")
        return content

    def _file(self, name: str) -> str:
        return model_path(self.model_id, name)

    def _check(self, model: Model) -> None:
        from nocturne.tasks.model.network.network import network_of  # imports TensorFlow

        network = network_of(model.shape, model.vocabulary)
        found = {name: value.shape for name, value in model.weights.items()}
        if found != network.weight_shapes():
            raise self._damaged("the weights do not fit the network and vocabulary")
        if model.loop_limits.shape != unlimited().shape:
            raise self._damaged("its limits are of another version")
        primers = (model.shape.window, len(model.vocabulary.attributes))
        states = (network.state_width,)
        if model.primers.shape[1:] != primers or model.state_factor.shape[1:] != states:
            raise self._damaged("the primers do not fit the network")

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, ValidationError, SafetensorError, ValueError) as error:
            raise self._damaged(str(error).splitlines()[0]) from error
        except (KeyError, TypeError) as error:
            raise self._damaged("a part is missing") from error

    def _damaged(self, reason: str) -> ModelError:
        return ModelError(f"{self.root.display_path(self.path)} is damaged: {reason}; {MEND}")


class _Saved(BaseModel):
    """The part of config.json that loading needs."""

    sha256: dict[str, str]
