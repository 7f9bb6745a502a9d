"""Tests of the columns of sampling parameters: a field's type and bounds are its column's."""

from typing import Annotated, Literal

import pandera.errors
import pandera.pyarrow as pandera
import pyarrow as pa
import pytest
from pydantic import Field

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.config.changes import Changes
from nocturne.schemas.samples import PARAMETERS, SAMPLE_SCHEMA, TEXT_COLUMNS, parameter_row
from nocturne.schemas.samples.parameter_columns import arrow_type, checks_of


def test_every_parameter_has_a_column() -> None:
    known = (
        "choose key highest keep_prime lowest metre min_p position prime prime_bars prime_to "
        "prime_track random_input redraws seed seed_to temperature tempo top_k top_p transpose"
    )
    assert sorted(PARAMETERS) == sorted(known.split())
    assert set(PARAMETERS) | set(TEXT_COLUMNS.values()) <= set(SAMPLE_SCHEMA.names)


@pytest.mark.parametrize(
    ("temperature", "number", "text"),
    [(0.8, 0.8, None), ("pitch=1.1,interval=0.8", None, "interval=0.8,pitch=1.1")],
)
def test_a_temperature_is_in_the_column_of_its_type(
    temperature: object, number: float | None, text: str | None
) -> None:
    row = parameter_row(SamplingConfig.model_validate({"temperature": temperature, "lowest": "C4"}))
    assert (row["temperature"], row["temperature_by_attribute"]) == (number, text)
    assert (row["lowest"], row["highest"]) == (60, None)
    assert set(row) == {*PARAMETERS, "temperature_by_attribute"}


class LaterConfig(SamplingConfig):
    """A config of a later version, with parameters of every kind."""

    swing: Annotated[float, Changes("samples")] = Field(0.0, ge=0, lt=1)
    voices: Annotated[int | None, Changes("samples")] = Field(None, gt=0, le=4)
    mode: Annotated[Literal["free", "strict"], Changes("samples")] = Field("free")
    guard: Annotated[bool, Changes("samples")] = Field(True)


@pytest.mark.parametrize(
    ("name", "kind", "good", "bad"),
    [
        ("swing", pa.float64(), [0.0, 0.5, None], [1.0]),
        ("voices", pa.int64(), [1, 4, None], [0]),
        ("mode", pa.string(), ["free", "strict", None], ["wild"]),
        ("guard", pa.bool_(), [True, False, None], []),
    ],
)
def test_a_new_field_gives_its_column_type_and_bounds(
    name: str, kind: pa.DataType, good: list[object], bad: list[object]
) -> None:
    field = LaterConfig.model_fields[name]
    assert arrow_type(field.annotation) == kind
    column = pandera.Column(kind, checks_of(field), nullable=True)
    schema = pandera.DataFrameSchema({name: column})
    schema.validate(pa.table({name: pa.array(good, kind)}))
    for value in bad:
        with pytest.raises(pandera.errors.SchemaError):
            schema.validate(pa.table({name: pa.array([value], kind)}))
