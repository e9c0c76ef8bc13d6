"""A run of `cluster`, with a stand-in for the manager."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import sleep

import pytest
from support.fake_manager import NO_LEADER, FakeManager, error, fake_manager, line, node, reply, task

from racknet.errors import ExitStatus, SwarmError, UsageError
from racknet.output.formats import Template
from racknet.output.hints import VERSIONED_IMAGE
from racknet.swarm import client, command
from racknet.swarm.command import ClusterQuery, ask_cluster
from racknet.swarm.signals import SignalledError


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeManager]:
    with fake_manager() as manager:
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        monkeypatch.setenv("DOCKER_HOST", manager.docker_host)
        for module, seconds in ((client, "PAUSE"), (command, "PAUSE"), (command, "LATE")):
            monkeypatch.setattr(module, seconds, 0.01)
        yield manager


def ask(
    *,
    constraints: Sequence[str] = (),
    options: Mapping[str, Sequence[str]] | None = None,
    strict: bool = False,
    template: Template | None = None,
    as_json: bool = False,
) -> int:
    """Ask, and return the status."""
    query = ClusterQuery("service", "ipv4", options or {}, [], constraints, strict)
    return ask_cluster(query, VERSIONED_IMAGE, 60, template, as_json=as_json)


def test_answer(manager: FakeManager, capfd: pytest.CaptureFixture[str]) -> None:
    """A node that answered has a line. The log is read once, and the job is removed."""
    assert ask() == ExitStatus.ANSWERED
    assert tuple(capfd.readouterr()) == ("n1  10.0.0.1\n", "")
    assert [request for request in manager.requests if "logs" in request] == [f"GET /services/{name(manager)}/logs"]
    assert manager.jobs == {}


def name(manager: FakeManager) -> str:
    """Return the name of the job of the run."""
    return str(manager.created[0][1]["Name"])


@pytest.mark.parametrize("strict", [False, True])
def test_strict(manager: FakeManager, strict: bool) -> None:
    """The nodes are asked for JSON. `--strict` goes along to them, after the filters."""
    ask(options={"exclude": ["eth9"]}, strict=strict)
    words = manager.created[0][1]["TaskTemplate"]["ContainerSpec"]["Args"]
    assert words == ["service", "ipv4", "--json", "--exclude", "eth9", *["--strict"][: int(strict)]]


def test_format(manager: FakeManager, capfd: pytest.CaptureFixture[str]) -> None:
    """The text of `--format` is filled in here, from the JSON that the nodes are asked for."""
    assert ask(template=Template("{host} {network}")) == ExitStatus.ANSWERED
    assert tuple(capfd.readouterr()) == ("n1  10.0.0.1 10.0.0.0/19\n", "")
    assert "--format" not in manager.created[0][1]["TaskTemplate"]["ContainerSpec"]["Args"]


def test_late_line(manager: FakeManager, capfd: pytest.CaptureFixture[str]) -> None:
    """Where a task that has ended has no line, its log is read once more; what was read before stays."""
    manager.nodes = [node("n1"), node("n2"), node("n3")]
    manager.tasks = [task("n1"), task("n2"), task("n3", "failed", "exit (1)")]
    manager.logs["stdout"] = [line("n1", reply("10.0.0.1")), line("n2", reply("10.0.0.2"))]
    manager.logs["stderr"] = [b"", line("n3", error("no service ipv4 address on this host"))]
    assert ask() == ExitStatus.NO_ADDRESS
    out, err = capfd.readouterr()
    assert out == "n1  10.0.0.1\nn2  10.0.0.2\n"
    assert "\n  n3  no service ipv4 address on this host\n" in err
    assert sum("logs" in request for request in manager.requests) == 4


def test_no_line_at_all(manager: FakeManager, capfd: pytest.CaptureFixture[str]) -> None:
    """A node whose task says nothing has failed, for people and for programs, and its log is read twice."""
    manager.tasks = [task("n1", "failed")]
    manager.logs["stderr"] = [line("n1", "")]
    assert ask(as_json=True) == ExitStatus.NO_ADDRESS
    out, err = capfd.readouterr()
    (found,) = json.loads(out)
    assert (found["node"], found["id"], found["address"], found["error"]) == ("n1", "n1id", None, "failed")
    assert err.startswith("racknet: no service ipv4 address from 1 of 1 nodes\n  n1  failed\nhint: ")


UNPROVEN = "10.0.0.2 on eth1 is preferred to 10.9.0.4 on eth2 (default route), not proven: --strict refuses"


def two_nodes(manager: FakeManager) -> None:
    """Let n1 have a proven answer, and n2 one that is not, with the note."""
    manager.nodes, manager.tasks = [node("n1"), node("n2")], [task("n1"), task("n2")]
    manager.logs["stdout"] = [line("n1", reply("10.0.0.1")) + line("n2", reply("10.0.0.2", proven=False))]
    manager.logs["stderr"] = [line("n2", f"note: {UNPROVEN}")]


@pytest.mark.parametrize("as_json", [False, True])
def test_unproven(manager: FakeManager, capfd: pytest.CaptureFixture[str], as_json: bool) -> None:
    """What a node notes about an answer that is not proven is printed with the node's name, beside the answers."""
    two_nodes(manager)
    assert ask(as_json=as_json) == ExitStatus.ANSWERED
    out, err = capfd.readouterr()
    assert err == f"note: n2: {UNPROVEN}\n"
    if as_json:
        assert [(node["interface"], node["proven"]) for node in json.loads(out)] == [("eth1", True), ("eth1", False)]
    else:
        assert out == "n1  10.0.0.1\nn2  10.0.0.2\n"


