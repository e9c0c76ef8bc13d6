"""The instructions in docs/ and examples/ work as they are written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import kubernetes_validate
import pytest
import yaml
from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS
from support.swarm_nodes import REDIS, Swarm, SwarmNode, wait_for

pytestmark = pytest.mark.alone
ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def built() -> Iterator[str]:
    """The image of examples/Dockerfile, with Redis from Debian."""
    tag = "racknet/tests:example"
    result = engine.build("docker", "build", "-q", "-t", tag, "--build-arg", f"BASE={REDIS}", str(EXAMPLES))
    assert result.status == 0, result.err
    yield tag
    engine.command("docker", "rmi", tag)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host: its network, for `docker run --net=`."""
    with engine.host_container(HOSTS["rackspace"].layout.script) as container:
        yield f"container:{container}"


def with_redis(swarm: Swarm) -> tuple[SwarmNode, SwarmNode]:
    """Return two nodes that have the image of Redis."""
    _, n2, n10 = swarm.nodes
    for node in (n2, n10):
        if not node.docker("images", "-q", REDIS):
            node.load(REDIS)
    return n2, n10


def ping(node: SwarmNode, address: str) -> CommandResult:
    """Ask a Redis from a container of a node."""
    words = ["docker", "--host", node.docker_host, "run", "--rm", REDIS, "redis-cli", "-h", address, "ping"]
    return engine.command(*words)


def test_servicenet(swarm_of_three: Swarm) -> None:
    """docs/servicenet.md: Redis that is published on ServiceNet answers there, and nowhere else."""
    n2, n10 = with_redis(swarm_of_three)
    environ = {**os.environ, "DOCKER_HOST": swarm_of_three.nodes[0].docker_host}
    asked = [sys.executable, "-m", "racknet", "cluster", "service", "ipv4", "--node", "n2"]
    address = subprocess.run(asked, capture_output=True, text=True, check=True, env=environ).stdout.strip()
    assert address == n2.service
    assert n2.docker("run", "--rm", "--net=host", engine.IMAGE, "service", "ipv4").strip() == address
    n2.docker("run", "-d", "--name", "redis", "-p", f"{address}:6379:6379", REDIS)
    try:
        wait_for(lambda: ping(n10, address).out == "PONG\n", "Redis answers a container of another node")
        assert n2.docker("port", "redis").split() == ["6379/tcp", "->", f"{address}:6379"]
        refused = ping(n10, n2.public)
        assert "Connection refused" in refused.out + refused.err
    finally:
        n2.docker("rm", "-f", "redis")


