"""The text of a result: a caution comes first."""

import pytest

from nocturne.flows.cli.console import Console
from nocturne.schemas.manifest import Counts, IngestSummary
from nocturne.schemas.model_card import TrainedModel
from nocturne.schemas.results import Composition
from nocturne.schemas.samples import GeneratedRun
from nocturne.schemas.sequences import SequenceDataset

CAUTION = "the music of folk-x may be noise"


def generated(caution: str) -> GeneratedRun:
    return GeneratedRun(
        run_id="r",
        model_id="folk-x",
        samples=2,
        seed=7,
        folder="f",
        gallery="g",
        manifest="m",
        reused=False,
        caution=caution,
    )


def trained(caution: str) -> TrainedModel:
    return TrainedModel(
        model_id="folk-x",
        bits_per_note=15.81,
        composite_bits_per_note=2.38,
        promoted=False,
        verdict="not promoted",
        folder="f",
        report="r",
        reused=False,
        caution=caution,
    )


def composed(caution: str) -> Composition:
    counts = Counts(inputs=1, accepted=1, quarantined=0, duplicate=0)
    return Composition(
        ingested=IngestSummary(corpus="c", fingerprint="f", counts=counts, notes=1, reused=False),
        prepared=SequenceDataset(fingerprint="f", vocabulary_id="v", songs={}, notes={}, program=0),
        trained=trained(caution),
        generated=generated(caution),
        caution=caution,
    )


@pytest.mark.parametrize("result_of", [generated, trained, composed])
def test_a_caution_is_the_first_line(result_of, capsys: pytest.CaptureFixture[str]) -> None:
    Console().result(result_of(CAUTION))
    assert capsys.readouterr().out.splitlines()[0] == f"Caution: {CAUTION}"
    Console().result(result_of(""))
    assert "Caution" not in capsys.readouterr().out
