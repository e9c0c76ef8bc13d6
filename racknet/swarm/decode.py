"""Nodes and tasks, out of the objects of Docker's API. No input, no output."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from racknet.swarm.nodes import Code, Node, Task

STATES = {"down": Code.DOWN, "disconnected": Code.DISCONNECTED}  # one that is `unknown` is coming back
AVAILABILITIES = {"drain": Code.DRAINED, "pause": Code.PAUSED}


def decode_node(node: Mapping[str, Any]) -> Node:
    """Return the node of an object."""
    facts = _facts(node)
    trouble = STATES.get(node["Status"]["State"]) or AVAILABILITIES.get(node["Spec"]["Availability"])
    return Node(node["ID"], facts["node.hostname"], trouble, facts)


def _facts(node: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts that constraints compare. A node that has just joined may not have a name yet."""
    description, spec = node["Description"], node["Spec"]
    platform, engine = description.get("Platform") or {}, description.get("Engine") or {}
    facts = {
        "node.id": node["ID"],
        "node.hostname": description.get("Hostname") or node["ID"],
        "node.role": spec["Role"],
        "node.platform.os": platform.get("OS", ""),
        "node.platform.arch": platform.get("Architecture", ""),
    }
    facts |= {f"node.labels.{label}": value for label, value in (spec.get("Labels") or {}).items()}
    return facts | {f"engine.labels.{label}": value for label, value in (engine.get("Labels") or {}).items()}


def decode_task(task: Mapping[str, Any]) -> Task:
    """Return the task of an object."""
    status = task["Status"]
    exited = (status.get("ContainerStatus") or {}).get("ExitCode", 0)
    error = status.get("Err", "")
    lacks_image = status["State"] == "rejected" and error.startswith("No such image")  # Docker has no code for it
    return Task(task["ID"], task.get("NodeID", ""), status["State"], exited, error, lacks_image)


def decode_time(stamp: str) -> datetime:
    """Return a time, which the swarm writes in UTC and down to nanoseconds, in full seconds."""
    return datetime.fromisoformat(stamp[:19])
