"""The two page servers on a storage root: that of `make server`, and nginx as in compose."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.gallery import FAVICON, HOST, listening, server

CONF = Path(__file__).parents[2] / "deploy/gallery.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
AROUND = """
daemon off;
master_process off; # as the user of the tests
pid {home}/pid;
error_log {home}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log {home}/access.log;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    {server}
}}
"""


@contextmanager
def page_server(root: Path) -> Iterator[str]:
    """Serve the root's pages as `make server` does; give the address."""
    with listening("0") as listener:
        running = server(str(root))
        thread = threading.Thread(target=running.run, args=([listener],))
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


@contextmanager
def nginx(root: Path, home: Path) -> Iterator[str]:
    """Serve the root's pages as compose does; give the address. Skips where nginx is missing."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    with listening("0") as free:
        port = free.getsockname()[1]
    home.mkdir()
    conf = CONF.read_text().replace("listen 8080", f"listen {HOST}:{port}")
    conf = conf.replace("root /data", f'root "{root}"')
    conf = conf.replace("root /usr/share/nocturne", f"root {FAVICON.parent}")
    (home / "nginx.conf").write_text(AROUND.format(home=home, server=conf))
    command = [
        NGINX,
        "-p",
        str(home),
        "-e",
        str(home / "error.log"),
        "-c",
        str(home / "nginx.conf"),
    ]
    process = subprocess.Popen(command)
    try:
        _wait(port, process, home)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            log = home / "error.log"
            logged = log.read_text() if log.exists() else ""
            assert process.poll() is None and time.monotonic() < deadline, logged
            time.sleep(0.05)
