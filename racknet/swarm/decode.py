"""Nodes and tasks, out of the objects of Docker's API, and what racknet says on a node. No input, no output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from racknet.core.facts import BITS
from racknet.core.matching import parse_address
from racknet.swarm.nodes import Code, Logs, Node, Reply, Task

Lines = Mapping[str, Sequence[str]]  # those that tasks printed, by the tasks' ids
STATES = {"down": Code.DOWN, "disconnected": Code.DISCONNECTED}  # a node whose state is `unknown` is coming back
AVAILABILITIES = {"drain": Code.DRAINED, "pause": Code.PAUSED}
SIGN, NOTE = "racknet: ", "note: "  # how a line begins that is an error (not JSON), or a note about an answer
# The object of `racknet NETWORK FAMILY --json`.
SOURCES = ("host", "provider")
FIELDS = {
    "network": str,
    "family": str,
    "address": str,
    "prefix_length": int,
    "interface": str,
    "why": str,
    "proven": bool,
    "source": str,
}


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


def decode_replies(out: Lines, network: str, family: str) -> dict[str, Reply]:
    """Return the replies among what tasks printed, by the tasks' ids: a reply is one line, and nothing else."""
    replies = {task: decode_reply(lines[0], network, family) for task, lines in out.items() if len(lines) == 1}
    return {task: reply for task, reply in replies.items() if reply}


def decode_logs(out: Lines, replies: Mapping[str, Reply], err: Lines, lost: str | None) -> Logs:
    """Return what tasks said, of what they printed on standard output and on standard error."""
    notes = {task: [line.removeprefix(NOTE) for line in lines if line.startswith(NOTE)] for task, lines in err.items()}
    errors = {task: [decode_error(line) for line in lines if not line.startswith(NOTE)] for task, lines in err.items()}
    return Logs(out, replies, _first_words(notes), _first_words(errors), lost)


def _first_words(said: Lines) -> dict[str, str]:
    """Return the first line of each task that has more than blanks."""
    words = {task: next((line for line in lines if line.strip()), "") for task, lines in said.items()}
    return {task: line for task, line in words.items() if line}


def decode_error(line: str) -> str:
    """Return what an error of racknet's says; the line itself, where it is somebody else's."""
    fields = _parse_object(line)
    return fields["error"] if isinstance(fields.get("error"), str) else line.removeprefix(SIGN)


def decode_reply(line: str, network: str, family: str) -> Reply | None:
    """Return the reply that a line is; None where it is no such object, or of another query."""
    fields = _parse_object(line)
    if {name: type(value) for name, value in fields.items()} != FIELDS:
        return None
    if (fields["network"], fields["family"]) != (network, family) or not _is_address(family, fields["address"]):
        return None
    if not (0 <= fields["prefix_length"] <= BITS[family] and fields["interface"]):
        return None
    if fields["source"] not in SOURCES:
        return None
    return Reply(fields["address"], fields["prefix_length"], fields["interface"], fields["proven"])


def _parse_object(line: str) -> dict[str, Any]:
    """Return the fields of a JSON object, none where the line is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):  # RecursionError: brackets are nested too deep
        return {}
    return found if isinstance(found, dict) else {}


def _is_address(family: str, word: str) -> bool:
    try:
        parse_address(family, word)
        return str(ip_address(word)) == word
    except (OSError, ValueError):
        return False
