"""Promote a trained model: the gate, the comparison with champions, the champion pointer."""

import math
from dataclasses import replace

from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.model_card import Champion, Promotion
from nocturne.tasks.model.evaluation.compare import bits_on, held_out_songs
from nocturne.tasks.model.evaluation.gate import (
    Comparison,
    Verdict,
    evaluate_candidate,
    too_few_songs,
)
from nocturne.tasks.model.registry.champion import lock_name, read_champion, record
from nocturne.tasks.model.registry.learned_songs import all_learned
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.model.registry.open_models import open_model
from nocturne.tasks.model.registry.root_champion import Line
from nocturne.tasks.model.registry.succession import standing, taken_back
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked

ASKED = "a person decides"  # how a verdict begins that waits for an answer
AGREED, REFUSED, NO_ANSWER = "yes", "no", "none in time"  # of a person, in metrics.json
MOST_RIVALS = 4  # the champion and the best before it; each takes some seconds to measure


def consider(
    root: Root,
    model_id: str,
    margin_bits: float = 0.0,
    min_test_songs: int = 1,
    *,
    ask: bool = False,
) -> Verdict:
    """Promote an evaluated model if it passes the gate; write the verdict into its metrics.

    With `ask` a model that passes becomes champion only once a person has agreed (`record_answer`):
    until then the verdict says that it asks, and after a refusal that it does not.

    The model is compared, within its corpus and scheme, with the champion and with the best of
    the champions before it whose promotions stand: back to the last champion that a person chose,
    without those that were rolled back from. Two models considered at the same time take turns.
    """
    folder = open_model(root, model_id)
    line: Line = folder.card.corpus, folder.card.config.scheme
    with locked(root, lock_name(*line)):
        try:
            champion = read_champion(root, *line)
        except ModelError as error:
            return _write_verdict(folder, Verdict(False, str(error)))
        if champion and champion.model_id == model_id:
            return Verdict(True, "is champion")
        verdict, bits = _decide(folder, champion, margin_bits, min_test_songs)
        if ask and verdict.promoted:
            verdict = _with_answer(verdict, model_id, folder.metrics.answer)
        written = _write_verdict(folder, verdict)
        if verdict.promoted:
            record(root, line, model_id, verdict.reason, "gate", bits)
    return written


def record_answer(root: Root, model_id: str, answer: str) -> None:
    """Write a person's answer, AGREED, REFUSED or NO_ANSWER, into the model's metrics."""
    folder = open_model(root, model_id)
    folder.write_metrics(folder.metrics.model_copy(update={"answer": answer}))


def _with_answer(verdict: Verdict, model_id: str, answer: str) -> Verdict:
    """Return the verdict on a model that passes the gate, after a person's answer if any."""
    if answer == AGREED:
        return replace(verdict, reason=f"{verdict.reason}; a person agreed")
    by_hand = f"nocturne promote {model_id} makes it champion"
    if answer == REFUSED:
        return Verdict(False, f"a person refused it: {by_hand}")
    why = "there was no answer in time" if answer == NO_ANSWER else ASKED
    return Verdict(False, f"{why}: {by_hand}; {verdict.reason}", asks=verdict.reason)


def _write_verdict(folder: ModelFolder, verdict: Verdict) -> Verdict:
    """Write the verdict into the model's metrics; return it as written."""
    text = f"{'promoted' if verdict.promoted else 'not promoted'}: {verdict.reason}"
    folder.write_metrics(folder.metrics.model_copy(update={"verdict": text}))
    return replace(verdict, reason=text)


def _decide(
    folder: ModelFolder, champion: Champion | None, margin_bits: float, least: int
) -> tuple[Verdict, float | None]:
    """Return the verdict on a candidate, and its bits per note where it was compared."""
    root, card, metrics = folder.root, folder.card, folder.metrics
    if champion is None:
        return evaluate_candidate(metrics), metrics.note_bits
    if card.model_id in taken_back(champion.history):
        return Verdict(
            False,
            f"it was rolled back from: nocturne promote {card.model_id} makes it champion again",
        ), None
    known = set(known_models(root))
    ranked = rank_rivals(root, champion)
    rivals_there = [name for name in ranked if name in known][:MOST_RIVALS]
    try:
        learned = all_learned(root, [card.model_id, *rivals_there])
        songs = held_out_songs(root, card.corpus, card.config.scheme, learned)
    except CorpusError as error:
        return Verdict(False, f"the champion stays: {error}"), None
    rivals, left_out = _measure_rivals(root, ranked, known, songs)
    if rivals and len(songs) < least:
        return too_few_songs(len(songs), least), None
    if not rivals:
        return _with_left_out(evaluate_candidate(metrics), left_out), metrics.note_bits
    bits = bits_on(root, card.model_id, songs)
    comparison = Comparison(len(songs), bits, rivals)
    return _with_left_out(evaluate_candidate(metrics, comparison, margin_bits), left_out), bits


def _measure_rivals(
    root: Root, ranked: list[str], known: set[str], songs: list[Notes]
) -> tuple[dict[str, float], list[str]]:
    """Return bits per note of the first rivals that load, and why others are left out."""
    measured: dict[str, float] = {}
    left_out: list[str] = []
    gone: list[str] = []  # of the best: models that are worse are deleted in time
    for model_id in ranked:
        if model_id not in known:
            gone.append(model_id)
            continue
        try:
            bits = bits_on(root, model_id, songs)
        except ModelError as error:
            left_out.append(str(error))
            continue
        if math.isfinite(bits) or not songs:
            measured[model_id] = bits
        else:
            left_out.append(f"{model_id}, which has no finite bits per note")
        if len(measured) == MOST_RIVALS:
            break
    if gone:
        left_out.append(f"{', '.join(gone[:3])}{', ...' if gone[3:] else ''}, deleted")
    return measured, left_out


def rank_rivals(root: Root, champion: Champion) -> list[str]:
    """Return the champion, then the earlier champions that a candidate is compared with.

    These come best first, by the bits that they were promoted with, on the songs of their time.
    """
    stack = standing(champion.history)
    by_person = [place for place, entry in enumerate(stack) if entry.by == "person"]
    since = stack[by_person[-1] if by_person else 0 :]
    entries = {entry.model_id: entry for entry in since}
    entries.pop(champion.model_id)
    ranked = sorted(entries, key=lambda name: _bits_at_promotion(root, entries[name]))
    return [champion.model_id, *ranked]


def _bits_at_promotion(root: Root, entry: Promotion) -> float:
    if entry.bits is not None:
        return entry.bits
    try:  # promoted by a person, or by an earlier version
        bits = open_model(root, entry.model_id).metrics.note_bits
    except ModelError:
        bits = None
    return math.inf if bits is None else bits


def _with_left_out(verdict: Verdict, left_out: list[str]) -> Verdict:
    addition = "".join(f"; not compared with: {reason}" for reason in left_out)
    return replace(verdict, reason=verdict.reason + addition)
