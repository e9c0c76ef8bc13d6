"""Pure: which nodes of a swarm are asked, and what came of each of them. Part of `cluster`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from racknet.options import Wrong
from racknet.patterns import number
from racknet.ranking import natural

FINAL = ("complete", "failed", "rejected", "shutdown", "orphaned", "remove")  # of Docker's states of a task
CONSTRAINED = ("node.id", "node.hostname", "node.role", "node.platform.", "node.labels.", "engine.labels.")
TASK_ID = "com.docker.swarm.task.id"


class Node(NamedTuple):
    """A node: its id, its host name, why it takes no job ("" where it does), and what constraints may say of it."""

    id: str
    name: str
    trouble: str
    facts: Mapping[str, str] = {}


class Task(NamedTuple):
    """A node's share of a job: the task's id, its node's, its state as Docker has it, its status, what went wrong."""

    id: str
    node: str
    state: str
    status: int
    error: str


class Answer(NamedTuple):
    """What came of a node: its name, its id, its address, or else why it has none."""

    node: str
    id: str
    address: str | None
    error: str | None


def choose(nodes: Sequence[Node], words: Sequence[str]) -> list[Node]:
    """The nodes of those names or ids, all without any. Raises Wrong."""
    chosen = []
    for word in words:
        found = [node for node in nodes if word in (node.name, node.id)]
        if not found:
            names = ", ".join(sorted({node.name for node in nodes}, key=natural))
            raise Wrong(f"'{word}' is not a node of this swarm: {names}")
        if len(found) > 1:
            ids = " or ".join(node.id for node in found)
            raise Wrong(f"'{word}' is the name of {len(found)} nodes: say which by its id, {ids}")
        chosen += found
    return list({node.id: node for node in chosen}.values()) if words else list(nodes)


def fitting(nodes: Sequence[Node], constraints: Sequence[str]) -> list[Node] | None:
    """The nodes that constraints such as `node.role==worker` let; None where there is no telling from here."""
    wanted = [re.split("(==|!=)", constraint.replace(" ", ""), maxsplit=1) for constraint in constraints]
    if not all(len(words) == 3 and words[0].startswith(CONSTRAINED) for words in wanted):
        return None
    return [
        node
        for node in nodes
        if all(_same(node.facts.get(key, ""), value) == (operator == "==") for key, operator, value in wanted)
    ]


def _same(value: str, other: str) -> bool:
    return value.lower() == other.lower()


def gather(pieces: Iterable[bytes]) -> dict[str, list[str]]:
    """The lines that tasks have printed, by the tasks' ids, of a log with details: `…=…,…task.id=ID TEXT`."""
    lines: dict[str, list[str]] = {}
    for piece in pieces:
        details, _, text = piece.decode("utf-8", "replace").partition(" ")
        pairs = dict(pair.partition("=")[::2] for pair in details.split(","))
        if TASK_ID in pairs:
            lines.setdefault(pairs[TASK_ID], []).append(text.rstrip("\r\n"))
    return lines


def outcome(
    nodes: Iterable[Node],
    tasks: Iterable[Task],
    out: Mapping[str, list[str]],
    err: Mapping[str, list[str]],
    family: str,
    lost: str = "",
) -> list[Answer]:
    """What came of the nodes, in natural order, of their tasks and what these have printed.

    `lost` is why some of what they have printed is missing.
    """
    # The swarm may give a node another task where one failed: what has come to an end counts, and success most.
    rank = {state: place for place, state in enumerate(reversed(FINAL), 1)}
    by_node = {task.node: task for task in sorted(tasks, key=lambda task: rank.get(task.state, 0))}
    answers = []
    for node in sorted(nodes, key=lambda node: (natural(node.name), node.id)):
        task = by_node.get(node.id)
        address = out.get(task.id, []) if task and (task.state, task.status) == ("complete", 0) else []
        if task and len(address) == 1 and _is_address(family, address[0]):
            answers.append(Answer(node.name, node.id, address[0], None))
        else:
            said = err.get(task.id, []) if task else []
            why = lost if lost and task and task.state in FINAL and not (address or said) else ""
            answers.append(Answer(node.name, node.id, None, why or _why_not(node, task, address, said, family)))
    return answers


def _why_not(node: Node, task: Task | None, printed: Sequence[str], said: Sequence[str], family: str) -> str:
    if task is None or (node.trouble and task.state not in FINAL):
        return node.trouble or "was given no task in time"
    if task.state not in FINAL:
        return f"no answer in time: its task is {task.state}{task.error and f', {task.error}'}"
    if task.state == "failed" and said:
        return said[0].removeprefix("racknet: ")
    if task.state != "complete":
        return task.error or task.state
    return f"printed no {family} address: '{' '.join(printed)[:80]}'"


def _is_address(family: str, word: str) -> bool:
    try:
        number(family, word)
        return str(ip_address(word)) == word
    except (OSError, ValueError):
        return False
