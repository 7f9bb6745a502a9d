"""Ports that are none or taken are named before anything starts."""

import socket

import pytest

from deploy.ports import refuse_ports

HOST = "127.0.0.1"


@pytest.mark.parametrize("port", ["high", "70000", "-1", "80.5", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SystemExit) as refused:
        refuse_ports({"NOCTURNE_PORT": port}, HOST)
    assert refused.value.code == (
        f"NOCTURNE_PORT: {port} is not a port; give a number from 1 to 65535"
    )


def test_a_port_is_refused_while_it_is_taken() -> None:
    with socket.create_server((HOST, 0)) as other:
        ports = {"NOCTURNE_GALLERY_PORT": str(other.getsockname()[1])}
        with pytest.raises(SystemExit) as refused:
            refuse_ports(ports, HOST)
    assert "Address already in use; set it to a free port" in str(refused.value.code)
    refuse_ports(ports, HOST)
