"""Nocturne's errors: each message is one line that says what, where and what to do."""


class NocturneError(Exception):
    """Base of every error that a user can cause and mend."""


class SourceError(NocturneError):
    """A source of MIDI files is missing, empty, cut short or not what it claims to be."""


class StorageError(NocturneError):
    """The storage root cannot be read or written."""


class StoreUnavailableError(StorageError):
    """An object store answers with trouble that may pass: it was asked again for minutes."""


class BusyError(NocturneError):
    """Another process is writing the same thing, or took it over from this one."""


class CorpusError(NocturneError):
    """A corpus is unknown, unfinished, too small or too broken to go on with."""


class SamplesError(NocturneError):
    """A generation run is unknown, unfinished, damaged or does not fit the request."""


class ModelError(NocturneError):
    """A model folder is unknown, damaged or does not match its vocabulary."""


class ResourceError(NocturneError):
    """This machine has not enough memory for what was asked."""


class SurroundingsError(NocturneError):
    """The shell, the file system or a setting of the environment lets no command work."""


class ServerError(NocturneError):
    """The Prefect server that is configured does not answer, or a temporary one does not start."""
