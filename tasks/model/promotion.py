"""Letting a trained model out: the gate, the comparison with the champion, the pointer."""

from dataclasses import replace

from schemas.model_card import ModelCard
from tasks.model.champion import promote, read_champion
from tasks.model.comparison import compare
from tasks.model.gate import Verdict, judge_candidate
from tasks.model.registry import known_models, metrics_path, read_card, read_metrics
from tasks.storage.root import Root


def consider(root: Root, model_id: str, margin_bits: float = 0.0) -> Verdict:
    """Promote a judged model if it passes; either way the verdict stands in its metrics."""
    champion = read_champion(root)
    if champion and champion.model_id == model_id:
        return Verdict(True, "is champion")
    rival = _rival(root, champion.model_id) if champion else None
    verdict = _verdict(root, read_card(root, model_id), rival, margin_bits)
    metrics = read_metrics(root, model_id)
    said = "promoted" if verdict.promoted else "not promoted"
    root.write_json(metrics_path(model_id), {**metrics, "verdict": f"{said}: {verdict.reason}"})
    if verdict.promoted:
        promote(root, model_id, verdict.reason)
    return replace(verdict, reason=f"{said}: {verdict.reason}")


def _rival(root: Root, model_id: str) -> ModelCard | None:
    """Return the champion's card; a champion whose folder is gone defends nothing."""
    return read_card(root, model_id) if model_id in known_models(root) else None


def _verdict(
    root: Root, candidate: ModelCard, rival: ModelCard | None, margin_bits: float
) -> Verdict:
    metrics = read_metrics(root, candidate.model_id)
    if rival is None:
        return judge_candidate(metrics)
    if rival.config.scheme != candidate.config.scheme:
        return Verdict(
            False,
            f"its scheme is {candidate.config.scheme} and the champion's "
            f"{rival.config.scheme}, whose bits cannot be compared; a person may promote it",
        )
    return judge_candidate(metrics, compare(root, candidate, rival), margin_bits)
