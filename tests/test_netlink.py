"""Default routes, out of messages as the kernel sends them. The kernel itself is asked in the image's tests."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from socket import AF_INET, AF_INET6, if_nameindex, inet_pton
from unittest.mock import patch

import psutil
import pytest

from racknet import netlink
from racknet.rules import plumbing

NAMES = {2: "eth0", 3: "eth1"}


def attribute(kind: int, data: bytes) -> bytes:
    """A route attribute, struct rtattr."""
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def message(
    family: int = AF_INET, length: int = 0, table: int = 254, kind: int = 1, *attributes: bytes, tos: int = 0
) -> bytes:
    """A route, struct rtmsg with its attributes."""
    return struct.pack("=8BI", family, length, 0, tos, table, 0, 0, kind, 0) + b"".join(attributes)


def number(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def told(family: str, *messages: bytes) -> list[tuple[str, int, str]]:
    with patch.object(netlink, "_dump", return_value=list(messages)):
        return [(r.interface, r.metric, r.gateway) for r in netlink.default_routes(family, NAMES)]


GATEWAY = attribute(netlink.RTA_GATEWAY, inet_pton(AF_INET, "10.0.0.1"))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 2), GATEWAY), [("eth0", 0, "10.0.0.1")]),
        (
            message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 3), number(netlink.RTA_PRIORITY, 600)),
            [("eth1", 600, "")],
        ),
        (message(AF_INET, 0, 252, 1, number(netlink.RTA_TABLE, 254), number(netlink.RTA_OIF, 2)), [("eth0", 0, "")]),
        (message(AF_INET, 0, 252, 1, number(netlink.RTA_TABLE, 1000), number(netlink.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 255, 1, number(netlink.RTA_OIF, 2)), []),
        (message(AF_INET, 1, 254, 1, number(netlink.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 254, 7, number(netlink.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 9)), []),
        (message(AF_INET, 0, 254, 1), []),
        (message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 2), tos=4), []),
        (message(AF_INET6, 0, 254, 1, number(netlink.RTA_OIF, 2)), []),
    ],
)
def test_message(sent: bytes, expected: list[tuple[str, int, str]]) -> None:
    """Default routes of the main table that lead out of an interface that is there, of the family asked for."""
    assert told("ipv4", sent) == expected


def test_multipath() -> None:
    """Of several nexthops the first one counts."""
    first = struct.pack("=HBBi", 16, 0, 0, 3) + GATEWAY
    second = struct.pack("=HBBi", 8, 0, 0, 2)
    sent = message(
        AF_INET, 0, 254, 1, attribute(netlink.RTA_MULTIPATH, first + second), number(netlink.RTA_PRIORITY, 5)
    )
    assert told("ipv4", sent) == [("eth1", 5, "10.0.0.1")]


def test_asked_again_when_torn() -> None:
    """A list that changed while it was read is read again, until it is whole or the same twice."""
    one = message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 2))
    other = message(AF_INET, 0, 254, 1, number(netlink.RTA_OIF, 3))
    with patch.object(netlink, "_dump", side_effect=[[None], [one]]):
        assert [r.interface for r in netlink.default_routes("ipv4", NAMES)] == ["eth0"]
    with patch.object(netlink, "_dump", side_effect=[[None], [one, None], [one, None]]):
        assert [r.interface for r in netlink.default_routes("ipv4", NAMES)] == ["eth0"]
    with (
        patch.object(netlink, "_dump", side_effect=[[one, None], [other, None]] * 3),
        pytest.raises(OSError, match="change faster"),
    ):
        netlink.default_routes("ipv4", NAMES)


def test_nexthop_object() -> None:
    """A nexthop that the kernel does not show is no route to nowhere."""
    with pytest.raises(OSError, match="nexthop_compat_mode"):
        told("ipv4", message(AF_INET, 0, 254, 1, number(netlink.RTA_NH_ID, 1)))


def test_ipv4_addresses() -> None:
    """Whose an IPv4 address is: by its own address, not by its peer's, whatever it is labelled."""
    local, peer = (inet_pton(AF_INET, address) for address in ("10.0.0.1", "10.0.0.2"))
    mine = attribute(netlink.IFA_LOCAL, local)
    sent = [
        struct.pack("=4BI", AF_INET, 24, 0, 0, index) + attribute(netlink.IFA_ADDRESS, peer) + more
        for index, more in (
            (2, mine + attribute(netlink.IFA_LABEL, b"eth0:1\0")),
            (3, mine + attribute(netlink.IFA_LABEL, b"eth1\0")),
            (3, b""),
            (9, mine),  # came after the links were read
        )
    ]
    with patch.object(netlink, "_dump", return_value=sent):
        addresses = netlink.ipv4_addresses(NAMES)
    assert [(a.interface, a.label, a.text, a.number, a.prefix_length) for a in addresses] == [
        ("eth0", "eth0:1", "10.0.0.1", 0x0A000001, 24),
        ("eth1", "", "10.0.0.1", 0x0A000001, 24),
        ("eth1", "", "10.0.0.2", 0x0A000002, 24),
    ]


def test_the_kernels_own() -> None:
    """The kernel of the machine answers, and its answer is understood."""
    for family in ("ipv4", "ipv6"):
        assert all(route.metric >= 0 for route in netlink.default_routes(family, NAMES))
    assert "127.0.0.1" in [a.text for a in netlink.ipv4_addresses(dict(if_nameindex()))]


def test_links() -> None:
    """The links are those that the standard library names, with their indexes, and up where psutil says so."""

    def lasting(names: Iterable[str]) -> set[str]:  # other tests come and go with interfaces of their containers
        return {name for name in names if not plumbing(name)}

    links, stats = netlink.links(), psutil.net_if_stats()
    indexes = {name: index for index, name in if_nameindex()}
    assert lasting(links) == lasting(indexes)
    for name in lasting(links):
        assert links[name] == (indexes[name], "up" in stats[name].flags.split(","))
