"""Reading the JSON files that describe a storage root; a bad one is an error of one line."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from nocturne.schemas.errors import NocturneError
from nocturne.tasks.storage.root import Root

Content = TypeVar("Content")


def read_marker(
    root: Root, path: str, model: type[Content], error: type[NocturneError], mend: str
) -> Content:
    """Return the JSON file at `path`, validated as `model`: a pydantic model or a plain type.

    Raises FileNotFoundError if the file is missing, and `error` if it is cut short, no JSON, of
    wrong types or of another version. The message of `error` is one line: the file, what is wrong
    with it, and `mend`, which says what to do, such as "train the model again".
    """
    return parse_marker(root, path, root.read_bytes(path), model, error, mend)


def find_marker(
    root: Root,
    paths: Sequence[str],
    model: type[Content],
    error: type[NocturneError],
    mend: str,
) -> Content | None:
    """Return the first of the JSON files `paths` that exists, as `read_marker` does, or None."""
    for path in paths:
        try:
            return read_marker(root, path, model, error, mend)
        except FileNotFoundError:
            continue
    return None


def parse_marker(
    root: Root,
    path: str,
    content: bytes,
    model: type[Content],
    error: type[NocturneError],
    mend: str,
) -> Content:
    """Return the content of the JSON file at `path` as `read_marker` does."""
    try:
        return TypeAdapter(model).validate_json(content)
    except ValidationError as invalid:
        raise error(f"{root.display_path(path)} {_fault(content, invalid)}{mend}") from invalid


def _fault(content: bytes, invalid: ValidationError) -> str:
    """Return what is wrong with a marker, as the middle of a sentence."""
    if not content.strip():
        return "is damaged: it is empty; "
    errors = invalid.errors(include_url=False, include_context=False, include_input=False)
    unknown = [_where(error["loc"]) for error in errors if error["type"] == "extra_forbidden"]
    if unknown and len(unknown) == len(errors):
        fields = ", ".join(unknown)
        return f"is of another version of Nocturne (unknown: {fields}): use that version, or "
    first = next(error for error in errors if error["type"] != "extra_forbidden")
    where, message = _where(first["loc"]), first["msg"].splitlines()[0]
    return f"is damaged: {f'{where}: ' if where else ''}{message[:1].lower()}{message[1:]}; "


def _where(location: tuple[int | str, ...]) -> str:
    """Return the name of a field, with those it lies in."""
    return " ".join(".".join(str(part) for part in location).split())[:80]
