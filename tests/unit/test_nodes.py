"""Nodes and tasks, out of the objects of the API of Docker: which are asked, what each answers, how that is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from support.cases import cases
from support.fake_manager import error, reply
from support.on_host import on_host
from support.queries import make_query

from racknet.errors import UsageError
from racknet.lookup import look_up
from racknet.output.formats import Template, as_json
from racknet.swarm import nodes
from racknet.swarm.decode import decode_error, decode_logs, decode_node, decode_replies, decode_reply, decode_task
from racknet.swarm.nodes import Answer, Code, Failure, Logs, Node, Reply, Task
from racknet.swarm.output import TEXTS, failure_text, format_failures, format_json, format_notes, format_text, in_format

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


@cases(
    "matches constraints",
    (True, "node.hostname==N1,  node.hostname\t==  n1 ,node.labels.rack==row 1,node.labels.rack == Row 1 "),
    (True, "node.labels.disk==ssd,node.labels.other!=ssd,engine.labels.zone==a,node.platform.os==linux"),
    (True, "node.platform.arch==x86_64,node.id==x"),
    (False, "node.hostname != n1,node.labels.rack==row1,node.role==manager,node.labels.other==ssd"),
    (None, "node.ip==10.0.0.1,node.platform.version!=1,NODE.ROLE==worker"),
)
def test_match_constraints(matches: bool | None, constraints: str) -> None:
    """Nodes match constraints by their facts, those that take no job too; some constraints only the swarm can tell."""
    node = Node("x", "n1", Code.DOWN, FACTS)
    for constraint in constraints.split(","):
        found = nodes.match_constraints([node], [constraint])
        assert found == (None if matches is None else [node] if matches else []), constraint


@cases(
    "constraint",
    *("", "disk", "==n2", "!=n2", "node.hostname==", "node.hostname== ", "===", "n!=a", "node.role=worker"),
    *("a-b=!=c", "node.hostname!=a==b", "node labels==x", "node.labels.a==b@c", "1a==b"),
    *("node.labels.ä==b", "node.labels.a==ä"),
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


@cases(
    "node tasks out err expected",
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


ANSWERS = [
    Answer("n1", "a", Reply("10.0.0.1", 19, "eth1", is_proven=True)),
    Answer("n2", "b", None, Failure(Code.DOWN)),
    Answer("n10", "c", None, Failure(Code.REFUSED, ("\x1b[2J",))),
    Answer("n11\x07", "d", Reply("10.0.0.11", 19, "eth1\x1b", is_proven=False)),
]


def test_text() -> None:
    """Each node that answered has a line, with its name and its address in columns."""
    assert format_text(ANSWERS, is_bare=False) == "n1       10.0.0.1\nn11\\x07  10.0.0.11\n"
    assert format_text([], is_bare=False) == ""


def test_format() -> None:
    """A line has what `--format` names; a node whose address lacks it is one without an answer. So are all others."""
    host = Answer("n3", "e", Reply("10.0.0.3", 32, "lo", is_proven=True))
    found = [in_format(answer, Template("{network}@{interface}")) for answer in [*ANSWERS[:2], host]]
    assert format_text(found, is_bare=False) == "n1  10.0.0.0/19@eth1\n"
    assert [answer.failure for answer in found] == [
        None,
        ANSWERS[1].failure,
        Failure(Code.REFUSED, ("10.0.0.3 on lo has no network: its prefix length is 32",)),
    ]
    assert format_text([in_format(ANSWERS[0], Template("{zone}"))], is_bare=True) == "\n"


def test_json() -> None:
    """For programs all nodes are listed, each with its address or its error; what there is not is null."""
    found = json.loads(format_json(ANSWERS))
    keys = ["node", "id", "address", "prefix_length", "interface", "proven", "error"]
    assert [list(node) for node in found] == [keys] * 4
    assert [list(node.values()) for node in found[:2]] == [
        ["n1", "a", "10.0.0.1", 19, "eth1", True, None],
        ["n2", "b", None, None, None, None, "down"],
    ]
    assert found[3]["proven"] is False


def test_printed_notes() -> None:
    """Each answer that is not proven has a note, in the node's own words if there are some, which are escaped."""
    built = "note: n11\\x07: 10.0.0.11 on eth1\\x1b is not proven: --strict refuses\n"
    assert format_notes(ANSWERS) == built
    said = ANSWERS[3]._replace(note="10.0.0.11 on eth1 is \x9b, not proven: --strict refuses")
    assert (
        format_notes([*ANSWERS, said])
        == f"{built}note: n11\\x07: 10.0.0.11 on eth1 is \\x9b, not proven: --strict refuses\n"
    )
    assert format_notes(ANSWERS[:3]) == ""


