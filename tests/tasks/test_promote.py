"""A run that asks a person on a real server: answered yes, answered no, not answered in time."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import State

from nocturne.schemas.config import TrainConfig
from nocturne.tasks import promote
from nocturne.tasks.model.evaluation.gate import Verdict
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.models import read_metrics
from nocturne.tasks.stages import stages
from nocturne.tasks.storage.layout import METRICS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import PASSES, add_card

pytestmark = pytest.mark.usefixtures("prefect_server")

SIX_SECONDS = 6 / 3600  # hours
BY_HAND = "nocturne promote m makes it champion"


@pytest.fixture
def config(root: Root, monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    """Return the config of a training that asks, and whose model `m` passes the gate."""
    monkeypatch.setattr(promote, "POLL_SECONDS", 0.1)
    add_card(root, "m")
    root.write_json(model_path("m", METRICS_FILE), PASSES)
    return TrainConfig(root=root.uri, promotion="ask")


def decide(config: TrainConfig) -> tuple[Verdict, State[Any]]:
    """Let a stage of a run decide on `m` as the train flow does; return verdict and last state."""

    @flow(name="stage")
    def stage() -> Verdict:
        verdict = promote.consider_promotion(config, "m")
        if verdict.asks:
            verdict = promote.ask_for_promotion(config, "m", verdict.asks)
        return verdict

    @flow(name="night")
    def night() -> None:
        with stages():
            states.append(stage(return_state=True))

    states: list[State[Any]] = []
    night()
    return states[0].result(), states[0]


def paused() -> FlowRun | None:
    """Return the run that waits for an answer."""
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED]))
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state))
    return found[0] if found else None


@contextmanager
def answered(*answers: object) -> Iterator[list[str]]:
    """Give these answers one after the other; fill the list with what the server says to each."""
    said: list[str] = []

    def give() -> None:
        run, _ = _question()
        with get_client(sync_client=True) as client:
            for answer in answers:
                said.append(client.resume_flow_run(run.id, {"promote": answer}).status.value)

    person = threading.Thread(target=give)
    person.start()
    yield said
    person.join()


def champion(root: Root) -> str | None:
    found = read_champion(root, "folk", "factored")
    return found.model_id if found else None


def test_a_person_who_agrees_makes_it_champion(root: Root, config: TrainConfig) -> None:
    with answered("perhaps", True) as said:
        verdict, state = decide(config)
    assert said == ["REJECT", "ACCEPT"]
    assert verdict.promoted and verdict.newly
    assert verdict.reason.startswith("promoted: ") and verdict.reason.endswith("; a person agreed")
    assert champion(root) == "m"
    assert read_champion(root, "folk", "factored").history[-1].by == "gate"
    assert state.is_completed()


def test_a_refusal_is_remembered(root: Root, config: TrainConfig) -> None:
    with answered(False):
        verdict, state = decide(config)
    assert verdict == Verdict(False, f"not promoted: a person refused it: {BY_HAND}")
    assert read_metrics(root, "m").verdict == verdict.reason
    assert champion(root) is None
    assert state.is_completed()
    assert decide(config)[0] == verdict  # nobody is asked again


def test_without_an_answer_it_stays_a_candidate_and_the_run_completes(
    root: Root, config: TrainConfig
) -> None:
    """Meanwhile the form shows the gate's figures and the report."""
    seen: list[str] = []
    person = threading.Thread(target=lambda: seen.append(_question()[1]))
    person.start()
    verdict, state = decide(config.copy_with(answer_hours=SIX_SECONDS))
    assert verdict.reason.startswith(f"not promoted: there was no answer in time: {BY_HAND}; ")
    assert not verdict.promoted
    assert champion(root) is None
    assert state.is_completed()
    assert paused() is None
    person.join()
    assert seen == [
        "May **m** become champion? 1.00 bits per note below the composite baseline; samples pass."
        f"\n\nReport: {root.display_path('models/m/report.html')}"
    ]


def _question() -> tuple[FlowRun, str]:
    """Wait for a run that asks; return it and the text of its form, which the server has last."""
    deadline = time.monotonic() + 60
    with get_client(sync_client=True) as client:
        while time.monotonic() < deadline:
            if run := paused():
                key = run.state.state_details.run_input_keyset["description"]
                with suppress(PrefectHTTPStatusError, ObjectNotFound):
                    return run, json.loads(client.read_flow_run_input(run.id, key))
            time.sleep(0.1)
    raise TimeoutError
