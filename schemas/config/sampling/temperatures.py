"""Temperatures: one for all attributes of a note, or one for each."""

import re

from pydantic_core import PydanticCustomError

DEFAULT_TEMPERATURE = 0.9
MOST = 4.0
ATTRIBUTES = ("interval", "pitch", "duration", "velocity")
SHORT = {"inter_onset_interval": "interval"}  # by an attribute's name in the vocabulary
_PART = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<number>[^=\s]+)\s*")


def temperature_of(value: object) -> float | str:
    """Return a temperature as a number, or a text of several in its usual form.

    The usual form is "interval=0.8,pitch=1.1": attributes in the order in which they are drawn. An
    error of pydantic's for anything else, or a number that is not above 0 and at most MOST.
    """
    if isinstance(value, str) and "=" in value:
        found = _by_attribute(value)
        return ",".join(f"{name}={found[name]:g}" for name in ATTRIBUTES if name in found)
    return _number(value)


def temperatures(value: float | str, names: tuple[str, ...]) -> tuple[float, ...]:
    """Return the temperature of each attribute, by their names in the vocabulary.

    Attributes that a text leaves out have DEFAULT_TEMPERATURE.
    """
    if not isinstance(value, str):
        return (value,) * len(names)
    found = _by_attribute(value)
    return tuple(found.get(SHORT.get(name, name), DEFAULT_TEMPERATURE) for name in names)


def attributes_of(value: float | str) -> tuple[str, ...]:
    """Return the attributes that a text gives a temperature of their own."""
    return tuple(_by_attribute(value)) if isinstance(value, str) else ()


def _by_attribute(text: str) -> dict[str, float]:
    """Return the temperatures of a text by attribute."""
    parts = [_PART.fullmatch(part) for part in text.split(",") if part.strip()]
    names = [part and SHORT.get(part["name"].lower(), part["name"].lower()) for part in parts]
    if not set(names) <= set(ATTRIBUTES) or len(set(names)) < len(names):
        raise PydanticCustomError(
            "temperature",
            "one number, or numbers by attribute such as interval=0.8,pitch=1 expected; "
            "attributes: interval, pitch, duration, velocity",
        )
    return {str(n): _number(part["number"]) for n, part in zip(names, parts, strict=True) if part}


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        raise PydanticCustomError("temperature", "input should be a valid number") from None
    if not number > 0:
        raise PydanticCustomError("temperature", "input should be greater than 0")
    if not number <= MOST:
        raise PydanticCustomError("temperature", "input should be less than or equal to 4")
    return number
