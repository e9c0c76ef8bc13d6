"""A real swarm of nodes, each a container with its own engine, eth0 on PublicNet and eth1 on ServiceNet."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from support import engine

PUBLIC_NET, SERVICE_NET = "198.51.100.0/24", "10.176.224.0/19"
OPTIONS = ["--log-driver", "none", "--insecure-registry", PUBLIC_NET]  # the tests' registry has no certificate
CLUSTER = [sys.executable, "-m", "racknet", "cluster"]
NODE, REDIS = "racknet/tests:node", "racknet/tests:redis"


@dataclass(frozen=True)
class SwarmNode:
    """A node: its host name, its container, the DOCKER_HOST of its engine, its addresses."""

    name: str
    container: str
    docker_host: str
    public: str
    service: str

    def docker(self, *words: str, stdin: str | None = None) -> str:
        """Run a `docker` command that must succeed on the node's engine, and return what it prints."""
        return engine.docker("--host", self.docker_host, *words, stdin=stdin)

    def run(self, *words: str) -> engine.CommandResult:
        """Run a command on the node itself."""
        return engine.command("docker", "exec", self.container, *words)

    def pause(self) -> None:
        """Stop all of the node's processes at once. While its engine starts a container, that may need a second try."""
        wait_for(lambda: engine.command("docker", "pause", self.container).status == 0, f"{self.name} paused")

    def load(self, *images: str) -> None:
        """Copy images to the node."""
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
            load = ["docker", "--host", self.docker_host, "load", "-q"]
            subprocess.run(load, stdin=saved.stdout, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start the engine, and wait until it answers."""
        sockets = ["-H", "unix:///var/run/docker.sock", "-H", "unix:///engine/docker.sock"]
        engine.docker("exec", "-d", self.container, "dockerd", *sockets, *OPTIONS)
        info = ("docker", "--host", self.docker_host, "info")
        wait_for(lambda: engine.command(*info).status == 0, f"the engine of {self.name}")


def cluster(node: SwarmNode, *words: str, **environ: str) -> engine.CommandResult:
    """Ask through the engine of a node."""
    return engine.command(*CLUSTER, *words, timeout=90, environ={"DOCKER_HOST": node.docker_host, **environ})


def lines(*nodes: SwarmNode) -> str:
    """Return what `cluster service` prints for these nodes."""
    width = max(len(node.name) for node in nodes)
    return "".join(f"{node.name:{width}}  {node.service}\n" for node in nodes)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until a condition holds. Fail when the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.1)


@contextmanager
def network(name: str, subnet: str, *options: str) -> Iterator[str]:
    """Make a network of the outer engine, and yield its name. Remove it in any case."""
    unique_name = f"racknet-tests-{name}-{engine.RUN[:8]}"
    engine.docker("network", "create", "--label", engine.LABEL, "--subnet", subnet, *options, unique_name)
    try:
        yield unique_name
    finally:
        engine.command("docker", "network", "rm", unique_name)


@dataclass(frozen=True)
class Swarm:
    """A swarm on two networks of the outer engine. The first of its nodes is its manager."""

    nodes: list[SwarmNode]
    public_net: str
    service_net: str

    @contextmanager
    def node(self, name: str) -> Iterator[SwarmNode]:
        """Let a node with an engine and the racknet image join the swarm. Remove it in any case."""
        with TemporaryDirectory(prefix="racknet-tests-") as sockets:
            mounts = ["-v", "/var/lib/docker", "-v", f"{sockets}:/engine"]
            flags = ["--privileged", "--hostname", name, f"--network={self.public_net}", *mounts]
            with engine.started(NODE, "sleep", "7200", flags=flags) as container:
                engine.docker("network", "connect", self.service_net, container)
                networks = json.loads(engine.docker("inspect", container))[0]["NetworkSettings"]["Networks"]
                public, service = (networks[net]["IPAddress"] for net in (self.public_net, self.service_net))
                node = SwarmNode(name, container, f"unix://{sockets}/docker.sock", public, service)
                node.start()
                node.load(engine.IMAGE, engine.VERSIONED)
                if self.nodes:
                    manager = self.nodes[0]
                    token = manager.docker("swarm", "join-token", "-q", "worker").strip()
                    node.docker("swarm", "join", "--token", token, f"{manager.public}:2377")
                else:
                    node.docker("swarm", "init", "--advertise-addr", node.public)
                self.nodes.append(node)
                listed = ("node", "ls")
                wait_for(lambda: self.nodes[0].docker(*listed).count(" Ready ") == len(self.nodes), f"{name} ready")
                yield node


@contextmanager
def swarm_of(*names: str) -> Iterator[Swarm]:
    """Make a swarm of nodes with these names, and yield it. Remove it in any case."""
    with (
        network("public", PUBLIC_NET) as public_net,
        network("service", SERVICE_NET, "--internal") as service_net,
        ExitStack() as stack,
    ):
        swarm = Swarm([], public_net, service_net)
        for name in names:
            stack.enter_context(swarm.node(name))
        yield swarm
