"""Looking an answer up: read, select, let the second reader, netifaces, confirm, and wait."""

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

import netifaces
import pytest
from support.cases import cases
from support.fake_kernel import link, message
from support.layout import parse_layout
from support.on_host import PlayedReading, on_host
from support.queries import FOUR, make_query

from racknet import lookup
from racknet.cli import ask
from racknet.core.facts import AF, Address
from racknet.core.selection import select_addresses
from racknet.errors import HostReadError
from racknet.host.crosscheck import find_unconfirmed
from racknet.host.netlink import RTM_NEWLINK
from racknet.host.reader import read_host
from racknet.lookup import find_other_family, is_final, look_up, wait_for

EMPTY = "nic eth0\nbridge docker0"
READY = "nic eth0 203.0.113.7/24\nbridge docker0 172.17.0.1/16\ndefault eth0 via 203.0.113.1"


def texts(addresses: list[Address]) -> list[str]:
    return [address.text for address in addresses]


def test_all_candidates_are_confirmed() -> None:
    """Where all candidates are asked for, each is confirmed, also where they tie."""
    tie = "nic eth2 10.1.0.7/24\nnic eth3 10.2.0.7/24\nbridge docker0"
    with on_host(tie), patch.object(lookup, "find_unconfirmed", Mock(return_value=[])) as confirm:
        (selection,) = look_up([make_query("service --all")]).selections
    assert texts(selection.answers) == texts(confirm.call_args.args[0]) == ["10.1.0.7", "10.2.0.7"]
    assert selection.address is None


@cases(
    "line is_everything",
    ("public", False),
    ("public --exclude eth1", False),
    ("public --interface eth0", True),
    ("public --cidr 10.0.0.0/8", True),
    ("public --reach 9.9.9.9", True),
)
def test_container_interfaces_are_read_where_they_matter(line: str, is_everything: bool) -> None:
    """The addresses on container interfaces count only if the user may have named one; `whole` has them."""
    with on_host(READY):
        found = look_up([make_query(line)])
    assert ("172.17.0.1" in texts([address for address, _ in found.selections[0].rejected])) is is_everything
    with patch.object(lookup, "read_host", side_effect=AssertionError):  # that of the same reading: it may have changed
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


@cases(
    "layout line expected",
    (READY, "public", False),
    (READY, "public --interface eth0 --cidr 203.0.113.0/24", False),
    (READY, "public --interface docker*", True),
    (READY, "public --interface *", True),
    (READY, "public --interface eth9", True),
    (READY, "public --interface eth0:1", True),  # a label, which any interface may have
    (READY, "public --cidr 172.17.0.1", True),
    (READY, "public --reach 9.9.9.9", True),
    (f"{READY}\nnic veth1 altname=up", "public --interface eth0", True),  # which a glob may name
    ("nic eth0 203.0.113.7/24", "public", True),  # a container interface would show that it is a host
)
def test_what_may_change(layout: str, line: str, expected: bool) -> None:
    """A container interface changes an answer only where it may be asked for, or is what a host is known by."""
    with on_host(layout):
        found = look_up([make_query(line)])
    new = message(RTM_NEWLINK, link(9, "docker1"))
    assert [found.may_change([new]) for _ in range(2)] == [expected] * 2
    assert found.may_change([message(RTM_NEWLINK, link(1, "eth0"))])


def test_last_sign_of_a_host() -> None:
    """A container interface that goes changes an answer only where nothing else shows that a network is a host's."""
    gone = message(RTM_NEWLINK + 1, link(9, "docker1"))
    for layout, expected in ((READY, True), (f"{READY}\nknown", False)):
        with on_host(layout):
            assert look_up([make_query("public")]).may_change([gone]) is expected


def test_first_look() -> None:
    """A look that was just taken is the first; the host is read again only after a pause."""
    with on_host(EMPTY, READY) as pauses:
        first = look_up([make_query("public")])
        assert wait_for([make_query("public")], 0, lambda _: False, first=first) is first
        found = wait_for([make_query("public")], 30, lambda selections: is_final(selections[0]), first=first)
    assert (len(pauses), texts(found.selections[0].answers)) == (1, ["203.0.113.7"])
    with on_host(EMPTY), patch.object(lookup, "read_host", side_effect=AssertionError):
        assert wait_for([make_query("public")], 30, lambda _: True, first=first) is first


def test_host_that_cannot_be_read_yet() -> None:
    """While there is time, a host that cannot be read is read again; then it is an error."""
    reading = PlayedReading(parse_layout(READY).host)
    error = HostReadError("cannot read the interfaces: why")
    with on_host(READY) as pauses, patch.object(lookup, "read_host", side_effect=[error, error, reading]):
        found = wait_for([make_query("public")], 30, lambda _: True)
    assert (len(pauses), texts(found.selections[0].answers)) == (2, ["203.0.113.7"])
    with on_host(READY), patch.object(lookup, "read_host", side_effect=error), pytest.raises(HostReadError):
        wait_for([make_query("public")], 1, lambda _: True)


ONE = "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\n"
UNSURE = f"{ONE}nic ens6 10.9.0.4/24 device"
CONTAINER = "nic eth0 10.0.0.5/24\ndefault eth0 via 10.0.0.1"


