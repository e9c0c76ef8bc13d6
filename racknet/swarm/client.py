"""The one place that talks to a Docker Swarm, by the Docker SDK for Python: nodes, jobs, tasks, logs."""

from __future__ import annotations

import errno
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from time import monotonic, sleep
from typing import Any

from docker.errors import NotFound
from docker.types import ContainerSpec, DriverConfig, Placement, RestartPolicy, ServiceMode, TaskTemplate

from racknet.errors import SwarmError
from racknet.swarm.decode import decode_node, decode_task, decode_time
from racknet.swarm.engine import FAILURES, forget_credentials, may_pass, plain
from racknet.swarm.image import Image, resolve_image
from racknet.swarm.nodes import Node, Task

LABEL = "racknet.cluster.seconds"  # on each job: how long after its CreatedAt it is a leftover
MARGIN = 120  # seconds that a run may take beyond its timeout, for the logs and the removal
TAIL = 20  # lines of a task's log to read: an answer has one, an error at most thirteen
LOGS = 15  # seconds for the tasks' logs: a node that is frozen would hold them up
ELECTION, PAUSE = 60, 1  # seconds: managers elect a leader in ELECTION; PAUSE is between two tries to remove a job


class Swarm:
    """A swarm, through a manager. Raise SwarmError."""

    def __init__(self, api: Any, host: str) -> None:
        self._api, self._host = api, host
        info = self._ask(self._api.info)
        if not info["Swarm"].get("ControlAvailable"):
            managers = [manager["Addr"].rpartition(":")[0] for manager in info["Swarm"].get("RemoteManagers") or []]
            what, hint = "in no swarm", "make one: docker swarm init"
            if managers:
                what, hint = "a worker, not a manager", f"ask a manager: export DOCKER_HOST=ssh://{managers[0]}"
            raise SwarmError(f"the engine at {self._host} is {what}", hint)
        self.address: str = info["Swarm"]["NodeAddr"]

    def nodes(self) -> list[Node]:
        """Return all nodes. Raise SwarmError."""
        return [decode_node(node) for node in self._ask(self._api.nodes)]

    def find_image(self, name: str) -> Image:
        """Return the image of a name. Raise UsageError, SwarmError."""
        return resolve_image(self._api, name, self.address)

    def start(
        self, image: str, words: Sequence[str], environ: Mapping[str, str], constraints: Sequence[str], seconds: float
    ) -> str:
        """Start a job on each node that matches the constraints, and return its name.

        After the seconds it counts as a leftover. The nodes get the credentials of `docker login` for the image's
        registry. Raise SwarmError.
        """
        name = f"racknet-{secrets.token_hex(6)}"
        variables = [f"{variable}={value}" for variable, value in environ.items()]
        template = TaskTemplate(
            ContainerSpec(image, args=list(words), env=variables, read_only=True, cap_drop=["ALL"]),
            restart_policy=RestartPolicy("none"),
            log_driver=DriverConfig("json-file"),  # the engine's default driver may not let logs be read
            placement=Placement(constraints=list(constraints)),
            networks=["host"],
        )
        if image.startswith("sha256:"):
            forget_credentials(self._api)  # the SDK takes an id for a name on Docker Hub
        labels = {LABEL: str(ceil(seconds + MARGIN))}
        try:
            self._api.create_service(template, name=name, labels=labels, mode=ServiceMode("global-job"))
        except FAILURES as error:
            self._remove([name], ELECTION)
            hint = f"if the job starts later, remove it: docker service rm {name}"
            raise SwarmError(f"the engine at {self._host} accepts no job: {plain(error)}", hint) from error
        return name

    def tasks(self, jobs: Sequence[str]) -> list[Task]:
        """Return the tasks of jobs. Raise SwarmError, also where somebody has removed a job."""
        found = self._ask(lambda: self._api.tasks(filters={"service": list(jobs)}), jobs)
        return [decode_task(task) for task in found]

    def read_logs(self, jobs: Sequence[str], stream: str) -> tuple[list[bytes], str | None]:
        """Return the lines that the tasks printed to a stream, with details; and why some are missing, if so.

        Raise SwarmError where somebody has removed a job.
        """
        streams, pieces = {"stdout": stream == "stdout", "stderr": stream == "stderr"}, list[bytes]()
        before = signal.signal(signal.SIGALRM, _too_late)  # the SDK waits for logs without a limit
        signal.setitimer(signal.ITIMER_REAL, LOGS)
        try:
            for job in jobs:
                pieces.extend(self._api.service_logs(job, details=True, is_tty=False, tail=TAIL, **streams))
        except NotFound as error:
            raise self._removed(jobs) from error
        except FAILURES as error:
            return pieces, plain(error)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return pieces, None

    def remove(self, jobs: Sequence[str]) -> None:
        """Remove jobs. Raise SwarmError after trying all of them."""
        if left := self._remove(jobs, ELECTION):
            reason = next(iter(left.values()))
            hint = f"remove by hand: docker service rm {' '.join(left)}"
            raise SwarmError(f"cannot remove {' and '.join(left)}: {reason}", hint)

    def remove_leftovers(self, jobs: Sequence[str]) -> None:
        """Remove the jobs of runs that were killed. `jobs` are those of this run, new ones. Raise SwarmError.

        A job is a leftover when its time was over before the jobs of this run were created: the swarm's leader wrote
        both times. The clocks of two managers may differ, and so may this machine's.
        """
        found = {job["Spec"]["Name"]: job for job in self._labelled()}
        now = max((decode_time(found[job]["CreatedAt"]) for job in jobs if job in found), default=datetime.min)
        over = [name for name, job in found.items() if name not in jobs and _end(job) <= now]
        self._remove(over)  # else the next run does it

    def _labelled(self) -> list[Mapping[str, Any]]:
        """Return the jobs of all runs, as the API has them. Raise SwarmError."""
        return list(self._ask(lambda: self._api.services(filters={"label": LABEL})))

    def _remove(self, jobs: Sequence[str], patience: float = 0) -> dict[str, str]:
        """Remove jobs. Return those that could not be removed, with the reasons.

        Try again for some seconds where that helps: while the managers elect a leader.
        """
        end = monotonic() + patience
        left = dict.fromkeys(jobs, "")
        while True:
            is_passing = False
            for job in list(left):
                try:
                    self._api.remove_service(job)
                except NotFound:
                    pass
                except FAILURES as error:
                    left[job] = plain(error)
                    is_passing |= may_pass(error)
                    continue
                del left[job]
            if not is_passing or monotonic() >= end:
                return left
            sleep(PAUSE)

    def _ask(self, request: Callable[[], Any], jobs: Sequence[str] = ()) -> Any:
        """Return what the engine answers to a request, perhaps about jobs. Raise SwarmError."""
        try:
            return request()
        except FAILURES as error:
            if jobs and isinstance(error, NotFound):
                raise self._removed(jobs) from error
            message = f"the engine at {self._host} does not answer: {plain(error)}"
            raise SwarmError(message, "does this answer? docker info") from error

    def _removed(self, jobs: Sequence[str]) -> SwarmError:
        """Return the error for jobs of which the swarm does not know all. Raise SwarmError."""
        known = {job["Spec"]["Name"] for job in self._labelled()}
        gone = " and ".join(job for job in jobs if job not in known)
        return SwarmError(f"somebody else has removed the job {gone}", "run racknet cluster again")


def _end(job: Mapping[str, Any]) -> datetime:
    """Return the time from which on a job is a leftover: never, where somebody else wrote its label."""
    seconds = job["Spec"]["Labels"][LABEL]
    return decode_time(job["CreatedAt"]) + timedelta(seconds=int(seconds)) if seconds.isdecimal() else datetime.max


def _too_late(*_: object) -> None:
    raise TimeoutError(errno.ETIMEDOUT, f"not within {LOGS} s")
