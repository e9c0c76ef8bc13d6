"""The instructions in docs/ and examples/ work as they are written."""

from __future__ import annotations

import os
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
from support.pages import ROOT, block
from support.swarm_nodes import REDIS, Swarm, SwarmNode, wait_for

pytestmark = pytest.mark.alone
EXAMPLES, RECIPES = ROOT / "examples", "docs/recipes.md"


@pytest.fixture(scope="module")
def built() -> Iterator[str]:
    """The image of examples/dockerfile, with Redis from Debian."""
    tag = "racknet/tests:example"
    built_from = ["--build-arg", f"BASE={REDIS}", "--build-arg", "RACKNET=racknet/ip"]
    result = engine.build("docker", "build", "-q", "-t", tag, *built_from, f"{EXAMPLES}/dockerfile")
    assert result.status == 0, result.err
    yield tag
    engine.command("docker", "rmi", tag)


def with_redis(swarm: Swarm) -> tuple[SwarmNode, SwarmNode]:
    """Return two nodes that have Debian's Redis as the image `redis`, which the pages name."""
    _, n2, n10 = swarm.nodes
    for node in (n2, n10):
        if not node.docker("images", "-q", "redis"):
            node.load(REDIS)
            node.docker("tag", REDIS, "redis")
    return n2, n10


