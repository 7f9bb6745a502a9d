"""Tests of the columns of sampling parameters: a field's type and bounds are its column's."""

from typing import Annotated, Literal

import pandera.errors
import pandera.pyarrow as pandera
import pyarrow as pa
import pytest
from pydantic import Field

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.config.changes import Changes
from nocturne.schemas.samples import PARAMETERS, SAMPLE_SCHEMA
from nocturne.schemas.samples.parameter_columns import arrow_type, checks_of


def test_every_parameter_has_a_column() -> None:
    start = "random_input prime prime_bars prime_track keep_prime prime_to seed_to position"
    assert set(PARAMETERS) == {
        *start.split(),
        "choose",
        "redraws",
        "seed",
        "temperature",
        "tempo",
        "top_p",
    }
    assert set(PARAMETERS) <= set(SAMPLE_SCHEMA.names)


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
