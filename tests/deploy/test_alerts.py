"""Alerts are set up once, changed in place and taken away, and their address is shown nowhere."""

from datetime import timedelta
from uuid import UUID

import pytest
from prefect.blocks.notifications import SlackWebhook
from prefect.client.orchestration import get_client

from deploy.alerts import BLOCK, alert_settings, alerts, apply_alerts, main
from tests.integration.alert_receiver import receiver

# One of Apprise's many plugins imports a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "json://me:s3cret@127.0.0.1:9/path"
NAMES = {
    f"alert-{name}"
    for name in ("failed", "crashed", "late", "no-success", "promotion", "question", "drift")
}


def test_without_an_address_there_are_none() -> None:
    assert alert_settings({}) is None
    assert alert_settings({"NOCTURNE_ALERT_URL": " "}) is None


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1:8000/path",
        "mailto://me:pass@example.org",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#music",
        "json://127.0.0.1:8000, mailto://me:pass@example.org",
    ],
)
def test_every_address_of_apprise_is_taken(url: str) -> None:
    settings = alert_settings({"NOCTURNE_ALERT_URL": url, "NOCTURNE_ALERT_AFTER_DAYS": "1.5"})
    assert settings is not None
    assert (settings.url.get_secret_value(), settings.after) == (url, timedelta(hours=36))
    assert "pass" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("NOCTURNE_ALERT_URL", "s3cret", "NOCTURNE_ALERT_URL: Apprise knows no such address"),
        ("NOCTURNE_ALERT_URL", "slack://s3cret", "Apprise knows no such address"),
        ("NOCTURNE_ALERT_URL", f"{SECRET}, nonsense://x", "Apprise knows no such address"),
        ("NOCTURNE_ALERT_AFTER_DAYS", "soon", "soon is no number of days up to 365"),
        ("NOCTURNE_ALERT_AFTER_DAYS", "0", "0 is no number of days up to 365"),
        ("NOCTURNE_ALERT_AFTER_DAYS", "-1", "-1 is no number of days up to 365"),
        ("NOCTURNE_ALERT_AFTER_DAYS", "nan", "nan is no number of days up to 365"),
        ("NOCTURNE_ALERT_AFTER_DAYS", "1e300", "1e300 is no number of days up to 365"),
    ],
)
def test_a_wrong_setting_is_one_line(
    name: str, value: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SystemExit) as refused:
        alert_settings({name: value})
    message = str(refused.value.code)
    assert line in message
    assert "s3cret" not in message + caplog.text
    assert "\n" not in message


@pytest.mark.usefixtures("prefect_server")
def test_block_and_automations_are_kept_changed_and_removed() -> None:
    with get_client(sync_client=True) as client:

        def kept() -> dict[str, UUID]:
            found = {one.name: one.id for one in client.read_automations()}
            return {name: one for name, one in found.items() if name.startswith("alert-")}

        first = apply_alerts(alert_settings({"NOCTURNE_ALERT_URL": SECRET}))
        before = kept()
        assert set(before) == NAMES
        assert first[0] == "alerts: address set"
        assert set(first[1:]) == {f"{name}: created" for name in NAMES}
        again = apply_alerts(alert_settings({"NOCTURNE_ALERT_URL": SECRET}))
        assert {line.rpartition(" ")[2] for line in again} == {"unchanged"}

        other = {"NOCTURNE_ALERT_URL": "json://127.0.0.1:9", "NOCTURNE_ALERT_AFTER_DAYS": "3"}
        changed = apply_alerts(alert_settings(other))
        assert [line for line in changed if "unchanged" not in line] == [
            "alerts: address updated",
            "alert-no-success: updated",
        ]
        assert kept() == before
        with pytest.raises(SystemExit, match=r"the message could not be sent: .+ to 127\.0\.0\.1"):
            main()
        with receiver() as place:
            apply_alerts(alert_settings({"NOCTURNE_ALERT_URL": place.url}))
            main()
            assert place.message("Nocturne: a trial", "Alerts of Nocturne arrive here.")
        apply_alerts(alert_settings(other))
        assert SlackWebhook.load(BLOCK).url.get_secret_value() == "json://127.0.0.1:9"
        assert "json://" not in str([one.model_dump() for one in client.read_automations()])

        removed = apply_alerts(None)
        assert removed[0] == "alerts: none, as NOCTURNE_ALERT_URL is not set"
        assert len(removed) == 1 + len(NAMES) + 1
        assert kept() == {}
        assert apply_alerts(None) == removed[:1]
        with pytest.raises(SystemExit, match="alerts: none; set NOCTURNE_ALERT_URL and deploy"):
            main()
        with pytest.raises(ValueError, match=BLOCK):
            SlackWebhook.load(BLOCK)


def test_messages_name_flow_run_reason_and_link() -> None:
    for one in alerts(UUID(int=0), timedelta(days=2)):
        body = one.actions[0].body
        assert "flow: {{ flow.name }}\nrun: {{ flow_run.name }}\nlink: {{ flow_run | ui_url" in body
        assert "reason: " in body
