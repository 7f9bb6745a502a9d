"""Keys in the URI of a storage root: refused, never shown, and forgotten where they are stored."""

import pytest
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from nocturne.flows.cli.commands import run
from nocturne.schemas.config import ComposeConfig, GenerateConfig, PromoteConfig, TrainConfig
from nocturne.schemas.config.credentials import has_keys, without_keys, without_secrets
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.samples import SampleRun
from tests.tasks.samples.runs_for_tests import card_of

KEY = "s3cr3t"
WITH_KEYS = [
    f"s3://me:{KEY}@music",
    f"s3://me:{KEY}@music/folder?region=eu-west-1",
    f"s3://me:a/{KEY}+b=@music/folder",
    f"s3://{KEY}@music",
    f"s3://me%3A{KEY}@music",
    f"S3://me:{KEY}@music",
    f"gs://me:{KEY}@music",
    f"file://me:{KEY}@localhost/data",
    f"s3://music?region=x&secret_access_key={KEY}",
    f"s3://music/a?access_key={KEY}",
    f"https://music/a?X-Amz-Signature={KEY}",
    f"gs://music?access_token={KEY}&x=y",
    f"s3://music?Password={KEY}",
]
WITHOUT = [
    "./nocturne-data",
    "/data/a@b:c",
    "me:secret@music",
    "file:///data/a:b@c",
    "s3://music/folder",
    "s3://music/a:b@c",
    "s3://music?scheme=http&endpoint_override=127.0.0.1:9000",
    "s3://music?region=eu-west-1&allow_bucket_creation=true",
    "s3://music/token=7/key",
    "gs://anonymous@music/folder",
]


@pytest.mark.parametrize("config", [ComposeConfig, GenerateConfig, TrainConfig, PromoteConfig])
@pytest.mark.parametrize("root", WITH_KEYS)
def test_a_root_with_keys_is_refused_and_not_shown(config: type[ComposeConfig], root: str) -> None:
    with pytest.raises(ValidationError, match="AWS_ACCESS_KEY_ID") as caught:
        config.model_validate({"root": root})
    assert KEY not in str(caught.value)
    assert KEY not in without_secrets(root)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://[::1/api", "http://[::1/api"),
        ("s3://[b/x/?region=y#z", "s3://[b/x"),
        ("gs://anonymous@music/a:b@c", "gs://music/a:b@c"),
        ("./a?b", "./a?b"),
    ],
)
def test_any_text_can_be_shown(uri: str, shown: str) -> None:
    assert without_secrets(uri) == shown


@pytest.mark.parametrize("root", WITHOUT)
def test_any_other_root_is_taken_as_it_is(root: str) -> None:
    assert GenerateConfig(root=root).root == root
    assert not has_keys(root)


@pytest.mark.parametrize(("root", "refused"), [(WITH_KEYS[0], True), (WITHOUT[4], False)])
def test_prefect_refuses_it_before_it_stores_the_parameters(root: str, refused: bool) -> None:
    schema = {"type": "object", "properties": {"config": GenerateConfig.model_json_schema()}}
    assert bool(validate({"config": {"root": root}}, schema)) == refused


@pytest.mark.parametrize("root", WITH_KEYS)
@pytest.mark.parametrize("command", ["generate", "models", "promote"])
def test_the_command_line_does_not_repeat_it(
    command: str, root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--root", root]) == 2
    by_flag = capsys.readouterr().err
    monkeypatch.setenv("NOCTURNE_ROOT", root)
    assert run([command]) == 2
    by_variable = capsys.readouterr().err
    for told in (by_flag, by_variable):
        assert KEY not in told
        assert "AWS_ACCESS_KEY_ID" in " ".join(told.split())


def test_what_an_earlier_version_stored_is_read_without_its_keys() -> None:
    stored = {"root": f"s3://me:{KEY}@music/a?region=x", "seed": 1}
    assert without_keys(stored) == {"root": "s3://music/a", "seed": 1}
    sample_run = SampleRun(
        run_id="r", model_id="m", vocabulary_id="v", program=0, config=GenerateConfig(seed=1)
    )
    for document in (card_of(), sample_run):
        fields = document.model_dump(mode="json")
        fields["config"]["root"] = stored["root"]
        read = type(document).model_validate(fields)
        assert isinstance(read, ModelCard | SampleRun)
        assert read.config.root == "s3://music/a"
        assert KEY not in read.model_dump_json()
