"""The id of a run: the same request of the same model always gives the same id."""

import hashlib
import json
import re
import secrets
from importlib.metadata import version

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import Origin, SampleRun

FORMAT_VERSION = 2  # raise it when the same model and seed would give other MIDI bytes
SEEDS = 2**31
RUN_ID = re.compile(r"(?P<model>.+)-seed(?P<seed>\d+)-[0-9a-f]{8}")
# Fields of a config that a run id depends on.
COUNTED = tuple(GenerateConfig.fields_changing("samples"))


def plan_run(config: GenerateConfig, card: ModelCard) -> SampleRun:
    """Return the run that `config` asks of the model; the same request has the same run_id.

    An empty seed is drawn by the operating system.
    """
    drawn = config.seed is None
    if drawn:
        config = config.copy_with(seed=secrets.randbelow(SEEDS))
    program = card.program if config.program is None else int(config.program)
    return SampleRun(
        run_id=_run_id(config, card, program),
        model_id=card.model_id,
        vocabulary_id=card.vocabulary_id,
        program=program,
        config=config.copy_with(run=None, more=None),
        origin=origin_of(card),
        drawn_seed=drawn,
    )


def origin_of(card: ModelCard) -> Origin:
    """Return what MIDI files of this version say of a model."""
    return Origin(
        version=version("nocturne-midi"),
        weights_sha256=card.weights_sha256,
        corpus=card.corpus,
        attribution=card.attribution,
        licence=card.licence,
    )


def _run_id(config: GenerateConfig, card: ModelCard, program: int) -> str:
    fields = config.fingerprint_fields("samples")
    model = [card.model_id, card.weights_sha256, card.vocabulary_id]
    content = json.dumps([FORMAT_VERSION, *model, program, fields], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{card.model_id}-seed{config.seed}-{digest}"


def is_same_run(first: SampleRun, second: SampleRun) -> bool:
    """Whether two runs have the same name and the same parameters."""

    def facts(run: SampleRun) -> tuple[object, ...]:
        fields = tuple(getattr(run.config, name) for name in COUNTED)
        return (run.run_id, run.model_id, run.vocabulary_id, run.program, *fields)

    return facts(first) == facts(second)
