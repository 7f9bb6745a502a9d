"""The base of all configs, and the fields that several stages share."""

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from nocturne.schemas.config.changes import CIRCUMSTANCE, Changes, Result, changes_of
from nocturne.schemas.config.corpus_name import CorpusName
from nocturne.schemas.config.credentials import ROOT
from nocturne.schemas.config.local_path import is_utf8

SchemeName = Literal["factored", "song-max"]
OtherConfig = TypeVar("OtherConfig", bound="Config")


LAST_IN_FORMS = ("seed", "root")  # few people change these when they start a run by hand


def _for_forms(schema: dict[str, Any]) -> None:
    """Number the fields in the order of a form, and add their bounds to the descriptions.

    Prefect's form sorts by `position`: PostgreSQL does not keep the order of a schema's keys.
    """
    fields = schema["properties"]
    order = [name for name in fields if name not in LAST_IN_FORMS]
    order += [name for name in LAST_IN_FORMS if name in fields]
    for position, name in enumerate(order):
        field = fields[name]
        field["position"] = position
        if limits := _limits({**field, **(field.get("anyOf") or [{}])[0]}):
            field["description"] += f" ({limits})"


def _limits(field: dict[str, Any]) -> str:
    """Return the bounds of a number or the rule of a text in words; empty if it has none."""
    if rule := field.get("then"):
        return str(rule["const"])
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    return ", ".join(f"{word} {field[key]:,}" for key, word in words.items() if key in field)


def empty_as_none(value: Any) -> Any:
    """Return None for an empty text, by which flags, variables and forms leave a field empty."""
    return None if value == "" else value


def as_plain_input(schema: dict[str, Any]) -> None:
    """Make forms show one input that may be left empty, not a choice between two types.

    Prefect accepts null for a field that has a type, is not required and has no default.
    """
    kind, _null = schema.pop("anyOf")
    del schema["default"]
    schema.update(kind)


class Config(BaseModel):
    """Base of all configs: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_for_forms)

    def subset(self, stage: type[OtherConfig]) -> OtherConfig:
        """Return the fields that `stage` declares, as its own config."""
        return stage.model_validate({name: getattr(self, name) for name in stage.model_fields})

    def copy_with(self, **changes: object) -> Self:
        """Return a validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(), **changes})

    @classmethod
    def fields_changing(cls, result: Result) -> list[str]:
        """Return the names of the fields that change `result`, in the order of the config."""
        fields = cls.model_fields.items()
        return [name for name, field in fields if result in changes_of(field).results]

    def fingerprint_fields(self, result: Result) -> dict[str, Any]:
        """Return the fields that a fingerprint of `result` holds, by name, in that order."""
        values = self.model_dump(include=set(self.fields_changing(result)))
        unless = {name: changes_of(field).unless for name, field in type(self).model_fields.items()}
        return {name: value for name, value in values.items() if value not in unless[name]}


class StorageConfig(Config):
    """Where all data is kept."""

    model_config = ConfigDict(hide_input_in_errors=True)  # a refused root may hold a key

    root: Annotated[str, ROOT, CIRCUMSTANCE] = Field(
        "./nocturne-data",
        title="Storage root",
        description="Folder or URI (file://, s3://, gs://) under which everything is kept",
        min_length=1,
    )

    @field_validator("root", mode="before")
    @classmethod
    def _root_is_text(cls, root: object) -> object:
        """Refuse a path that is not UTF-8: Parquet's file system cannot open it."""
        if isinstance(root, str) and not is_utf8(root):
            raise PydanticCustomError("root", "the path is not UTF-8; rename the folder")
        return root


class CorpusConfig(StorageConfig):
    """A corpus in a storage root."""

    corpus: Annotated[CorpusName, Changes("model")] = Field(
        "",
        title="Corpus",
        description="Name of the corpus inside the storage root; if empty, the source's name or, "
        "in stages without a source, the only corpus there is",
    )

    @field_validator("corpus", mode="before")
    @classmethod
    def _not_named(cls, value: object) -> object:
        """Return the empty name for null, which a form sends for an empty field."""
        return "" if value is None else value

    @property
    def corpus_or_any(self) -> str:
        """Return the corpus as names of flow runs show it."""
        return self.corpus or "the only corpus"


class SchemeConfig(CorpusConfig):
    """A corpus and a category scheme."""

    scheme: Annotated[SchemeName, Changes("sequences", "model", "weights")] = Field(
        "factored",
        title="Category scheme",
        description="factored keeps time and exact pitch; song-max is the 2019 scheme",
    )


class Seeded(Config):
    """A stage that uses random numbers."""

    seed: Annotated[int, Changes("model", "weights")] = Field(
        0,
        title="Seed",
        description="Seed of all random numbers: the same seed gives the same result",
        ge=0,
        lt=2**31,
    )
