"""`racknet public`, `service` and `list`, on hosts of the table: what is printed, and where."""

from __future__ import annotations

import json
import os
from unittest.mock import patch

import pytest
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.core.disguise import NO_ROOM

EMPTY = "nic eth0\nbridge docker0"
READY = "nic eth0 203.0.113.7/24\nbridge docker0\ndefault eth0 via 203.0.113.1"

Capture = pytest.CaptureFixture[str]


def asked(host: str, *words: str, **environ: str) -> int:
    with on_host(HOSTS[host].layout.host):
        return run(*words, **environ)


def test_answer(capfd: Capture) -> None:
    """Standard output is the address and a newline, and nothing else is printed."""
    for words in (["public"], ["public", "ipv4"], ["public", "--wait", "0"]):
        assert asked("rackspace", *words) == 0
        assert capfd.readouterr() == ("104.130.0.127\n", "")


@pytest.mark.parametrize("is_terminal", [False, True])
def test_waits_until_there_is_an_answer(is_terminal: bool, capfd: Capture) -> None:
    """`--wait` and RACKNET_WAIT answer as soon as nothing can replace the answer; a terminal shows that they wait."""
    said = "racknet: waiting up to 30 s, until nothing can bring a better answer\n" if is_terminal else ""
    with patch.object(os, "isatty", lambda _: is_terminal):
        with on_host(EMPTY, EMPTY, READY.partition("default")[0], READY) as pauses:
            assert run("public", "--wait", "30") == 0
        assert (len(pauses), capfd.readouterr()) == (3, ("203.0.113.7\n", said))
        with on_host(EMPTY, READY) as pauses:
            assert run("public", RACKNET_WAIT="30") == 0
        assert (len(pauses), capfd.readouterr()) == (1, ("203.0.113.7\n", said))
        with on_host(READY) as pauses:
            assert run("public", RACKNET_WAIT="30") == 0
        assert (pauses, capfd.readouterr()) == ([], ("203.0.113.7\n", ""))


def test_waits_no_longer_than_asked(capfd: Capture) -> None:
    """When the time is over there is no answer, and the error names the interfaces that have no address."""
    with on_host(EMPTY) as pauses:
        assert run("public", "--wait", "1.1") == 1
    assert sum(pauses) == pytest.approx(1.1)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("racknet: no public ipv4 address on this host\n  eth0  -   no ipv4 address\n")


def test_does_not_wait_in_a_container(capfd: Capture) -> None:
    """In a container's own network waiting would change nothing."""
    with on_host("nic eth0 10.0.0.5/24") as pauses:
        assert run("service", "--wait", "30") == 1
    assert pauses == []
    assert "hint: run it with --net=host" in capfd.readouterr().err


def test_waits_while_it_is_ambiguous(capfd: Capture) -> None:
    """Interfaces that tie are no answer yet: another address may decide."""
    with on_host(HOSTS["service-ambiguous"].layout.host, HOSTS["rackspace"].layout.host):
        assert run("service", "--wait", "30") == 0
    assert capfd.readouterr() == ("10.208.1.5\n", "")


def test_all(capfd: Capture) -> None:
    """`--all` prints every candidate, one a line, best first; those that tie in the natural order of the interfaces."""
    assert asked("wired-and-wireless", "service", "--all") == 0
    with on_host("nic eth10 10.0.0.10/24\nnic eth2 10.0.0.2/24\nbridge docker0"):
        assert run("service", "--all") == 0
    assert capfd.readouterr() == ("192.168.1.10\n192.168.1.11\n10.0.0.2\n10.0.0.10\n", "")


@pytest.mark.parametrize("host", ["bridged-container", "no-address-yet"])
@pytest.mark.parametrize("options", [[], ["--all"], ["--json"], ["--explain"], ["--all", "--json", "--explain"]])
def test_nothing_is_printed_without_an_answer(host: str, options: list[str], capfd: Capture) -> None:
    """Standard output stays empty without an answer, with --all, --json and --explain too."""
    assert asked(host, "service", *options) == 1
    out, err = capfd.readouterr()
    assert (out, err != "") == ("", True)


def test_explain(capfd: Capture) -> None:
    """`--explain` says on standard error which rule decided, and what became of the others."""
    assert asked("service-net-by-block-10.176.0.0/12", "service", "--explain") == 0
    out, err = capfd.readouterr()
    assert out == "10.191.7.9\n"
    assert (
        err
        == """\
racknet: service ipv4: 10.191.7.9 on ens5
decided by: in a ServiceNet block; the next is 192.168.3.4 on ens4
  ens5     10.191.7.9    the answer
  ens4     192.168.3.4   ens5 is preferred: in a ServiceNet block
  ens3     203.0.113.7   public
  docker0  172.17.0.1    container interface
"""
    )


def test_explain_all(capfd: Capture) -> None:
    """With `--all`, interfaces that tie are explained as well: nothing decides."""
    assert asked("service-ambiguous", "service", "--all", "-v") == 0
    out, err = capfd.readouterr()
    assert out == "10.30.0.10\n192.168.30.2\n"
    assert err.startswith("racknet: service ipv4: all candidates\nnothing decides: ens4 and ens5 tie\n")
    assert "  ens5     192.168.30.2   ties with ens4\n" in err


