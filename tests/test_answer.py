"""Waiting, and what is printed of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hosts import HOSTS
from layout import read
from question import question

from racknet import interfaces
from racknet.answer import answer
from racknet.facts import Host

EMPTY = read("nic eth0\nbridge docker0").host
READY = read("nic eth0 203.0.113.7/24\nbridge docker0").host
CONTAINER = read("nic eth0 10.0.0.5/24").host


@contextmanager
def seeing(*hosts: Host) -> Iterator[list[float]]:
    """Reads these hosts, one after the other and the last for ever; yields the pauses between."""
    left = list(hosts)
    pauses: list[float] = []
    clock = [100.0]

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds

    with (
        patch.object(interfaces, "read", lambda **_: left.pop(0) if len(left) > 1 else left[0]),
        patch("time.sleep", sleep),
        patch("time.monotonic", lambda: clock[0]),
    ):
        yield pauses


def row(name: str) -> Host:
    return next(row for row in HOSTS if row.name == name).read.host


def test_waits_until_there_is_an_answer(capfd: pytest.CaptureFixture[str]) -> None:
    """It asks again, at least every quarter of a second, and answers as soon as it can."""
    with seeing(EMPTY, EMPTY, EMPTY, READY) as pauses:
        assert answer(question("public"), wait=30) == 0
    assert (len(pauses), max(pauses) <= 0.25) == (3, True)
    assert capfd.readouterr() == ("203.0.113.7\n", "")


def test_waits_no_longer_than_asked(capfd: pytest.CaptureFixture[str]) -> None:
    """When the time is up, there is no answer."""
    with seeing(EMPTY) as pauses:
        assert answer(question("public"), wait=1.1) == 1
    assert sum(pauses) == pytest.approx(1.1)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("racknet: no public ipv4 address on this host\n  eth0  -   no ipv4 address\n")


def test_does_not_wait_in_a_container(capfd: pytest.CaptureFixture[str]) -> None:
    """In a container's own network waiting would change nothing."""
    with seeing(CONTAINER) as pauses:
        assert answer(question("service"), wait=30) == 1
    assert pauses == []
    assert "hint: run it with --net=host" in capfd.readouterr().err


def test_waits_while_there_is_no_telling(capfd: pytest.CaptureFixture[str]) -> None:
    """Two that are level are no answer yet."""
    with seeing(row("service-no-telling"), row("rackspace")):
        assert answer(question("service"), wait=30) == 0
    assert capfd.readouterr().out == "10.208.1.5\n"


def test_all(capfd: pytest.CaptureFixture[str]) -> None:
    """Every candidate, one a line, best first; level ones too, in the natural order of their names."""
    with seeing(row("wired-and-wireless")):
        assert answer(question("service"), every=True) == 0
    with seeing(read("nic eth10 10.0.0.10/24\nnic eth2 10.0.0.2/24\nbridge docker0").host):
        assert answer(question("service"), every=True) == 0
    assert capfd.readouterr() == ("192.168.1.10\n192.168.1.11\n10.0.0.2\n10.0.0.10\n", "")


@pytest.mark.parametrize("name", ["bridged-container", "no-address-yet"])
@pytest.mark.parametrize("how", [{"every": True}, {"as_json": True}, {"every": True, "as_json": True, "explain": True}])
def test_nothing_is_printed_without_an_answer(
    name: str, how: dict[str, bool], capfd: pytest.CaptureFixture[str]
) -> None:
    """Standard output stays empty, with --all, --json and --explain too."""
    with seeing(row(name)):
        assert answer(question("service"), **how) == 1  # type: ignore[arg-type]
    out, err = capfd.readouterr()
    assert (out, err != "") == ("", True)


def test_json(capfd: pytest.CaptureFixture[str]) -> None:
    """The answer as an object; all candidates as an array of them."""
    with seeing(row("service-net-by-block-10.176.0.0/12")):
        assert answer(question("service"), as_json=True) == 0
        assert answer(question("service"), as_json=True, every=True) == 0
    first, every = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    assert first == every[0]
    assert every == [
        {
            "network": "service",
            "family": "ipv4",
            "address": address,
            "prefix_length": length,
            "interface": name,
            "why": why,
        }
        for address, length, name, why in (
            ("10.191.7.9", 19, "ens5", "in a ServiceNet block"),
            ("192.168.3.4", 24, "ens4", "the last candidate"),
        )
    ]


def test_explain(capfd: pytest.CaptureFixture[str]) -> None:
    """Which rule decided, and what became of the others, beside the answer on standard output."""
    with seeing(row("service-net-by-block-10.176.0.0/12")):
        assert answer(question("service"), explain=True, unknown=["RACKNET_SERVICE_IFACE"]) == 0
    out, err = capfd.readouterr()
    assert out == "10.191.7.9\n"
    assert (
        err
        == """\
racknet: service ipv4: 10.191.7.9 on ens5
decided by: in a ServiceNet block; the next is 192.168.3.4 on ens4
  ens5     10.191.7.9    the answer
  ens4     192.168.3.4   behind: in a ServiceNet block
  ens3     203.0.113.7   public
  docker0  172.17.0.1    container plumbing
note: RACKNET_SERVICE_IFACE means nothing to racknet; RACKNET_SERVICE_INTERFACE does
"""
    )


def test_unreadable(capfd: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is status 3, with the reason and a hint."""
    with patch.object(interfaces, "read", side_effect=interfaces.Unreadable("cannot read /proc/net/if_inet6: why")):
        assert answer(question("public")) == 3
    out, err = capfd.readouterr()
    assert (out, err.splitlines()[0]) == ("", "racknet: cannot read /proc/net/if_inet6: why")
    assert err.splitlines()[1].startswith("hint: ")
