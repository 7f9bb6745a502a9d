"""The name of a run: the same request of the same model always gives the same one."""

import hashlib
import json
import re
import secrets

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun

FORMAT_VERSION = 1  # raise it when the same model and seed would give other MIDI bytes
SEEDS = 2**31
RUN_ID = re.compile(r"(?P<model>.+)-seed(?P<seed>\d+)-[0-9a-f]{8}")
# Fields of a config that fix a run, and name it. Of runs that differ elsewhere one is enough.
COUNTED = ("samples", "notes", "tempo", "temperature", "top_p", "random_input", "audio", "seed")


def plan_run(config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run that `config` asks of the model; the same request has the same run_id.

    An empty seed is drawn by the operating system.
    """
    drawn = config.seed is None
    if drawn:
        config = config.copy_with(seed=secrets.randbelow(SEEDS))
    program = card.program if config.program is None else int(config.program)
    fields = {name: getattr(config, name) for name in COUNTED}
    facts = [
        FORMAT_VERSION,
        card.model_id,
        card.weights_sha256,
        card.vocabulary_id,
        program,
        fields,
    ]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]
    return SampleRun(
        run_id=f"{card.model_id}-seed{config.seed}-{digest}",
        model_id=card.model_id,
        vocabulary_id=card.vocabulary_id,
        program=program,
        config=config.copy_with(run=None, more=None),
        drawn_seed=drawn,
    )


def is_same_run(first: SampleRun, second: SampleRun) -> bool:
    """Whether two runs have the same name and the same parameters."""

    def facts(run: SampleRun) -> tuple[object, ...]:
        fields = tuple(getattr(run.config, name) for name in COUNTED)
        return (run.run_id, run.model_id, run.vocabulary_id, run.program, *fields)

    return facts(first) == facts(second)
