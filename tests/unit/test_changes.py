"""The lists that are read are of one moment: what changes meanwhile is read again, unless it changes no answer."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from unittest.mock import patch

import pytest
from support.fake_kernel import address, attribute, link, lists_of, message, number, played, route
from support.layout import parse_layout

from racknet.core.facts import AF
from racknet.errors import HostReadError
from racknet.host import netlink, reader
from racknet.host.changes import Changes
from racknet.host.netlink import RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE, Groups
from racknet.host.reader import read_host

NAMES = {1: "lo", 2: "eth0", 3: "docker0", 4: "vethd00f", 5: "wlan0"}
LOOKED_UP = ["192.0.2.1", "2001:db8::1"]
DELETED = 1  # what RTM_DEL… is above RTM_NEW…


def route_to(block: str, *indexes: int, family: str = "ipv4") -> bytes:
    """Return the body of a route's message: with two interfaces, of a multipath route."""
    text, _, length = block.partition("/")
    hops = b"".join(struct.pack("=HBBi", 8, 0, 0, index) for index in indexes)
    way = attribute(9, hops) if len(indexes) > 1 else b"".join(number(4, index) for index in indexes)
    return route(AF[family], int(length), attribute(1, ip_address(text).packed), way)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (RTM_NEWLINK, link(2, "eth0"), True),
        (RTM_NEWLINK, link(9, "eth9"), True),
        (RTM_NEWLINK, link(3, "docker0"), False),
        (RTM_NEWLINK, link(9, "veth1234567"), False),
        (RTM_NEWLINK, link(4, "eth4"), True),  # renamed
        (RTM_NEWADDR, address(2, 2, 24), True),
        (RTM_NEWADDR, address(2, 9, 24), True),
        (RTM_NEWADDR, address(10, 4, 64), False),
        (RTM_NEWROUTE, route_to("0.0.0.0/0", 2), True),
        (RTM_NEWROUTE, route_to("::/0", 2, family="ipv6"), True),
        (RTM_NEWROUTE, route_to("0.0.0.0/0"), True),  # unreachable
        (RTM_NEWROUTE, route_to("10.208.0.0/12", 2), True),
        (RTM_NEWROUTE, route_to("172.17.0.0/16", 3), False),
        (RTM_NEWROUTE, route_to("0.0.0.0/0", 3, 4), False),
        (RTM_NEWROUTE, route_to("0.0.0.0/0", 3, 2), True),
        (RTM_NEWROUTE, route_to("198.51.100.0/24", 2), False),  # a router has a million of those
        (RTM_NEWROUTE, route_to("192.0.2.0/24", 2), True),  # it leads to an address that was looked up
        (RTM_NEWROUTE, route_to("192.0.2.1/32", 2), True),
        (RTM_NEWROUTE, route_to("192.0.2.2/32", 2), False),
        (RTM_NEWROUTE, route_to("192.0.2.0/24", 3), False),
        (RTM_NEWROUTE, route_to("2001:db8::/32", 2, family="ipv6"), True),
        (RTM_NEWROUTE, route_to("2001:db9::/32", 2, family="ipv6"), False),
        (RTM_NEWROUTE, route(129, 0), False),  # of a multicast router: no family of racknet's
        (99, b"", True),
    ],
)
@pytest.mark.parametrize("deleted", [0, DELETED])
def test_what_is_concerned(kind: int, body: bytes, expected: bool, deleted: int) -> None:
    """What is about container interfaces, or a route that is not read, changes no answer; all else may."""
    assert Changes(NAMES, LOOKED_UP).concern([message(kind + deleted, body)]) is expected


def test_lost_messages() -> None:
    """Where messages were lost, any may have been among them."""
    assert Changes(NAMES, LOOKED_UP).concern([message(RTM_NEWLINK, link(3, "docker0")), b""])


def test_new_container() -> None:
    """An address or a route on a container interface that is new changes no answer; on another new one it does."""
    veth, card = (
        [
            message(RTM_NEWLINK, link(8, name)),
            message(RTM_NEWADDR, address(2, 8, 16)),
            message(RTM_NEWROUTE, route_to("0.0.0.0/0", 8)),
            message(RTM_NEWLINK + DELETED, link(8, name)),
        ]
        for name in ("veth12", "card12")
    )
    assert not Changes(NAMES, LOOKED_UP).concern(veth)
    assert Changes(NAMES, LOOKED_UP).concern(card)
    assert Changes(NAMES, LOOKED_UP).concern([*veth, message(RTM_NEWLINK, link(8, "card12"))])


BEFORE, AFTER = (parse_layout(f"nic eth0 10.0.0.{n}/24\nbridge docker0 172.17.0.1/16") for n in (1, 2))


def shift(datagrams: list[bytes], by: int) -> list[bytes]:
    """Return the datagrams as the answers to later requests."""
    shifted = []
    for datagram in datagrams:
        data, start = bytearray(datagram), 0
        while start < len(data):
            length, _, _, sequence, _ = struct.unpack_from("=IHHII", data, start)
            struct.pack_into("=I", data, start + 8, sequence + by)
            start += (length + 3) & ~3
        shifted.append(bytes(data))
    return shifted


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([[]], "10.0.0.1"),
        ([[message(RTM_NEWLINK, link(3, "docker0"))]], "10.0.0.1"),
        ([[message(RTM_NEWADDR, address(2, 2, 24))], []], "10.0.0.2"),
        ([[b""], []], "10.0.0.2"),
    ],
)
def test_read_again(messages: list[list[bytes]], expected: str) -> None:
    """The lists are read once where nothing has come meanwhile that may change an answer, else again."""
    first = lists_of(BEFORE)
    with played([*first, *shift(lists_of(AFTER), len(first))], messages):
        host = read_host(proc="/nowhere", run="/nowhere").host
    assert [a.text for a in host.addresses if a.interface == "eth0"] == [expected]


def test_changes_without_end() -> None:
    """Where something changes each time, it is an error after many times, and no answer."""
    first, times = lists_of(BEFORE), 4
    lists = [datagram for n in range(times) for datagram in shift(first, n * len(first))]
    with (
        patch.object(reader, "READS", times),
        played(lists, [[message(RTM_NEWADDR, address(2, 2, 24))]] * times),
        pytest.raises(HostReadError, match="cannot read the interfaces: they change faster than they can be read"),
    ):
        read_host(proc="/nowhere", run="/nowhere")


def test_groups_that_are_refused() -> None:
    """Where the groups cannot be joined, nothing is told."""
    with patch.object(netlink, "socket") as made:
        made.return_value.bind.side_effect = PermissionError(1, "no")
        made.return_value.recv.side_effect = BlockingIOError(11, "nothing")
        assert Groups().receive() == []


def test_overrun() -> None:
    """More messages than there is room for are one that says that some were lost; another error is raised."""
    with patch.object(netlink, "socket") as made:
        nothing = BlockingIOError(11, "nothing")
        made.return_value.recv.side_effect = [b"one", OSError(105, "overrun"), b"two", nothing]
        assert Groups().receive() == [b"one", b"", b"two"]
        made.return_value.recv.side_effect = OSError(9, "closed")
        with pytest.raises(OSError, match="closed"):
            Groups().receive()


def test_numbers_of_the_groups() -> None:
    """The groups are those of links, and of addresses and routes of both families."""
    names = {"link": 1, "ipv4 addresses": 5, "ipv4 routes": 7, "ipv6 addresses": 9, "ipv6 routes": 11}
    assert sum(1 << number - 1 for number in names.values()) == Groups.NUMBERS
