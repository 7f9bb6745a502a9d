"""A flow of somebody else's on the same server, which Nocturne has to leave alone.

    python -P strangers.py FILE

It beats as Nocturne's runs do, its names and its tag are as theirs; it belongs to no work pool. It
writes the id of its run to FILE and waits until it is killed.
"""

import sys
import time
from pathlib import Path

from prefect import flow, tags
from prefect.runtime import flow_run


@flow(name="train", flow_run_name="a stranger's stage")
def stage(id_file: str) -> None:
    """Wait."""
    Path(id_file).write_text(flow_run.get_parent_flow_run_id() or "")
    time.sleep(3600)


@flow(name="retrain", flow_run_name="a stranger's run")
def work(id_file: str) -> None:
    """Run a stage."""
    stage(id_file)


if __name__ == "__main__":
    with tags("nocturne"):
        work(sys.argv[1])
