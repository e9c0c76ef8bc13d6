"""What is sent to a manager, and what its answers mean: by a stand-in for it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from unittest.mock import Mock

import pytest
from docker.errors import APIError, DockerException
from support.fake_manager import NO_LEADER, FakeManager, fake_manager

from racknet.errors import SwarmError
from racknet.swarm import client
from racknet.swarm.client import LABEL, MARGIN, Swarm
from racknet.swarm.engine import connect


@pytest.fixture
def manager() -> Iterator[FakeManager]:
    with fake_manager() as manager:
        yield manager


@pytest.fixture
def swarm(manager: FakeManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swarm]:
    """A swarm for a user who has logged in at Docker Hub and at r.example."""
    auth = {"auth": base64.b64encode(b"someone:secret").decode()}
    auths = {"https://index.docker.io/v1/": auth, "r.example": auth}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", manager.docker_host)
    monkeypatch.setattr(client, "PAUSE", 0)
    with connect() as engine:
        yield Swarm(*engine)


@pytest.mark.parametrize(
    ("image", "server"),
    [
        ("sha256:00", None),
        ("r.example/racknet@sha256:00", "r.example"),
        ("racknet/ip@sha256:00", "https://index.docker.io/v1/"),
        ("other.example/racknet@sha256:00", None),
    ],
)
def test_credentials(swarm: Swarm, manager: FakeManager, image: str, server: str | None) -> None:
    """The credentials for the image's registry go along, and no others; an id needs none."""
    swarm.start(image, ["service", "ipv4"], {}, [], 60)
    ((headers, spec),) = manager.created
    assert spec["TaskTemplate"]["ContainerSpec"]["Image"] == image
    sent = headers["X-Registry-Auth"]
    assert (json.loads(base64.urlsafe_b64decode(sent)).get("serveraddress") if sent else None) == server


def test_leftovers(swarm: Swarm, manager: FakeManager) -> None:
    """A job is a leftover by the times at which the swarm created it and those of this run, whatever clocks say."""
    lifetimes = {"older": "3600", "younger": "3601", "odd": "soon"}
    for name, seconds in lifetimes.items():
        manager.add_job({"Name": name, "Labels": {LABEL: seconds}})
    manager.now = "2026-01-01T01:00:00Z"
    mine = swarm.start("sha256:00", ["service", "ipv4"], {}, [], 60.5)
    assert manager.created[0][1]["Labels"] == {LABEL: str(61 + MARGIN)}
    swarm.remove_leftovers([mine])
    assert sorted(manager.jobs) == sorted(["odd", "younger", mine])
    del manager.jobs[mine]
    manager.add_job({"Name": "old", "Labels": {LABEL: "0"}})
    swarm.remove_leftovers([mine])  # this run's own is gone: nothing tells the time
    assert "old" in manager.jobs


def test_election(swarm: Swarm, manager: FakeManager) -> None:
    """While there is no leader, the removal is tried again."""
    for name in ("one", "two"):
        manager.add_job({"Name": name, "Labels": {}})
    manager.refusals = [NO_LEADER] * 5
    swarm.remove(["one", "two"])
    assert manager.jobs == {}


def test_jobs_that_are_left(swarm: Swarm, manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the jobs that could not be removed, and so does its hint; what is no election is tried once."""
    for refusal, patience, reason in ((NO_LEADER, 0, "The swarm does not have a leader"), ((403, "no"), 60, "no")):
        monkeypatch.setattr(client, "ELECTION", patience)
        manager.requests, manager.refusals = [], [refusal] * 2
        manager.add_job({"Name": "three", "Labels": {}})
        with pytest.raises(SwarmError) as raised:
            swarm.remove(["one", "two", "three"])
        assert raised.value.message == f"cannot remove one and two: {reason}"
        assert raised.value.hint == "remove by hand: docker service rm one two"
        assert [request.rpartition("/")[2] for request in manager.requests] == ["one", "two", "three"]


@pytest.mark.parametrize("ask", [lambda s, jobs: s.tasks(jobs), lambda s, jobs: s.read_logs(jobs, "stdout")])
def test_removed_by_somebody_else(swarm: Swarm, manager: FakeManager, ask: object) -> None:
    """Where a job of this run is gone, the error says so, and names it; at the end that is no error."""
    assert callable(ask)
    jobs = [swarm.start("sha256:00", ["service", "ipv4"], {}, [], 60) for _ in range(2)]
    manager.jobs.clear()
    with pytest.raises(SwarmError) as raised:
        ask(swarm, jobs)
    assert raised.value.message == f"somebody else has removed the job {jobs[0]} and {jobs[1]}"
    swarm.remove(jobs)


MANAGER = {"Swarm": {"ControlAvailable": True, "NodeAddr": "10.0.0.1"}}


def error_of(act: Callable[[], object]) -> str:
    with pytest.raises(SwarmError) as raised:
        act()
    return raised.value.message


def test_errors() -> None:
    """An engine that is in no swarm, does not answer, or accepts no job is an error; the job is removed in any case."""
    nowhere = Mock(info=lambda: {"Swarm": {}})
    assert error_of(lambda: Swarm(nowhere, "unix:///x")) == "the engine at unix:///x is in no swarm"
    refused = Mock(side_effect=APIError("500", explanation="no room"))
    api = Mock(info=lambda: MANAGER, nodes=Mock(side_effect=DockerException("gone")), create_service=refused)
    swarm = Swarm(api, "unix:///x")
    assert error_of(swarm.nodes) == "the engine at unix:///x does not answer: gone"
    assert error_of(lambda: swarm.start("ip", [], {}, [], 1)) == "the engine at unix:///x accepts no job: no room"
    api.remove_service.assert_called_once()


def test_logs_that_do_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that is frozen holds up the logs of others for a while: what has come is there, and why no more."""
    monkeypatch.setattr(client, "LOGS", 0.05)
    logs = Mock(side_effect=lambda job, **_: [b"line"] if job == "one" else sleep(5))
    assert Swarm(Mock(info=lambda: MANAGER, service_logs=logs), "x").read_logs(["one", "two"], "stdout") == (
        [b"line"],
        "not within 0.05 s",
    )
