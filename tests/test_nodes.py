"""Which nodes are asked, and what is gathered from what their tasks have printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from racknet import cluster_report, docker_json, nodes
from racknet.nodes import Answer, Node, Task
from racknet.options import Wrong

N1, N2, N10, TWIN = Node("a", "n1", ""), Node("b", "n2", ""), Node("c", "n10", ""), Node("d", "n2", "")


def piece(task: str, text: str) -> bytes:
    """A piece of a service's log, as the engine sends it with details."""
    details = f"com.docker.swarm.node.id=x,com.docker.swarm.service.id=y,com.docker.swarm.task.id={task}"
    return f"{details} {text}\n".encode()


def test_choose() -> None:
    """Nodes go by name or id; a name that two have is no telling."""
    every = [N1, N2, N10]
    assert nodes.choose(every, []) == every
    assert nodes.choose(every, ["n10", "a", "n1"]) == [N10, N1]
    with pytest.raises(Wrong, match=r"^'n3' is not a node of this swarm: n1, n2, n10$"):
        nodes.choose(every, ["n3"])
    with pytest.raises(Wrong, match=r"^'n2' is the name of 2 nodes: say which by its id, b or d$"):
        nodes.choose([N1, N2, TWIN], ["n2"])
    assert nodes.choose([N1, N2, TWIN], ["d"]) == [TWIN]


def test_gather() -> None:
    """Lines go by their task; what has no details is nobody's."""
    log = [piece("t1", "10.0.0.1"), piece("t2", "a b"), b"error: node gone\n", piece("t2", "\xff"), b""]
    assert nodes.gather(log) == {"t1": ["10.0.0.1"], "t2": ["a b", "\xff"]}
    assert nodes.gather([b"com.docker.swarm.task.id=t \xff\n"]) == {"t": ["\ufffd"]}


@pytest.mark.parametrize(
    ("node", "tasks", "out", "err", "expected"),
    [
        (N1, [Task("t", "a", "complete", 0, "")], ["10.0.0.1"], [], "10.0.0.1"),
        (N1, [Task("t", "a", "complete", 0, "")], [], [], "printed no ipv4 address: ''"),
        (N1, [Task("t", "a", "complete", 0, "")], ["fd00::1"], [], "no ipv4 address: 'fd00::1'"),
        (N1, [Task("t", "a", "complete", 0, "")], ["10.0.0.01"], [], "no ipv4 address: '10.0.0.01'"),
        (N1, [Task("t", "a", "complete", 0, "")], ["10.0.0.1", "10.0.0.2"], [], "'10.0.0.1 10.0.0.2'"),
        (N1, [Task("t", "a", "failed", 1, "exit (1)")], ["10.0.0.1"], ["racknet: no address", "x"], "no address"),
        (N1, [Task("t", "a", "failed", 1, "exit (1)")], [], [], "exit (1)"),
        (N1, [Task("t", "a", "rejected", 0, "No such image: x")], [], [], "No such image: x"),
        (N1, [Task("t", "a", "preparing", 0, "")], [], [], "no answer in time: its task is preparing"),
        (N1, [Task("t", "a", "pending", 0, "no room")], [], [], "no answer in time: its task is pending, no room"),
        (N1, [], [], [], "was given no task in time"),
        (N1._replace(trouble="drained"), [], [], [], "drained"),
        (N1._replace(trouble="down"), [Task("t", "a", "running", 0, "")], [], [], "down"),
        (N1._replace(trouble="down"), [Task("t", "a", "complete", 0, "")], ["10.0.0.1"], [], "10.0.0.1"),
        (N1, [Task("t", "a", "complete", 0, ""), Task("u", "a", "failed", 1, "")], ["10.0.0.1"], [], "10.0.0.1"),
        (N1, [Task("t", "a", "failed", 1, "exit"), Task("u", "a", "pending", 0, "")], [], ["racknet: no"], "no"),
    ],
)
def test_outcome(node: Node, tasks: list[Task], out: list[str], err: list[str], expected: str) -> None:
    """A node's address is what its task printed, if that is one address; else it says why there is none."""
    (answer,) = nodes.outcome([node], tasks, {"t": out}, {"t": err}, "ipv4")
    assert (answer.node, answer.id) == ("n1", "a")
    assert (answer.address is None) != (answer.error is None)
    assert (answer.address or answer.error or "").endswith(expected)


