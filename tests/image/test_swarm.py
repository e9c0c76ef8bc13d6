"""`racknet cluster`, on a real swarm of three nodes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import gettempdir

import pytest
from support import engine
from support.engine import CommandResult, refused, write_script
from support.pages import block
from support.registry import SERVERS
from support.swarm_nodes import CLUSTER, Swarm, SwarmNode, cluster, lines, network, wait_for

pytestmark = pytest.mark.alone


@contextmanager
def paused(swarm: Swarm, node: SwarmNode) -> Iterator[None]:
    """Pause a node; let it run again, and wait until it is ready."""
    node.pause()
    try:
        yield
    finally:
        engine.docker("unpause", node.container)
        wait_for(lambda: swarm.nodes[0].docker("node", "ls").count(" Ready ") == 3, f"{node.name} ready again")


@contextmanager
def asking(node: SwarmNode, *words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Ask in the background for what takes long, and yield once a task runs."""
    environ = {**os.environ, "DOCKER_HOST": node.docker_host, "RACKNET_WAIT": "60", **environ}
    words = ("service", "--interface", "eth9", *words)
    with subprocess.Popen(
        [*CLUSTER, *words], stdout=-1, stderr=-1, text=True, env=environ, start_new_session=True
    ) as process:
        try:
            wait_for(lambda: " running" in tasks(node), "a task that runs")
            yield process
        finally:
            process.kill()


def jobs(node: SwarmNode) -> list[str]:
    return node.docker("service", "ls", "--format", "{{.Name}}").split()


def tasks(node: SwarmNode) -> str:
    each = ("--format", "{{.Node}} {{.CurrentState}}")
    listing = [engine.command("docker", "--host", node.docker_host, "service", "ps", job, *each) for job in jobs(node)]
    return "".join(result.out.lower() for result in listing)  # a job may be gone meanwhile


@pytest.fixture(autouse=True)
def _no_job_is_left(swarm_of_three: Swarm) -> Iterator[None]:
    yield
    assert jobs(swarm_of_three.nodes[0]) == []


def test_all(swarm_of_three: Swarm) -> None:
    """Print a line for each node, in natural order, whatever the log driver of the engines: here it is `none`."""
    n1, *_ = swarm_of_three.nodes
    assert cluster(n1, "service") == CommandResult(lines(*swarm_of_three.nodes), "", 0)
    answered = json.loads(cluster(n1, "public", "ipv4", "--json").out)
    assert [(a["node"], a["address"], a["interface"], a["proven"], a["error"]) for a in answered] == [
        (n.name, n.public, "eth0", True, None) for n in swarm_of_three.nodes
    ]
    assert {a["id"] for a in answered} == set(n1.docker("node", "ls", "-q").split())


def test_one_node(swarm_of_three: Swarm) -> None:
    """Print the bare address of one node, by its name or id; a line each for two."""
    n1, n2, n10 = swarm_of_three.nodes
    ident = n1.docker("node", "inspect", "n2", "--format", "{{.ID}}").strip()
    for name in ("n2", ident):
        assert cluster(n1, "service", "ipv4", "--node", name) == CommandResult(f"{n2.service}\n", "", 0)
    both = cluster(n1, "service", "--node", "n10", "--node", "n1")
    assert both == CommandResult(lines(n1, n10), "", 0)


def test_constraint(swarm_of_three: Swarm) -> None:
    """Ask the nodes that match. An error says that none matches, or quotes what is not a constraint."""
    n1, n2, n10 = swarm_of_three.nodes
    workers = ("service", "--constraint", "node.role==worker")
    assert cluster(n1, *workers) == CommandResult(lines(n2, n10), "", 0)
    assert cluster(n1, *workers, "--constraint", "node.hostname!=n2") == CommandResult(lines(n10), "", 0)
    none = cluster(n1, "service", "--constraint", "node.labels.disk==ssd")
    assert refused(none, 1).startswith("racknet: no node of this swarm matches\nhint: ")
    for constraint in ("disk", "==n2", "node.hostname==", "===", "node.labels.disk==s@d"):
        wrong = cluster(n1, "service", "--constraint", constraint)
        assert refused(wrong, 2).startswith(f"racknet: '{constraint}' is not a constraint: ")
        by_swarm = ["service", "create", "--mode", "global-job", "--constraint", constraint, engine.IMAGE]
        assert engine.command("docker", "--host", n1.docker_host, *by_swarm).status != 0
    n1.docker("node", "update", "--label-add", "rack=row 1", "n2")
    within = cluster(n1, "service", "--constraint", " node.labels.rack == row 1 ")
    assert within == CommandResult(lines(n2), "", 0)


