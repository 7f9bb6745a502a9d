"""Expected errors in the logs of runs: one line, where Prefect would print a traceback.

A NocturneError names the problem, the place and the remedy; its traceback helps nobody. Any other
error keeps its traceback.
"""

import logging

from nocturne.schemas.errors import NocturneError, one_line

RUN_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class OneLineErrors(logging.Filter):
    """Removes the traceback of a NocturneError from a record and leaves its message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; none is dropped."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, NocturneError):
            record.msg = record.getMessage().replace(repr(error), one_line(error))
            record.args = record.exc_info = record.exc_text = None
        return True


def shorten_expected_errors() -> None:
    """Filter what Prefect logs for flow runs and task runs of this process."""
    for name in RUN_LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, OneLineErrors) for known in logger.filters):
            logger.addFilter(OneLineErrors())
