"""Nodes and tasks, out of the objects of Docker's API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.fake_manager import error, reply

from racknet.swarm.decode import decode_error, decode_logs, decode_node, decode_replies, decode_reply, decode_task
from racknet.swarm.nodes import Code, Logs, Node, Reply, Task


def node(state: str = "ready", availability: str = "active", **description: object) -> Node:
    """Return the node of an object, as the API lists it."""
    spec = {"Role": "worker", "Availability": availability, "Labels": {"disk": "ssd"}}
    return decode_node({"ID": "x", "Description": description, "Status": {"State": state}, "Spec": spec})


def test_troubles() -> None:
    """A node that is down, disconnected, drained or paused takes no job; one that is unknown is coming back."""
    assert node(Hostname="n1")[:3] == ("x", "n1", None)
    assert (node("down").trouble, node("disconnected").trouble) == (Code.DOWN, Code.DISCONNECTED)
    assert (node(availability="drain").trouble, node(availability="pause").trouble) == (Code.DRAINED, Code.PAUSED)
    assert node("down", "drain").trouble == Code.DOWN
    assert node("unknown").trouble is None


def test_node_without_a_name() -> None:
    """A node that has just joined has no host name yet: it goes by its id."""
    assert node().name == "x"


def test_facts() -> None:
    """The facts have the names of Docker's constraints; those that the API leaves out are empty or missing."""
    platform = {"OS": "linux", "Architecture": "x86_64"}
    assert node(Hostname="n1", Platform=platform, Engine={"Labels": {"zone": "a"}}).facts == {
        "node.id": "x",
        "node.hostname": "n1",
        "node.role": "worker",
        "node.platform.os": "linux",
        "node.platform.arch": "x86_64",
        "node.labels.disk": "ssd",
        "engine.labels.zone": "a",
    }
    assert node().facts["node.platform.os"] == ""


def test_task() -> None:
    """A task has its node, its state, its exit status and its error, as far as there are any."""
    status = {"State": "failed", "ContainerStatus": {"ExitCode": 3}, "Err": "task: non-zero exit (3)"}
    assert decode_task({"ID": "t", "NodeID": "x", "Status": status}) == Task(
        "t", "x", "failed", 3, "task: non-zero exit (3)"
    )
    assert decode_task({"ID": "t", "Status": {"State": "pending"}}) == Task("t", "", "pending", 0, "")


def test_task_without_an_image() -> None:
    """Docker rejects a task where the node has no such image. No other task's text counts."""
    error = "No such image: sha256:1d"
    rejected = decode_task({"ID": "t", "Status": {"State": "rejected", "Err": error}})
    assert rejected == Task("t", "", "rejected", 0, error, lacks_image=True)
    assert not decode_task({"ID": "t", "Status": {"State": "rejected", "Err": f"x: {error}"}}).lacks_image
    assert not decode_task({"ID": "t", "Status": {"State": "failed", "Err": error}}).lacks_image


SERVICE: dict[str, Any] = json.loads(reply("10.0.0.1"))
IPV6 = {**SERVICE, "family": "ipv6", "address": "fe80::1", "prefix_length": 64}


def test_reply() -> None:
    """A reply is the line of an answer that a node prints with `--json`."""
    assert decode_reply(reply("10.0.0.1"), "service", "ipv4") == Reply("10.0.0.1", 19, "eth1", is_proven=True)
    unproven = reply("192.0.2.1", network="public", interface="ens5", proven=False)
    assert decode_reply(unproven, "public", "ipv4") == Reply("192.0.2.1", 19, "ens5", is_proven=False)
    assert decode_reply(json.dumps(IPV6), "service", "ipv6") == Reply("fe80::1", 64, "eth1", is_proven=True)


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in SERVICE.items() if field != name}


@pytest.mark.parametrize(
    "line",
    [
        *("", "10.0.0.1", '"10.0.0.1"', "null", "{}", "{", "[" * 100_000, "1" * 5_000, "note: 10.0.0.1 on eth1"),
        json.dumps([SERVICE]),
        f"{json.dumps(SERVICE)} {json.dumps(SERVICE)}",
        *(json.dumps(without(field)) for field in SERVICE),
        *(json.dumps({**SERVICE, field: None}) for field in SERVICE),
        *(json.dumps({**SERVICE, "address": word}) for word in ("10.0.0.01", "10.0.0.1/19", "10.0.0", "fd00::1", "")),
        *(json.dumps({**SERVICE, "prefix_length": length}) for length in ("19", 19.0, True, -1, 33)),
        *(json.dumps({**SERVICE, "proven": proven}) for proven in (1, "true")),
        json.dumps({**SERVICE, "interface": ""}),
        json.dumps({**SERVICE, "network": "public"}),
        json.dumps({**SERVICE, "more": 1}),
        json.dumps(IPV6),
    ],
)
def test_no_reply(line: str) -> None:
    """What is not exactly such an object, or answers another query, is no reply."""
    assert decode_reply(line, "service", "ipv4") is None


@pytest.mark.parametrize("address", ["fe80::1%eth1", "FE80::1", "fe80:0::1", "10.0.0.1"])
def test_no_reply_of_ipv6(address: str) -> None:
    """An IPv6 address is as racknet writes it, without a zone."""
    assert decode_reply(json.dumps({**IPV6, "address": address}), "service", "ipv6") is None


def test_replies() -> None:
    """A task that printed more than one line, or something else, has no reply."""
    line = reply("10.0.0.1")
    lines = {"a": [line], "b": [line, line], "c": [], "d": ["10.0.0.1"]}
    assert list(decode_replies(lines, "service", "ipv4")) == ["a"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (error("no service ipv4 address on this host"), "no service ipv4 address on this host"),
        ("racknet: no address", "no address"),
        ("exec /racknet: exec format error", "exec /racknet: exec format error"),
        ("[]", "[]"),
        ('{"error": 1}', '{"error": 1}'),
        ('{"error": "cut', '{"error": "cut'),
    ],
)
def test_error(line: str, text: str) -> None:
    """An error is what racknet says in JSON, or a line as it is: one of the engine's, for instance."""
    assert decode_error(line) == text


def test_logs() -> None:
    """Of standard error, a task has a note and an error: the first of each. One is not taken for the other."""
    out = {"a": [reply("10.0.0.1")]}
    replies = decode_replies(out, "service", "ipv4")
    err = {
        "a": ["note: x", "note: y"],
        "b": ["", "note: z", error(""), error("c"), "racknet: d"],
        "e": [" ", "racknet: "],
    }
    assert decode_logs(out, replies, err, "frozen") == Logs(out, replies, {"a": "x", "b": "z"}, {"b": "c"}, "frozen")
