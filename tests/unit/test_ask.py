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


@pytest.mark.parametrize("is_terminal", [False, True])
def test_waits_until_there_is_an_answer(is_terminal: bool, capfd: Capture) -> None:
    """`--wait` and RACKNET_WAIT answer as soon as nothing can replace the answer; a terminal shows that they wait."""
    said = "racknet: waiting up to 30 s, until nothing can bring a better answer\n" if is_terminal else ""
    with patch.object(os, "isatty", lambda _: is_terminal):
        with on_host(EMPTY, EMPTY, READY.partition("default")[0], READY, after=[0.25, 1.5]) as pauses:
            assert run("public", "--wait", "30") == 0
        # At each event, and in any case every second.
        assert (pauses, capfd.readouterr()) == ([0.25, 1, 0.5], ("203.0.113.7\n", said))
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


@pytest.mark.parametrize("host", ["bridged-container", "no-address-yet"])
@pytest.mark.parametrize("options", [[], ["--all"], ["--json"], ["--explain"], ["--all", "--json", "--explain"]])
def test_nothing_is_printed_without_an_answer(host: str, options: list[str], capfd: Capture) -> None:
    """Standard output stays empty without an answer, with --all, --json and --explain too."""
    assert asked(host, "service", *options) == 1
    out, err = capfd.readouterr()
    assert (out, err != "") == ("", True)


def test_list_with_filters(capfd: Capture) -> None:
    """The filters in variables move the answers of `list`, as they do those of the queries."""
    assert asked("service-ambiguous", "list", RACKNET_SERVICE_INTERFACE="ens5") == 0
    marked = [line.split()[1] for line in capfd.readouterr().out.splitlines() if line.startswith("*")]
    assert marked == ["ens3", "ens5", "ens5"]


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
