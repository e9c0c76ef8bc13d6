"""The answers of a swarm's nodes, for people and for programs."""

from __future__ import annotations

import json

import pytest

from racknet.output.formats import Template
from racknet.swarm.nodes import Answer, Code, Failure, Reply
from racknet.swarm.output import TEXTS, failure_text, format_failures, format_json, format_notes, format_text, in_format

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


def test_bare_address() -> None:
    """Where one node was named, its bare address is printed."""
    assert format_text(ANSWERS[:1], is_bare=True) == "10.0.0.1\n"


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
    assert [list(node) for node in found] == [
        ["node", "id", "address", "prefix_length", "interface", "proven", "error"]
    ] * 4
    assert [list(node.values()) for node in found[:2]] == [
        ["n1", "a", "10.0.0.1", 19, "eth1", True, None],
        ["n2", "b", None, None, None, None, "down"],
    ]
    assert found[3]["proven"] is False


def test_notes() -> None:
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


REFUSED = Failure(Code.REFUSED, ("no such address",))
DOWN, DRAINED, PAUSED = Failure(Code.DOWN), Failure(Code.DRAINED), Failure(Code.PAUSED)


def lacking(image: str) -> Failure:
    return Failure(Code.NO_IMAGE, (image,))


@pytest.mark.parametrize(
    ("failures", "hint"),
    [
        ([DOWN, lacking("x/y")], "bring it to each of them: docker save x/y | ssh n2 docker load"),
        ([lacking("x/y@sha256:00")], "bring it to each of them: docker save x/y | ssh n1 docker load"),
        ([lacking("r.io/y@sha256:00")], "does this work? ssh n1 docker pull r.io/y@sha256:00"),
        ([REFUSED, DRAINED, PAUSED], "let it take jobs: docker node update --availability active n2"),
        ([DOWN, REFUSED], "see docker node ls"),
        ([REFUSED], "see what the node has: ssh n1 docker run --rm --net=host x/y list"),
        ([Failure(Code.REFUSED, ("drained",))], "see what the node has: ssh n1 docker run --rm --net=host x/y list"),
    ],
)
def test_hints(failures: list[Failure], hint: str) -> None:
    """The hint is a command for the failure that says most, on the first node that has it."""
    failed = [Answer(f"n{place}", "a", None, failure) for place, failure in enumerate(failures, 1)]
    assert format_failures(failed, "public ipv4", "x/y").endswith(f"\nhint: {hint}\n")


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure(Code.UNFINISHED, ("preparing", "")), "no answer in time: its task is preparing"),
        (Failure(Code.UNFINISHED, ("pending", "no room")), "no answer in time: its task is pending, no room"),
        (Failure(Code.NO_ANSWER, ("{x}",)), "printed no answer: '{x}'"),
        (Failure(Code.LOST_LOG, ("frozen",)), "its log cannot be read: frozen"),
        (Failure(Code.GONE), "gone from the swarm"),
    ],
)
def test_failure_text(failure: Failure, text: str) -> None:
    """Each code has its text, with the details as they are."""
    assert failure_text(failure) == text
    assert set(TEXTS) == set(Code)


def test_no_node() -> None:
    """A query that no node matches is an error with a hint."""
    failures = format_failures([], "public ipv4", "racknet/ip")
    assert failures.startswith("racknet: no node of this swarm matches\nhint: ")
