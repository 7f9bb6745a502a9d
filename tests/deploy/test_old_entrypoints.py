"""Only what an earlier version of Nocturne deployed is given another entrypoint."""

import pytest

from deploy.old_entrypoints import new_entrypoint


@pytest.mark.parametrize("flow", ["ingest", "prepare", "retrain", "generate", "compose", "promote"])
def test_every_flow_of_the_earlier_version_has_its_present_name(flow: str) -> None:
    assert new_entrypoint(f"flows.{flow}.{flow}") == f"nocturne.flows.{flow}.{flow}"


@pytest.mark.parametrize(
    "entrypoint",
    [
        None,
        "",
        "nocturne.flows.ingest.ingest",
        "flows.ingest.other",
        "flows.py:ingest",
        "xflows.ingest.ingest",
    ],
)
def test_any_other_entrypoint_is_left_alone(entrypoint: str | None) -> None:
    assert new_entrypoint(entrypoint) is None
