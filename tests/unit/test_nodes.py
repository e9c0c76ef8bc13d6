"""Which nodes of a swarm are asked, and what each of them answers."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from support.fake_manager import error, reply

from racknet.errors import UsageError
from racknet.swarm import nodes
from racknet.swarm.decode import decode_logs, decode_replies
from racknet.swarm.nodes import Answer, Code, Failure, Logs, Node, Reply, Task
from racknet.swarm.output import failure_text, format_text

N1, N2, N10, TWIN = Node("a", "n1"), Node("b", "n2"), Node("c", "n10"), Node("d", "n2")
FACTS = {
    "node.id": "x",
    "node.hostname": "n1",
    "node.role": "worker",
    "node.platform.os": "linux",
    "node.platform.arch": "x86_64",
    "node.labels.disk": "ssd",
    "node.labels.rack": "row 1",
    "engine.labels.zone": "a",
}


def piece(task: str, text: str) -> bytes:
    """Return a piece of a service's log, as the engine sends it with details."""
    details = f"com.docker.swarm.node.id=x,com.docker.swarm.service.id=y,com.docker.swarm.task.id={task}"
    return f"{details} {text}\n".encode()


def task(state: str, status: int = 0, error: str = "", *, name: str = "t") -> Task:
    return Task(name, "a", state, status, error)


def test_choose() -> None:
    """Nodes are named by name or id; a name that two nodes have is an error, which names their ids."""
    known = [N1, N2, N10]
    assert nodes.nodes_named(known, []) == known
    assert nodes.nodes_named(known, ["n10", "a", "n1"]) == [N10, N1]
    with pytest.raises(UsageError, match=r"^'n3' is not a node of this swarm: n1, n2, n10$"):
        nodes.nodes_named([N10, N2, N1], ["n3"])
    with pytest.raises(UsageError, match=r"^'n2' is the name of 2 nodes: say which by its id, b or d$"):
        nodes.nodes_named([N1, N2, TWIN], ["n2"])
    assert nodes.nodes_named([N1, N2, TWIN], ["d"]) == [TWIN]


@pytest.mark.parametrize(
    ("constraint", "matches"),
    [
        ("node.hostname==N1", True),
        ("node.hostname != n1", False),
        ("  node.hostname\t==  n1 ", True),
        ("node.labels.rack==row 1", True),
        ("node.labels.rack == Row 1 ", True),
        ("node.labels.rack==row1", False),
        ("node.id==x", True),
        ("node.role==manager", False),
        ("node.labels.disk==ssd", True),
        ("node.labels.other!=ssd", True),
        ("node.labels.other==ssd", False),
        ("engine.labels.zone==a", True),
        ("node.platform.os==linux", True),
        ("node.platform.arch==x86_64", True),
        ("node.ip==10.0.0.1", None),
        ("node.platform.version!=1", None),
        ("NODE.ROLE==worker", None),
    ],
)
def test_match_constraints(constraint: str, matches: bool | None) -> None:
    """Nodes match constraints by their facts, those that take no job too; some constraints only the swarm can tell."""
    node = Node("x", "n1", Code.DOWN, FACTS)
    found = nodes.match_constraints([node], [constraint])
    assert found == (None if matches is None else [node] if matches else [])


@pytest.mark.parametrize(
    "constraint",
    [
        *("", "disk", "==n2", "!=n2", "node.hostname==", "node.hostname== ", "===", "n!=a", "node.role=worker"),
        *("a-b=!=c", "node.hostname!=a==b", "node labels==x", "node.labels.a==b@c", "1a==b"),
        *("node.labels.ä==b", "node.labels.a==ä"),
    ],
)
def test_wrong_constraints(constraint: str) -> None:
    """What the swarm takes for no constraint is an error that quotes it, and no other one."""
    with pytest.raises(UsageError) as raised:
        nodes.match_constraints([N1], ["node.role==worker", constraint])
    assert raised.value.message.startswith(f"'{constraint}' is not a constraint: ")


