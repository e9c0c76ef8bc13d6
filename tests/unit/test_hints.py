"""The hints: the exact line to run next, as it works where the user is; what to write instead of a wrong line."""

from __future__ import annotations

import ast
import os
import shlex
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from support.cases import cases
from support.hosts import HOSTS, HostCase
from support.layout import parse_layout
from support.on_host import on_host, run
from support.queries import make_query

import racknet
from racknet.cli import mistakes
from racknet.core.clouds import PROVIDERS
from racknet.core.selection import select_address
from racknet.output import hints, messages


@cases(
    "on_path argument sign expected",
    (True, "/racknet", ".dockerenv", "racknet"),
    (False, "/racknet", ".dockerenv", "docker run --rm --net=host racknet/ip"),
    (False, "/racknet", "run/.containerenv", "podman run --rm --net=host racknet/ip"),
    (False, "/racknet", "", "/racknet"),
    (False, "/opt/my tools/racknet", ".dockerenv", "'/opt/my tools/racknet'"),
    (False, "./racknet", "", "./racknet"),
    (False, "/usr/lib/python3/dist-packages/racknet/__main__.py", "", f"{shlex.quote(sys.executable)} -m racknet"),
    (False, "app.py", ".dockerenv", f"{shlex.quote(sys.executable)} -m racknet"),
)
def test_program(on_path: bool, argument: str, sign: str, expected: str, tmp_path: Path) -> None:
    """Hints name the command where it is on PATH, else the image, else what the user ran."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "racknet").touch(0o755 if on_path else 0o644)
    if sign:
        (tmp_path / sign).parent.mkdir(exist_ok=True)
        (tmp_path / sign).touch()
    with patch.dict(os.environ, {"PATH": f"/nowhere::{folder}"}), patch.object(sys, "argv", [argument]):
        assert hints.program(str(tmp_path)) == expected


@cases(
    "argument environ sign expected",
    ("/racknet", {}, "", True),
    ("racknet", {}, ".dockerenv", True),
    ("racknet", {}, "run/.containerenv", True),
    ("racknet", {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "", True),
    ("racknet", {}, "", False),
)
def test_is_run_by_engine(argument: str, environ: dict[str, str], sign: str, expected: bool, tmp_path: Path) -> None:
    """An engine's options are hinted at where one runs racknet; in a system container they are of no use."""
    if sign:
        (tmp_path / sign).parent.mkdir(exist_ok=True)
        (tmp_path / sign).touch()
    with patch.dict(os.environ, environ, clear=True), patch.object(sys, "argv", [argument]):
        assert hints.is_run_by_engine(str(tmp_path)) is expected


@pytest.mark.parametrize(
    ("way", "word"),
    [("option", "--in-container"), ("variable", "RACKNET_IN_CONTAINER=1"), ("argument", "in_container=True")],
)
def test_not_a_host(way: str, word: str) -> None:
    """In a container's own network the hint names what overrules that as it is written here."""
    for by_engine in (True, False):
        with patch.object(hints, "is_run_by_engine", lambda by_engine=by_engine: by_engine):
            assert word in hints.not_a_host(way)
            assert ("--net=host" in hints.not_a_host(way)) is by_engine


def ties() -> list[tuple[str, HostCase, str]]:
    """Return each host of the table that has a tie, with the queries that tie.

    `service ipv6` may tie since `service ipv4` does, on interfaces without an IPv6 address: no line has an answer then.
    """
    lines = [f"{network} {family}" for network in ("public", "service") for family in ("ipv4", "ipv6")]
    found = []
    for name, case in HOSTS.items():
        for line in lines:
            selection = select_address(case.layout.host, make_query(line))
            if selection.doubt and "for instance" in messages.no_address(selection).hint:
                found.append((name, case, line))
    return found


TIES = ties()


