"""The process of a temporary Prefect server: uvicorn, which ends with the process that started it.

Run as `python -m nocturne.flows.cli.watched_server ARGUMENTS`, with uvicorn's arguments.
Standard input is a pipe that the starting process holds open: the kernel closes it whatever ends
that process.
"""

import os
import threading


def _end_with_the_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    from uvicorn.main import main

    main()
