"""`racknet cluster`: ask the nodes of a swarm. A new option is a field of ClusterQuery, and is read in `cli/app.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import NamedTuple

from racknet.errors import ExitStatus, UsageError
from racknet.output.formats import Template
from racknet.output.stdio import printable, write_error, write_output
from racknet.parsing import parse_family, parse_network, parse_query, parse_seconds, parse_switch, variables_to_pass_on
from racknet.swarm import nodes, output
from racknet.swarm.client import Swarm
from racknet.swarm.decode import decode_logs, decode_replies
from racknet.swarm.engine import connect
from racknet.swarm.image import Image
from racknet.swarm.nodes import FINAL, Answer, Code, Logs, Node, Task
from racknet.swarm.signals import Ending, ended_in_order

PAUSE, GRACE = 0.1, 3  # seconds between two looks, and until a job without any task will have none
LATE, LATE_READS = 1, 3  # seconds until a line of a log may have come that was not there, and how often to look


class ClusterQuery(NamedTuple):
    """What to ask, and which nodes: the named ones, those that match the constraints, or all."""

    network: str
    family_word: str
    options: Mapping[str, Sequence[str] | None]  # the filters, by their names
    node_names: Sequence[str]
    constraints: Sequence[str]
    strict: bool = False  # only answers that are proven

    def check(self) -> None:
        """Raise UsageError where anything is wrong, before a node is asked."""
        parse_network(self.network)
        if self.node_names and self.constraints:
            raise UsageError("'--node' and '--constraint' exclude each other")
        for constraint in self.constraints:
            nodes.parse_constraint(constraint)
        parse_query(self.network, self.family, os.environ, self.options)
        parse_seconds(None, os.environ)

    @property
    def family(self) -> str:
        """The family. Raise UsageError."""
        return parse_family(self.family_word)

    @property
    def words(self) -> list[str]:
        """The command line for each node."""
        filters = [word for name, given in self.options.items() for each in given or () for word in (f"--{name}", each)]
        return [self.network, self.family, "--json", *filters, *(["--strict"] if self.strict else [])]

    @property
    def wants_notes(self) -> bool:
        """Whether each node is to note that its answer is not proven. Raise UsageError."""
        return parse_switch("RACKNET_STRICT", os.environ) != "0"


def ask_cluster(
    query: ClusterQuery, image: str, timeout: float, template: Template | None = None, *, as_json: bool = False
) -> int:
    """Ask the nodes, print their answers, and return the status. Raise UsageError, SwarmError, OutputError."""
    query.check()
    with ended_in_order() as ending, _cleared(), connect() as engine:
        swarm = Swarm(*engine)
        known = swarm.nodes()
        if query.constraints:
            chosen = nodes.match_constraints(known, query.constraints)
        else:
            chosen = nodes.nodes_named(known, query.node_names)
        _progress(f"looking for {image}")
        found = swarm.find_image(image)
        answers = _run_jobs(swarm, query, found, chosen, timeout, ending)
    if template:
        answers = [output.in_format(answer, template) for answer in answers]
    is_failed = not answers or any(answer.reply is None for answer in answers)
    if query.wants_notes:
        write_error(output.format_notes(answers))
    if is_failed:
        write_error(output.format_failures(answers, f"{query.network} {query.family}", image))
    if as_json and answers:
        write_output(output.format_json(answers))
    else:
        write_output(output.format_text(answers, is_bare=len(query.node_names) == 1))
    return ExitStatus.NO_ADDRESS if is_failed else ExitStatus.ANSWERED


def _run_jobs(
    swarm: Swarm, query: ClusterQuery, image: Image, chosen: Sequence[Node] | None, timeout: float, ending: Ending
) -> list[Answer]:
    """Run a job for each named node, or one for all, and collect the answers. The jobs are removed in any case."""
    end = monotonic() + timeout
    named = [[f"node.id=={node.id}"] for node in chosen or []]
    jobs: list[str] = []
    with ending.held():  # else nobody would know whether there is a job now
        try:
            for constraints in named if query.node_names else [list(query.constraints)]:
                jobs.append(
                    swarm.start(image.reference, query.words, variables_to_pass_on(os.environ), constraints, timeout)
                )
                ending.check()
            with ending.let_through():
                swarm.remove_leftovers(jobs)
                asked, tasks = _wait(swarm, jobs, chosen, end)
                logs = _read_logs(swarm, jobs, query, tasks)
        finally:
            swarm.remove(jobs)
    return nodes.collect_answers(asked, tasks, logs, image.known_as)


def _read_logs(swarm: Swarm, jobs: Sequence[str], query: ClusterQuery, tasks: Sequence[Task]) -> Logs:
    """Return what the tasks printed: answers, and errors or notes where there must be some."""
    out, lost = _read_log(swarm, jobs, "stdout", _ids(tasks, "complete"))
    replies = decode_replies(out, query.network, query.family)
    noted = {task for task, reply in replies.items() if not reply.is_proven} if query.wants_notes else set()
    err, also_lost = _read_log(swarm, jobs, "stderr", _ids(tasks, "failed") | noted)
    return decode_logs(out, replies, err, also_lost if lost is None else lost)


def _ids(tasks: Sequence[Task], state: str) -> set[str]:
    return {task.id for task in tasks if task.state == state}


def _read_log(
    swarm: Swarm, jobs: Sequence[str], stream: str, ended: set[str]
) -> tuple[dict[str, list[str]], str | None]:
    """Return what the tasks printed to a stream, by their ids; and why some of it is missing, if so.

    `ended` are those that should have a line. It may come later than their end: then the log is read again.
    """
    if not ended:
        return {}, None
    pieces, lost = swarm.read_logs(jobs, stream)
    lines = nodes.parse_logs(pieces)
    for _ in range(LATE_READS):
        if lost is not None or ended <= lines.keys():
            break
        sleep(LATE)
        pieces, lost = swarm.read_logs(jobs, stream)
        lines = nodes.parse_logs(pieces) | lines
    return lines, lost


def _wait(
    swarm: Swarm, jobs: Sequence[str], chosen: Sequence[Node] | None, end: float
) -> tuple[list[Node], list[Task]]:
    """Return the nodes that are asked, and their tasks, once all tasks have ended or the time is over.

    Where the nodes are not known (`chosen` is None), those are asked that have a task after a while.
    """
    early = monotonic() + GRACE
    asked = {node.id: node for node in chosen or []}
    while True:
        looked = monotonic()
        tasks = swarm.tasks(jobs)
        now = {node.id: node for node in swarm.nodes()}
        having = {task.node: now[task.node] for task in tasks if task.node in now}
        asked = {i: now.get(i, node._replace(trouble=Code.GONE)) for i, node in (asked | having).items()}
        final = {task.node for task in tasks if task.state in FINAL}
        waiting = [node for node in asked.values() if node.id not in final and not node.trouble]
        _progress(f"{len(asked) - len(waiting)}/{len(asked)} nodes" if asked else "waiting for nodes")
        is_done = not waiting and (chosen is not None or asked or looked > early)
        if is_done or looked >= end:
            return list(asked.values()), tasks
        sleep(min(max(PAUSE, monotonic() - looked), max(0, end - monotonic())))


def _progress(text: str) -> None:
    """Show on a terminal what is going on, on one line."""
    if os.isatty(2):
        write_error(f"\r\x1b[K{printable(text)}")


@contextmanager
def _cleared() -> Iterator[None]:
    """Clear the line of the progress at the end."""
    try:
        yield
    finally:
        _progress("")
