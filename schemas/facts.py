"""Sizes and rows of published files, as recorded in completion markers."""

from pydantic import BaseModel, ConfigDict, Field


class FileFacts(BaseModel):
    """One published file. A file of another size is cut short, or another file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    rows: int | None = Field(None, ge=0, description="Of a Parquet file; null for others")


# Kind of data folder (notes, files, ...) -> file name -> facts; {} in markers of older versions.
Facts = dict[str, dict[str, FileFacts]]
