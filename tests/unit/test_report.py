"""The answers of a swarm's nodes, for people and for programs."""

from __future__ import annotations

import json

import pytest

from racknet.swarm.nodes import Answer
from racknet.swarm.report import format_failures, format_json, format_text

ANSWERS = [
    Answer("n1", "a", "10.0.0.1", None),
    Answer("n2", "b", None, "down"),
    Answer("n10", "c", None, "\x1b[2J"),
    Answer("n11\x07", "d", "10.0.0.11", None),
]


def test_text() -> None:
    """Each node that answered has a line, with its name and its address in columns."""
    assert format_text(ANSWERS, is_bare=False) == "n1       10.0.0.1\nn11\\x07  10.0.0.11\n"
    assert format_text([], is_bare=False) == ""


def test_bare_address() -> None:
    """Where one node was named, its bare address is printed."""
    assert format_text(ANSWERS[:1], is_bare=True) == "10.0.0.1\n"


def test_json() -> None:
    """For programs all nodes are listed, each with its address or its error."""
    found = json.loads(format_json(ANSWERS))
    assert [list(node) for node in found] == [["node", "id", "address", "error"]] * 4
    assert found[1] == {"node": "n2", "id": "b", "address": None, "error": "down"}


def test_failures() -> None:
    """The nodes that did not answer are named, with the reasons; control characters are escaped."""
    lines = format_failures(ANSWERS, "service ipv4", "racknet/ip").splitlines()
    assert lines[:3] == ["racknet: no service ipv4 address from 2 of 4 nodes", "  n2   down", "  n10  \\x1b[2J"]
    assert [line.partition(":")[0] for line in lines[3:]] == ["hint"]


@pytest.mark.parametrize(
    ("errors", "hint"),
    [
        (["down", "No such image: x/y:1"], "bring it to each of them: docker save x/y:1 | ssh n2 docker load"),
        (["No such image: x/y@sha256:00"], "bring it to each of them: docker save x/y | ssh n1 docker load"),
        (["No such image: r.io/y@sha256:00"], "does this work? ssh n1 docker pull r.io/y@sha256:00"),
        (["no such address", "drained", "paused"], "let it take jobs: docker node update --availability active n2"),
        (["down", "no such address"], "see docker node ls"),
        (["no such address"], "see what the node has: ssh n1 docker run --rm --net=host x/y list"),
    ],
)
def test_hints(errors: list[str], hint: str) -> None:
    """The hint is a command for the error that says most, on the first node that has it."""
    failed = [Answer(f"n{place}", "a", None, error) for place, error in enumerate(errors, 1)]
    assert format_failures(failed, "public ipv4", "x/y").endswith(f"\nhint: {hint}\n")


def test_no_node() -> None:
    """A query that no node matches is an error with a hint."""
    failures = format_failures([], "public ipv4", "racknet/ip")
    assert failures.startswith("racknet: no node of this swarm matches\nhint: ")
