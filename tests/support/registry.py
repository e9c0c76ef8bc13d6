"""A registry of images, Debian's docker-registry, on a network of the outer engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from support import engine
from support.swarm_nodes import wait_for

SERVERS = "racknet/tests:servers"
USER, PASSWORD = "someone", "secret"
CONFIG = """\
version: 0.1
storage: {filesystem: {rootdirectory: /registry}}
http: {addr: ":5000"}
"""
AUTH = "auth: {htpasswd: {realm: tests, path: /htpasswd}}\n"
HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"  # bcrypt


@dataclass(frozen=True)
class Registry:
    """A registry: its container, its address on this machine, and its address on the network."""

    container: str
    local: str
    address: str

    def requests(self, word: str) -> int:
        """Return how many requests with a word in their path there have been."""
        return engine.command("docker", "logs", self.container).out.count(f"/{word}/")


@contextmanager
def registry_on(network: str, *, has_password: bool = False) -> Iterator[Registry]:
    """Start an empty registry. Remove it in any case."""
    serve = 'printf %s "$CONFIG" >/config.yml; printf %s "$HTPASSWD" >/htpasswd; exec docker-registry serve /config.yml'
    config = CONFIG + AUTH * has_password
    flags = [
        f"--network={network}",
        "--publish=127.0.0.1::5000",
        f"--env=CONFIG={config}",
        f"--env=HTPASSWD={HTPASSWD}",
    ]
    with engine.started(SERVERS, "sh", "-c", serve, flags=flags) as container:
        wait_for(lambda: "listening on" in engine.command("docker", "logs", container).err, "the registry")
        local = engine.docker("port", container, "5000").strip()
        (attached,) = json.loads(engine.docker("inspect", container))[0]["NetworkSettings"]["Networks"].values()
        yield Registry(container, local, f"{attached['IPAddress']}:5000")
