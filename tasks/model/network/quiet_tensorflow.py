"""TensorFlow and Keras, imported without TensorFlow's start-up messages.

TensorFlow's C++ part writes lines about the CPU and about GPUs that it did not find straight to
the standard error's file descriptor while it is imported; none of its settings stops those that
come before its logging is set up. So the descriptor points to a temporary file during the import.
If the import fails, what was written is shown. Every module that needs TensorFlow takes it from
here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

STANDARD_ERROR = 2


@contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """Keep what is written to the standard error; write it there only after an exception."""
    standard_error = os.dup(STANDARD_ERROR)
    with TemporaryFile() as written:
        os.dup2(written.fileno(), STANDARD_ERROR)
        try:
            yield
        except BaseException:
            written.seek(0)
            os.write(standard_error, written.read())
            raise
        finally:
            os.dup2(standard_error, STANDARD_ERROR)
            os.close(standard_error)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
with _quiet_standard_error():
    import tensorflow as tf

    # isort: split
    import keras

__all__ = ["keras", "tf"]
