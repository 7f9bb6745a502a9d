"""Handles of models, shared by everything that runs within one flow: no model is loaded twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.storage.root import Root

_Handles = dict[tuple[str, str], ModelFolder]  # by root and model id
_open_handles: ContextVar[_Handles | None] = ContextVar("open_handles", default=None)


@contextmanager
def models_opened_once() -> Iterator[None]:
    """Let `open_model` return one handle per model within the block.

    Nested blocks share the handles of the outermost, so that the flows of one run do.
    """
    if _open_handles.get() is not None:
        yield
        return
    token = _open_handles.set({})
    try:
        yield
    finally:
        _open_handles.reset(token)


def open_model(root: Root, model_id: str) -> ModelFolder:
    """Return the handle of a model: a new one outside of `models_opened_once`."""
    handles = _open_handles.get()
    if handles is None:
        return ModelFolder(root, model_id)
    return handles.setdefault((root.uri, model_id), ModelFolder(root, model_id))


def forget_model(root: Root, model_id: str) -> None:
    """Drop the handle of a model whose folder is written anew."""
    if (handles := _open_handles.get()) is not None:
        handles.pop((root.uri, model_id), None)


def load_model(root: Root, model_id: str) -> Model:
    """Return a model, as ModelFolder.load does."""
    return open_model(root, model_id).load()


def damage_of(root: Root, model_id: str) -> str | None:
    """Return in one line why a model does not load; None if it does."""
    return open_model(root, model_id).damage()
