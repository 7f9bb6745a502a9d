"""Read back how a MIDI file was made."""

import io
import json
import shlex
import warnings
from pathlib import Path
from typing import Any

import pretty_midi

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import Origin, Provenance
from nocturne.tasks.samples.writers.texts import VERSION

MOST_BYTES = 16 << 20  # Nocturne's own files take about 10 bytes a note


def read_file(path: str) -> bytes:
    """Return the bytes of a MIDI file on this machine; SamplesError if it cannot be read."""
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SamplesError(f"{path}: {reason}; give the path of a MIDI file") from error
    if len(content) > MOST_BYTES:
        raise SamplesError(f"{path} is larger than any MIDI file of Nocturne: 16 MiB at most")
    return content


def read_provenance(content: bytes, name: str) -> Provenance:
    """Return how the MIDI file `name` was made; SamplesError if it does not say so."""
    texts = dict(text.partition(": ")[::2] for text in reversed(_texts(content, name)))
    if VERSION not in texts:
        raise SamplesError(
            f"{name} does not say how it was made: Nocturne did not write it, or another program "
            "wrote it anew, or it is of a version that wrote no texts"
        )
    try:
        return _provenance(texts, name)
    except (KeyError, ValueError) as error:
        raise SamplesError(
            f"{name} is damaged: its texts lack a part of how it was made ({error})"
        ) from error


def _texts(content: bytes, name: str) -> list[str]:
    """Return the text events of a MIDI file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = pretty_midi.PrettyMIDI(io.BytesIO(content))
    except Exception as error:  # mido raises many kinds for damaged bytes
        raise SamplesError(f"{name} is no MIDI file that can be read: {error}") from error
    return [event.text for event in read.text_events]


def _provenance(texts: dict[str, str], name: str) -> Provenance:
    settings = json.loads(texts["settings"])
    if not isinstance(settings, dict):
        raise ValueError("settings")
    model, seed, index = texts["model"], int(texts["seed"]), int(texts["index"])
    return Provenance(
        file=name,
        model_id=model,
        origin=Origin(
            version=texts[VERSION],
            weights_sha256=texts["weights"],
            corpus=texts["corpus"],
            attribution=texts["attribution"],
            licence=texts["licence"],
        ),
        seed=seed,
        index=index,
        settings=settings,
        command=_command(model, seed, index, settings),
    )


def _command(model: str, seed: int, index: int, settings: dict[str, Any]) -> str:
    """Return the command that makes a sample again; settings of default value are left out."""
    fields = GenerateConfig.model_fields
    flags: dict[str, Any] = {"model": model, "seed": seed, "first-index": index, "samples": 1}
    for name, value in settings.items():
        if name not in fields or fields[name].default != value:
            flags[name.replace("_", "-")] = value
    return "nocturne generate " + " ".join(_flag(flag, value) for flag, value in flags.items())


def _flag(name: str, value: Any) -> str:
    """Return a flag as the command line takes it; a switch has no value."""
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name} {shlex.quote(str(value))}"