def test_failures() -> None:
    """The nodes that did not answer are named, with the reasons; control characters are escaped."""
    lines = format_failures(ANSWERS, "service ipv4", "racknet/ip").splitlines()
    assert lines[:3] == ["racknet: no service ipv4 address from 2 of 4 nodes", "  n2   down", "  n10  \\x1b[2J"]
    assert [line.partition(":")[0] for line in lines[3:]] == ["hint"]
    assert set(TEXTS) == set(Code)


REFUSED = Failure(Code.REFUSED, ("no such address",))
IS_DOWN, DRAINED, PAUSED = Failure(Code.DOWN), Failure(Code.DRAINED), Failure(Code.PAUSED)


def lacking(image: str) -> Failure:
    return Failure(Code.NO_IMAGE, (image,))


@cases(
    "failures hint",
    ([IS_DOWN, lacking("x/y")], "bring it to each of them: docker save x/y | ssh n2 docker load"),
    ([lacking("x/y@sha256:00")], "bring it to each of them: docker save x/y | ssh n1 docker load"),
    ([lacking("r.io/y@sha256:00")], "does this work? ssh n1 docker pull r.io/y@sha256:00"),
    ([REFUSED, DRAINED, PAUSED], "let it take jobs: docker node update --availability active n2"),
    ([IS_DOWN, REFUSED], "see docker node ls"),
    ([REFUSED], "see what the node has: ssh n1 docker run --rm --net=host x/y list"),
    ([Failure(Code.REFUSED, ("drained",))], "see what the node has: ssh n1 docker run --rm --net=host x/y list"),
)
def test_hints(failures: list[Failure], hint: str) -> None:
    """The hint is a command for the failure that says most, on the first node that has it."""
    failed = [Answer(f"n{place}", "a", None, failure) for place, failure in enumerate(failures, 1)]
    assert format_failures(failed, "public ipv4", "x/y").endswith(f"\nhint: {hint}\n")


def decoded(state: str = "ready", availability: str = "active", **description: object) -> Node:
    """Return the decoded of an object, as the API lists it."""
    spec = {"Role": "worker", "Availability": availability, "Labels": {"disk": "ssd"}}
    return decode_node({"ID": "x", "Description": description, "Status": {"State": state}, "Spec": spec})


def test_troubles() -> None:
    """A decoded that is down, disconnected, drained or paused takes no job; one that is unknown is coming back."""
    assert decoded(Hostname="n1")[:3] == ("x", "n1", None)
    assert (decoded("down").trouble, decoded("disconnected").trouble) == (Code.DOWN, Code.DISCONNECTED)
    assert (decoded(availability="drain").trouble, decoded(availability="pause").trouble) == (Code.DRAINED, Code.PAUSED)
    assert decoded("down", "drain").trouble == Code.DOWN
    assert decoded("unknown").trouble is None
    assert decoded().name == "x"  # it has just joined, and has no host name yet


def test_facts() -> None:
    """The facts have the names of Docker's constraints; those that the API leaves out are empty or missing."""
    platform = {"OS": "linux", "Architecture": "x86_64"}
    assert decoded(Hostname="n1", Platform=platform, Engine={"Labels": {"zone": "a"}}).facts == {
        "node.id": "x",
        "node.hostname": "n1",
        "node.role": "worker",
        "node.platform.os": "linux",
        "node.platform.arch": "x86_64",
        "node.labels.disk": "ssd",
        "engine.labels.zone": "a",
    }
    assert decoded().facts["node.platform.os"] == ""


def test_decode_task() -> None:
    """A as_task has its decoded, its state, its exit status and its error, as far as there are any."""
    status = {"State": "failed", "ContainerStatus": {"ExitCode": 3}, "Err": "as_task: non-zero exit (3)"}
    assert decode_task({"ID": "t", "NodeID": "x", "Status": status}) == Task(
        "t", "x", "failed", 3, "as_task: non-zero exit (3)"
    )
    assert decode_task({"ID": "t", "Status": {"State": "pending"}}) == Task("t", "", "pending", 0, "")


