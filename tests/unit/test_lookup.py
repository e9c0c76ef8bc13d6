"""Looking an answer up: read, select, let the second reader confirm, and wait."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.on_host import PlayedReading, on_host
from support.queries import make_query

from racknet import lookup
from racknet.core.facts import Address
from racknet.errors import HostReadError
from racknet.lookup import is_final, look_up, wait_for

EMPTY = "nic eth0\nbridge docker0"
READY = "nic eth0 203.0.113.7/24\nbridge docker0 172.17.0.1/16"


def texts(addresses: list[Address]) -> list[str]:
    return [address.text for address in addresses]


def test_answer_is_confirmed() -> None:
    """Each answer is confirmed by the second reader before anything else is done with it."""
    asked: list[str] = []

    def confirm(addresses: list[Address]) -> list[Address]:
        asked.extend(texts(addresses))
        return []

    with on_host(READY), patch.object(lookup, "find_unconfirmed", confirm):
        selections = look_up([make_query(line) for line in ("public", "public ipv6", "service")]).selections
    assert [s.address.text if s.address else "" for s in selections] == ["203.0.113.7", "", ""]
    assert asked == ["203.0.113.7"]


def test_all_candidates_are_confirmed() -> None:
    """Where all candidates are asked for, each is confirmed, also where they tie."""
    tie = "nic eth2 10.1.0.7/24\nnic eth3 10.2.0.7/24\nbridge docker0"
    with on_host(tie), patch.object(lookup, "find_unconfirmed", Mock(return_value=[])) as confirm:
        (selection,) = look_up([make_query("service --all")]).selections
    assert texts(selection.answers) == texts(confirm.call_args.args[0]) == ["10.1.0.7", "10.2.0.7"]
    assert selection.address is None


def test_unconfirmed_answer_is_read_once_more() -> None:
    """Where the second reader does not see the answer, the host has changed: it is read again."""
    moved = "nic eth1 203.0.113.7/24\nbridge docker0"
    with (
        on_host(READY, moved),
        patch.object(lookup, "find_unconfirmed", lambda found: [a for a in found if a.interface != "eth1"]),
    ):
        (selection,) = look_up([make_query("public")]).selections
    assert selection.address is not None
    assert selection.address.interface == "eth1"


def test_answer_that_stays_unconfirmed() -> None:
    """Where the readers disagree twice, there is no answer but an error."""
    labelled = "nic eth0 203.0.113.7/24@eth0:1\nbridge docker0"
    with on_host(READY, labelled), patch.object(lookup, "find_unconfirmed", list):
        expected = r"^the kernel lists 203\.0\.113\.7 on eth0:1, and netifaces does not$"
        with pytest.raises(HostReadError, match=expected) as caught:
            look_up([make_query("public")])
    assert caught.value.hint.startswith("does the address change all the time?")


@pytest.mark.parametrize(
    ("line", "is_everything"),
    [
        ("public", False),
        ("public --exclude eth1", False),
        ("public --interface eth0", True),
        ("public --cidr 10.0.0.0/8", True),
        ("public --reach 9.9.9.9", True),
    ],
)
def test_container_interfaces_are_read_where_they_matter(line: str, is_everything: bool) -> None:
    """The addresses on container interfaces count only if the user may have named one; `whole` has them."""
    with on_host(READY):
        found = look_up([make_query(line)])
    assert ("172.17.0.1" in texts([address for address, _ in found.selections[0].rejected])) is is_everything
    host, selections = found.whole()
    assert "172.17.0.1" in texts(host.addresses)
    assert "172.17.0.1" in texts([address for address, _ in selections[0].rejected])


def test_ways_are_asked_for() -> None:
    """The reader is given the addresses of `--reach`, and only those."""
    asked: list[Any] = []
    reading = PlayedReading(parse_layout(READY).host)

    def read(reach: Any) -> PlayedReading:
        asked.append(reach)
        return reading

    with on_host(READY), patch.object(lookup, "read_host", read):
        look_up([make_query("public --reach 9.9.9.9"), make_query("service")])
        look_up([make_query("public")])
    assert asked == [{"9.9.9.9"}, set()]


def test_waits_until_it_is_done() -> None:
    """The host is read again, at least every quarter of a second, until it is done."""
    with on_host(EMPTY, EMPTY, EMPTY, READY) as pauses:
        (selection,) = wait_for([make_query("public")], 30, lambda found: is_final(found[0])).selections
    assert selection.address is not None
    assert (len(pauses), max(pauses) <= 0.25) == (3, True)


def test_waits_no_longer_than_asked() -> None:
    """When the time is over, the last look comes back."""
    with on_host("nic docker0 172.17.0.1/16") as pauses:
        _, (selection,) = wait_for([make_query("public")], 1.1, lambda _: False).whole()
    assert sum(pauses) == pytest.approx(1.1)
    assert texts([address for address, _ in selection.rejected]) == ["172.17.0.1"]


def test_without_waiting() -> None:
    """Without a time to wait the host is looked at once."""
    with on_host(EMPTY, READY) as pauses:
        (selection,) = wait_for([make_query("public")], 0, lambda found: is_final(found[0])).selections
    assert (pauses, selection.answers) == ([], [])


def test_first_look() -> None:
    """A look that was just taken is the first; the host is read again only after a pause."""
    with on_host(EMPTY, READY) as pauses:
        first = look_up([make_query("public")])
        assert wait_for([make_query("public")], 0, lambda _: False, first) is first
        found = wait_for([make_query("public")], 30, lambda selections: is_final(selections[0]), first)
    assert (len(pauses), texts(found.selections[0].answers)) == (1, ["203.0.113.7"])
    with on_host(EMPTY), patch.object(lookup, "read_host", side_effect=AssertionError):
        assert wait_for([make_query("public")], 30, lambda _: True, first) is first


def test_host_that_cannot_be_read_yet() -> None:
    """While there is time, a host that cannot be read is read again; then it is an error."""
    reading = PlayedReading(parse_layout(READY).host)
    error = HostReadError("cannot read the interfaces: why")
    with on_host(READY) as pauses, patch.object(lookup, "read_host", side_effect=[error, error, reading]):
        found = wait_for([make_query("public")], 30, lambda _: True)
    assert (len(pauses), texts(found.selections[0].answers)) == (2, ["203.0.113.7"])
    with on_host(READY), patch.object(lookup, "read_host", side_effect=error), pytest.raises(HostReadError):
        wait_for([make_query("public")], 1, lambda _: True)


def test_whole_look_reads_nothing() -> None:
    """The whole host is that of the same reading: it may have changed since."""
    with on_host(READY):
        found = look_up([make_query("public")])
    with patch.object(lookup, "read_host", side_effect=AssertionError):
        host, (selection,) = found.whole()
    assert texts(host.addresses) == ["203.0.113.7", "172.17.0.1"]
    assert texts(selection.answers) == texts(found.selections[0].answers) == ["203.0.113.7"]


@pytest.mark.parametrize(
    ("host", "line", "expected"),
    [
        ("rackspace", "service", True),
        ("bridged-container", "service", True),
        ("bridged-container", "service --interface nosuch", False),
        ("no-address-yet", "service", False),
        ("service-ambiguous", "service", False),
        ("service-ambiguous", "service --all", True),
    ],
)
def test_is_final(host: str, line: str, expected: bool) -> None:
    """Waiting changes nothing where there is an answer, or where this is a container's own network."""
    with on_host(HOSTS[host].layout.host):
        (selection,) = look_up([make_query(line)]).selections
    assert is_final(selection) is expected


def test_clock_that_jumps() -> None:
    """How long racknet waits does not depend on the time of day."""
    start = time.monotonic()
    with patch.object(time, "time", side_effect=cycle([0.0, 4e9, -4e9])):
        wait_for([make_query("public --interface no-such")], 0.5, lambda _: False)
    assert 0.5 <= time.monotonic() - start < 2


def _catches(pid: int, number: signal.Signals) -> bool:
    """Return whether a process has a handler for a signal."""
    (caught,) = re.findall(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return bool(int(caught, 16) & 1 << number - 1)


WAITING = [sys.executable, "-m", "racknet", "public", "--interface", "no-such", "--wait", "30"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals_end_the_waiting(number: signal.Signals, status: int) -> None:
    """SIGTERM and SIGINT end a racknet that waits, with their statuses and without a word."""
    with subprocess.Popen(WAITING, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        for _ in range(200):
            if _catches(waiting.pid, signal.SIGTERM):
                break
            time.sleep(0.05)
        waiting.send_signal(number)
        assert waiting.communicate(timeout=10) == (b"", b"")
    assert waiting.returncode == status
