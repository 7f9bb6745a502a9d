"""The version of a root's layout: a root that a later version has written is refused."""

from collections.abc import Callable
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.layout import LAYOUT

_known: set[str] = set()  # roots on object stores that this process has asked


class RootFormat(BaseModel):
    """The content of format.json; fields of later versions are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    layout: int = Field(ge=1)
    written_by: str = Field("", description="The version of Nocturne that wrote it")


def require_known_layout(key: str, path: str, read: Callable[[], bytes | None]) -> None:
    """Raise StorageError if format.json names a layout that this version does not know.

    `read` returns the content of the file, None if there is none; `key` names the root. A root on
    an object store is asked once in a process.
    """
    if key in _known:
        return
    content = read()
    if content is not None and (layout := parse_format(content, path).layout) > LAYOUT:
        by = parse_format(content, path).written_by or "a later version"
        raise StorageError(
            f"{path}: the storage root was written by Nocturne {by} (layout {layout}); this is "
            f"{version('nocturne-midi')}, which knows layouts up to {LAYOUT}: use that version"
        )
    if "://" in key:
        _known.add(key)


def parse_format(content: bytes, path: str) -> RootFormat:
    """Return the content of format.json; StorageError in one line if it is damaged."""
    try:
        return RootFormat.model_validate_json(content)
    except ValidationError as error:
        raise StorageError(
            f"{path} is damaged: it does not say which version has written the storage root; "
            "delete it if that was this version or an earlier one"
        ) from error
