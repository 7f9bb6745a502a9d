"""What a command needs of the shell that started it, checked and set right before anything else."""

import os
import resource
import sys

from nocturne.schemas.errors import SurroundingsError

LEAST_FILE_MIB = 64  # of a model's weights, a database, a Parquet shard
LOOPBACK = ("127.0.0.1", "localhost")


def set_up_process() -> None:
    """Make standard streams, module search and proxies what the rest of the program relies on."""
    _open_standard_streams()
    # A random.py in the working folder is not the random of this process's children.
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
    """Open what was closed (`>&-`): else the next file that is opened would get the output."""
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
    """Leave the temporary server out of what a proxy is asked for."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
        if "*" not in known:
            os.environ[name] = ",".join(dict.fromkeys([*known, *LOOPBACK]))
