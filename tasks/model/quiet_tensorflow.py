"""Import TensorFlow without its start-up messages.

TensorFlow's C++ part writes lines about the CPU and about GPUs it did not find straight to the
standard error's file descriptor while it is imported; no setting of its own stops those that
come before its logging is set up. So the descriptor is put aside for as long as that one
import takes. If the import fails, what was written is shown after all.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from tempfile import TemporaryFile
from types import ModuleType

NAME = "tensorflow"
STANDARD_ERROR = 2


class _QuietLoader(Loader):
    """Another loader, with the standard error put aside while it runs."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader  # from here on the module is as without this
        with _standard_error_aside():
            self.loader.exec_module(module)


class _QuietFinder(MetaPathFinder):
    """Finds TensorFlow once, as the other finders would, and wraps its loader."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != NAME:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(NAME)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


@contextmanager
def _standard_error_aside() -> Iterator[None]:
    kept = os.dup(STANDARD_ERROR)
    with TemporaryFile() as aside:
        os.dup2(aside.fileno(), STANDARD_ERROR)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, STANDARD_ERROR)
            os.close(kept)


def import_tensorflow_quietly() -> None:
    """Let the first import of TensorFlow, wherever it is, be a quiet one."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if NAME not in sys.modules and not any(isinstance(f, _QuietFinder) for f in sys.meta_path):
        sys.meta_path.insert(0, _QuietFinder())
