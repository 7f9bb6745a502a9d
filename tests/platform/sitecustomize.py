"""Makes a Linux interpreter, and those that it starts, lack what macOS lacks.

Python imports this module by itself where its folder is on PYTHONPATH.
"""

import builtins
import io
import os
import resource
from typing import Any

_open, _io_open, _setrlimit = builtins.open, io.open, resource.setrlimit


def _without_proc(file: Any, *arguments: Any, **options: Any) -> Any:
    if isinstance(file, str | os.PathLike) and os.fspath(file).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", os.fspath(file))
    return _io_open(file, *arguments, **options)


def _without_address_space(limit: int, limits: tuple[int, int]) -> None:
    if limit == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    _setrlimit(limit, limits)


builtins.open = io.open = _without_proc
resource.setrlimit = _without_address_space
del os.memfd_create
for name in ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "sendfile", "O_TMPFILE"):
    if hasattr(os, name):
        delattr(os, name)