def test_task_without_an_image() -> None:
    """Docker rejects a as_task where the decoded has no such image. No other as_task's text counts."""
    error = "No such image: sha256:1d"
    rejected = decode_task({"ID": "t", "Status": {"State": "rejected", "Err": error}})
    assert rejected == Task("t", "", "rejected", 0, error, lacks_image=True)
    assert not decode_task({"ID": "t", "Status": {"State": "rejected", "Err": f"x: {error}"}}).lacks_image
    assert not decode_task({"ID": "t", "Status": {"State": "failed", "Err": error}}).lacks_image


SERVICE: dict[str, Any] = json.loads(reply("10.0.0.1"))
IPV6 = {**SERVICE, "family": "ipv6", "address": "fe80::1", "prefix_length": 64}


def test_reply() -> None:
    """A reply is the line of an answer that a decoded prints with `--json`."""
    assert decode_reply(reply("10.0.0.1"), "service", "ipv4") == Reply("10.0.0.1", 19, "eth1", is_proven=True)
    unproven = reply("192.0.2.1", network="public", interface="ens5", proven=False)
    assert decode_reply(unproven, "public", "ipv4") == Reply("192.0.2.1", 19, "ens5", is_proven=False)
    assert decode_reply(json.dumps(IPV6), "service", "ipv6") == Reply("fe80::1", 64, "eth1", is_proven=True)


def test_reply_of_this_version() -> None:
    """What racknet prints with `--json` is a reply."""
    with on_host("nic eth1 10.0.0.5/24 device"):
        (selection,) = look_up([make_query("service")]).selections
    assert decode_reply(as_json(selection), "service", "ipv4") == Reply("10.0.0.5", 24, "eth1", is_proven=True)


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in SERVICE.items() if field != name}


@cases(
    "line",
    *("", "10.0.0.1", '"10.0.0.1"', "null", "{}", "{", "[" * 100_000, "1" * 5_000, "note: 10.0.0.1 on eth1"),
    json.dumps([SERVICE]),
    f"{json.dumps(SERVICE)} {json.dumps(SERVICE)}",
    *(json.dumps(without(field)) for field in SERVICE),
    *(json.dumps({**SERVICE, field: None}) for field in SERVICE),
    *(json.dumps({**SERVICE, "address": word}) for word in ("10.0.0.01", "10.0.0.1/19", "10.0.0", "fd00::1", "")),
    *(json.dumps({**SERVICE, "prefix_length": length}) for length in ("19", 19.0, True, -1, 33)),
    *(json.dumps({**SERVICE, "proven": proven}) for proven in (1, "true")),
    json.dumps({**SERVICE, "source": "somebody"}),
    json.dumps({**SERVICE, "interface": ""}),
    json.dumps({**SERVICE, "network": "public"}),
    json.dumps({**SERVICE, "more": 1}),
    json.dumps(IPV6),
)
def test_no_reply(line: str) -> None:
    """What is not exactly such an object, or answers another query, is no reply."""
    assert decode_reply(line, "service", "ipv4") is None


@pytest.mark.parametrize("address", ["fe80::1%eth1", "FE80::1", "fe80:0::1", "10.0.0.1"])
def test_no_reply_of_ipv6(address: str) -> None:
    """An IPv6 address is as racknet writes it, without a zone."""
    assert decode_reply(json.dumps({**IPV6, "address": address}), "service", "ipv6") is None


@cases(
    "line text",
    (error("no service ipv4 address on this host"), "no service ipv4 address on this host"),
    ("racknet: no address", "no address"),
    ("exec /racknet: exec format error", "exec /racknet: exec format error"),
    ("[]", "[]"),
    ('{"error": 1}', '{"error": 1}'),
    ('{"error": "cut', '{"error": "cut'),
)
def test_error(line: str, text: str) -> None:
    """An error is what racknet says in JSON, or a line as it is: one of the engine's, for instance."""
    assert decode_error(line) == text


def test_logs() -> None:
    """Of standard error, a as_task has a note and an error: the first of each. One is not taken for the other."""
    out = {"a": [reply("10.0.0.1")]}
    replies = decode_replies(out, "service", "ipv4")
    err = {
        "a": ["note: x", "note: y"],
        "b": ["", "note: z", error(""), error("c"), "racknet: d"],
        "e": [" ", "racknet: "],
    }
    assert decode_logs(out, replies, err, "frozen") == Logs(out, replies, {"a": "x", "b": "z"}, {"b": "c"}, "frozen")
