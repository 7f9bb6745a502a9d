"""Rules for text fields; a value that breaks one gives a message in words.

A plain pattern in the JSON schema would show a regular expression in Prefect's form and API.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Rule:
    """Annotation of a text field: its whole value must match `pattern`; `words` say so."""

    pattern: str
    words: str

    def checked(self, value: str | None) -> str | None:
        """Return the value; a pydantic error with the words if it breaks the rule."""
        if value is not None and not re.fullmatch(self.pattern, value):
            raise PydanticCustomError("rule", "{words} expected", {"words": self.words})
        return value

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the text after pydantic's own checks; None passes where the field allows it."""
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Write the rule so that a validator answers in words: "'a name ...' was expected"."""
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