def test_options_are_passed_on(swarm_of_three: Swarm) -> None:
    """The options and variables of `public` and `service` apply on the nodes."""
    n1, n2, _ = swarm_of_three.nodes
    node = ["--node", "n2"]
    assert cluster(n1, "service", "--cidr", n2.public, *node).out == f"{n2.public}\n"
    assert cluster(n1, "service", *node, RACKNET_SERVICE_CIDR="198.51.100.0/24").out == f"{n2.public}\n"
    assert refused(cluster(n1, "service", "--exclude", "eth1", *node), 1).startswith(
        "racknet: no service ipv4 address from 1 of 1 nodes\n"
        "  n2  no service ipv4 address on this host with --exclude eth1\nhint: "
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["pubic"], "'pubic' is not a network; did you mean public?"),
        (["service", "ipv5"], "'ipv5' is not a family"),
        (["service", "--node", "n3"], "'n3' is not a node of this swarm: n1, n2, n10"),
        (["service", "--node", "n1", "--constraint", "node.role==worker"], "exclude each other"),
        (["service", "--timeout", "soon"], "'soon' is not a number of seconds"),
        (["service", "--cidr", "10.0.0.0/33"], "'10.0.0.0/33' is not a CIDR block"),
        (["service", "--image", "A B"], "'A B' is not the name of an image"),
    ],
)
def test_wrong_words(swarm_of_three: Swarm, words: list[str], error: str) -> None:
    """Wrong words are quoted before any node is asked."""
    err = refused(cluster(swarm_of_three.nodes[0], *words), 2)
    assert error in err
    assert err.endswith("hint: see racknet cluster --help\n")


def test_no_manager(swarm_of_three: Swarm) -> None:
    """The error names the managers where a worker is asked; or says that there is no swarm, or no engine."""
    manager, worker, _ = swarm_of_three.nodes
    hint = f"ask a manager: export DOCKER_HOST=ssh://{manager.public}"
    assert refused(cluster(worker, "service"), 3).endswith(f"is a worker, not a manager\nhint: {hint}\n")
    assert refused(cluster(manager, "service", RACKNET_WAIT="soon"), 2)
    for host, words in (("unix:///var/run/docker.sock", "is in no swarm"), ("unix:///no", "no Docker engine answers")):
        err = refused(cluster(manager, "service", DOCKER_HOST=host), 3)
        assert words in err
        assert "Traceback" not in err


