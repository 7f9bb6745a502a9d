"""Which trouble is tried again, for how long, and what is said in the end."""

import pytest

from nocturne.schemas.errors import StorageError, StoreUnavailableError
from nocturne.tasks.storage import retry
from nocturne.tasks.storage.retry import RetryPolicy, may_pass, with_retries

# As pyarrow 26 and obstore 0.12 word them.
PASSING = [
    "When getting information for key 'k': AWS Error UNKNOWN (HTTP status 500) during HeadObject",
    "AWS Error UNKNOWN (HTTP status 429) during ListObjectsV2 operation: Unable to parse",
    "AWS Error SLOW_DOWN during ListObjectsV2 operation: Please reduce your request rate",
    "AWS Error INTERNAL_FAILURE during CopyObject operation: We encountered an internal error",
    "AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 52, Empty reply",
    "AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 28, Timeout was reached",
    "AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 7, Could not connect",
    "Server returned non-2xx status code: 503 Service Unavailable: <Error>",
    "Error performing PUT http://h/k in 1ms - HTTP error: error sending request",
    "google::cloud::Status(UNAVAILABLE: Permanent error in ReadObject)",
]
LASTING = [
    "AWS Error ACCESS_DENIED during HeadObject operation: No response body.",
    "AWS Error NO_SUCH_BUCKET during ListObjectsV2 operation: The bucket does not exist",
    "AWS Error UNKNOWN (HTTP status 501) during PutObject operation",
    "AWS Error NETWORK_CONNECTION during HeadObject operation: curlCode: 60, SSL peer certificate",
    "Server returned non-2xx status code: 403 Forbidden: <Error>",
    "google::cloud::Status(PERMISSION_DENIED: no)",
    "[Errno 28] No space left on device",
]
QUICK = RetryPolicy(first_wait=0.001, longest_wait=0.004, total=60.0)


@pytest.mark.parametrize("text", PASSING)
def test_trouble_that_may_pass(text: str) -> None:
    assert may_pass(OSError(text))


@pytest.mark.parametrize("text", LASTING)
def test_trouble_that_lasts_is_one_line_at_once(text: str) -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        raise OSError(f"{text}\nwith more")

    with pytest.raises(StorageError, match=r"^cannot read x: ") as caught:
        with_retries("read", "x", fail, QUICK)
    assert len(calls) == 1
    assert not isinstance(caught.value, StoreUnavailableError)
    assert "\n" not in str(caught.value)


def test_an_operation_is_tried_until_it_succeeds() -> None:
    answers = [OSError(PASSING[0]), OSError(PASSING[4]), "done"]

    def answer() -> str:
        found = answers.pop(0)
        if isinstance(found, OSError):
            raise found
        return str(found)

    assert with_retries("read", "x", answer, QUICK) == "done"


def _fails_for(
    monkeypatch: pytest.MonkeyPatch, text: str, policy: RetryPolicy | None = None
) -> tuple[float, list[float]]:
    """Return the seconds, of a clock that only sleeping moves, and the waits in between."""
    waits: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", waits.append)
    monkeypatch.setattr(retry.time, "monotonic", lambda: sum(waits))

    def fail() -> None:
        raise OSError(text)

    with pytest.raises(StoreUnavailableError, match="did not recover in time"):
        with_retries("read", "x", fail, policy)
    return sum(waits), waits


def test_the_default_goes_on_for_five_minutes_with_growing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, waits = _fails_for(monkeypatch, PASSING[0])
    assert seconds == pytest.approx(300)
    assert waits[0] <= 0.5
    assert 15 <= max(waits) <= 30


def test_an_address_where_nobody_answers_at_first_is_said_after_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _fails_for(monkeypatch, PASSING[6], retry.FIRST_CONTACT)[0] == pytest.approx(6)
    assert _fails_for(monkeypatch, PASSING[0], retry.FIRST_CONTACT)[0] == pytest.approx(300)


def test_a_missing_file_is_no_trouble() -> None:
    def missing() -> None:
        raise FileNotFoundError("x")

    with pytest.raises(FileNotFoundError):
        with_retries("read", "x", missing)
