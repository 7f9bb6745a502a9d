"""How a piece was made, as text events of its MIDI file: "model: ...", "seed: ...".

The texts follow from the model, the config, the seed and the index of the piece, not from how many
samples its run has or in which formats.
"""

import json
from typing import Any

from nocturne.schemas.samples import LENGTH, PARAMETERS, SampleRun

VERSION = "Nocturne"  # the key of the first text, by which a file of Nocturne is known
LONGEST = 400  # characters of an attribution; lists of sources may be long


def texts_of(run: SampleRun, index: int) -> list[str]:
    """Return the texts of sample `index` of a run."""
    facts = {
        VERSION: run.origin.version,
        "model": run.model_id,
        "weights": run.origin.weights_sha256,
        "corpus": run.origin.corpus,
        "attribution": run.origin.attribution[:LONGEST],
        "licence": run.origin.licence[:LONGEST],
        "seed": run.seed,
        "index": index,
        "settings": json.dumps(settings_of(run), separators=(",", ":")),
    }
    return [f"{key}: {value}" for key, value in facts.items()]


def settings_of(run: SampleRun) -> dict[str, Any]:
    """Return the values that fix the notes of a run's pieces, beside the model and the seed.

    A field of a later version is left out where it has the value that changes nothing.
    """
    counted = run.config.fingerprint_fields("samples")
    names = [name for name in (*LENGTH, *PARAMETERS) if name != "seed" and name in counted]
    return {name: counted[name] for name in names} | {"program": run.program}
