"""`racknet cluster`, on a real swarm of three nodes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import engine
import pytest
from swarm import Node, Swarm, wait_for

pytestmark = pytest.mark.alone
CLUSTER = [sys.executable, "-m", "racknet", "cluster"]


def cluster(node: Node, *words: str, **environ: str) -> engine.Said:
    """Asks by a node's engine."""
    done = subprocess.run(
        [*CLUSTER, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        env={**os.environ, "DOCKER_HOST": node.host, **environ},
    )
    return engine.Said(done.stdout, done.stderr, done.returncode)


@contextmanager
def asking(node: Node, *words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Asks in the background what takes long; yields once its job is there."""
    environ = {**os.environ, "DOCKER_HOST": node.host, "RACKNET_WAIT": "60", **environ}
    words = ("service", "--interface", "eth9", *words)
    with subprocess.Popen([*CLUSTER, *words], stdout=-1, stderr=-1, text=True, env=environ) as process:
        try:
            wait_for(lambda: " running" in tasks(node), "a task that runs")
            yield process
        finally:
            process.kill()


def jobs(node: Node) -> list[str]:
    return node.docker("service", "ls", "--format", "{{.Name}}").split()


def tasks(node: Node) -> str:
    each = ("--format", "{{.Node}} {{.CurrentState}}")
    listing = [engine.command("docker", "--host", node.host, "service", "ps", job, *each) for job in jobs(node)]
    return "".join(said.out.lower() for said in listing)  # a job may be gone meanwhile


@pytest.fixture(autouse=True)
def _no_job_is_left(three: Swarm) -> Iterator[None]:
    yield
    assert jobs(three.nodes[0]) == []


def test_all(three: Swarm) -> None:
    """Each node's address, a line each in natural order; the engines' own log driver, none here, does not matter."""
    n1, n2, n10 = three.nodes
    lines = f"n1   {n1.service}\nn2   {n2.service}\nn10  {n10.service}\n"
    assert cluster(n1, "service") == engine.Said(lines, "", 0)
    answered = json.loads(cluster(n1, "public", "ipv4", "--json").out)
    assert [(a["node"], a["address"], a["error"]) for a in answered] == [(n.name, n.public, None) for n in three.nodes]
    assert {a["id"] for a in answered} == set(n1.docker("node", "ls", "-q").split())


def test_one_node(three: Swarm) -> None:
    """With one node, by name or id, its bare address; with two a line each."""
    n1, n2, n10 = three.nodes
    ident = n1.docker("node", "inspect", "n2", "--format", "{{.ID}}").strip()
    for name in ("n2", ident):
        assert cluster(n1, "service", "ipv4", "--node", name) == engine.Said(f"{n2.service}\n", "", 0)
    both = cluster(n1, "service", "--node", "n10", "--node", "n1")
    assert both == engine.Said(f"n1   {n1.service}\nn10  {n10.service}\n", "", 0)


def test_constraint(three: Swarm) -> None:
    """Those that fit; where none does, that is said; what is no constraint is quoted."""
    n1, n2, n10 = three.nodes
    workers = cluster(n1, "service", "--constraint", "node.role==worker")
    assert workers == engine.Said(f"n2   {n2.service}\nn10  {n10.service}\n", "", 0)
    one = cluster(n1, "service", "--constraint", "node.role==worker", "--constraint", "node.hostname!=n2")
    assert one == engine.Said(f"n10  {n10.service}\n", "", 0)
    none = cluster(n1, "service", "--constraint", "node.labels.disk==ssd")
    assert (none.out, none.status) == ("", 1)
    assert none.err.startswith("racknet: no node of this swarm fits\nhint: ")
    wrong = cluster(n1, "service", "--constraint", "disk")
    assert (wrong.out, wrong.status) == ("", 2)
    assert wrong.err.startswith("racknet: 'disk' is not a constraint: ")


def test_options_are_passed_on(three: Swarm) -> None:
    """The options of the plain question, and its variables, count on the nodes."""
    n1, n2, _ = three.nodes
    node = ["--node", "n2"]
    assert cluster(n1, "service", "--cidr", n2.public, *node).out == f"{n2.public}\n"
    assert cluster(n1, "service", *node, RACKNET_SERVICE_CIDR="198.51.100.0/24").out == f"{n2.public}\n"
    refused = cluster(n1, "service", "--exclude", "eth1", *node)
    assert (refused.out, refused.status) == ("", 1)
    assert refused.err.startswith(
        "racknet: no service ipv4 address from 1 of 1 nodes\n"
        "  n2  no service ipv4 address on this host with --exclude eth1\nhint: "
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pubic"], "'pubic' is not a network: public or service"),
        (["service", "ipv5"], "'ipv5' is not a family"),
        (["service", "--node", "n3"], "'n3' is not a node of this swarm: n1, n2, n10"),
        (["service", "--node", "n1", "--constraint", "node.role==worker"], "exclude each other"),
        (["service", "--timeout", "soon"], "'soon' is not a number of seconds"),
        (["service", "--cidr", "10.0.0.0/33"], "'10.0.0.0/33' is not a CIDR block"),
        (["service", "--image", "A B"], "'A B' is not an image"),
    ],
)
def test_wrong_words(three: Swarm, words: list[str], said: str) -> None:
    """Wrong words are quoted before any node is asked."""
    answer = cluster(three.nodes[0], *words)
    assert (answer.out, answer.status) == ("", 2)
    assert said in answer.err
    assert answer.err.endswith("hint: see racknet cluster --help\n")


def test_no_manager(three: Swarm) -> None:
    """A worker says who manages; an engine without a swarm, and no engine, say so."""
    manager, worker, _ = three.nodes
    said = cluster(worker, "service")
    assert (said.out, said.status) == ("", 3)
    assert said.err.endswith(f"is a worker, not a manager\nhint: ask a manager, by DOCKER_HOST: {manager.public}\n")
    said = cluster(manager, "service", RACKNET_WAIT="soon")
    assert (said.out, said.status) == ("", 2)
    for host, words in (("unix:///var/run/docker.sock", "is in no swarm"), ("unix:///no", "no Docker engine answers")):
        said = cluster(manager, "service", DOCKER_HOST=host)
        assert (said.out, said.status) == ("", 3)
        assert words in said.err
        assert "Traceback" not in said.err


def test_image_missing(three: Swarm) -> None:
    """A node that has not got the image is named; the others' answers are printed all the same."""
    n1, _, n10 = three.nodes
    for node in (n1, n10):
        node.docker("tag", engine.IMAGE, "racknet/two")
    said = cluster(n1, "service", "--image", "racknet/two")
    assert (said.out, said.status) == (f"n1   {n1.service}\nn10  {n10.service}\n", 1)
    assert said.err.startswith("racknet: no service ipv4 address from 1 of 3 nodes\n  n2  No such image: racknet/two")
    assert "hint: bring the image to these nodes" in said.err
    assert json.loads(cluster(n1, "service", "--image", "racknet/two", "--json").out)[1]["address"] is None


def test_without_eth1(three: Swarm) -> None:
    """A node without a ServiceNet has no service address, whatever Docker's bridges have."""
    n1, n2, n10 = three.nodes
    engine.docker("network", "disconnect", three.service_net, n2.container)
    try:
        said = cluster(n1, "service")
    finally:
        engine.docker("network", "connect", "--ip", n2.service, three.service_net, n2.container)
        for change in ("eth2 down", "eth2 name eth1", "eth1 up"):  # as Docker called it at first
            assert n2.run("ip", "link", "set", *change.split()).status == 0
    assert (said.out, said.status) == (f"n1   {n1.service}\nn10  {n10.service}\n", 1)
    assert "\n  n2  no service ipv4 address on this host\n" in said.err
    assert cluster(n1, "service", "--node", "n2").out == f"{n2.service}\n"


def test_drained(three: Swarm) -> None:
    """A drained node takes no job, and is named at once."""
    n1, n2, _ = three.nodes
    n1.docker("node", "update", "--availability", "drain", "n10")
    try:
        said = cluster(n1, "service")
        workers = cluster(n1, "service", "--constraint", "node.role==worker")
    finally:
        n1.docker("node", "update", "--availability", "active", "n10")
    assert (workers.out, workers.status) == (f"n2  {n2.service}\n", 1)
    assert workers.err.startswith("racknet: no service ipv4 address from 1 of 2 nodes\n  n10  drained\n")
    assert (said.out, said.status) == (f"n1  {n1.service}\nn2  {n2.service}\n", 1)
    assert "\n  n10  drained\n" in said.err


def test_node_that_stops(three: Swarm) -> None:
    """A node that stops while it is asked is named; the others' answers are printed all the same."""
    n1, n2, n10 = three.nodes
    engine.docker("pause", n10.container)
    try:
        said = cluster(n1, "service", "--timeout", "40")
    finally:
        engine.docker("unpause", n10.container)
    assert (said.out, said.status) == (f"n1  {n1.service}\nn2  {n2.service}\n", 1)
    assert "\n  n10  down\n" in said.err
    wait_for(lambda: n1.docker("node", "ls").count(" Ready ") == 3, "n10 ready again")


def test_node_that_freezes(three: Swarm) -> None:
    """A node that freezes while its task runs holds nothing up for long, and is named."""
    n1, _, n10 = three.nodes
    with asking(n1, "--timeout", "4") as process:
        wait_for(lambda: tasks(n1).count(" running") == 3, "all tasks running")
        engine.docker("pause", n10.container)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            engine.docker("unpause", n10.container)
    assert (out, process.returncode) == ("", 1)
    assert "\n  n10  " in err
    wait_for(lambda: n1.docker("node", "ls").count(" Ready ") == 3, "n10 ready again")


def test_signal_while_tidying_up(three: Swarm) -> None:
    """A signal while jobs are removed does not keep any of them."""
    n1, *_ = three.nodes
    with asking(n1, "--timeout", "8", *(word for node in three.nodes for word in ("--node", node.name))) as process:
        wait_for(lambda: len(jobs(n1)) < 3, "the first job gone")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert jobs(n1) == []


def test_nohup(three: Swarm) -> None:
    """A signal that is ignored from the start goes on being ignored."""
    environ = {**os.environ, "DOCKER_HOST": three.nodes[0].host, "RACKNET_WAIT": "1"}
    words = ["nohup", *CLUSTER, "service", "--interface", "eth9"]
    with subprocess.Popen(words, stdin=-3, stdout=-1, stderr=-1, text=True, env=environ) as process:
        wait_for(lambda: jobs(three.nodes[0]) != [], "a job")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=60)
    assert process.returncode == 1


def test_timeout(three: Swarm) -> None:
    """When the time is up, who has not answered is named, and the job is gone."""
    said = cluster(three.nodes[0], "service", "--interface", "eth9", "--timeout", "2", RACKNET_WAIT="60")
    assert (said.out, said.status) == ("", 1)
    assert said.err.count("no answer in time: its task is ") == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals(three: Swarm, number: signal.Signals) -> None:
    """Ended in the middle it leaves no job, and says nothing."""
    with asking(three.nodes[0]) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("", "", 128 + number)


def test_two_at_once(three: Swarm) -> None:
    """Two runs answer both, and neither removes the other's job."""
    n1, *_ = three.nodes
    with asking(n1) as process:
        running = jobs(n1)
        assert cluster(n1, "service").status == 0
        assert jobs(n1) == running
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_leftovers(three: Swarm) -> None:
    """The job of a run that was killed is removed by the next, once its time is over."""
    n1, *_ = three.nodes
    with asking(n1, "--timeout", "1000") as process:
        process.kill()
        process.wait()
    (left,) = jobs(n1)
    labels = json.loads(n1.docker("service", "inspect", left))[0]["Spec"]["Labels"]
    create = ["service", "create", "-q", "-d", "--mode", "global-job", "--restart-condition=none", "--no-resolve-image"]
    n1.docker(*create, "--label", "racknet.cluster.until=2026-01-01T00:00:00+00:00", "--name", "old", engine.IMAGE)
    try:
        assert list(labels) == ["racknet.cluster.until"]
        assert cluster(n1, "service").status == 0
        assert jobs(n1) == [left]
    finally:
        n1.docker("service", "rm", left)


def test_progress(three: Swarm) -> None:
    """On a terminal it says how far it is, and wipes it away; a name cannot steer the terminal."""
    manager, ours = pty.openpty()
    environ = {**os.environ, "DOCKER_HOST": three.nodes[0].host}
    with subprocess.Popen([*CLUSTER, "service"], stdout=-1, stderr=ours, env=environ) as process:
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    shown = os.read(manager, 100_000).decode()
    os.close(manager)
    assert out.decode().count("\n") == 3
    assert shown.startswith("\r0/3 nodes\r")
    assert shown.endswith("\r3/3 nodes\r\x1b[K")


def test_two_of_one_name(three: Swarm) -> None:
    """Two nodes of one name have a line each; to ask one of them takes its id."""
    n1, n2, _ = three.nodes
    with three.node("n2") as twin:
        said = cluster(n1, "service")
        lines = [line.split() for line in said.out.splitlines()]
        assert sorted(address for name, address in lines if name == "n2") == sorted([n2.service, twin.service])
        assert (len(lines), said.err, said.status) == (4, "", 0)
        both = cluster(n1, "service", "--node", "n2")
        assert (both.out, both.status) == ("", 2)
        assert "'n2' is the name of 2 nodes: say which by its id, " in both.err
        ident = json.loads(twin.docker("info", "--format", "{{json .Swarm.NodeID}}"))
        assert cluster(n1, "service", "--node", ident).out == f"{twin.service}\n"
        n1.docker("node", "rm", "--force", ident)
        three.nodes.remove(twin)


def test_overlay_networks(three: Swarm) -> None:
    """Addresses of overlay networks, of docker_gwbridge and of the ingress network are never an answer."""
    n1, *_ = three.nodes
    n1.docker("network", "create", "--driver", "overlay", "--attachable", "--subnet", "10.177.0.0/16", "over")
    published = ["--publish", "8080:6379", "--network", "over", "--entrypoint", "/racknet"]
    create = ["service", "create", "-q", "-d", "--name", "web", "--mode", "global", "--no-resolve-image", *published]
    n1.docker(*create, engine.IMAGE, "service", "--interface", "eth9", "--wait", "600")
    try:
        wait_for(lambda: tasks(n1).count(" running") == 3, "a task on each node")
        for network, field in (("service", "service"), ("public", "public")):
            answers = cluster(n1, network).out.split()[1::2]
            assert answers == [getattr(node, field) for node in three.nodes]
        for node in three.nodes:
            run = node.docker("run", "--rm", "--net=host", engine.IMAGE, "list", "--json")
            listed = json.loads(run)["addresses"]
            assert "docker_gwbridge" in {row["interface"] for row in listed}
            assert {row["interface"] for row in listed if row["answers"]} == {"eth0", "eth1"}
    finally:
        n1.docker("service", "rm", "web")
        wait_for(lambda: "web" not in tasks(n1), "web gone")
        wait_for(lambda: engine.command("docker", "--host", n1.host, "network", "rm", "over").status == 0, "no overlay")