def test_several_constraints() -> None:
    """A node has to match all of the constraints."""
    node = Node("x", "n1", None, FACTS)
    assert nodes.match_constraints([node], ["node.role==worker", "node.labels.disk==ssd"]) == [node]
    assert nodes.match_constraints([node], ["node.role==worker", "node.labels.disk==hdd"]) == []
    assert nodes.match_constraints([node], ["node.role==worker", "node.ip==10.0.0.1"]) is None


def test_parse_logs() -> None:
    """Lines are kept by their task; lines without details are dropped, and wrong bytes are replaced."""
    log = [piece("t1", "10.0.0.1"), piece("t2", "a b"), b"error: node gone\n", piece("t2", "\xff"), b""]
    assert nodes.parse_logs(log) == {"t1": ["10.0.0.1"], "t2": ["a b", "\xff"]}
    assert nodes.parse_logs([b"com.docker.swarm.task.id=t \xff\n"]) == {"t": ["\ufffd"]}


def test_long_lines() -> None:
    """A line in several pieces is one, whatever comes between them; one without its end was cut, and is dropped."""
    begin, middle, end = (piece("t", text).removesuffix(b"\n") for text in ("a", " b ", "c"))
    assert nodes.parse_logs([begin, piece("u", "x"), middle, piece("t", "c"), end]) == {"t": ["a b c"], "u": ["x"]}


DOWN = N1._replace(trouble=Code.DOWN)
ONE = reply("10.0.0.1")
UNPROVEN = "note: 10.0.0.1 on eth1 is preferred to 10.9.0.4 on eth2 (default route), not proven: --strict refuses"


def played(out: dict[str, list[str]], err: dict[str, list[str]] | None = None, lost: str | None = None) -> Logs:
    """Return the logs of tasks that have printed these lines when asked for `service ipv4`."""
    return decode_logs(out, decode_replies(out, "service", "ipv4"), err or {}, lost)


@pytest.mark.parametrize(
    ("node", "tasks", "out", "err", "expected"),
    [
        (N1, [task("complete")], [ONE], [], "10.0.0.1"),
        (N1, [task("complete")], [ONE], [UNPROVEN, "racknet: no"], "10.0.0.1"),
        (N1, [task("complete")], [], [], "printed no answer: ''"),
        (N1, [task("complete")], [], [UNPROVEN], "printed no answer: ''"),
        (N1, [task("complete")], [], [ONE], "printed no answer: ''"),
        (N1, [task("complete")], ["10.0.0.1"], [], "printed no answer: '10.0.0.1'"),
        (N1, [task("complete")], ["10.0.0.1", "x" * 80], [], f"printed no answer: '10.0.0.1 {'x' * 71}'"),
        (N1, [task("complete")], [ONE, ONE], [], f"printed no answer: '{ONE[:80]}'"),
        (N1, [task("complete")], [UNPROVEN, ONE], [], f"printed no answer: '{UNPROVEN[:80]}'"),
        (N1, [task("complete", 1)], [ONE], [], "printed no answer: ''"),
        (N1, [task("failed", 1, "exit (1)")], [ONE], ["racknet: no address", "x"], "no address"),
        (N1, [task("failed", 3, "exit (3)")], [], [UNPROVEN, "racknet: a full disk"], "a full disk"),
        (N1, [task("failed", 3, "exit (3)")], [], [UNPROVEN], "exit (3)"),
        (N1, [task("failed", 1, "exit (1)")], [], [error("no address")], "no address"),
        (N1, [task("failed", 1, "exit (1)")], [], [], "exit (1)"),
        (N1, [task("failed", 1, "exit (1)")], [], ["", "racknet: ", " "], "exit (1)"),
        (N1, [task("failed", 1)], [], [], "failed"),
        (N1, [task("rejected", error=" ")], [], [], "rejected"),
        (N1, [task("rejected", error="No such image: sha256:1d")._replace(lacks_image=True)], [], [], "image: ip:1"),
        (N1, [task("rejected", error="No such image: other")], [], [], "No such image: other"),
        (N1, [task("preparing")], [], [], "no answer in time: its task is preparing"),
        (N1, [task("pending", error="no room")], [], [], "no answer in time: its task is pending, no room"),
        (N1, [], [], [], "was given no task in time"),
        (N1._replace(trouble=Code.DRAINED), [], [], [], "drained"),
        (DOWN, [task("running")], [], [], "down"),
        (DOWN, [task("complete")], [ONE], [], "10.0.0.1"),
        (N1, [task("complete"), task("failed", 1, name="u")], [ONE], [], "10.0.0.1"),
        (N1, [task("failed", 1, "exit"), task("pending", name="u")], [], ["racknet: no"], "no"),
    ],
)
def test_collect_answers(node: Node, tasks: list[Task], out: list[str], err: list[str], expected: str) -> None:
    """A node's reply is what its task printed, if that is one answer; else it says why there is none."""
    (answer,) = nodes.collect_answers([node], tasks, played({"t": out}, {"t": err}), "ip:1")
    assert (answer.node, answer.id) == ("n1", "a")
    assert (answer.reply is None) != (answer.failure is None)
    found = failure_text(answer.failure) if answer.failure else answer.reply.address if answer.reply else ""
    assert found.endswith(expected)


