"""A real swarm of three nodes, each a container with an engine of its own, eth0 on PublicNet and eth1 on ServiceNet."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import engine

PUBLIC_NET, SERVICE_NET = "198.51.100.0/24", "10.176.224.0/19"
NODE, REDIS = "racknet/tests:node", "racknet/tests:redis"


@dataclass(frozen=True)
class Node:
    """A node: its host name, its container, its engine's DOCKER_HOST, its addresses."""

    name: str
    container: str
    host: str
    public: str
    service: str

    def docker(self, *words: str, given: str | None = None) -> str:
        """Runs a command of Docker's that must succeed on this node's engine; returns what it prints."""
        return engine.docker("--host", self.host, *words, given=given)

    def run(self, *words: str) -> engine.Said:
        """Runs a command on the node itself."""
        return engine.command("docker", "exec", self.container, *words)

    def load(self, *images: str) -> None:
        """Brings images to the node."""
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "--host", self.host, "load", "-q"], stdin=saved.stdout, check=True, stdout=-3)

    def start(self) -> None:
        """Starts the engine, and waits until it answers."""
        sockets = ["-H", "unix:///var/run/docker.sock", "-H", "unix:///engine/docker.sock"]
        engine.docker("exec", "-d", self.container, "dockerd", *sockets, "--log-driver", "none")
        wait_for(lambda: engine.command("docker", "--host", self.host, "info").status == 0, f"{self.name}'s engine")


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.1)


@contextmanager
def network(name: str, subnet: str, *options: str) -> Iterator[str]:
    """A network of the outer engine's; it is removed whatever happens."""
    called = f"racknet-tests-{name}-{engine.RUN[:8]}"
    engine.docker("network", "create", "--label", engine.LABEL, "--subnet", subnet, *options, called)
    try:
        yield called
    finally:
        engine.command("docker", "network", "rm", called)


@dataclass(frozen=True)
class Swarm:
    """A swarm: its nodes, the first of them its manager, on two networks of the outer engine's."""

    nodes: list[Node]
    public_net: str
    service_net: str

    @contextmanager
    def node(self, name: str) -> Iterator[Node]:
        """A node with an engine and racknet's image, in the swarm; nothing of it is left behind."""
        with TemporaryDirectory(prefix="racknet-tests-") as sockets:
            flags = ["--privileged", "--hostname", name, "-v", "/var/lib/docker", "-v", f"{sockets}:/engine"]
            run = ["run", "-d", "--rm", "--label", engine.LABEL, f"--network={self.public_net}", *flags, NODE]
            container = engine.docker(*run, "sleep", "7200").strip()
            try:
                engine.docker("network", "connect", self.service_net, container)
                networks = json.loads(engine.docker("inspect", container))[0]["NetworkSettings"]["Networks"]
                public, service = (networks[net]["IPAddress"] for net in (self.public_net, self.service_net))
                node = Node(name, container, f"unix://{sockets}/docker.sock", public, service)
                node.start()
                node.load(engine.IMAGE)
                if self.nodes:
                    manager = self.nodes[0]
                    token = manager.docker("swarm", "join-token", "-q", "worker").strip()
                    node.docker("swarm", "join", "--token", token, f"{manager.public}:2377")
                else:
                    node.docker("swarm", "init", "--advertise-addr", node.public)
                self.nodes.append(node)
                wait_for(
                    lambda: self.nodes[0].docker("node", "ls").count(" Ready ") == len(self.nodes), f"{name} ready"
                )
                yield node
            finally:
                engine.command("docker", "rm", "-f", "-v", container)


@contextmanager
def swarm(*names: str) -> Iterator[Swarm]:
    """A swarm of nodes of these names; nothing of it is left behind."""
    with (
        network("public", PUBLIC_NET) as public_net,
        network("service", SERVICE_NET, "--internal") as service_net,
        ExitStack() as stack,
    ):
        found = Swarm([], public_net, service_net)
        for name in names:
            stack.enter_context(found.node(name))
        yield found
