"""A run of `cluster`, what is sent to a manager, by a stand-in for it, and signals meanwhile."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from time import sleep
from unittest.mock import Mock

import pytest
from docker.errors import APIError, DockerException
from support.cases import cases
from support.fake_manager import NO_LEADER, FakeManager, error, fake_manager, line, node, reply, task

from racknet.errors import ExitStatus, SwarmError, UsageError
from racknet.output.formats import Template
from racknet.output.hints import VERSIONED_IMAGE
from racknet.swarm import client, command
from racknet.swarm.client import LABEL, MARGIN, Swarm
from racknet.swarm.command import ClusterQuery, ask_cluster
from racknet.swarm.engine import connect
from racknet.swarm.signals import ENDING, Ending, SignalledError, ended_in_order


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


def test_what_is_wrong(manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong constraint, or RACKNET_STRICT, is an error before the manager is asked, with `--strict` too."""
    with pytest.raises(UsageError, match=r"^'===' is not a constraint: "):
        ask(constraints=["node.role==worker", "==="])
    monkeypatch.setenv("RACKNET_STRICT", "yes")
    with pytest.raises(UsageError, match=r"^RACKNET_STRICT: 'yes' is not 0 or 1$"):
        ask(strict=True)
    assert manager.requests == []


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
def test_signals(manager: FakeManager, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever signals come, the job is removed, and the first one decides the status."""
    received, sent, receive = Event(), Event(), Ending.receive

    def receive_and_say(self: Ending, number: int, frame: object) -> None:
        try:
            receive(self, number, frame)
        finally:
            received.set()

    monkeypatch.setattr(Ending, "receive", receive_and_say)

    def send(request: str) -> None:
        if request.startswith(when):
            os.kill(os.getpid(), signal.SIGTERM)
            assert received.wait(10)  # Python takes signals of one moment by their numbers
            os.kill(os.getpid(), signal.SIGINT)
            sent.set()

    manager.before = send
    before = signal.signal(signal.SIGINT, lambda *_: None)  # the second signal may come when all is over
    try:
        with pytest.raises(SystemExit) as end:
            ask()
    finally:
        assert sent.wait(10)
        signal.signal(signal.SIGINT, before)
    assert end.value.code == 128 + signal.SIGTERM
    assert len(manager.created) == 1
    assert manager.jobs == {}


def test_progress(manager: FakeManager, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal one line says what goes on, and is cleared at the end; tasks are waited for."""
    monkeypatch.setattr(os, "isatty", lambda _: True)
    manager.tasks = [task("n1", "running")]
    looks = 0

    def end(request: str) -> None:
        nonlocal looks
        looks += request == "GET /tasks"
        manager.tasks = [task("n1", "running" if looks < 3 else "complete")]

    manager.before = end
    assert ask() == ExitStatus.ANSWERED
    out, err = capfd.readouterr()
    assert (out, err.count("\x1b[K0/1 nodes")) == ("n1  10.0.0.1\n", 2)
    assert err.endswith("\x1b[K1/1 nodes\r\x1b[K")


@pytest.fixture
def bare_manager() -> Iterator[FakeManager]:
    with fake_manager() as bare_manager:
        yield bare_manager


@pytest.fixture
def swarm(bare_manager: FakeManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swarm]:
    """A swarm for a user who has logged in at Docker Hub and at r.example."""
    auth = {"auth": base64.b64encode(b"someone:secret").decode()}
    auths = {"https://index.docker.io/v1/": auth, "r.example": auth}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", bare_manager.docker_host)
    monkeypatch.setattr(client, "PAUSE", 0)
    with connect() as engine:
        yield Swarm(*engine)


@cases(
    "image server",
    ("sha256:00", None),
    ("r.example/racknet@sha256:00", "r.example"),
    ("racknet/ip@sha256:00", "https://index.docker.io/v1/"),
    ("other.example/racknet@sha256:00", None),
)
def test_credentials(swarm: Swarm, bare_manager: FakeManager, image: str, server: str | None) -> None:
    """The credentials for the image's registry go along, and no others; an id needs none."""
    swarm.start(image, ["service", "ipv4"], {}, [], 60)
    ((headers, spec),) = bare_manager.created
    assert spec["TaskTemplate"]["ContainerSpec"]["Image"] == image
    sent = headers["X-Registry-Auth"]
    assert (json.loads(base64.urlsafe_b64decode(sent)).get("serveraddress") if sent else None) == server


def test_leftovers(swarm: Swarm, bare_manager: FakeManager) -> None:
    """A job is a leftover by the times at which the swarm created it and those of this run, whatever clocks say."""
    lifetimes = {"older": "3600", "younger": "3601", "odd": "soon"}
    for name, seconds in lifetimes.items():
        bare_manager.add_job({"Name": name, "Labels": {LABEL: seconds}})
    bare_manager.now = "2026-01-01T01:00:00Z"
    mine = swarm.start("sha256:00", ["service", "ipv4"], {}, [], 60.5)
    assert bare_manager.created[0][1]["Labels"] == {LABEL: str(61 + MARGIN)}
    swarm.remove_leftovers([mine])
    assert sorted(bare_manager.jobs) == sorted(["odd", "younger", mine])
    del bare_manager.jobs[mine]
    bare_manager.add_job({"Name": "old", "Labels": {LABEL: "0"}})
    swarm.remove_leftovers([mine])  # this run's own is gone: nothing tells the time
    assert "old" in bare_manager.jobs


def test_election(swarm: Swarm, bare_manager: FakeManager) -> None:
    """While there is no leader, the removal is tried again."""
    for name in ("one", "two"):
        bare_manager.add_job({"Name": name, "Labels": {}})
    bare_manager.refusals = [NO_LEADER] * 5
    swarm.remove(["one", "two"])
    assert bare_manager.jobs == {}


def test_jobs_that_are_left(swarm: Swarm, bare_manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the jobs that could not be removed, and so does its hint; what is no election is tried once."""
    for refusal, patience, reason in ((NO_LEADER, 0, "The swarm does not have a leader"), ((403, "no"), 60, "no")):
        monkeypatch.setattr(client, "ELECTION", patience)
        bare_manager.requests, bare_manager.refusals = [], [refusal] * 2
        bare_manager.add_job({"Name": "three", "Labels": {}})
        with pytest.raises(SwarmError) as raised:
            swarm.remove(["one", "two", "three"])
        assert raised.value.message == f"cannot remove one and two: {reason}"
        assert raised.value.hint == "remove by hand: docker service rm one two"
        assert [request.rpartition("/")[2] for request in bare_manager.requests] == ["one", "two", "three"]


@pytest.mark.parametrize("ask", [lambda s, jobs: s.tasks(jobs), lambda s, jobs: s.read_logs(jobs, "stdout")])
def test_removed_by_somebody_else(swarm: Swarm, bare_manager: FakeManager, ask: object) -> None:
    """Where a job of this run is gone, the error says so, and names it; at the end that is no error."""
    assert callable(ask)
    jobs = [swarm.start("sha256:00", ["service", "ipv4"], {}, [], 60) for _ in range(2)]
    bare_manager.jobs.clear()
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


LEFT = SwarmError("cannot remove racknet-1: no leader", "remove by hand: docker service rm racknet-1")


def send(*numbers: int) -> None:
    """Send signals to this process. Python handles each before the next line."""
    for number in numbers:
        os.kill(os.getpid(), number)


def status_of(block: Callable[[Ending], object]) -> object:
    """Return the status with which a block ends."""
    handlers = [signal.getsignal(number) for number in ENDING]
    try:
        with pytest.raises(SystemExit) as end, ended_in_order() as ending:
            block(ending)
    finally:
        assert [signal.getsignal(number) for number in ENDING] == handlers
    return end.value.code


@pytest.mark.parametrize("number", ENDING)
def test_each_signal(number: int) -> None:
    """A signal ends the block at once."""

    def block(_: Ending) -> None:
        send(number)
        pytest.fail("went on")

    assert status_of(block) == 128 + number


def test_let_through() -> None:
    """Where a block lets signals through, one that was held back ends it before it begins; what cleans up is whole."""

    def block(ending: Ending) -> None:
        with ending.held():
            try:
                if is_early:
                    send(signal.SIGTERM)
                with ending.let_through():
                    steps.append("waiting")
                    send(signal.SIGTERM)
            finally:
                send(signal.SIGINT)
                steps.append("removed")

    for is_early in (False, True):
        steps: list[str] = []
        assert status_of(block) == 128 + signal.SIGTERM
        assert steps == (["removed"] if is_early else ["waiting", "removed"])


@pytest.mark.parametrize("error", [ValueError(), SystemExit(ExitStatus.USAGE)])
def test_faults_after_a_signal(error: BaseException) -> None:
    """What fails after a signal changes no status."""

    def block(ending: Ending) -> None:
        with ending.held():
            send(signal.SIGHUP)
            raise error

    assert status_of(block) == 128 + signal.SIGHUP


def test_error_after_a_signal() -> None:
    """An error after a signal is still said, since a job may be left; its status is the signal's."""

    def block() -> None:
        with ended_in_order() as ending, ending.held():
            send(signal.SIGINT)
            raise LEFT

    with pytest.raises(SignalledError) as raised:
        block()
    found = raised.value
    assert (found.message, found.hint, found.status) == (LEFT.message, LEFT.hint, ExitStatus.INTERRUPTED)


def test_no_signal() -> None:
    """Without a signal, errors keep their own status."""
    with pytest.raises(SwarmError) as raised, ended_in_order() as ending, ending.held():
        raise LEFT
    assert (raised.value, raised.value.status) == (LEFT, ExitStatus.UNAVAILABLE)
    with ended_in_order() as ending, ending.held(), ending.let_through():
        pass


def test_ignored_signal() -> None:
    """A signal that is ignored at the start stays ignored, as nohup has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_in_order():
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_fault_without_a_signal() -> None:
    """A fault that no signal came before stays what it is."""
    with pytest.raises(ValueError, match="x"), ended_in_order():
        raise ValueError("x")
