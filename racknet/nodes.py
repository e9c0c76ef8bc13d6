"""Pure: which nodes of a swarm are asked, what came of each of them, and how that is told. Part of `cluster`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from racknet.options import Wrong
from racknet.patterns import number
from racknet.ranking import natural
from racknet.streams import printable

FINAL = ("complete", "failed", "rejected", "shutdown", "orphaned", "remove")  # of Docker's states of a task
TASK_ID = "com.docker.swarm.task.id"
# What an error may hold, and what to do then; the first that fits any.
HINTS = [
    ("No such image", "bring the image to these nodes, or say with --image one that they can pull"),
    ("", "see docker node ls, or ask there: docker run --rm --net=host racknet/ip list"),
]


class Node(NamedTuple):
    """A node: its id, its host name, and why it takes no job ("" where it does)."""

    id: str
    name: str
    trouble: str


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
    return list(dict.fromkeys(chosen)) if words else list(nodes)


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
) -> list[Answer]:
    """What came of the nodes, in natural order, of their tasks and what these have printed."""
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
            answers.append(Answer(node.name, node.id, None, _why_not(node, task, address, err, family)))
    return answers


def text(answers: Sequence[Answer], *, bare: bool) -> str:
    """A line for each node that has answered: its name and its address, or the bare address."""
    answered = [answer for answer in answers if answer.address]
    width = max((len(printable(answer.node)) for answer in answered), default=0)
    names = ["" if bare else f"{printable(answer.node):{width}}  " for answer in answered]
    return "".join(f"{name}{answer.address}\n" for name, answer in zip(names, answered, strict=True))


def as_json(answers: Sequence[Answer]) -> str:
    """All nodes, for programs."""
    return json.dumps([answer._asdict() for answer in answers]) + "\n"


def trouble(answers: Sequence[Answer], asked: str) -> str:
    """The error for the nodes that have not answered, or for there being no node at all."""
    failed = [answer for answer in answers if answer.error]
    if not answers:
        return "racknet: no node of this swarm fits\nhint: see docker node ls, and docker node inspect for labels\n"
    width = max(len(printable(answer.node)) for answer in failed)
    lines = "".join(f"  {printable(answer.node):{width}}  {printable(answer.error or '')}\n" for answer in failed)
    hint = next(hint for word, hint in HINTS if any(word in (answer.error or "") for answer in failed))
    return f"racknet: no {asked} address from {len(failed)} of {len(answers)} nodes\n{lines}hint: {hint}\n"


def _why_not(node: Node, task: Task | None, printed: Sequence[str], err: Mapping[str, list[str]], family: str) -> str:
    if task is None or (node.trouble and task.state not in FINAL):
        return node.trouble or "was given no task"
    if task.state not in FINAL:
        return f"no answer in time: its task is {task.state}{task.error and f', {task.error}'}"
    said = err.get(task.id, [])
    if task.state == "failed" and said:
        return said[0].removeprefix("racknet: ")
    if task.state != "complete":
        return task.error or task.state
    return f"its answer is lost, or no {family} address: '{' '.join(printed)[:80]}'"


def _is_address(family: str, word: str) -> bool:
    try:
        number(family, word)
        return str(ip_address(word)) == word
    except (OSError, ValueError):
        return False
