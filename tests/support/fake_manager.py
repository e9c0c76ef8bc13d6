"""A manager of a swarm that does what a test says, behind Docker's API: for what a real one does only by chance."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from racknet import __version__
from racknet.swarm.image import TITLE, VERSION

NO_LEADER = (500, "rpc error: code = Unknown desc = The swarm does not have a leader")
LABELS = {TITLE: "racknet", VERSION: __version__}


def node(name: str, **spec: str) -> dict[str, Any]:
    """Return a node as the API has it; its id is its name, and `id`."""
    usual = {"Role": "worker", "Availability": "active", **spec}
    return {"ID": f"{name}id", "Description": {"Hostname": name}, "Status": {"State": "ready"}, "Spec": usual}


def task(name: str, state: str = "complete", error: str = "") -> dict[str, Any]:
    """Return the task of a node, by the node's name, as the API has it."""
    return {"ID": f"{name}task", "NodeID": f"{name}id", "Status": {"State": state, "Err": error}}


def line(name: str, text: str) -> bytes:
    """Return a line of a service's log, from the task of a node, as the API sends it with details."""
    data = f"com.docker.swarm.task.id={name}task {text}\n".encode()
    return struct.pack(">BxxxL", 1, len(data)) + data


def reply(address: str, *, network: str = "service", interface: str = "eth1", proven: bool = True) -> str:
    """Return the line that racknet prints on a node for IPv4 with `--json`."""
    query = {"network": network, "family": "ipv4", "address": address, "prefix_length": 19}
    more = {"interface": interface, "why": "only candidate", "proven": proven, "source": "host"}
    return json.dumps(query | more)


def error(message: str) -> str:
    """Return the line that racknet prints on a node with `--json` where it has no answer."""
    return json.dumps({"error": message, "hint": "see racknet list", "addresses": []})


class FakeManager(ThreadingHTTPServer):
    """A manager. What it has may be changed at any time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.now = "2026-01-01T00:00:00.123456789Z"  # by the clock of the swarm's leader
        self.nodes = [node("n1")]
        self.tasks = [task("n1")]
        self.logs: dict[str, list[bytes]] = {
            "stdout": [line("n1", reply("10.0.0.1"))],
            "stderr": [b""],
        }  # one for each look
        self.jobs: dict[str, dict[str, Any]] = {}
        self.refusals: list[tuple[int, str]] = []  # to remove a job: one for each try
        self.before: Callable[[str], object] = lambda _: None  # called with each request: "GET /tasks"
        self.requests: list[str] = []
        self.created: list[tuple[Message, dict[str, Any]]] = []

    @property
    def docker_host(self) -> str:
        return f"tcp://127.0.0.1:{self.server_port}"

    def add_job(self, spec: dict[str, Any]) -> None:
        self.jobs[spec["Name"]] = {"CreatedAt": self.now, "Spec": spec}

    def answer(self, method: str, path: str, words: Sequence[str]) -> tuple[int, Any]:
        """Return the status and the content for a request; `words` are the parameters without the filters."""
        found: tuple[int, Any] = 404, {"message": f"{path} not found"}
        match [method, *path.strip("/").split("/")]:
            case ["GET", "version"]:
                found = 200, {"ApiVersion": "1.45", "MinAPIVersion": "1.24"}
            case ["GET", "info"]:
                found = 200, {"Swarm": {"ControlAvailable": True, "NodeAddr": "10.0.0.1"}}
            case ["GET", "images", *_]:
                found = 200, {"Id": "sha256:1d", "Config": {"Labels": LABELS}}
            case ["GET", "nodes"]:
                found = 200, self.nodes
            case ["GET", "services"]:
                found = 200, list(self.jobs.values())
            case ["GET", "tasks"] if self.jobs:
                found = 200, self.tasks
            case ["GET", "services", name, "logs"] if name in self.jobs:
                looks = self.logs["stdout" if "stdout" in words else "stderr"]
                found = 200, looks.pop(0) if len(looks) > 1 else looks[0]
            case ["DELETE", "services", name] if self.refusals:
                status, message = self.refusals.pop(0)
                found = status, {"message": message}
            case ["DELETE", "services", name] if name in self.jobs:
                del self.jobs[name]
                found = 200, b""
        return found


class _Handler(BaseHTTPRequestHandler):
    server: FakeManager

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        path = path[path.index("/", 1) :] if path.startswith("/v1.") else path
        self.server.requests.append(f"{self.command} {path}")
        self.server.before(f"{self.command} {path}")
        if (self.command, path) == ("POST", "/services/create"):
            spec = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.created.append((self.headers, spec))
            self.server.add_job(spec)
            self._send(201, {"ID": "x"})
        else:
            given = [name for name, (value, *_) in parse_qs(parts.query).items() if value in ("1", "True", "true")]
            self._send(*self.server.answer(self.command, path, given))

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _send(self, status: int, content: object) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def fake_manager() -> Iterator[FakeManager]:
    """Yield a manager that listens on this machine."""
    manager = FakeManager()
    Thread(target=manager.serve_forever, args=[0.01]).start()
    try:
        yield manager
    finally:
        manager.shutdown()
        manager.server_close()
