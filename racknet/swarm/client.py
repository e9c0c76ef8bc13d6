"""The one place that talks to a Docker Swarm, by the Docker SDK for Python: nodes, jobs, tasks, logs."""

from __future__ import annotations

import errno
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from docker.auth import AuthConfig
from docker.errors import NotFound
from docker.types import ContainerSpec, DriverConfig, Placement, RestartPolicy, ServiceMode, TaskTemplate

from racknet.errors import SwarmError
from racknet.swarm.connection import FAILURES, plain
from racknet.swarm.decode import decode_node, decode_task
from racknet.swarm.image import Image, find_image
from racknet.swarm.nodes import Node, Task

LABEL = "racknet.cluster.until"  # on each job: the time, by the manager's clock, from which on it is a leftover
MARGIN = 60  # seconds that a run may take beyond its timeout, for the logs and the removal
TAIL = 20  # lines of a task's log: an answer has one, an error at most thirteen
LOGS = 15  # seconds for the tasks' logs: a node that is frozen would hold them up


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
        stamp = info["SystemTime"]  # down to nanoseconds, with the zone: the manager's clock is the one for all
        zone = stamp[19:].lstrip(".0123456789").replace("Z", "+00:00")
        self._now = datetime.fromisoformat(f"{stamp[:19]}{zone}").astimezone(timezone.utc)

    def nodes(self) -> list[Node]:
        """Return all nodes. Raise SwarmError."""
        return [decode_node(node) for node in self._ask(self._api.nodes)]

    def find_image(self, name: str) -> Image:
        """Return the image of a name. Raise UsageError, SwarmError."""
        return find_image(self._api, name, self.address)

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
            # The SDK takes an id for a name on Docker Hub, and would send the password for that.
            self._api._auth_configs = AuthConfig({"auths": {"no registry": {}}})
        until = (self._now + timedelta(seconds=seconds + MARGIN)).isoformat(timespec="seconds")
        try:
            self._api.create_service(template, name=name, labels={LABEL: until}, mode=ServiceMode("global-job"))
        except FAILURES as error:
            self._remove([name])
            hint = f"if the job starts later, remove it: docker service rm {name}"
            raise SwarmError(f"the engine at {self._host} accepts no job: {plain(error)}", hint) from error
        return name

    def tasks(self, jobs: Sequence[str]) -> list[Task]:
        """Return the tasks of jobs. Raise SwarmError."""
        return [decode_task(task) for task in self._ask(lambda: self._api.tasks(filters={"service": list(jobs)}))]

    def read_logs(self, jobs: Sequence[str], stream: str) -> tuple[list[bytes], str | None]:
        """Return the lines that the tasks printed to a stream, with details; and why some are missing, if so."""
        streams, pieces = {"stdout": stream == "stdout", "stderr": stream == "stderr"}, list[bytes]()
        before = signal.signal(signal.SIGALRM, _too_late)  # the SDK waits for logs without a limit
        signal.setitimer(signal.ITIMER_REAL, LOGS)
        try:
            for job in jobs:
                pieces.extend(self._api.service_logs(job, details=True, is_tty=False, tail=TAIL, **streams))
        except FAILURES as error:
            return pieces, plain(error)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return pieces, None

    def remove(self, jobs: Sequence[str]) -> None:
        """Remove jobs. Raise SwarmError after trying all of them."""
        if left := self._remove(jobs):
            raise SwarmError(
                f"cannot remove {' and '.join(left)}: {left.popitem()[1]}",
                f"remove by hand: docker service rm {' '.join(left)}",
            )

    def remove_leftovers(self) -> None:
        """Remove the jobs of runs that were killed: those whose time is over. Raise SwarmError."""
        jobs = self._ask(lambda: self._api.services(filters={"label": LABEL}))
        specs, now = [job["Spec"] for job in jobs], self._now.isoformat(timespec="seconds")
        self._remove([spec["Name"] for spec in specs if spec["Labels"][LABEL] < now])

    def _remove(self, jobs: Sequence[str]) -> dict[str, str]:
        """Remove jobs. Return those that could not be removed, with the reasons."""
        left = {}
        for job in jobs:
            try:
                self._api.remove_service(job)
            except NotFound:
                continue
            except FAILURES as error:
                left[job] = plain(error)
        return left

    def _ask(self, request: Callable[[], Any]) -> Any:
        try:
            return request()
        except FAILURES as error:
            message = f"the engine at {self._host} does not answer: {plain(error)}"
            raise SwarmError(message, "does this answer? docker info") from error


def _too_late(*_: object) -> None:
    raise TimeoutError(errno.ETIMEDOUT, f"not within {LOGS} s")
