"""The Jinja environment of all pages and pictures."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from nocturne.tasks.pages.formatting import (
    NOT_MEASURED,
    clock,
    counted,
    date_utc,
    format_figure,
    pitch_name,
)
from nocturne.tasks.pages.markdown import as_text

TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, **values: Any) -> str:
    """Return the text of a template; a value that the template needs and lacks is an error."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        # Markdown is escaped value by value, with the filter `md`.
        autoescape=select_autoescape(disabled_extensions=["md.j2"], default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        clock=clock,
        counted=counted,
        date_utc=date_utc,
        figure=format_figure,
        md=as_text,
        pitch_name=pitch_name,
        signed="{:+.2f}".format,
    )
    made.globals["not_measured"] = NOT_MEASURED
    return made
