"""How many rows of the field table there are and how many hold: one JSON line."""

import json
import os
import tempfile
from collections import Counter
from pathlib import Path

from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.field.table import KNOWN, Case, cases


def verdict(case: Case, folder: Path, workers: Workers) -> str:
    """Return what a row comes to."""
    if case.needs and not case.needs.exists():
        return "skipped"
    os.environ["HOME"] = str(folder / "home")
    if not case.fault(folder, workers):
        return "hold"
    return "known" if case.name in KNOWN else "fail"


def main() -> None:
    """Try every row, each in a folder of its own."""
    verdicts: Counter[str] = Counter(hold=0, known=0, fail=0, skipped=0)
    with Workers(1, limit_memory, (512,)) as workers, tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases()):
            own = Path(folder, str(number))
            own.mkdir()
            verdicts[verdict(case, own, workers)] += 1
    print(json.dumps({"rows": verdicts.total(), **verdicts}))


if __name__ == "__main__":
    main()
