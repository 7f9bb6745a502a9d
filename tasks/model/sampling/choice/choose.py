"""Draw every sample several times, keep the best draw, and draw again what has a fault.

Candidate 0 of a sample is the sample without a choice; candidate k is the sample of the same number
under another seed, which follows from (seed, k): so its start and random numbers are its own, and a
sample depends on (model, config, seed, index) alone. A draw with a fault (score.py) is kept only if
all are faulty, after `redraws` further draws; the manifest then says so.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.progress import Progress, part_of, silent
from nocturne.schemas.samples.piece_facts import CANDIDATE, FAULT, REDRAWN, SCORE
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.choice.reference import Ids, Reference
from nocturne.tasks.model.sampling.choice.score import NO_FAULT, Scores, fault_of, scores_of, total
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.sampling.lengths import fewest_notes
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample

_references: dict[int, Reference] = {}  # at most one, by the identity of its model's primers


@dataclass
class _Candidate:
    """One draw of one sample."""

    number: int
    ids: Ids
    facts: dict[str, Any]
    fault: str
    scores: Scores = field(default_factory=dict)


def sample_and_choose(
    model: Model,
    config: SamplingConfig,
    first_index: int,
    count: int,
    progress: Progress = silent,
) -> Drawn:
    """Draw samples as `sample` does, each the best of config.choose draws without a fault.

    Their facts are in addition the number of the draw, the number of redraws, the fault that was
    left and, of several candidates, the scores.
    """
    if config.choose == 1 and not config.redraws:
        return sample(model, config, first_index, count, progress)
    rows: list[list[_Candidate]] = [[] for _ in range(count)]
    for number in range(config.choose):
        part = part_of(progress, number, config.choose)
        drawn = sample(model, candidate_config(config, number), first_index, count, part)
        for place, row in enumerate(rows):
            row.append(_candidate(model, config, number, drawn, place))
    for again in range(config.redraws):
        _redraw(model, config, first_index, config.choose + again, rows)
    if config.choose > 1:
        scores = scores_of(reference_of(model), [[one.ids for one in row] for row in rows])
        for row, found in zip(rows, scores, strict=True):
            for one, its_scores in zip(row, found, strict=True):
                one.scores = its_scores
    return _joined([(_best(row), len(row) - config.choose) for row in rows])


def candidate_config(config: SamplingConfig, number: int) -> SamplingConfig:
    """Return the config of candidate `number`: that of another seed, for all but the first."""
    if number == 0 or config.seed is None:
        return config
    sequence = np.random.SeedSequence([config.seed, number], spawn_key=(0,))
    changes: dict[str, object] = {"seed": int(sequence.generate_state(1)[0]) % 2**31}
    if config.random_input == "between" and config.seed_to is None:
        changes["seed_to"] = (config.seed + 1) % 2**31
    return config.copy_with(**changes)


def reference_of(model: Model) -> Reference:
    """Return what the draws of a model are compared with; that of the last model is kept."""
    key = id(model.primers)
    if key not in _references:
        _references.clear()
        _references[key] = Reference(model)  # holds the primers, so no others get their identity
    return _references[key]


def _redraw(
    model: Model,
    config: SamplingConfig,
    first_index: int,
    number: int,
    rows: list[list[_Candidate]],
) -> None:
    """Add candidate `number` to the samples whose candidates all have a fault."""
    faulty = [place for place, row in enumerate(rows) if all(c.fault != NO_FAULT for c in row)]
    again = candidate_config(config, number)
    for group in sorted({(first_index + place) // BATCH_ROWS for place in faulty}):
        places = [place for place in faulty if (first_index + place) // BATCH_ROWS == group]
        drawn = sample(model, again, first_index + places[0], places[-1] - places[0] + 1)
        for place in places:
            rows[place].append(_candidate(model, config, number, drawn, place - places[0]))


def _candidate(
    model: Model, config: SamplingConfig, number: int, drawn: Drawn, place: int
) -> _Candidate:
    ids = drawn.ids[place, : drawn.lengths[place]]
    facts = {name: column[place] for name, column in drawn.facts.items()}
    return _Candidate(number, ids, facts, fault_of(reference_of(model), ids, fewest_notes(config)))


def _best(row: list[_Candidate]) -> _Candidate:
    """Return the first of the highest score, of those without a fault if there are any."""
    whole = [one for one in row if one.fault == NO_FAULT] or row
    return max(whole, key=lambda one: total(one.scores) if one.scores else 0.0)


def _joined(chosen: list[tuple[_Candidate, int]]) -> Drawn:
    """Return the candidates that were chosen, each with the number of its redraws."""
    lengths = np.array([len(one.ids) for one, _ in chosen])
    ids = np.zeros((len(chosen), lengths.max(), chosen[0][0].ids.shape[1]), np.int16)
    for place, (one, _) in enumerate(chosen):
        ids[place, : lengths[place]] = one.ids
    facts = [
        {**one.facts, CANDIDATE: one.number, REDRAWN: redrawn, FAULT: one.fault, **_scores(one)}
        for one, redrawn in chosen
    ]
    return Drawn(ids, lengths, {name: np.array([f[name] for f in facts]) for name in facts[0]})


def _scores(one: _Candidate) -> dict[str, float]:
    if not one.scores:
        return {}
    return {SCORE: total(one.scores)} | {f"choice_{name}": v for name, v in one.scores.items()}
