"""The handbook's configuration of Nginx: Nginx takes it, and serves through it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NGINX, OPENSSL = (
    shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") for name in ("nginx", "openssl")
)
CONFIGURATION = (Path(__file__).parents[2] / "docs" / "nginx.conf").read_text("utf-8")

pytestmark = pytest.mark.skipif(not (NGINX and OPENSSL), reason="Nginx or openssl is not installed")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def behind() -> Iterator[tuple[int, list[tuple[str, dict[str, str]]]]]:
    """The port of a platform, and what it was asked."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write("绩衡".encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def prepared(folder: Path, port: int) -> tuple[list[str], int, int]:
    """(command, HTTP port, HTTPS port) of an Nginx whose files are all in this folder."""
    plain, secure = free_port(), free_port()
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / "jixiao.key", "-out", folder / "jixiao.crt"]
    subprocess.run([OPENSSL, "req", "-x509", *key, "-subj", "/CN=localhost"], check=True, capture_output=True)
    site = CONFIGURATION
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        ("127.0.0.1:8000", f"127.0.0.1:{port}"),
        ("/etc/nginx/jixiao", f"{folder}/jixiao"),
    ):
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site, "utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nworker_processes 1;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{own}include {folder}/site.conf;\n}}\n",
        "utf-8",
    )
    return (
        [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
        plain,
        secure,
    )


def test_serves_and_keeps_unfinished_forms_to_itself(
    behind: tuple[int, list[tuple[str, dict[str, str]]]], tmp_path: Path
) -> None:
    port, asked = behind
    command, plain, secure = prepared(tmp_path, port)
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=60)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    server = subprocess.Popen(command)
    try:
        trusting = ssl.create_default_context(cafile=str(tmp_path / "jixiao.crt"))
        trusting.check_hostname = False
        _await(secure)
        unfinished = trusting.wrap_socket(socket.create_connection(("127.0.0.1", secure), timeout=30))
        unfinished.sendall(b"POST /login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nusername=")
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusting))
        request = urllib.request.Request(f"https://127.0.0.1:{secure}/login/", headers={"X-Forwarded-For": "1.2.3.4"})
        with opener.open(request, timeout=30) as answer:
            assert answer.read().decode() == "绩衡"
        unfinished.close()
        with socket.create_connection(("127.0.0.1", plain), timeout=30) as s:
            s.sendall(b"GET /login/ HTTP/1.0\r\nHost: jixiao.example.gov.cn\r\n\r\n")
            assert b"Location: https://jixiao.example.gov.cn/login/" in b"".join(iter(lambda: s.recv(4096), b""))
    finally:
        server.terminate()
        server.wait(timeout=30)
    [(path, headers)] = asked
    assert path == "/login/"
    # What a visitor writes of himself is not handed on.
    assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("127.0.0.1", "https")


def _await(port: int) -> None:
    """Until Nginx listens: a connection is refused at once before."""
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
    raise AssertionError("Nginx does not listen")