@cases(
    "layout line expected",
    (ONE, "service", True),
    (ONE, "public", False),  # there is none
    (ONE.partition("default")[0], "service", False),  # a route may decide
    (f"{ONE}nic ens6 device", "service", False),  # another address may be the one
    (f"{ONE}nic ens6 device", "service --interface ens5", True),  # but not where one is chosen
    (f"{ONE}nic ens6 device", "service --cidr 10.0.0.0/16", True),
    (f"{ONE}nic ens6 device\nway 10.9.9.9 ens5 10.0.0.5", "service --reach 10.9.9.9", True),
    (f"{ONE}nic ens6 device", "service --interface ens6", False),
    (f"{ONE}nic ens6 device", "service --exclude ens6", True),
    (f"{ONE}nic ens6 device", "service --exclude lab0", False),
    (f"{ONE}nic ens6 device nocarrier", "service", True),
    (UNSURE, "service", True),  # preferred, not proven
    (UNSURE, "service --strict", False),
    (UNSURE.replace("default ens5 via 10.0.0.1", "default ens5 ens6"), "service", False),  # a tie
    (UNSURE.replace("default ens5 via 10.0.0.1", "default ens5 ens6"), "service --all", False),
    (CONTAINER, "service", True),  # no answer, for ever
    (CONTAINER, "service --in-container", True),
    (CONTAINER.partition("default")[0], "service --in-container", False),
)
def test_is_final(layout: str, line: str, expected: bool) -> None:
    """Waiting changes nothing where nothing can replace the answer, or where this is a container's own network."""
    with on_host(layout):
        (selection,) = look_up([make_query(line)]).selections
    assert is_final(selection) is expected


@cases(
    "layout line expected",
    ("nic ens5 2001:db8::5/64 device", "public", "ipv6"),
    ("nic ens5 203.0.113.5/24 device", "public ipv6", "ipv4"),
    ("nic ens5 203.0.113.5/24 2001:db8::5/64 device", "public", ""),  # it has its own
    ("nic ens5 2001:db8::5/64 device", "public --interface ens6", ""),
    ("nic ens5 2001:db8::5/64", "public", ""),  # a container's own network
    ("nic ens5 2001:db8::5/64 device\nnic ens6 2001:db8:1::6/64 device", "public", ""),  # a tie
    ("nic ens5 2001:db8::5/64 2001:db8::6/64 device", "public", "ipv6"),
    ("nic ens5 2001:db8::5/64 2001:db8::6/64 device", "public --strict", ""),
)
def test_other_family(layout: str, line: str, expected: str) -> None:
    """The other family is named where it has an answer, and a query without filters has none."""
    host = parse_layout(layout).host
    (selection,) = select_addresses(host, [make_query(line)])
    assert find_other_family(host, selection) == expected


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


def test_handler_that_is_there() -> None:
    """Where SIGTERM is handled or ignored already, waiting leaves it so."""
    with on_host(EMPTY), patch.object(signal, "signal") as changed:
        for handler, count in ((signal.SIG_DFL, 1), (signal.SIG_IGN, 0)):
            changed.reset_mock()
            with patch.object(signal, "getsignal", return_value=handler):
                ask.wait_as_command([make_query("public")], 0.1, lambda _: False)
            assert changed.call_count == count


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


def test_this_machine() -> None:
    """netifaces confirms each address that the kernel lists on this machine's loopback interface, and no other."""
    loopback = [address for address in read_host().host.addresses if address.interface == "lo"]
    assert loopback
    others = [
        Address("lo", "ipv4", "127.0.0.99", 0x7F000063, 8),
        Address("nosuch0", "ipv4", "127.0.0.1", 0x7F000001, 8),
    ]
    assert find_unconfirmed([*loopback, *others]) == others


def test_zone_and_label() -> None:
    """A zone behind an address is put aside; an address with a label is asked for by the label."""
    entries = {"eth0": {AF["ipv6"]: [{"addr": "fe80::1%eth0"}, {}]}, "eth0:1": {AF["ipv4"]: [{"addr": "10.0.0.1"}]}}
    with patch.object(netifaces, "ifaddresses", entries.__getitem__):
        zoned = Address("eth0", "ipv6", "fe80::1", (0xFE80 << 112) + 1, 64)
        labelled = Address("eth0", "ipv4", "10.0.0.1", 0x0A000001, 24, label="eth0:1")
        assert find_unconfirmed([zoned, labelled]) == []


def test_netifaces_is_asked_once_for_each_name() -> None:
    """All addresses of an interface are confirmed by one reading, of both families."""
    loopback = [address for address in read_host().host.addresses if address.interface == "lo"]
    with patch.object(netifaces, "ifaddresses", wraps=netifaces.ifaddresses) as asked:
        assert find_unconfirmed(loopback * 2) == []
    asked.assert_called_once_with("lo")


def test_name_that_is_not_utf8() -> None:
    """netifaces cannot be asked for such a name: an error says so."""
    with pytest.raises(HostReadError, match="is not UTF-8"):
        find_unconfirmed([Address("et\udc80h", "ipv4", "10.0.0.1", 0x0A000001, 24)])


def test_read_once_more() -> None:
    """Where the two readers disagree, the host is read once more; where they still do, it is an error."""
    queries = [make_query(line) for line in FOUR]
    answers = [selection.address for selection in lookup.look_up(queries).selections if selection.address]
    assert answers
    with patch.object(lookup, "find_unconfirmed", side_effect=[answers, []]) as asked:
        lookup.look_up(queries)
    assert asked.call_count == 2
    with (
        patch.object(lookup, "find_unconfirmed", return_value=answers),
        pytest.raises(HostReadError, match="and netifaces does not"),
    ):
        lookup.look_up(queries)


@pytest.mark.parametrize("error", [ValueError("You must specify a valid interface name."), OSError(), SystemError()])
def test_netifaces_that_fails(error: Exception) -> None:
    """What netifaces cannot see is not confirmed."""
    loopback = [Address("lo", "ipv4", "127.0.0.1", 0x7F000001, 8)]
    with patch.object(netifaces, "ifaddresses", side_effect=error):
        assert find_unconfirmed(loopback) == loopback