def test_list(capfd: Capture) -> None:
    """`list` prints a table of addresses and one of interfaces, container interfaces too, with status 0."""
    assert asked("rackspace", "list") == 0
    out, err = capfd.readouterr()
    addresses, interfaces = (table.splitlines() for table in out.split("\n\n"))
    names = [line.removeprefix("*").split()[0] for line in addresses if line[3] != " "]
    assert names == ["INTERFACE", "eth0", "eth0", "eth1", "eth1", "docker0"]
    assert [line.split()[0] for line in interfaces] == ["INTERFACE", "eth0", "eth1", "docker0", "lo"]
    assert err == ""


def test_list_in_a_container(capfd: Capture) -> None:
    """In a container `list` shows what there is, and says on standard error that it is no host's."""
    assert asked("bridged-container", "list") == 0
    out, err = capfd.readouterr()
    assert "*" not in out
    assert err == (
        "racknet: this is a container's own network, not a host's\n"
        "hint: run it with --net=host (hostNetwork: true on Kubernetes), or --in-container if this is meant\n"
    )
    assert asked("bridged-container", "list", "--in-container") == 0
    out, err = capfd.readouterr()
    assert ("*" in out, err) == (True, "")


def test_list_with_filters(capfd: Capture) -> None:
    """The filters in variables move the answers of `list`, as they do those of the queries."""
    assert asked("service-ambiguous", "list", RACKNET_SERVICE_INTERFACE="ens5") == 0
    marked = [line.split()[1] for line in capfd.readouterr().out.splitlines() if line.startswith("*")]
    assert marked == ["ens3", "ens5", "ens5"]


TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"
NOTE = "note: 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route), not proven: --strict refuses\n"


@pytest.mark.parametrize("words", [["service"], ["service", "--wait", "0"], ["service", "--json"]], ids=" ".join)
@pytest.mark.parametrize(("word", "note"), [("", NOTE), ("0", "")])
def test_note_on_an_answer_without_proof(words: list[str], word: str, note: str, capfd: Capture) -> None:
    """An answer that only a preference decides has one line on standard error; RACKNET_STRICT=0 leaves it out."""
    with on_host(TWO):
        assert run(*words, RACKNET_STRICT=word) == 0
    out, err = capfd.readouterr()
    assert "10.0.1.5" in out
    assert err == note


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        (["service", "--strict"], {}),
        (["service"], {"RACKNET_STRICT": "1"}),
        (["service", "--strict"], {"RACKNET_STRICT": "0"}),
        (["service", "ipv6", "--strict"], {}),
    ],
    ids=str,
)
def test_strict(words: list[str], environ: dict[str, str], capfd: Capture) -> None:
    """With --strict, or RACKNET_STRICT=1, such an answer is none: status 1, and no note."""
    with on_host(TWO):
        assert run(*words, **environ) == 1
    out, err = capfd.readouterr()
    assert out == ""
    ipv4 = "service ipv4: " if "ipv6" in words else ""
    assert f" is not proven: {ipv4}10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route)\n" in err
    assert "note: " not in err


@pytest.mark.parametrize(
    "words", [["service", "--all"], ["service", "--all", "--json"], ["public", "--all"]], ids=" ".join
)
def test_no_note_on_all_candidates(words: list[str], capfd: Capture) -> None:
    """With --all nothing is decided, and so there is nothing to note."""
    with on_host(TWO.replace("nic ens6", "nic ens7 203.0.113.5/24 203.0.113.6/24 device\nnic ens6") + "\ndefault ens7"):
        assert run(*words) == 0
    assert capfd.readouterr().err == ""


def test_strict_list(capfd: Capture) -> None:
    """`list --strict` shows no answer that is not proven, and says why."""
    with on_host(TWO):
        assert run("list", "--strict") == 0
    lines = capfd.readouterr().out.split("\n\n")[0].splitlines()
    assert not any(line.startswith("*") for line in lines)
    assert "preferred to 10.9.0.4, not proven: default" in lines[1]


def test_in_container(capfd: Capture) -> None:
    """Only --in-container and its variable ask for the address of a container's own network."""
    for words, environ in ((["--in-container"], {}), ([], {"RACKNET_IN_CONTAINER": "1"})):
        assert asked("bridged-container", "service", "--interface", "eth0", *words, **environ) == 0
        assert capfd.readouterr() == ("172.17.0.5\n", "")
    assert asked("bridged-container", "service", "--interface", "eth0", RACKNET_IN_CONTAINER="0") == 1


MANY = "\n".join(f"nic eth{n} 5.9.{n}.2/24 device" for n in range(4))


def test_report(capfd: Capture) -> None:
    """`report` is one document without public addresses; where they are too many, --as-is is the way out."""
    with on_host(MANY):
        assert run("report") == 3
        assert capfd.readouterr() == (
            "",
            f"racknet: {NO_ROOM}\nhint: racknet report --as-is shows the addresses as they are\n",
        )
        assert run("report", "--as-is") == 0
        addresses = [fields["address"] for fields in json.loads(capfd.readouterr().out)["addresses"]]
        assert addresses == [f"5.9.{n}.2" for n in range(4)]
    with on_host(MANY.partition("\n")[0]):
        assert run("report") == 0
    out, err = capfd.readouterr()
    assert ([fields["address"] for fields in json.loads(out)["addresses"]], err) == (["192.0.2.1"], "")