@pytest.mark.parametrize("err", [[], [UNPROVEN], ["x", UNPROVEN, "note: y"]])
def test_notes(err: list[str]) -> None:
    """A reply that is not proven goes with the note of its own task, as far as there is one."""
    done = [Task("t", "a", "complete", 0, ""), Task("u", "b", "complete", 0, "")]
    logs = played({task.id: [reply("10.0.0.1", proven=False)] for task in done}, {"u": err})
    answers = nodes.collect_answers([N1, N2], done, logs, "ip:1")
    assert [answer.reply for answer in answers] == [Reply("10.0.0.1", 19, "eth1", is_proven=False)] * 2
    assert [answer.note for answer in answers] == ["", UNPROVEN.removeprefix("note: ") if err else ""]


def test_answers_are_in_natural_order() -> None:
    """Answers are in the natural order of the nodes' names, and of their ids where names are equal."""
    answers = nodes.collect_answers([TWIN, N10, N2, N1], [], played({}), "ip:1")
    assert [answer.id for answer in answers] == ["a", "b", "d", "c"]


def test_lost_log() -> None:
    """Where a log cannot be read, that is why an answer is missing; what was read of it counts."""
    done = [Task("t", "a", "complete", 0, ""), Task("u", "b", "complete", 0, "")]
    logs = played({"u": [reply("10.0.0.2")]}, lost="frozen")
    answers = nodes.collect_answers([N1, N2], done, logs, "ip:1")
    lost = Failure(Code.LOST_LOG, ("frozen",))
    assert answers == [Answer("n1", "a", None, lost), Answer("n2", "b", Reply("10.0.0.2", 19, "eth1", is_proven=True))]


def test_lost_log_of_a_task_that_never_ran() -> None:
    """A log that is lost hides no reason for which a task has none."""
    rejected = [Task("t", "a", "rejected", 0, "no room"), Task("u", "b", "rejected", 0, "x", lacks_image=True)]
    answers = nodes.collect_answers([N1, N2], rejected, played({}, lost="frozen"), "ip:1")
    assert [answer.failure for answer in answers] == [
        Failure(Code.STOPPED, ("no room",)),
        Failure(Code.NO_IMAGE, ("ip:1",)),
    ]


def count_calls(act: Callable[[], object]) -> int:
    """Return how many functions are called, Python's and C's: a measure of work that is the same on every machine."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_collecting_is_linear() -> None:
    """Ten times as many nodes are ten times the work, up to the logs of 10,000 nodes."""

    def work(size: int) -> int:
        known = [Node(f"id{n:05}", f"n{n:05}") for n in range(size)]
        tasks = [Task(f"t{n}", f"id{n:05}", "complete", 0, "") for n in range(size)]
        log = [piece(f"t{n}", reply(f"10.{n >> 8}.{n & 255}.1")) for n in range(size)]

        def act() -> None:
            answers = nodes.collect_answers(known, tasks, played(nodes.parse_logs(log)), "ip:1")
            assert format_text(answers, is_bare=False).count("\n") == size
            assert nodes.nodes_named(known, []) == known

        return count_calls(act)

    assert work(10_000) < 10.5 * work(1_000)
