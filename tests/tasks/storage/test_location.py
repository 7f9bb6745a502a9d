"""Opening a storage root: what never answers, and homes that are not there."""

import time

import pytest

from nocturne.schemas.errors import StorageError, StoreUnavailableError
from nocturne.tasks.storage import location


def test_a_store_that_never_answers_is_given_up_in_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(location, "FIRST_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(location, "_object_store", lambda uri: time.sleep(2))
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=r"gs://bucket: no answer in 0\.1 seconds"):
        location.open_filesystem("gs://user:key@bucket", create=False)
    assert time.monotonic() - start < 1


def test_what_a_store_answers_first_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(uri: str) -> None:
        raise PermissionError("ACCESS_DENIED")

    monkeypatch.setattr(location, "_object_store", refuses)
    with pytest.raises(StorageError, match="ACCESS_DENIED"):
        location.open_filesystem("gs://bucket", create=False)


@pytest.mark.parametrize("uri", ["~nosuchuser", "~nosuchuser/data"])
def test_the_home_of_an_unknown_user_is_told(uri: str) -> None:
    with pytest.raises(StorageError, match="there is no user nosuchuser with a home folder"):
        location.open_filesystem(uri, create=True)
