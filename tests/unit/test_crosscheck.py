"""The second reader: netifaces, for real and where it sees something else."""

from __future__ import annotations

from unittest.mock import patch

import netifaces
import pytest
from support.queries import FOUR, make_query

from racknet import lookup
from racknet.core.facts import AF, Address
from racknet.errors import HostReadError
from racknet.host.crosscheck import find_unconfirmed
from racknet.host.reader import read_host


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
