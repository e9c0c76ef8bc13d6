"""The examples of a swarm and of Kubernetes, and the pages that are for a swarm, work as they are written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from support import engine
from support.pages import ROOT, block
from support.swarm_nodes import REDIS, Swarm, SwarmNode, wait_for

pytestmark = pytest.mark.alone
EXAMPLES, RECIPES = ROOT / "examples", "docs/recipes.md"


def on(node: SwarmNode, script: str) -> str:
    """Run a script that must succeed, whose commands ask the engine of a node. Return what it prints."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = engine.command("bash", "-euc", script, environ={"PATH": path, "DOCKER_HOST": node.docker_host})
    assert done.status == 0, done.out + done.err
    return done.out


def test_cluster(swarm_of_three: Swarm) -> None:
    """`racknet cluster service` prints a line for each node, as README.md and docs/clusters.md show."""
    for page, start in (("README.md", "racknet cluster"), ("docs/clusters.md", "pipx install")):
        lines = block(page, start).splitlines()
        place = next(n for n, line in enumerate(lines) if line.startswith("racknet cluster service"))
        printed = on(swarm_of_three.nodes[0], lines[place])
        assert printed == "".join(f"{node.name:3}  {node.service}\n" for node in swarm_of_three.nodes)
        shown = [line.split()[0] for line in lines[place + 1 :]]
        assert shown
        assert shown == [node.name for node in swarm_of_three.nodes][: len(shown)]


def test_database(swarm_of_three: Swarm) -> None:
    """docs/recipes.md: with the image as a function, Redis is published on the service address, and nowhere else."""
    n1, n2, n10 = swarm_of_three.nodes

    def story(start: str) -> tuple[str, str]:
        """Return the command of a block, and what it prints, with the addresses of n2 for those of the page."""
        text = block(RECIPES, start).replace("10.176.224.3", n2.service).replace("203.0.113.3", n2.public)
        asked, _, printed = text.partition("\n")
        return asked, f"{printed}\n"

    for node in (n2, n10):
        node.load(REDIS)
        node.docker("tag", REDIS, "redis")
    function = block(RECIPES, "racknet() {")
    assert function == block("examples/shell/README.md", "racknet() {")
    on(n2, f"{function}\n{block(RECIPES, 'ip=')}")
    try:
        ping = ("docker", "--host", n10.docker_host, "run", "--rm", "redis", "redis-cli", "-h", n2.service, "ping")
        wait_for(lambda: engine.command(*ping).out == "PONG\n", "Redis answers a container of another node")
        for node, start in ((n2, "docker port"), (n1, "racknet cluster service ipv4"), (n10, "docker run --rm redis")):
            asked, printed = story(start)
            assert on(node, asked) == printed
        asked, printed = story("redis-cli")
        assert on(n10, f"docker run --rm redis {asked} 2>&1 || true") == printed
    finally:
        n2.docker("rm", "-f", "redis")


def test_stack(swarm_of_three: Swarm) -> None:
    """examples/swarm: the commands print the service address of each node, and clean up."""
    n1 = swarm_of_three.nodes[0]
    name, deploy, logs, remove = block("examples/swarm/README.md", "IMAGE=").splitlines()
    try:
        on(n1, f"cd {EXAMPLES}/swarm; {name}\n{deploy}")
        assert sorted(on(n1, logs).split()) == [node.service for node in swarm_of_three.nodes]
    finally:
        on(n1, remove)
    assert n1.docker("service", "ls", "-q") == ""


@pytest.mark.parametrize("path", sorted((EXAMPLES / "kubernetes").glob("*.yaml")), ids=lambda path: path.name)
def test_kubernetes(path: Path) -> None:
    """The manifests match the schemas of Kubernetes strictly, and every container is locked down. Podman runs both."""
    for resource in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(resource, "1.30", strict=True)
        pod = resource["spec"]["template"]["spec"]
        assert pod["hostNetwork"] is True
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod.get("initContainers", []) + pod["containers"]:
            assert container["imagePullPolicy"] == "IfNotPresent"
            assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
