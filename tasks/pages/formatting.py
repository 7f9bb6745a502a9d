"""Numbers, names and times as people read them."""

from datetime import UTC, datetime

from nocturne.schemas.instruments import INSTRUMENTS

NOT_MEASURED, UNSTATED = "not measured", "not stated"
PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def format_figure(value: float | None, spec: str = ".2f") -> str:
    """Return a figure as text; None is not measured."""
    return NOT_MEASURED if value is None else format(value, spec)


def clock(seconds: float) -> str:
    """Return a length of time as minutes:seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def duration(seconds: float) -> str:
    """Return a length of time in words: 95 s is 1 min 35 s."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def date_utc(when: datetime) -> str:
    """Return a date and time in UTC: 2026-11-22 03:00."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: 1 song, 2,009 songs."""
    return f"{count:,} " + (noun if count == 1 else plural or f"{noun}s")


def instrument_name(program: int) -> str:
    """Return the General MIDI name of a program, 0-127."""
    return INSTRUMENTS[program]


def pitch_name(pitch: int) -> str:
    """Return the name of a MIDI pitch; 60 is C4."""
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"