@pytest.mark.parametrize(("case", "line"), [tie[1:] for tie in TIES], ids=[f"{n} {line}" for n, _, line in TIES])
def test_line_after_a_tie(case: HostCase, line: str, capfd: pytest.CaptureFixture[str]) -> None:
    """On each host where interfaces tie, the hinted line, or variable, has an answer, on the first of them."""
    host = case.layout.host
    network, family = line.split()
    for filters in (["--exclude", "no*such"], ["--exclude", {"ipv4": "10.99.0.0/16", "ipv6": "fd99::/16"}[family]]):
        with on_host(host):
            assert run(network, family, *filters) == 1
            hint = capfd.readouterr().err.splitlines()[-1]
            words = shlex.split(hint.partition("for instance: ")[2])
            assert (words[0], words[-2:]) == ("racknet", filters)
            assert run(*words[1:]) == 0, hint
    assert capfd.readouterr().out
    hint = messages.no_address(select_address(host, make_query(line)), way="variable").hint
    name, _, value = hint.partition("for instance: ")[2].partition("=")
    with on_host(host):
        assert run(network, family, **{name: "".join(shlex.split(value))}) == 0


VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 fd00::211/64 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""
TWO = "nic ens5 10.0.1.5/24 10.0.1.7/32 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"
ODD = "nic {} 10.0.1.5/24 device\nnic a0 10.0.2.5/24 device\nnic a0xb 10.0.3.5/24 device"


