"""Rules for text fields, said in words wherever a value breaks one.

A pattern in a JSON schema would make Prefect's form and API answer with a regular expression.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Rule:
    """Annotates a text field, optional or not: all of its value matches `pattern`, or in words
    `words`.
    """

    pattern: str
    words: str

    def checked(self, value: str | None) -> str | None:
        """Return the value; an error of pydantic's with the words where it breaks the rule."""
        if value is not None and not re.fullmatch(self.pattern, value):
            raise PydanticCustomError("rule", "{words} expected", {"words": self.words})
        return value

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check what pydantic has found to be text, or nothing where that is allowed."""
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Say the rule so that a validator answers with the words: "'a name ...' was expected"."""
        broken = {"type": "string", "not": {"pattern": f"^(?:{self.pattern})$(?!\\n)"}}
        return {**handler(schema), "if": broken, "then": {"const": self.words}}


NAME = Rule(
    r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})?",
    "a name of at most 64 letters, digits, dots, dashes and underscores that begins with a letter "
    "or digit",
)
RUN = Rule(
    r"([A-Za-z0-9][A-Za-z0-9._-]{0,254})?",
    "the name of a run's folder under samples: letters, digits, dots, dashes and underscores",
)
SHA256 = Rule(r"[0-9a-f]{64}", "a SHA-256 of 64 digits 0-9 and a-f")
