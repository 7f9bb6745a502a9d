"""Manifest columns of the sampling parameters: they follow from the fields of SamplingConfig.

A parameter's column has the field's name, type, bounds and choices: a new field is recorded in
every manifest without a change here.
"""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pandera.pyarrow as pandera
import pyarrow as pa
from pydantic.fields import FieldInfo

from nocturne.schemas.config import SamplingConfig

LENGTH = ("notes", "bars", "seconds", "ending")  # fields of how long a piece is
# Fields that change a run, but not how notes are drawn: how many, how long, in which formats.
NO_PARAMETER = ("samples", *LENGTH, "first_index", "audio", "formats")
# Fields that are a number or a text, with the column of the text; of both columns one is null.
TEXT_COLUMNS = {"temperature": "temperature_by_attribute"}
PARAMETERS = {
    name: SamplingConfig.model_fields[name]
    for name in SamplingConfig.fields_changing("samples")
    if name not in NO_PARAMETER
}
ARROW_TYPES = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
BOUNDS = ("ge", "gt", "le", "lt")


def arrow_type(annotation: Any) -> pa.DataType:
    """Return the Arrow type of the values of a field; None in a union is left out."""
    options = [option for option in get_args(annotation) if option is not NoneType]
    if options:  # of a union, or the values of a Literal
        return arrow_type(options[0])
    return ARROW_TYPES[annotation if isinstance(annotation, type) else type(annotation)]


def parameter_row(config: SamplingConfig) -> dict[str, Any]:
    """Return the values of the columns of the parameters."""
    row = {name: getattr(config, name) for name in PARAMETERS}
    for name, column in TEXT_COLUMNS.items():
        text = row[name] if isinstance(row[name], str) else None
        row |= {column: text, name: None if text else row[name]}
    return row


def checks_of(field: FieldInfo) -> list[pandera.Check]:
    """Return the bounds and choices of a field as checks of its column."""
    checks = [
        getattr(pandera.Check, bound)(getattr(limit, bound))
        for limit in field.metadata
        for bound in BOUNDS
        if getattr(limit, bound, None) is not None
    ]
    if get_origin(field.annotation) is Literal:
        checks.append(pandera.Check.isin(list(get_args(field.annotation))))
    return checks
