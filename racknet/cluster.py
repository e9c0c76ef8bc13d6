"""Every node's address, from a Docker Swarm: a job on the nodes, and what comes of it. An extra of the package."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic, sleep

from racknet import nodes, options, streams
from racknet.answer import ANSWERED, NO_ANSWER, UNREADABLE
from racknet.nodes import FINAL, Answer, Node, Task
from racknet.swarm import Swarm, Unavailable

PAUSE, GRACE = 0.1, 3  # seconds between two looks, and until a job without any task has none
ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def cluster(
    network: str,
    word: str,
    narrowed: Mapping[str, Sequence[str]],
    named: Sequence[str],
    constraints: Sequence[str],
    image: str,
    timeout: float,
    *,
    as_json: bool,
) -> int:
    """Asks nodes a question, with the options that narrow it, and tells what came of it; returns the status.

    Asked are the nodes `named`, or those that the constraints let, or all. Raises Wrong, Unwritable.
    """
    if network not in options.NETWORKS:
        raise options.Wrong(f"'{network}' is not a network: public or service")
    if named and constraints:
        raise options.Wrong("'--node' and '--constraint' exclude each other")
    family = options.family(word)
    options.question(network, family, os.environ, **narrowed)  # what is wrong is wrong before a node is asked
    words = [network, family]
    words += [word for option, given in narrowed.items() for each in given for word in (f"--{option}", each)]
    try:
        with _ended_in_order():
            swarm = Swarm()
            chosen = [] if constraints else nodes.choose(swarm.nodes(), named)
            jobs = [[f"node.id=={node.id}"] for node in chosen] if named else [list(constraints)]
            answers = _ask(swarm, words, family, image, chosen, jobs, timeout)
    except Unavailable as error:
        streams.err(f"racknet: {streams.printable(str(error))}\nhint: {streams.printable(error.hint)}\n")
        return UNREADABLE
    failed = not answers or any(answer.error for answer in answers)
    if failed:
        streams.err(nodes.trouble(answers, f"{network} {family}"))
    bare = len(named) == 1
    streams.out(nodes.as_json(answers) if as_json else nodes.text(answers, bare=bare))
    return NO_ANSWER if failed else ANSWERED


def _ask(
    swarm: Swarm,
    words: Sequence[str],
    family: str,
    image: str,
    chosen: Sequence[Node],
    constraints: Sequence[Sequence[str]],
    timeout: float,
) -> list[Answer]:
    """What comes of a job for each list of constraints; the jobs are gone when it returns or raises."""
    end = monotonic() + timeout
    swarm.remove_leftovers()
    jobs: list[str] = []
    try:
        for each in constraints:
            with _undisturbed():  # or else nobody would know whether there is a job now
                jobs.append(swarm.start(image, words, options.asked(os.environ), each, timeout))
        asked, tasks = _wait(swarm, jobs, chosen, end)
        out, err = (nodes.gather(swarm.printed(jobs, stream)) for stream in ("stdout", "stderr"))
    finally:
        swarm.remove(jobs)
    return nodes.outcome(asked, tasks, out, err, family)


def _wait(swarm: Swarm, jobs: Sequence[str], chosen: Sequence[Node], end: float) -> tuple[list[Node], list[Task]]:
    """The nodes that are asked, and their tasks, once all that are coming have come to an end or the time is over.

    Without `chosen` nodes, those are asked that have a task.
    """
    start = monotonic()
    try:
        while True:
            looked = monotonic()
            tasks = swarm.tasks(jobs)
            now = {node.id: node for node in swarm.nodes()}
            having = {task.node for task in tasks if task.node}
            asked = [now.get(node.id, node._replace(trouble="gone from the swarm")) for node in chosen]
            asked = asked or [now[node] for node in having if node in now]
            final = {task.node for task in tasks if task.state in FINAL}
            waiting = [node for node in asked if node.id not in final and not node.trouble]
            _progress(len(asked) - len(waiting), len(asked))
            patient = monotonic() < start + GRACE
            coming = any(patient or node.id in having for node in waiting) or (patient and not asked)
            if not coming or monotonic() >= end:
                return asked, tasks
            sleep(min(max(PAUSE, monotonic() - looked), max(0, end - monotonic())))
    finally:
        _progress()


def _progress(answered: int = 0, all_of_them: int = 0) -> None:
    """How many have answered, for those who watch; without any, it is wiped away."""
    if os.isatty(2):
        streams.err(f"\r{answered}/{all_of_them} nodes" if all_of_them else "\r\x1b[K")


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Lets the first signal end by SystemExit what is done in here, and none disturb what is put away then."""

    def end(number: int, _frame: object) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
