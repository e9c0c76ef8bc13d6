"""Every node's address, from a Docker Swarm: a job on the nodes, and what comes of it. An extra of the package."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic, sleep

from racknet import cluster_report, nodes, options, streams
from racknet.answer import ANSWERED, NO_ANSWER, UNREADABLE
from racknet.nodes import FINAL, Answer, Node, Task
from racknet.swarm import Swarm, Unavailable

PAUSE, GRACE = 0.1, 3  # seconds between two looks, and until a job without any task will have none
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
    options.seconds(None, os.environ)
    words = [network, family]
    words += [word for option, given in narrowed.items() for each in given for word in (f"--{option}", each)]
    try:
        with _ended_in_order():
            swarm = Swarm()
            every = swarm.nodes()
            chosen = nodes.fitting(every, constraints) if constraints else nodes.choose(every, named)
            jobs = [[f"node.id=={node.id}"] for node in chosen or []] if named else [list(constraints)]
            answers = _ask(swarm, words, family, image, chosen, jobs, timeout)
    except Unavailable as error:
        streams.err(f"racknet: {streams.printable(str(error))}\nhint: {streams.printable(error.hint)}\n")
        return UNREADABLE
    failed = not answers or any(answer.error for answer in answers)
    if failed:
        streams.err(cluster_report.trouble(answers, f"{network} {family}"))
    if as_json and answers:
        streams.out(cluster_report.as_json(answers))
    else:
        streams.out(cluster_report.text(answers, bare=len(named) == 1))
    return NO_ANSWER if failed else ANSWERED


def _ask(
    swarm: Swarm,
    words: Sequence[str],
    family: str,
    image: str,
    chosen: Sequence[Node] | None,
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
        out, lost = swarm.printed(jobs, "stdout")
        err, also_lost = swarm.printed(jobs, "stderr") if any(t.state == "failed" for t in tasks) else ([], "")
    finally:
        with _undisturbed():
            swarm.remove(jobs)
    return nodes.outcome(asked, tasks, nodes.gather(out), nodes.gather(err), family, lost or also_lost)


def _wait(
    swarm: Swarm, jobs: Sequence[str], chosen: Sequence[Node] | None, end: float
) -> tuple[list[Node], list[Task]]:
    """The nodes that are asked, and their tasks, once all have come to an end or the time is over.

    Where it is not known which are `chosen`, those are asked that have a task after a while.
    """
    early = monotonic() + GRACE
    asked = {node.id: node for node in chosen or []}
    try:
        while True:
            looked = monotonic()
            tasks = swarm.tasks(jobs)
            now = {node.id: node for node in swarm.nodes()}
            having = {task.node: now[task.node] for task in tasks if task.node in now}
            asked = {
                i: now.get(i, node._replace(trouble="gone from the swarm")) for i, node in (asked | having).items()
            }
            final = {task.node for task in tasks if task.state in FINAL}
            waiting = [node for node in asked.values() if node.id not in final and not node.trouble]
            _progress(len(asked) - len(waiting), len(asked))
            settled = not waiting and (chosen is not None or asked or looked > early)
            if settled or looked >= end:
                return list(asked.values()), tasks
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

    heeded = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup has it
    before = {number: signal.signal(number, end) for number in heeded}
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
