"""Pure: nodes and tasks, out of what Docker's API tells of them. Part of `swarm`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from racknet.nodes import Node, Task


def node(node: Mapping[str, Any]) -> Node:
    """A node, as Docker tells of it."""
    facts = _facts(node)
    return Node(node["ID"], facts["node.hostname"], _trouble(node["Status"], node["Spec"]), facts)


def _facts(node: Mapping[str, Any]) -> dict[str, str]:
    """What constraints may say of a node. One that has just joined may not have told its name."""
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


def _trouble(status: Mapping[str, str], spec: Mapping[str, str]) -> str:
    """Why a node takes no job; one that is `unknown` is coming back."""
    if status["State"] in ("down", "disconnected"):
        return status["State"]
    return {"drain": "drained", "pause": "paused"}.get(spec["Availability"], "")


def task(task: Mapping[str, Any]) -> Task:
    """A task, as Docker tells of it."""
    status = task["Status"]
    exited = (status.get("ContainerStatus") or {}).get("ExitCode", 0)
    return Task(task["ID"], task.get("NodeID", ""), status["State"], exited, status.get("Err", ""))
