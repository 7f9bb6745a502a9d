"""The errors of the project form one tree, which the module's docstring draws."""

import re

from nocturne.schemas import errors
from nocturne.schemas.errors import NocturneError, StorageError


def _subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(_subclasses(child) for child in kind.__subclasses__()))


def test_the_docstring_draws_every_error_in_its_place() -> None:
    drawn = re.findall(r"^    ([│├└─ ]*)(\w+Error)", errors.__doc__ or "", re.MULTILINE)
    named = [name for name in errors.__all__ if name.endswith("Error")]
    assert sorted(name for _, name in drawn) == sorted(named)
    assert {kind.__name__ for kind in _subclasses(NocturneError)} >= set(named)
    indented = {name for branch, name in drawn if branch.startswith(("│", " "))}
    assert indented == {kind.__name__ for kind in StorageError.__subclasses__()}
