"""What is sent to a manager, by an HTTP server that stands in for it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from racknet.swarm.client import Swarm
from racknet.swarm.connection import connect

SENT: list[tuple[Message, bytes]] = []
INFO = {"Swarm": {"ControlAvailable": True, "NodeAddr": "10.0.0.1"}, "SystemTime": "2026-01-01T00:00:00.5Z"}


class Manager(BaseHTTPRequestHandler):
    """A manager that takes every job."""

    def do_GET(self) -> None:
        self._answer(INFO if self.path.endswith("/info") else {"ApiVersion": "1.45", "MinAPIVersion": "1.24"})

    def do_POST(self) -> None:
        SENT.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer({"ID": "x"})

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def swarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swarm]:
    """A swarm for a user who has logged in at Docker Hub and at r.example."""
    auth = {"auth": base64.b64encode(b"someone:secret").decode()}
    auths = {"https://index.docker.io/v1/": auth, "r.example": auth}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Manager)
    Thread(target=server.serve_forever).start()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
    try:
        with connect() as engine:
            yield Swarm(*engine)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("image", "server"),
    [
        ("sha256:00", None),
        ("r.example/racknet@sha256:00", "r.example"),
        ("racknet/ip@sha256:00", "https://index.docker.io/v1/"),
        ("other.example/racknet@sha256:00", None),
    ],
)
def test_credentials(swarm: Swarm, image: str, server: str | None) -> None:
    """The credentials for the image's registry go along, and no others; an id needs none."""
    swarm.start(image, ["service", "ipv4"], {}, [], 60)
    headers, body = SENT.pop()
    assert json.loads(body)["TaskTemplate"]["ContainerSpec"]["Image"] == image
    sent = headers["X-Registry-Auth"]
    assert (json.loads(base64.urlsafe_b64decode(sent)).get("serveraddress") if sent else None) == server
