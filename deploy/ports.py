"""Checks of the ports that the local server needs."""

import socket
import sys
from collections.abc import Mapping


def refuse_ports(ports: Mapping[str, str], host: str) -> None:
    """Exit with one line if a port, named by its variable, is in use or is not a port number.

    Else another program that listens there would be mistaken for the server that was started.
    """
    for name, port in ports.items():
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, int(port)))
        except (ValueError, OverflowError):
            sys.exit(f"{name}: {port} is not a port; give a number from 1 to 65535")
        except OSError as error:
            sys.exit(f"{name}: port {port} of {host}: {error.strerror}; set it to a free port")