def test_lost_log() -> None:
    """Where a log could not be read, that is why an answer is missing; what was read counts."""
    done = [Task("t", "a", "complete", 0, ""), Task("u", "b", "complete", 0, "")]
    answers = nodes.outcome([N1, N2], done, {"u": ["10.0.0.2"]}, {}, "ipv4", lost="its log cannot be read: x")
    assert [(a.address, a.error) for a in answers] == [(None, "its log cannot be read: x"), ("10.0.0.2", None)]


def told(state: str = "ready", availability: str = "active", **description: object) -> Node:
    """A node that Docker's API tells of."""
    spec = {"Role": "worker", "Availability": availability, "Labels": {"disk": "ssd"}}
    return docker_json.node({"ID": "x", "Description": description, "Status": {"State": state}, "Spec": spec})


def test_troubles() -> None:
    """A node that is down, drained or paused takes no job; one that is unknown comes back; a new one has no name."""
    assert told(Hostname="n1")[:3] == ("x", "n1", "")
    assert told("down").trouble == "down"
    assert told("unknown")[:3] == ("x", "x", "")
    assert (told(availability="drain").trouble, told(availability="pause").trouble) == ("drained", "paused")


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("node.hostname==N1", True),
        ("node.hostname != n1", False),
        ("node.id==x", True),
        ("node.role==manager", False),
        ("node.labels.disk==ssd", True),
        ("node.labels.other!=ssd", True),
        ("node.labels.other==ssd", False),
        ("engine.labels.zone==a", True),
        ("node.platform.os==linux", True),
        ("node.platform.arch==x86_64", True),
        ("node.ip==10.0.0.1", None),
        ("gaga", None),
    ],
)
def test_fitting(constraint: str, fits: bool | None) -> None:
    """Constraints say which nodes are asked, those that take no job too; of some there is no telling from here."""
    platform = {"OS": "linux", "Architecture": "x86_64"}
    node = told("down", Hostname="n1", Platform=platform, Engine={"Labels": {"zone": "a"}})
    found = nodes.fitting([node], [constraint])
    assert found == (None if fits is None else [node] if fits else [])


def test_natural_order() -> None:
    """Nodes come in natural order, those of one name by their ids; for people and for programs."""
    tasks = [Task(f"t{node.id}", node.id, "complete", 0, "") for node in (N1, N2, N10, TWIN)]
    out = {f"t{node.id}": [f"10.0.0.{place}"] for place, node in enumerate((N1, N2, N10, TWIN))}
    answers = nodes.outcome([TWIN, N10, N2, N1], tasks, out, {}, "ipv4")
    assert cluster_report.text(answers, bare=False) == "n1   10.0.0.0\nn2   10.0.0.1\nn2   10.0.0.3\nn10  10.0.0.2\n"
    assert cluster_report.text(answers[:1], bare=True) == "10.0.0.0\n"
    assert json.loads(cluster_report.as_json(answers))[3] == {
        "node": "n10",
        "id": "c",
        "address": "10.0.0.2",
        "error": None,
    }


def test_trouble() -> None:
    """Who has not answered is named, with why; control characters are not printed raw."""
    answers = [
        Answer("n1", "a", "10.0.0.1", None),
        Answer("n2", "b", None, "down"),
        Answer("n10", "c", None, "\x1b[2J"),
    ]
    assert cluster_report.trouble(answers, "service ipv4") == (
        "racknet: no service ipv4 address from 2 of 3 nodes\n  n2   down\n  n10  \\x1b[2J\n"
        "hint: see docker node ls, or ask there: docker run --rm --net=host racknet/ip list\n"
    )
    missing = cluster_report.trouble([Answer("n1", "a", None, "No such image: racknet/ip:latest")], "public ipv4")
    assert "hint: bring the image to these nodes" in missing
    assert cluster_report.trouble([], "public ipv4").startswith("racknet: no node of this swarm fits\nhint: ")


def calls(act: Callable[[], object]) -> int:
    """How many functions are called, Python's and C's: a measure of work that is the same on every machine."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_gathering_is_linear() -> None:
    """Ten times as many nodes are ten times the work, up to the logs of 10,000."""

    def work(size: int) -> int:
        every = [Node(f"id{n:05}", f"n{n:05}", "") for n in range(size)]
        tasks = [Task(f"t{n}", f"id{n:05}", "complete", 0, "") for n in range(size)]
        log = [piece(f"t{n}", f"10.{n >> 8}.{n & 255}.1") for n in range(size)]

        def act() -> None:
            answers = nodes.outcome(every, tasks, nodes.gather(log), {}, "ipv4")
            assert cluster_report.text(answers, bare=False).count("\n") == size
            assert nodes.choose(every, []) == every

        return calls(act)

    assert work(10_000) < 10.5 * work(1_000)
