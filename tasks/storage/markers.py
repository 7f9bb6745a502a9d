"""Reading the JSON files that a storage root is described by, with one line for a bad one."""

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
    except ValidationError as found:
        raise error(f"{root.display_path(path)} {_wrong(content, found)}{mend}") from found


def _wrong(content: bytes, found: ValidationError) -> str:
    """Say what is wrong with a marker, up to the words that mend it."""
    if not content.strip():
        return "is damaged: it is empty; "
    errors = found.errors(include_url=False, include_context=False, include_input=False)
    unknown = [_where(one["loc"]) for one in errors if one["type"] == "extra_forbidden"]
    if unknown and len(unknown) == len(errors):
        fields = ", ".join(unknown)
        return f"is of another version of Nocturne (unknown: {fields}): use that version, or "
    first = next(one for one in errors if one["type"] != "extra_forbidden")
    where, said = _where(first["loc"]), first["msg"].splitlines()[0]
    return f"is damaged: {f'{where}: ' if where else ''}{said[:1].lower()}{said[1:]}; "


def _where(location: tuple[int | str, ...]) -> str:
    """Return the name of a field, with those it lies in."""
    return " ".join(".".join(str(part) for part in location).split())[:80]
