"""Which nodes of a swarm are asked, and what each of them answers. No input, no output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from racknet.core.matching import parse_address
from racknet.core.ranking import natural
from racknet.errors import UsageError

FINAL = ("complete", "failed", "rejected", "shutdown", "orphaned", "remove")  # of Docker's states of a task
KEYS = ("node.id", "node.hostname", "node.role", "node.platform.os", "node.platform.arch")  # and the labels
# By manager/constraint/constraint.go of moby/swarmkit. The engine's own error for others has no code.
KEY = re.compile(r"[a-z_][a-z0-9_.-]+", re.ASCII | re.IGNORECASE)
VALUE = re.compile(r"[a-z0-9:_\s.*()?+[\]\\^$|/-]+", re.ASCII | re.IGNORECASE)
TASK_ID = "com.docker.swarm.task.id"


class Node(NamedTuple):
    """A node: its id, its host name, why it takes no job ("" where it does), and the facts that constraints compare."""

    id: str
    name: str
    trouble: str
    facts: Mapping[str, str] = {}


class Task(NamedTuple):
    """The part of a job on one node: its id, the node's id, its state in Docker's words, its exit status, its error."""

    id: str
    node: str
    state: str
    status: int
    error: str


class Answer(NamedTuple):
    """The answer of a node: its name, its id, and its address or the error."""

    node: str
    id: str
    address: str | None
    error: str | None


def choose(nodes: Sequence[Node], words: Sequence[str]) -> list[Node]:
    """Return the nodes with these names or ids, or all if there are none. Raise UsageError."""
    chosen = []
    for word in words:
        found = [node for node in nodes if word in (node.name, node.id)]
        if not found:
            names = ", ".join(sorted({node.name for node in nodes}, key=natural))
            raise UsageError(f"'{word}' is not a node of this swarm: {names}")
        if len(found) > 1:
            ids = " or ".join(node.id for node in found)
            raise UsageError(f"'{word}' is the name of {len(found)} nodes: say which by its id, {ids}")
        chosen += found
    return list({node.id: node for node in chosen}.values()) if words else list(nodes)


def parse_constraint(text: str) -> tuple[str, str, str]:
    """Return the key, the operator and the value of a constraint such as `node.role==worker`. Raise UsageError.

    Blanks around the key and the value do not count. One within a value does.
    """
    operator = "==" if "==" in text else "!="
    key, _, value = (part.strip() for part in text.partition(operator))
    if not (KEY.fullmatch(key) and VALUE.fullmatch(value)):
        raise UsageError(f"'{text}' is not a constraint: KEY==VALUE or KEY!=VALUE, for instance node.role==worker")
    return key, operator, value


def match_constraints(nodes: Sequence[Node], constraints: Sequence[str]) -> list[Node] | None:
    """Return the nodes that match all constraints; None where only the swarm can tell. Raise UsageError."""
    wanted = [parse_constraint(constraint) for constraint in constraints]
    if not all(key in KEYS or re.match(r"(node|engine)\.labels\..", key) for key, _, _ in wanted):
        return None
    return [
        node
        for node in nodes
        if all(_same(node.facts.get(key, ""), value) == (operator == "==") for key, operator, value in wanted)
    ]


def _same(value: str, other: str) -> bool:
    return value.lower() == other.lower()


class Logs(NamedTuple):
    """The lines that tasks printed, by the tasks' ids; and why some of them are missing, or ""."""

    out: Mapping[str, list[str]]
    err: Mapping[str, list[str]]
    lost: str = ""


def parse_logs(pieces: Iterable[bytes]) -> dict[str, list[str]]:
    """Return the lines of a log with details, by the ids of their tasks: `…=…,…task.id=ID TEXT`."""
    lines: dict[str, list[str]] = {}
    for piece in pieces:
        details, _, text = piece.decode("utf-8", "replace").partition(" ")
        pairs = dict(pair.partition("=")[::2] for pair in details.split(","))
        if TASK_ID in pairs and text.endswith("\n"):  # else the log was cut, perhaps within an address
            lines.setdefault(pairs[TASK_ID], []).append(text.rstrip("\r\n"))
    return lines


def collect_answers(nodes: Iterable[Node], tasks: Iterable[Task], logs: Logs, family: str) -> list[Answer]:
    """Return the answers of the nodes, in natural order, from their tasks and logs."""
    # The swarm may give a node another task where one failed: what has ended counts, and success most.
    rank = {state: place for place, state in enumerate(reversed(FINAL), 1)}
    by_node = {task.node: task for task in sorted(tasks, key=lambda task: rank.get(task.state, 0))}
    answers = []
    for node in sorted(nodes, key=lambda node: (natural(node.name), node.id)):
        task = by_node.get(node.id)
        printed = logs.out.get(task.id, []) if task and (task.state, task.status) == ("complete", 0) else []
        if task and len(printed) == 1 and _is_address(family, printed[0]):
            answers.append(Answer(node.name, node.id, printed[0], None))
        else:
            said = logs.err.get(task.id, []) if task else []
            is_lost = logs.lost and task and task.state in FINAL and not (printed or said)
            error = logs.lost if is_lost else _error(node, task, printed, said, family)
            answers.append(Answer(node.name, node.id, None, error))
    return answers


def _error(node: Node, task: Task | None, printed: Sequence[str], said: Sequence[str], family: str) -> str:
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
        parse_address(family, word)
        return str(ip_address(word)) == word
    except (OSError, ValueError):
        return False