def test_image_missing(swarm_of_three: Swarm, tmp_path: Path) -> None:
    """A node without the image is named, and the answers of the others are printed. The hint's line brings it there."""
    n1, n2, n10 = swarm_of_three.nodes
    ident = n2.docker("image", "inspect", "--format", "{{.Id}}", engine.VERSIONED).strip()
    n2.docker("rmi", "--force", ident)
    try:
        result = cluster(n1, "service")
        listed = cluster(n1, "service", "--json")
        write_script(tmp_path / "ssh", f'shift\nexec docker exec -i {n2.container} "$@"')
        bring = block("docs/clusters.md", "docker save")
        loaded = engine.command("bash", "-euc", bring, environ={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    finally:
        n2.load(engine.IMAGE)
    assert (result.out, result.status) == (lines(n1, n10), 1)
    assert result.err == (
        "racknet: no service ipv4 address from 1 of 3 nodes\n"
        f"  n2  No such image: {engine.VERSIONED}\n"
        f"hint: bring it to each of them: {bring}\n"
    )
    assert loaded.status == 0, loaded.err
    assert [node["address"] for node in json.loads(listed.out)] == [n1.service, None, n10.service]
    assert cluster(n1, "service", "--node", "n2").out == f"{n2.service}\n"


def test_without_eth1(swarm_of_three: Swarm) -> None:
    """A node without ServiceNet has no service address, whatever addresses its bridges have."""
    n1, n2, n10 = swarm_of_three.nodes
    engine.docker("network", "disconnect", swarm_of_three.service_net, n2.container)
    try:
        result = cluster(n1, "service")
    finally:
        engine.docker("network", "connect", "--ip", n2.service, swarm_of_three.service_net, n2.container)
        for change in ("eth2 down", "eth2 name eth1", "eth1 up"):  # the name that Docker gave it first
            assert n2.run("ip", "link", "set", *change.split()).status == 0
    assert "\n  n2  no service ipv4 address on this host\n" in refused(result, 1, lines(n1, n10))
    assert cluster(n1, "service", "--node", "n2").out == f"{n2.service}\n"


def test_unproven(swarm_of_three: Swarm) -> None:
    """A node with two NICs on ServiceNet answers by a preference, which is noted; `--strict` refuses."""
    n1, n2, n10 = swarm_of_three.nodes
    with network("other", "10.208.0.0/24", "--internal") as other:
        engine.docker("network", "connect", "--ip", "10.208.0.9", other, n2.container)
        try:
            name = n2.run("ip", "-o", "address", "show", "to", "10.208.0.9").out.split()[1]
            noted = cluster(n1, "service", "--json")
            silent = cluster(n1, "service", RACKNET_STRICT="0")
            strict = [cluster(n1, "service", "--strict"), cluster(n1, "service", RACKNET_STRICT="1")]
        finally:
            engine.docker("network", "disconnect", other, n2.container)
    note = block("docs/clusters.md", "note: ").replace("10.176.224.3", n2.service).replace("eth2", name)
    assert (noted.err, noted.status) == (f"{note}\n", 0)
    assert [(a["address"], a["interface"], a["proven"]) for a in json.loads(noted.out)] == [
        (n.service, "eth1", n is not n2) for n in swarm_of_three.nodes
    ]
    assert silent == CommandResult(lines(n1, n2, n10), "", 0)
    for result in strict:
        assert refused(result, 1, lines(n1, n10)).splitlines()[:2] == [
            "racknet: no service ipv4 address from 1 of 3 nodes",
            note.removesuffix(", not proven: --strict refuses").replace(
                "note: n2: ", "  n2  the service ipv4 address on this host is not proven: "
            ),
        ]


def test_drained(swarm_of_three: Swarm) -> None:
    """A drained node takes no job, and is named at once."""
    n1, n2, _ = swarm_of_three.nodes
    n1.docker("node", "update", "--availability", "drain", "n10")
    try:
        result = cluster(n1, "service")
        workers = cluster(n1, "service", "--constraint", "node.role==worker")
    finally:
        n1.docker("node", "update", "--availability", "active", "n10")
    assert (workers.out, workers.status) == (lines(n2), 1)
    assert workers.err.startswith("racknet: no service ipv4 address from 1 of 2 nodes\n  n10  drained\n")
    assert "\n  n10  drained\n" in refused(result, 1, lines(n1, n2))


def test_node_that_stops(swarm_of_three: Swarm) -> None:
    """A node that stops while it is asked is named, and the answers of the others are printed."""
    n1, n2, n10 = swarm_of_three.nodes
    with paused(swarm_of_three, n10):
        result = cluster(n1, "service", "--timeout", "40")
    assert "\n  n10  down\n" in refused(result, 1, lines(n1, n2))


def test_node_that_freezes(swarm_of_three: Swarm) -> None:
    """A node that freezes while its task runs is named, and the others do not wait long."""
    n1, _, n10 = swarm_of_three.nodes
    with asking(n1, "--timeout", "4") as process:
        wait_for(lambda: tasks(n1).count(" running") == 3, "all tasks running")
        with paused(swarm_of_three, n10):
            out, err = process.communicate(timeout=90)
    assert (out, process.returncode) == ("", 1)
    assert "\n  n10  " in err


def test_timeout(swarm_of_three: Swarm) -> None:
    """When the time is over, the nodes without an answer are named, and the job is gone."""
    result = cluster(swarm_of_three.nodes[0], "service", "--interface", "eth9", "--timeout", "2", RACKNET_WAIT="60")
    assert refused(result, 1).count("no answer in time: its task is ") == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals(swarm_of_three: Swarm, number: signal.Signals) -> None:
    """A signal leaves no job, and prints nothing."""
    with asking(swarm_of_three.nodes[0]) as process:
        process.send_signal(number)
        assert (process.communicate(timeout=30), process.returncode) == (("", ""), 128 + number)


def test_two_at_once(swarm_of_three: Swarm) -> None:
    """Two runs at a time both answer, and neither removes the job of the other."""
    n1, *_ = swarm_of_three.nodes
    with asking(n1) as process:
        running = jobs(n1)
        assert cluster(n1, "service").status == 0
        assert jobs(n1) == running
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_leftovers(swarm_of_three: Swarm) -> None:
    """The next run removes the job of a run that was killed, once its time is over."""
    n1, *_ = swarm_of_three.nodes
    with asking(n1, "--timeout", "1000") as process:
        process.kill()
        process.wait()
    (left,) = jobs(n1)
    labels = json.loads(n1.docker("service", "inspect", left))[0]["Spec"]["Labels"]
    create = ["service", "create", "-q", "-d", "--mode", "global-job", "--restart-condition=none", "--no-resolve-image"]
    n1.docker(*create, "--label", "racknet.cluster.seconds=0", "--name", "old", engine.IMAGE)
    try:
        assert labels == {"racknet.cluster.seconds": "1120"}
        assert cluster(n1, "service").status == 0
        assert jobs(n1) == [left]
    finally:
        n1.docker("service", "rm", left)


def test_removed_by_somebody_else(swarm_of_three: Swarm) -> None:
    """Where somebody else removes the job, the error says so, at once."""
    n1, *_ = swarm_of_three.nodes
    with asking(n1) as process:
        (job,) = jobs(n1)
        n1.docker("service", "rm", job)
        said = f"racknet: somebody else has removed the job {job}\nhint: run racknet cluster again\n"
        assert (process.communicate(timeout=30), process.returncode) == (("", said), 3)


def test_progress(swarm_of_three: Swarm) -> None:
    """On a terminal it shows the progress, and clears the line at the end."""
    terminal, its_end = pty.openpty()
    environ = {**os.environ, "DOCKER_HOST": swarm_of_three.nodes[0].docker_host}
    with subprocess.Popen([*CLUSTER, "service"], stdout=-1, stderr=its_end, env=environ) as process:
        out, _ = process.communicate(timeout=60)
    os.close(its_end)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert out.decode().count("\n") == 3
    steps = [step for step in shown.split("\r\x1b[K") if step]
    assert steps[:2] == [f"looking for {engine.VERSIONED}", "0/3 nodes"]
    assert steps[-1] == "3/3 nodes"
    assert shown.endswith("\r\x1b[K")


@pytest.fixture
def way_by_ssh(swarm_of_three: Swarm, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables with which `ssh` knows a host `Manager`: an SSH server before the manager's engine, on a port.

    The ssh program is the one of the server's own container, so that no file of this machine's user counts.
    """
    n1, *_ = swarm_of_three.nodes
    setup = """
ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
printf '%s\\n' 'HostName 127.0.0.1' 'Port 2222' 'StrictHostKeyChecking no' 'LogLevel ERROR' >/root/.ssh/config
exec /usr/sbin/sshd -D -e -p 2222
"""
    socket = Path(n1.docker_host.removeprefix("unix://"))
    flags = ["-v", f"{socket.parent}:/engine", "--net=none", "--env=DOCKER_HOST=unix:///engine/docker.sock"]
    link = "mkdir -m 700 /root/.ssh; ln -s /engine/docker.sock /var/run/docker.sock"
    with engine.started(SERVERS, "sh", "-c", f"{link}; {setup}", flags=flags) as container:
        run = f"docker --host unix:///var/run/docker.sock exec -i {container}"
        write_script(tmp_path / "ssh", f'exec {run} ssh "$@"')
        wait_for(lambda: "listening on" in engine.command("docker", "logs", container).err, "the SSH server")
        path = f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        yield {"PATH": path, "DOCKER_CONFIG": str(tmp_path / "docker")}


def test_ssh(swarm_of_three: Swarm, way_by_ssh: dict[str, str]) -> None:
    """DOCKER_HOST=ssh://… reaches the manager by the ssh program and its configuration, and leaves nothing behind."""
    n1, n2, _ = swarm_of_three.nodes
    found = cluster(n1, "service", "--node", "n2", **way_by_ssh, DOCKER_HOST="ssh://Manager")
    assert found == CommandResult(f"{n2.service}\n", "", 0)
    closed = cluster(n1, "service", **way_by_ssh, DOCKER_HOST="ssh://Manager:1")
    assert (closed.out, closed.status) == ("", 3)
    said, *error = closed.err.splitlines()
    assert said.endswith("port 1: Connection refused")
    assert error == [
        "racknet: no Docker engine answers at ssh://Manager:1: the connection was closed",
        "hint: does this answer? ssh ssh://Manager:1 docker info",
    ]
    with asking(n1, **way_by_ssh, DOCKER_HOST="ssh://Manager") as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does it, to ssh too
        assert (process.communicate(timeout=30), process.returncode) == (("", ""), 130)
    assert [path for path in glob(f"{gettempdir()}/racknet-*") if "/racknet-tests-" not in path] == []


def test_context(swarm_of_three: Swarm, way_by_ssh: dict[str, str]) -> None:
    """The context of `docker context use` and of DOCKER_CONTEXT is the one that `docker` itself asks."""
    n1, n2, _ = swarm_of_three.nodes
    environ = {name: value for name, value in way_by_ssh.items() if name == "DOCKER_CONFIG"}
    for name, host in (("one", n1.docker_host), ("production", "ssh://Manager"), ("worker", n2.docker_host)):
        create = ["docker", "context", "create", name, "--docker", f"host={host}"]
        assert engine.command(*create, environ={**environ, "DOCKER_HOST": ""}).status == 0
    for used, variables, answers in (
        ("one", {}, True),
        ("worker", {"DOCKER_CONTEXT": "production"}, True),
        ("one", {"DOCKER_CONTEXT": "worker"}, False),
    ):
        every = {**way_by_ssh, "DOCKER_HOST": "", **variables}
        assert engine.command("docker", "context", "use", used, environ=every).status == 0
        result = cluster(n1, "service", "--node", "n1", **every)
        assert (result.out == f"{n1.service}\n") == answers, result.err
        control = ["docker", "info", "--format", "{{.Swarm.ControlAvailable}}"]
        assert engine.command(*control, environ=every).out == f"{str(answers).lower()}\n"
    for line in block("docs/clusters.md", "DOCKER_HOST=ssh:").replace("root@n1", "Manager").splitlines():
        assert n1.service in engine.command("bash", "-euc", line, environ={**way_by_ssh, "DOCKER_HOST": ""}).out


def test_without_the_package(swarm_of_three: Swarm) -> None:
    """docs/clusters.md: a job of `docker service create` runs the manager's own image on each node."""
    n1, *_ = swarm_of_three.nodes
    lines = block("docs/clusters.md", "image=")
    script = lines.replace("--mode", "--quiet --log-driver json-file --mode")  # the engines' own is `none`
    created = engine.command("bash", "-euc", script, environ={"DOCKER_HOST": n1.docker_host})
    assert created.status == 0, created.err
    answers = created.out.split()[1:-1]  # after the id of the service, and before its name
    assert sorted(answers) == sorted(node.service for node in swarm_of_three.nodes)


def test_two_of_one_name(swarm_of_three: Swarm) -> None:
    """Two nodes of one name have a line each. One of them can be asked by its id."""
    n1, n2, _ = swarm_of_three.nodes
    with swarm_of_three.node("n2") as twin:
        result = cluster(n1, "service")
        lines = [line.split() for line in result.out.splitlines()]
        found = sorted(address for name, address in lines if name == "n2")
        assert found == sorted([n2.service, twin.service]), result.err
        assert (len(lines), result.err, result.status) == (4, "", 0)
        both = cluster(n1, "service", "--node", "n2")
        assert "'n2' is the name of 2 nodes: say which by its id, " in refused(both, 2)
        ident = json.loads(twin.docker("info", "--format", "{{json .Swarm.NodeID}}"))
        assert cluster(n1, "service", "--node", ident).out == f"{twin.service}\n"
        n1.docker("node", "rm", "--force", ident)
        swarm_of_three.nodes.remove(twin)


def test_overlay_networks(swarm_of_three: Swarm) -> None:
    """The addresses of overlay networks, of docker_gwbridge and of the ingress network are never an answer."""
    n1, *_ = swarm_of_three.nodes
    n1.docker("network", "create", "--driver", "overlay", "--attachable", "--subnet", "10.177.0.0/16", "over")
    published = ["--publish", "8080:6379", "--network", "over", "--entrypoint", "/racknet"]
    create = ["service", "create", "-q", "-d", "--name", "web", "--mode", "global", "--no-resolve-image", *published]
    n1.docker(*create, engine.IMAGE, "service", "--in-container", "--interface", "eth9", "--wait", "600")
    try:
        wait_for(lambda: tasks(n1).count(" running") == 3, "a task on each node")
        for network in ("service", "public"):
            answers = cluster(n1, network).out.split()[1::2]
            assert answers == [getattr(node, network) for node in swarm_of_three.nodes]
        for node in swarm_of_three.nodes:
            run = node.docker("run", "--rm", "--net=host", engine.IMAGE, "list", "--json")
            listed = json.loads(run)["addresses"]
            assert "docker_gwbridge" in {row["interface"] for row in listed}
            assert {row["interface"] for row in listed if row["answers"]} == {"eth0", "eth1"}
    finally:
        n1.docker("service", "rm", "web")
        wait_for(lambda: "web" not in tasks(n1), "web gone")
        wait_for(
            lambda: engine.command("docker", "--host", n1.docker_host, "network", "rm", "over").status == 0,
            "no overlay",
        )


def test_format(swarm_of_three: Swarm) -> None:
    """`--format` prints what it names of each node's answer; with one node named, that alone."""
    n1, *workers = swarm_of_three.nodes
    lines = "".join(f"{node.name:3}  {node.service}:6379 eth1\n" for node in workers)
    words = ["--constraint", "node.role==worker", "--format", "{host}:6379 {interface}"]
    assert cluster(n1, "service", *words) == CommandResult(lines, "", 0)
    one = cluster(n1, "service", "--node", "n2", "--format", "{network}")
    assert ip_address(workers[0].service) in ip_network(one.out.strip())


def test_election(swarm_of_three: Swarm) -> None:
    """A job whose removal meets an election is removed once there is a leader. Two managers need each other.

    It is the last test: since then, Docker 26's manager gives each node two tasks of each job.
    """
    n1, n2, _ = swarm_of_three.nodes
    n1.docker("node", "promote", "n2")
    try:
        wait_for(lambda: "Reachable" in n1.docker("node", "ls"), "a second manager")
        with asking(n1) as process:
            n2.pause()
            try:
                time.sleep(15)  # n1 has no majority by now, and leads no more
                process.send_signal(signal.SIGTERM)
                time.sleep(3)
                assert process.poll() is None
            finally:
                engine.docker("unpause", n2.container)
            out, err = process.communicate(timeout=90)
        assert (out, err, process.returncode) == ("", "", 128 + signal.SIGTERM)
    finally:
        wait_for(lambda: engine.command("docker", "--host", n1.docker_host, "node", "demote", "n2").status == 0, "n1")
        wait_for(lambda: n1.docker("node", "ls").count(" Ready ") == 3, "n2 ready again")