def on(node: SwarmNode, script: str, folder: Path | None = None, **environ: str) -> str:
    """Run a script that must succeed, whose commands ask the engine of a node. Return what it prints."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "DOCKER_HOST": node.docker_host, **environ}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copied(tmp_path: Path, name: str) -> Path:
    """Return a folder of a copy of the examples, for commands that write."""
    return copytree(EXAMPLES, tmp_path / "examples") / name


def ping(node: SwarmNode, address: str) -> CommandResult:
    """Ask a Redis from a container of a node."""
    words = ["docker", "--host", node.docker_host, "run", "--rm", REDIS, "redis-cli", "-h", address, "ping"]
    return engine.command(*words)


def story(text: str, n2: SwarmNode) -> tuple[str, str]:
    """Return the command of a block, and what it prints, with the addresses of a node for those of the page."""
    text = text.replace("10.176.224.3", n2.service).replace("203.0.113.3", n2.public)
    asked, _, printed = text.partition("\n")
    return asked, f"{printed}\n"


def test_readme(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """README.md: each way to use racknet works on a node as it is written."""
    n2, n10 = with_redis(swarm_of_three)
    shown = block("README.md", "$ docker run").splitlines()
    assert (on(n2, shown[0].removeprefix("$ ")), len(shown)) == (f"{n2.service}\n", 2)
    lines = block("README.md", "racknet cluster").splitlines()
    assert on(swarm_of_three.nodes[0], lines[0]).splitlines()[0].split()[0] == lines[1].split()[0] == "n1"
    copied_in = block("README.md", "COPY --from").replace("REGISTRY/racknet", "racknet/ip")
    (tmp_path / "Dockerfile").write_text(f"FROM redis\n{copied_in}\n")
    publish = block("README.md", "ip=")
    build = "docker build --quiet --tag example . && docker run --detach --net=host example"
    for started in (publish, f"{build} --protected-mode no"):
        container = on(n2, started, tmp_path, DOCKER_BUILDKIT="0").split()[-1]
        try:
            wait_for(lambda: ping(n10, n2.service).out == "PONG\n", "Redis answers a container of another node")
            assert "Connection refused" in ping(n10, n2.public).err
        finally:
            n2.docker("rm", "-f", container)


def test_database(swarm_of_three: Swarm) -> None:
    """docs/recipes.md: with the image as a function, Redis is published on the service address, and nowhere else."""
    n2, n10 = with_redis(swarm_of_three)
    function = block(RECIPES, "racknet() {")
    assert function == block("examples/shell/README.md", "racknet() {")
    on(n2, f"{function}\n{block(RECIPES, 'ip=')}")
    try:
        wait_for(lambda: ping(n10, n2.service).out == "PONG\n", "Redis answers a container of another node")
        for node, (asked, printed) in (
            (n2, story(block(RECIPES, "docker port"), n2)),
            (swarm_of_three.nodes[0], story(block(RECIPES, "racknet cluster service ipv4"), n2)),
            (n10, story(block(RECIPES, "docker run"), n2)),
        ):
            assert on(node, asked) == printed
        asked, printed = story(block(RECIPES, "redis-cli"), n2)
        assert on(n10, f"docker run --rm redis {asked} 2>&1 || true") == printed
    finally:
        n2.docker("rm", "-f", "redis")


def test_cluster(swarm_of_three: Swarm) -> None:
    """docs/clusters.md: `racknet cluster service` prints a line for each node, as the page shows."""
    lines = block("docs/clusters.md", "pipx install").splitlines()
    asked = lines.index("racknet cluster service")
    printed = on(swarm_of_three.nodes[0], lines[asked])
    assert printed == "".join(f"{node.name:3}  {node.service}\n" for node in swarm_of_three.nodes)
    assert [line.split()[0] for line in lines[asked + 1 :]] == [line.split()[0] for line in printed.splitlines()]


def test_dockerfile(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """examples/dockerfile: the image of the old builder listens on the service network, and nowhere else."""
    n2, n10 = with_redis(swarm_of_three)
    asked = block("examples/dockerfile/README.md", "docker build")
    started = on(
        n2, asked.replace("docker run", "docker run --detach"), copied(tmp_path, "dockerfile"), DOCKER_BUILDKIT="0"
    )
    try:
        wait_for(lambda: ping(n10, n2.service).out == "PONG\n", "Redis")
        assert "Connection refused" in ping(n10, n2.public).err
    finally:
        n2.docker("rm", "-f", started.split()[-1])


def test_compose(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """examples/compose: Redis listens on the service network, and its neighbour reaches it, after a change as well."""
    n2, n10 = with_redis(swarm_of_three)
    folder = copied(tmp_path, "compose")
    (folder / ".env").write_text("EXTRA=1\n")
    show, stop = block("examples/compose/README.md", "docker compose").splitlines()
    again = block("examples/compose/README.md", "racknet exec docker compose up --detach --force")
    again = again.replace("racknet exec docker compose", show.removesuffix(" ps"))  # this machine has other addresses
    try:
        on(n2, block("examples/compose/README.md", "docker run"), folder)
        pinged = ("ps", "-a", "--filter", "name=neighbour", "--format", "{{.Status}}")
        wait_for(lambda: n2.docker(*pinged).startswith("Exited (0)"), "the neighbour's ping")
        assert ping(n10, n2.service).out == "PONG\n"
        assert "Connection refused" in ping(n10, n2.public).err
        assert "compose-redis-1" in on(n2, show, folder)
        before = n2.docker("ps", "-q")
        on(n2, again, folder)
        assert n2.docker("ps", "-q") != before
    finally:
        on(n2, f"{stop} --rmi local --timeout 1", folder)
    assert (folder / ".env").read_text() == "EXTRA=1\n"
    with pytest.raises(AssertionError, match="there is none"):
        on(n2, "docker compose config", folder)


def test_stack(swarm_of_three: Swarm) -> None:
    """examples/swarm: the commands print the service address of each node, and clean up."""
    n1 = swarm_of_three.nodes[0]
    name, deploy, logs, remove = block("examples/swarm/README.md", "IMAGE=").splitlines()
    try:
        on(n1, f"{name}\n{deploy}", EXAMPLES / "swarm")
        assert sorted(on(n1, logs).split()) == [node.service for node in swarm_of_three.nodes]
    finally:
        on(n1, remove)
    assert n1.docker("service", "ls", "-q") == ""


def test_workflow(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """examples/workflow: the steps run as a runner runs them, and stop where racknet has no service address."""
    n2, _ = with_redis(swarm_of_three)
    workflow = yaml.safe_load((EXAMPLES / "workflow" / "addresses.yaml").read_text())
    assert workflow["env"]["IMAGE"].startswith("REGISTRY/")  # no image, until it is set
    first, *others = (step["run"] for step in workflow["jobs"]["redis"]["steps"])
    variables = tmp_path / "variables"
    image = {"IMAGE": "racknet/ip", "GITHUB_ENV": str(variables)}
    on(n2, first, tmp_path, **image)
    environ = dict(line.split("=", 1) for line in variables.read_text().splitlines())
    try:
        assert [on(n2, step, tmp_path, **environ) for step in others][-1] == "PONG\n"
    finally:
        n2.docker("rm", "-f", "redis")
    variables.write_text("")
    without_service = first.replace("--net=host", "--net=host --env RACKNET_SERVICE_CIDR=10.0.0.0/32")
    with pytest.raises(AssertionError, match="no service ipv4 address"):
        on(n2, without_service, tmp_path, **image)
    with pytest.raises(AssertionError, match="invalid reference format"):
        on(n2, first, tmp_path, **image | {"IMAGE": workflow["env"]["IMAGE"]})
    assert variables.read_text() == ""


def test_entrypoint(built: str, rackspace_network: str) -> None:
    """The entry point: the addresses are in the environment. Nothing starts without a service address."""
    run = ["docker", "run", "--rm", "--label", engine.LABEL]
    shown = engine.command(*run, f"--net={rackspace_network}", built, "sh", "-c", 'echo "$SERVICE_IP $PUBLIC_IP"')
    assert shown == CommandResult("10.208.1.5 104.130.0.127\n", "", 0)
    refused = engine.command(*run, "--net=bridge", built, "echo", "started")
    assert (refused.out, refused.status) == ("", 1)
    assert "container's own network" in refused.err


def documents(name: str) -> list[dict[str, Any]]:
    """Return the resources of a Kubernetes file."""
    return list(yaml.safe_load_all((EXAMPLES / "kubernetes" / name).read_text()))


@pytest.mark.parametrize("name", sorted(path.name for path in (EXAMPLES / "kubernetes").glob("*.yaml")))
def test_kubernetes(name: str) -> None:
    """The manifests match the schemas of Kubernetes strictly, and every container is locked down."""
    for resource in documents(name):
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


def test_daemonset(built: str, rackspace_network: str, tmp_path: Path) -> None:
    """The containers of the DaemonSet work locked down: one writes the file, the other listens where the file says."""
    (resource,) = documents("daemonset.yaml")
    pod = resource["spec"]["template"]["spec"]
    user = f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}"
    locked = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", f"--user={user}", "--memory=64m"]
    tmp_path.chmod(0o777)
    run = ["run", "--rm", "--label", engine.LABEL, f"--net={rackspace_network}", *locked, "-v", f"{tmp_path}:/racknet"]
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
