"""The process of a temporary Prefect server, which ends with the process that started it.

    python -m nocturne.flows.cli.watched_server DESCRIPTOR

DESCRIPTOR is a listening socket. Standard input is a pipe that the starting process holds open:
the kernel closes the pipe when that process ends, even by SIGKILL.
"""

import os
import socket
import sys
import threading


def main(descriptor: int) -> None:
    """Serve Prefect's API on the socket until the starting process ends."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)  # ephemeral: without pages and schedules
    config = uvicorn.Config(app, log_level="error", lifespan="on")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def _exit_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
