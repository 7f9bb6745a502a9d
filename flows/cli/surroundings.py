"""The shell that started a command: its streams, working folder, limits and proxies."""

import os
import resource
import sys

from nocturne.schemas.errors import SurroundingsError

LEAST_FILE_MIB = 64  # of a model's weights, a database, a Parquet shard
LOOPBACK = ("127.0.0.1", "localhost")


def set_up_process() -> None:
    """Set up standard streams, module search and proxies for the rest of the program."""
    _open_standard_streams()
    # Child processes do not import a random.py that lies in the working folder.
    os.environ["PYTHONSAFEPATH"] = "1"
    _reach_loopback_directly()


def require_working_folder() -> None:
    """Raise SurroundingsError if the working folder has been deleted."""
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd is the same call
    except OSError as error:
        raise SurroundingsError(
            f"the working folder cannot be used ({error.strerror}): cd to one that is there"
        ) from error


def require_room_in_files() -> None:
    """Raise SurroundingsError if the shell limits files to fewer bytes than a run writes."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit != resource.RLIM_INFINITY and limit < LEAST_FILE_MIB * 1024**2:
        raise SurroundingsError(
            f"this shell limits files to {limit / 1024**2:.1f} MiB (ulimit -f), a run needs "
            f"{LEAST_FILE_MIB} MiB: raise the limit, or run ulimit -f unlimited first"
        )


def _open_standard_streams() -> None:
    """Open closed streams (`>&-`): else the next opened file would receive the output."""
    for number, mode, name in ((0, "r", "stdin"), (1, "w", "stdout"), (2, "w", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _reach_loopback_directly() -> None:
    """Never ask a proxy for the temporary server, which is on loopback."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
        if "*" not in known:
            os.environ[name] = ",".join(dict.fromkeys([*known, *LOOPBACK]))
