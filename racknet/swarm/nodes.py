"""Which nodes of a swarm are asked, and what each of them answers. No input, no output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from racknet.core.text import natural
from racknet.errors import UsageError

FINAL = ("complete", "failed", "rejected", "shutdown", "orphaned", "remove")  # of Docker's states of a task
RAN = ("complete", "failed")  # the final states in which a container has run, and has a log
# What a constraint may compare, beside the labels of nodes and engines.
KEYS = ("node.id", "node.hostname", "node.role", "node.platform.os", "node.platform.arch")
# By manager/constraint/constraint.go of moby/swarmkit. The engine's own error for others has no code.
KEY = re.compile(r"[a-z_][a-z0-9_.-]+", re.ASCII | re.IGNORECASE)
VALUE = re.compile(r"[a-z0-9:_\s.*()?+[\]\\^$|/-]+", re.ASCII | re.IGNORECASE)
TASK_ID = "com.docker.swarm.task.id"


class Code(Enum):
    """Why a node has no address; in brackets the details. `output` has the text of each."""

    DOWN = auto()
    DISCONNECTED = auto()
    DRAINED = auto()
    PAUSED = auto()
    GONE = auto()  # from the swarm
    NO_TASK = auto()
    UNFINISHED = auto()  # its task (the state, the error or "")
    NO_IMAGE = auto()  # (the image)
    STOPPED = auto()  # its task failed, without a word from racknet (the engine's error or the state)
    REFUSED = auto()  # racknet has no answer there (its error)
    NO_ANSWER = auto()  # what was printed is none (the lines)
    LOST_LOG = auto()  # (why)


class Failure(NamedTuple):
    """Why a node has no address: a code, and its details."""

    code: Code
    details: tuple[str, ...] = ()


class Node(NamedTuple):
    """A node: its id, its host name, why it takes no job, if so, and the facts that constraints compare."""

    id: str
    name: str
    trouble: Code | None = None
    facts: Mapping[str, str] = {}


class Task(NamedTuple):
    """The part of a job on one node: its id, the node's id, its state in Docker's words, its exit status, its error.

    `lacks_image` is whether the error is that the node has no such image.
    """

    id: str
    node: str
    state: str
    status: int
    error: str
    lacks_image: bool = False

    @property
    def has_answered(self) -> bool:
        """Whether racknet says that it has printed an answer."""
        return (self.state, self.status) == ("complete", 0)


class Reply(NamedTuple):
    """What racknet answers on a node: the address, its prefix length in bits, its interface, whether it is proven."""

    address: str
    prefix_length: int
    interface: str
    is_proven: bool


class Answer(NamedTuple):
    """The answer of a node: its name, its id, and its reply, or why there is none.

    `note` is what the node notes about its reply, or "". `line` is what to print, "" for the address.
    """

    node: str
    id: str
    reply: Reply | None
    failure: Failure | None = None
    note: str = ""
    line: str = ""


def nodes_named(nodes: Sequence[Node], words: Sequence[str]) -> list[Node]:
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
        if all(
            (node.facts.get(key, "").lower() == value.lower()) == (operator == "==") for key, operator, value in wanted
        )
    ]


class Logs(NamedTuple):
    """What tasks said, by the tasks' ids: all that they printed, and what of it are replies, notes and errors.

    `lost` is why some of it is missing, if so.
    """

    printed: Mapping[str, Sequence[str]]
    replies: Mapping[str, Reply]
    notes: Mapping[str, str]
    errors: Mapping[str, str]
    lost: str | None = None


def parse_logs(pieces: Iterable[bytes]) -> dict[str, list[str]]:
    """Return the lines of a log with details, by the ids of their tasks: `…=…,…task.id=ID TEXT`.

    The engine keeps a line of more than 16 KiB in pieces. Without the last of them, the log was cut.
    """
    lines: dict[str, list[str]] = {}
    begun: dict[str, str] = {}
    for piece in pieces:
        details, _, text = piece.decode("utf-8", "replace").partition(" ")
        pairs = dict(pair.split("=", 1) for pair in details.split(",") if "=" in pair)
        if task := pairs.get(TASK_ID):
            text = begun.pop(task, "") + text
            if text.endswith("\n"):
                lines.setdefault(task, []).append(text.rstrip("\r\n"))
            else:
                begun[task] = text
    return lines


def collect_answers(nodes: Iterable[Node], tasks: Iterable[Task], logs: Logs, image: str) -> list[Answer]:
    """Return the answers of the nodes, in natural order, from their tasks and logs. A node may lack the image."""
    # The swarm may give a node another task where one failed: what has ended counts, and success most.
    rank = {state: place for place, state in enumerate(reversed(FINAL), 1)}
    by_node = {task.node: task for task in sorted(tasks, key=lambda task: rank.get(task.state, 0))}
    answers = []
    for node in sorted(nodes, key=lambda node: (natural(node.name), node.id)):
        task = by_node.get(node.id)
        reply = logs.replies.get(task.id) if task and task.has_answered else None
        if task and reply:
            answers.append(Answer(node.name, node.id, reply, note=logs.notes.get(task.id, "")))
        elif task is None or (node.trouble and task.state not in FINAL):
            answers.append(Answer(node.name, node.id, None, Failure(node.trouble or Code.NO_TASK)))
        elif task.lacks_image:
            answers.append(Answer(node.name, node.id, None, Failure(Code.NO_IMAGE, (image,))))
        else:
            answers.append(Answer(node.name, node.id, None, _failure(task, logs)))
    return answers


def _failure(task: Task, logs: Logs) -> Failure:
    """Return why a task has no address."""
    if task.state not in FINAL:
        return Failure(Code.UNFINISHED, (task.state, task.error))
    printed = logs.printed.get(task.id, []) if task.has_answered else []
    if task.state == "failed" and task.id in logs.errors:
        return Failure(Code.REFUSED, (logs.errors[task.id],))
    if task.state in RAN and not printed and logs.lost is not None:
        return Failure(Code.LOST_LOG, (logs.lost,))
    if task.state != "complete":
        return Failure(Code.STOPPED, (task.error.strip() or task.state,))
    return Failure(Code.NO_ANSWER, (" ".join(printed)[:80],))
