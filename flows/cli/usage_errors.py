"""Errors of a command in one line: wrong flags and variables, and what the system refuses."""

import os
from typing import Any

from cyclopts import CycloptsError
from pydantic import ValidationError

from nocturne.schemas.config.credentials import has_keys, without_secrets
from nocturne.schemas.errors import one_line

OUT_OF_MEMORY = (
    "there is too little memory: end other programs, or raise the limit of this shell (ulimit -v)"
)
_NO_MEMORY = ("can't start new thread", "failed to map segment", "Cannot allocate memory")


def system_error(error: OSError) -> str:
    """Return in one line what the operating system refuses, and where."""
    where = f" {error.filename}:" if error.filename else ""
    return f"cannot go on:{where} {error.strerror or error}"


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that there is too little memory, as for a thread or a library."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)


def usage_error(error: CycloptsError, words: list[str]) -> str:
    """Return in one line what is wrong with a flag or variable; `words` are the arguments."""
    cause: Any = error.__cause__
    if isinstance(cause, ValidationError):
        first = cause.errors(include_url=False)[0]
        name = _set_by("-".join(str(part) for part in first["loc"]), words)
        message = first["msg"][0].lower() + first["msg"][1:]
        given = first["input"]
        if isinstance(given, str) and has_keys(given):
            given = without_secrets(given)
        return f"{name} {given}: {message} (see nocturne --help)"
    return f"{one_line(error)} (see nocturne --help)"


def _set_by(field: str, words: list[str]) -> str:
    """Return the flag of a field or, where no flag is given but its variable set, the variable."""
    flag, variable = f"--{field.replace('_', '-')}", f"NOCTURNE_{field.upper()}"
    given = {word.partition("=")[0] for word in words}
    return variable if os.environ.get(variable) and flag not in given else flag
