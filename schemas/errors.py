"""Nocturne's errors. Each message is one line that says what is wrong, where, and what to do.

    NocturneError
    ├── SourceError               a source of MIDI files
    ├── StorageError              the storage root
    │   └── StoreUnavailableError     an object store, for a time
    ├── BusyError                 another process is at work
    ├── CorpusError               a corpus
    ├── ModelError                a model
    ├── SamplesError              a generation run
    ├── ResourceError             memory
    ├── SurroundingsError         the shell and its environment
    └── ServerError               the Prefect server

An input file that cannot be used is no error: it becomes a row of the file manifest, with a reason.
"""

__all__ = [
    "BusyError",
    "CorpusError",
    "ModelError",
    "NocturneError",
    "ResourceError",
    "SamplesError",
    "ServerError",
    "SourceError",
    "StorageError",
    "StoreUnavailableError",
    "SurroundingsError",
    "one_line",
]


class NocturneError(Exception):
    """Base of every error that a user can cause and mend."""


class SourceError(NocturneError):
    """A source of MIDI files is missing, empty, cut short or of the wrong kind."""


class StorageError(NocturneError):
    """The storage root cannot be read or written."""


class StoreUnavailableError(StorageError):
    """An object store still fails after minutes of retries; the same call may work later."""


class BusyError(NocturneError):
    """Another process writes the same corpus, model or run, or has taken its lock over."""


class CorpusError(NocturneError):
    """A corpus is unknown, unfinished, too small or damaged."""


class SamplesError(NocturneError):
    """A generation run is unknown, unfinished, damaged or does not fit the request."""


class ModelError(NocturneError):
    """A model folder is unknown, damaged or does not match its vocabulary."""


class ResourceError(NocturneError):
    """This machine has not enough memory for the requested work."""


class SurroundingsError(NocturneError):
    """The shell, the file system or an environment variable lets no command work."""


class ServerError(NocturneError):
    """The configured Prefect server does not answer, or a temporary one does not start."""


def one_line(error: BaseException) -> str:
    """Return an error's message with single spaces for line breaks; its type's name if empty."""
    return " ".join(str(error).split()) or type(error).__name__
