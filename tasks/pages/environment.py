"""The Jinja environment of all pages: a value that a template lacks is an error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).with_name("templates")


def environment(*, autoescape: bool = True, **filters: Callable[..., Any]) -> Environment:
    """Return an environment over all templates, with `filters` by name.

    Markdown needs no `autoescape`: its templates escape each text themselves.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(filters)
    return made