def test_lost_note(manager: FakeManager, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the note has not come after some looks, there is still one."""
    two_nodes(manager)
    manager.logs["stderr"] = [b""]
    assert ask() == ExitStatus.ANSWERED
    assert capfd.readouterr().err == "note: n2: 10.0.0.2 on eth1 is not proven: --strict refuses\n"
    assert sum("logs" in request for request in manager.requests) == 5


def test_no_notes(manager: FakeManager, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With RACKNET_STRICT=0 there are no notes, neither here nor on the nodes: nobody looks for them."""
    monkeypatch.setenv("RACKNET_STRICT", "0")
    two_nodes(manager)
    assert ask() == ExitStatus.ANSWERED
    assert tuple(capfd.readouterr()) == ("n1  10.0.0.1\nn2  10.0.0.2\n", "")
    assert manager.created[0][1]["TaskTemplate"]["ContainerSpec"]["Env"] == ["RACKNET_STRICT=0"]
    assert sum("logs" in request for request in manager.requests) == 1


def test_wrong_switch(manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong RACKNET_STRICT is an error before the manager is asked, with `--strict` too."""
    monkeypatch.setenv("RACKNET_STRICT", "yes")
    with pytest.raises(UsageError, match=r"^RACKNET_STRICT: 'yes' is not 0 or 1$"):
        ask(strict=True)
    assert manager.requests == []


def test_wrong_constraint(manager: FakeManager) -> None:
    """A wrong constraint is an error before the manager is asked."""
    with pytest.raises(UsageError, match=r"^'===' is not a constraint: "):
        ask(constraints=["node.role==worker", "==="])
    assert manager.requests == []


def test_removed_by_somebody_else(manager: FakeManager) -> None:
    """A run ends at once where somebody else removes its job, and says so."""
    manager.before = lambda request: manager.jobs.clear() if request == "GET /tasks" else None
    with pytest.raises(SwarmError) as raised:
        ask()
    assert raised.value.message == f"somebody else has removed the job {name(manager)}"


def test_signal_before_an_error(manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal decides the status, even where the job cannot be removed after it; that is said."""
    monkeypatch.setattr(client, "ELECTION", 0)
    manager.tasks, manager.refusals = [task("n1", "running")], [NO_LEADER]
    manager.before = lambda request: os.kill(os.getpid(), signal.SIGTERM) if request == "GET /tasks" else None
    with pytest.raises(SignalledError) as raised:
        ask()
    assert raised.value.status == 128 + signal.SIGTERM
    assert raised.value.hint == f"remove by hand: docker service rm {name(manager)}"


@pytest.mark.parametrize("when", ["POST /services/create", "GET /tasks", "DELETE /services/"])
def test_signals(manager: FakeManager, when: str) -> None:
    """Whenever signals come, the job is removed, and the first one decides the status."""

    def send(request: str) -> None:
        if request.startswith(when):
            os.kill(os.getpid(), signal.SIGTERM)
            sleep(0.1)  # for Python, which takes those of one moment by their numbers
            os.kill(os.getpid(), signal.SIGINT)

    manager.before = send
    with pytest.raises(SystemExit) as end:
        ask()
    assert end.value.code == 128 + signal.SIGTERM
    assert len(manager.created) == 1
    assert manager.jobs == {}