def test_compose(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """examples/compose.yaml: Redis listens on the service network, and its neighbour reaches it."""
    n2, n10 = with_redis(swarm_of_three)
    folder = copytree(EXAMPLES, tmp_path / "examples")
    (folder / "racknet.env").write_text(n2.docker("run", "--rm", "--net=host", engine.IMAGE, "env"))
    environ = {**os.environ, "DOCKER_HOST": n2.docker_host, "BASE": REDIS}

    def compose(*words: str) -> str:
        done = subprocess.run(
            ["docker", "compose", "--env-file", "racknet.env", *words],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        compose("up", "--detach", "--build", "--quiet-pull")
        pinged = ("ps", "-a", "--filter", "name=neighbour", "--format", "{{.Status}}")
        wait_for(lambda: n2.docker(*pinged).startswith("Exited (0)"), "the neighbour's ping")
        assert ping(n10, n2.service).out == "PONG\n"
        assert "Connection refused" in ping(n10, n2.public).err
    finally:
        compose("down", "--rmi", "local", "--timeout", "1")


def test_stack(swarm_of_three: Swarm) -> None:
    """examples/stack.yaml: the commands at its head print the service address of each node, and clean up."""
    n1 = swarm_of_three.nodes[0]
    deploy, logs, remove = re.findall(r"^#     docker (.*)$", (EXAMPLES / "stack.yaml").read_text(), re.MULTILINE)
    try:
        offline = deploy.replace("--compose-file stack.yaml", f"--resolve-image=never -c {EXAMPLES}/stack.yaml")
        n1.docker(*offline.split())
        assert sorted(n1.docker(*logs.split()).split()) == [node.service for node in swarm_of_three.nodes]
    finally:
        n1.docker(*remove.split())
    assert n1.docker("service", "ls", "-q") == ""


def test_entrypoint(built: str, host: str) -> None:
    """examples/entrypoint.sh: the addresses are in the environment. Nothing starts without a service address."""
    run = ["docker", "run", "--rm", "--label", engine.LABEL]
    shown = engine.command(*run, f"--net={host}", built, "sh", "-c", 'echo "$SERVICE_IP $PUBLIC_IP"')
    assert shown == CommandResult("10.208.1.5 104.130.0.127\n", "", 0)
    refused = engine.command(*run, "--net=bridge", built, "echo", "started")
    assert (refused.out, refused.status) == ("", 1)
    assert "container's own network" in refused.err


def documents(name: str) -> list[dict[str, Any]]:
    """Return the resources of a Kubernetes file."""
    return list(yaml.safe_load_all((EXAMPLES / "kubernetes" / name).read_text()))


@pytest.mark.parametrize("name", sorted(path.name for path in (EXAMPLES / "kubernetes").iterdir()))
def test_kubernetes(name: str) -> None:
    """The manifests match the schemas of Kubernetes strictly, and every container is locked down."""
    for resource in documents(name):
        kubernetes_validate.validate(resource, "1.30", strict=True)
        pod = resource["spec"]["template"]["spec"]
        assert pod["hostNetwork"] is True
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod.get("initContainers", []) + pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


def test_daemonset(built: str, host: str, tmp_path: Path) -> None:
    """The containers of the DaemonSet work locked down: one writes the file, the other listens where the file says."""
    (resource,) = documents("daemonset.yaml")
    pod = resource["spec"]["template"]["spec"]
    user = f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}"
    locked = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", f"--user={user}", "--memory=64m"]
    tmp_path.chmod(0o777)
    run = ["run", "--rm", "--label", engine.LABEL, f"--net={host}", *locked, "-v", f"{tmp_path}:/racknet"]
    (init,), (main,) = pod["initContainers"], pod["containers"]
    engine.docker(*run, "--entrypoint", init["command"][0], built, *init["command"][1:])
    assert "RACKNET_SERVICE_IPV4=10.208.1.5\n" in (tmp_path / "env").read_text()
    started = ["-d", "--tmpfs", "/tmp", "--entrypoint", main["command"][0], built, *main["command"][1:]]
    redis = engine.docker(*run, *started).strip()
    try:
        asked = ["docker", "exec", redis, "redis-cli", "-h"]
        wait_for(lambda: engine.command(*asked, "10.208.1.5", "ping").out == "PONG\n", "Redis")
        assert "Connection refused" in engine.command(*asked, "104.130.0.127", "ping").err
    finally:
        engine.command("docker", "rm", "-f", redis)


ANSWERS = [
    {"node": "n1", "id": "a", "address": "10.176.224.2", "error": None},
    {"node": "n2", "id": "b", "address": None, "error": "down"},
    {"node": "n10", "id": "c", "address": "10.176.224.4", "error": None},
]
RECIPES = {
    "/etc/hosts": "10.176.224.2\tn1\n10.176.224.4\tn10\n",
    "inventory": "[servicenet]\nn1 ansible_host=10.176.224.2\nn10 ansible_host=10.176.224.4\n",
}


@pytest.mark.parametrize("name", RECIPES)
def test_recipes(name: str, host: str) -> None:
    """docs/clusters.md: the recipes over --json give what the page says, without the nodes that have no address."""
    page = (ROOT / "docs" / "clusters.md").read_text()
    (recipe,) = re.findall(rf"--json \| (jq -r '[^']+') [^\n]*{name}", page)
    container = host.partition(":")[2]
    result = engine.command("docker", "exec", "-i", container, "sh", "-c", recipe, stdin=json.dumps(ANSWERS))
    assert result == CommandResult(RECIPES[name], "", 0)
