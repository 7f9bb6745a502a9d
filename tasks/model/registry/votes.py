"""The votes of listening tests on a model, one file for each session in models/<model>/votes/."""

import hashlib
import math
from collections.abc import Iterable

from pydantic import ValidationError

from nocturne.schemas.errors import ModelError
from nocturne.schemas.samples.votes import ListeningResult, VotesFile
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.storage.layout import MODELS, votes_path
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

Z_95 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def parse_votes(content: bytes, name: str) -> VotesFile:
    """Return the votes in the file `name`; ModelError if it has none or they contradict it."""
    try:
        file = VotesFile.model_validate_json(content)
    except ValidationError as error:
        raise ModelError(
            f"{name} is no file of votes: save one after the listening test of a gallery page"
        ) from error
    if not file.run_id.startswith(f"{file.model_id}-seed"):
        raise ModelError(f"{name} is damaged: run {file.run_id} is not by model {file.model_id}")
    return file


def add_votes(root: Root, file: VotesFile) -> ListeningResult:
    """Add a session's votes to those on its model; return all of them.

    A session counts once, with the most votes that a file of it had. ModelError if the root has no
    such model.
    """
    if file.model_id not in known_models(root):
        raise ModelError(
            f"no model {file.model_id} under {root.display_path(MODELS)}: the votes are on a "
            "model of another root, or of one that was deleted"
        )
    before = _count(sessions_of(root, file.model_id))

    def longest(content: bytes | None) -> bytes:
        known = None if content is None else VotesFile.model_validate_json(content)
        kept = known if known and len(known.votes) >= len(file.votes) else file
        return kept.model_dump_json(indent=2).encode()

    root.update(votes_path(file.model_id, _name(file)), longest)
    sessions = sessions_of(root, file.model_id)
    return _result(file.model_id, sessions, added=_count(sessions) - before)


def listening_result(root: Root, model_id: str) -> ListeningResult | None:
    """Return the votes on a model; None without any. ModelError if a file of them is damaged."""
    sessions = sessions_of(root, model_id)
    return _result(model_id, sessions) if sessions else None


def sessions_of(root: Root, model_id: str) -> list[VotesFile]:
    """Return the sessions in which a model was judged; ModelError if one is damaged."""
    paths = root.files(votes_path(model_id), ".json")
    return [read_marker(root, path, VotesFile, ModelError, "delete it") for path in paths]


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % score interval of a binomial share (Wilson, 1927); `trials` above 0."""
    share, square = successes / trials, Z_95**2
    middle = share + square / (2 * trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    scale = 1 + square / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _result(model_id: str, sessions: list[VotesFile], added: int = 0) -> ListeningResult:
    correct = sum(vote.correct for session in sessions for vote in session.votes)
    low, high = wilson_interval(correct, _count(sessions))
    return ListeningResult(
        model_id=model_id,
        sessions=len(sessions),
        votes=_count(sessions),
        correct=correct,
        low=low,
        high=high,
        added=added,
    )


def _count(sessions: Iterable[VotesFile]) -> int:
    return sum(len(session.votes) for session in sessions)


def _name(file: VotesFile) -> str:
    """Return the file name of a session, the same for every file that it is saved as."""
    text = f"{file.run_id} {file.session}"
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
