"""Nodes and tasks, out of the objects of Docker's API."""

from __future__ import annotations

from racknet.swarm.decode import decode_node, decode_task
from racknet.swarm.nodes import Code, Node, Task


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
