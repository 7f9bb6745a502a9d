"""Without a place that workers can use, nothing is deployed; the refusal is one line."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.deploy import refuse_without_place

CHECK = Path(__file__).parents[2] / "deploy/check.sh"
PLACE = {
    "NOCTURNE_ROOT": "/data",
    "NOCTURNE_CORPUS": "folk",
    "NOCTURNE_SOURCE": "folk",
    "NOCTURNE_TIMEZONE": "UTC",
    "NOCTURNE_TRAIN_QUEUE": "cpu",
    "NOCTURNE_PROMOTION": "auto",
}
REFUSED = [
    ("NOCTURNE_ROOT", "", "NOCTURNE_ROOT: set it to the storage root"),
    ("NOCTURNE_ROOT", "./data", "NOCTURNE_ROOT: ./data is relative"),
    ("NOCTURNE_ROOT", "s3://me:secret@music", "a password in an address"),
    ("NOCTURNE_SOURCE", "https://me:secret@example.org/midi.zip", "a password in an address"),
    ("NOCTURNE_CORPUS", None, "NOCTURNE_CORPUS: set it to the name of the corpus"),
    ("NOCTURNE_TIMEZONE", "", "NOCTURNE_TIMEZONE: set it to the time zone"),
    ("NOCTURNE_PROMOTION", "", "NOCTURNE_PROMOTION: set it to auto"),
    ("NOCTURNE_PROMOTION", "never", "NOCTURNE_PROMOTION: never is unknown; set it to auto or ask"),
    ("NOCTURNE_TRAIN_QUEUE", "", "NOCTURNE_TRAIN_QUEUE: set it to gpu"),
    (
        "NOCTURNE_CORPUS",
        "my chorales",
        "NOCTURNE_CORPUS: my chorales: a name of at most 64 letters",
    ),
    ("NOCTURNE_TIMEZONE", "Mars", "NOCTURNE_TIMEZONE: Mars is no time zone"),
    ("NOCTURNE_TIMEZONE", "../UTC", "NOCTURNE_TIMEZONE: ../UTC is no time zone"),
    ("NOCTURNE_TRAIN_QUEUE", "tpu", "NOCTURNE_TRAIN_QUEUE: tpu is no queue"),
]


@pytest.mark.parametrize(("name", "value", "line"), REFUSED)
def test_a_place_that_is_missing_or_wrong_is_refused(
    name: str, value: str | None, line: str
) -> None:
    environment = {"PATH": os.environ["PATH"], **PLACE, name: value}
    with pytest.raises(SystemExit) as refused:
        refuse_without_place({key: text for key, text in environment.items() if text is not None})
    message = str(refused.value.code)
    assert line in message
    assert "secret" not in message
    assert "\n" not in message


@pytest.mark.parametrize("root", ["/data", "s3://music/nocturne", "gs://music"])
def test_a_folder_or_a_bucket_passes_with_a_corpus_named_after_its_source(root: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        **PLACE,
        "NOCTURNE_ROOT": root,
        "NOCTURNE_CORPUS": "",
    }
    subprocess.run(["sh", CHECK], env=environment, check=True)