@cases(
    "line layout answer",
    ("service", VIP, "192.168.222.211"),
    ("service ipv6", VIP, "fd00::211"),
    ("service --strict", TWO, "10.0.1.5"),
    ("service --strict", "nic eth0 10.0.2.15/24 device\ndefault eth0 via 10.0.2.2", "10.0.2.15"),
    ("public", "nic ens5 10.0.1.5/24 device\nnic ens6 11.0.0.4/24 device\ndefault ens5", "11.0.0.4"),
    ("service --strict --exclude no*such", TWO, "10.0.1.5"),
    ("service --strict", "nic ens5 10.0.1.7/24 10.0.1.5/24 device", "10.0.1.7"),
    ("service --strict", TWO.replace("10.0.1.7/32", "100.64.0.5/10"), "10.0.1.5"),
    ("service --strict", "nic ens5 10.0.1.5/24 10.0.1.7/24 device\nnic ens6 10.9.0.4/24 device", "10.0.1.5"),
)
def test_line_after_a_doubt(line: str, layout: str, answer: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The line of the hint is accepted as it is printed, and chooses the first in doubt, whatever its interface is."""
    with on_host(parse_layout(layout).host):
        assert run(*line.split()) == 1
        hint = capfd.readouterr().err.splitlines()[-1]
        assert run(*shlex.split(hint.rpartition(": ")[2])[1:]) == 0, hint
        assert capfd.readouterr() == (f"{answer}\n", "")


@pytest.mark.parametrize("name", ["A[0", "A*", "A,b", "A\x07"])
def test_variable_and_argument_after_a_tie(name: str) -> None:
    """The hinted variable, and the hinted argument of Python, choose the interface whatever it is called, too."""
    host = parse_layout(ODD.format(name)).host
    for way in ("variable", "argument"):
        hint = messages.no_address(select_address(host, make_query("service")), way=way).hint
        word, _, value = hint.partition("for instance: ")[2].partition("=")
        with on_host(host):
            if way == "variable":
                assert run("service", **{word: "".join(shlex.split(value))}) == 0, hint
            else:
                assert str(racknet.service(**{word: ast.literal_eval(value)})) == "10.0.1.5", hint


def test_tie_without_an_address() -> None:
    """Where the interfaces that tie have no address of the family, the hint names none of them."""
    assert {line for _, _, line in TIES} >= {"public ipv4", "service ipv4", "service ipv6"}
    query = make_query("service ipv6")
    selection = select_address(HOSTS["excluded"].layout.host, query)
    assert selection.doubt
    assert messages.no_address(selection).hint == hints.other(query, "option")


@cases(
    "line expected",
    ("", "see racknet --help"),
    ("pubic", "see racknet --help"),
    ("sevice public", "see racknet --help"),
    ("list x", "see racknet list --help"),
    ("public --cidr 10.0.0.0/33", "see racknet public --help"),
    ("service ipv5", "see racknet service --help"),
    ("service ''", "see racknet service --help"),
    ("service ipv4 x", "see racknet service --help"),
    ("--interface eth1 service", "write: racknet service --interface eth1"),
    ("--json service ipv6", "write: racknet service ipv6 --json"),
    ("ipv4 service", "write: racknet service ipv4"),
    ("public --version", "write: racknet --version"),
    ("service --quiet", mistakes.SILENCE),
    ("service -q", mistakes.SILENCE),
    ("check service", "ADDRESS comes first, for instance: racknet check 10.0.0.1 service"),
    ("check public 10.0.0.1", "ADDRESS comes first, for instance: racknet check 10.0.0.1 public"),
    ("check", "see racknet check --help"),
    ("check 10.0.0.1 x", "see racknet check --help"),
    ("service eth1", "to choose an interface: racknet service --interface eth1"),
)
def test_hint(line: str, expected: str) -> None:
    """The hint is the line that was meant, or else the help of the command."""
    assert mistakes.hint(shlex.split(line)) == expected


@cases(
    "line expected",
    ("env --ask-provider", mistakes.ASK),
    ("cluster service --ask-provider", mistakes.ASK),
    ("watch public --ask-provider", "watch does not ask the provider"),
    ("watch public --wait 3", "watch waits by itself"),
    ("exec --wait 3 true", "exec waits by the variable: RACKNET_WAIT=30"),
    ("public --watch", "write: racknet watch public"),
    ("check 10.0.0.1 service --settle 3", "--settle is an option of watch"),
    ("list --explain", "--explain is an option of public, service"),
    ("list --nonsense", "see racknet list --help"),
)
def test_hint_at_another_command(line: str, expected: str, capfd: pytest.CaptureFixture[str]) -> None:
    """For an option that a command does not have, the hint is which one has it, or the variable."""
    assert run(*line.split()) == 2
    err = capfd.readouterr().err
    assert err.splitlines()[1:] == [f"hint: {expected}"]
    assert ("Did you mean" in err) is False


NOT_READY = "nic eth0 {}/64,tentative device\nbridge docker0 172.17.0.1/16"


@cases(
    "line address",
    ("public ipv6 --strict", "2001:db8::5"),
    ("service ipv6", "fd00::5"),
    ("service ipv6", "10.0.0.5/24 fe80::5"),
)
def test_line_where_it_is_not_ready(line: str, address: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the address is not ready, the line of the hint waits for it, also beside an answer of IPv4."""
    first = NOT_READY.format(address)
    address = address.rpartition(" ")[2]
    with on_host(first):
        assert run(*line.split()) == 1
    hint = capfd.readouterr().err.splitlines()[-1]
    start = f"hint: {address} is not ready, see ip addr; "
    assert hint.startswith(start)
    with on_host(first, first.replace(",tentative", ""), after=[1]):
        assert run(*shlex.split(hint.removeprefix(f"{start}racknet ").removesuffix(" waits for it"))) == 0
    assert capfd.readouterr() == (f"{address}\n", "")


@cases(
    "line layout",
    ("public ipv6", NOT_READY.format("fd00::5").replace("nic", "nic eth1 fe80::1/64 device\nnic", 1)),
    ("service ipv6", NOT_READY.format("fe80::5")),
    ("public ipv6", NOT_READY.format("203.0.113.5/24 fe80::5")),
    ("public ipv6 --cidr 2001:db8:9::/64", NOT_READY.format("2001:db8::5")),
)
def test_not_ready_is_not_the_cause(line: str, layout: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the address that is not ready would not be the answer, no hint waits for it."""
    with on_host(layout):
        assert run(*line.split()) == 1
    assert "waits" not in capfd.readouterr().err


@cases("way expected", ("variable", "RACKNET_WAIT=30"), ("argument", "wait=30"), ("watch", "watch"))
def test_other_ways_to_wait(way: str, expected: str) -> None:
    """In an error of `env` or Python, and in a note of `watch`, the hint waits as that does."""
    selection = select_address(parse_layout(NOT_READY.format("2001:db8::5")).host, make_query("public ipv6"))
    assert messages.no_address(selection, way).hint.endswith(f"; {expected} waits for it")


def test_other_ways_to_ask_the_provider() -> None:
    """Python asks by its argument; from a container, where racknet asks nobody, the user may."""
    query = make_query("public")
    (aws, *_) = PROVIDERS
    assert hints.behind_nat(query, aws, "argument").endswith(": ask_provider=True")
    assert hints.behind_nat(make_query("public --in-container"), aws, "option").endswith(f": {aws.command}")
