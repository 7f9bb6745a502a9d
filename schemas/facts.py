"""What a completion marker records of the files that it stands for."""

from pydantic import BaseModel, ConfigDict, Field


class FileFacts(BaseModel):
    """One published file. A file of another size is cut short, or is not the published one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    rows: int | None = Field(None, ge=0, description="Of a Parquet file; null for others")


# Kind of data folder (notes, files, ...) -> file name -> facts; {} in markers of older versions.
Facts = dict[str, dict[str, FileFacts]]
