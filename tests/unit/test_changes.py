"""Which of the kernel's messages, come while the host was read, may change an answer."""

from __future__ import annotations

import struct
from socket import AF_INET, AF_INET6, inet_pton

import pytest
from support.cases import cases
from support.fake_kernel import address, attribute, link, message, number, route

from racknet.host.changes import Changes
from racknet.host.netlink import RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE
from racknet.host.routes import RTA_DST, RTA_MULTIPATH, RTA_OIF

NAMES = {1: "lo", 2: "eth0", 3: "docker0", 4: "veth1"}
LOOKED_UP = ["192.0.43.8", "2001:500:88:200::8", "10.9.9.9"]
IFNAME_MISSING = struct.pack("=BBHiII", 0, 0, 1, 4, 0, 0)


def concern(*messages: bytes) -> bool:
    return Changes(dict(NAMES), LOOKED_UP).concern(messages)


def test_named_container_interfaces() -> None:
    """Container interfaces that are named count as others do, known ones and new ones."""
    changes = Changes(dict(NAMES), LOOKED_UP, ["docker*"])
    found = [
        changes.concern([message(RTM_NEWLINK, link(3, "docker0"))]),
        changes.concern([message(RTM_NEWADDR, address(AF_INET, 3, 24))]),
        changes.concern([message(RTM_NEWLINK, link(9, "docker9"))]),
        changes.concern([message(RTM_NEWLINK, link(4, "veth1"))]),
    ]
    assert found == [True, True, True, False]


def test_gateway_on_a_container_interface() -> None:
    """An address on a container interface counts where a default route goes by it: it leads nowhere then."""
    gateway = inet_pton(AF_INET, "10.1.0.1")
    changes = Changes(dict(NAMES), LOOKED_UP, gateways=[gateway])
    addresses = [address(AF_INET, 3, 32, attribute(2, place)) for place in (gateway, inet_pton(AF_INET, "10.1.0.2"))]
    assert [changes.concern([message(RTM_NEWADDR, body)]) for body in addresses] == [True, False]


def test_only_sign_of_a_host() -> None:
    """Where container interfaces are the only sign of a host, one that goes counts, and one that comes does not."""
    changes = Changes(dict(NAMES), LOOKED_UP, are_only_sign=True)
    assert [changes.concern([message(kind, link(3, "docker0"))]) for kind in (RTM_NEWLINK, RTM_NEWLINK + 1)] == [
        False,
        True,
    ]


def route_to(text: str, length: int, *attributes: bytes, index: int = 2) -> bytes:
    """Return the body of a route's message."""
    family = AF_INET6 if ":" in text else AF_INET
    place = attribute(RTA_DST, inet_pton(family, text)) if length else b""
    return route(family, length, place, *(attributes or [number(RTA_OIF, index)]))


def hops(*indexes: int) -> bytes:
    return attribute(RTA_MULTIPATH, b"".join(struct.pack("=HBBi", 8, 0, 0, index) for index in indexes))


@pytest.mark.parametrize("is_deleted", [False, True])
@cases(
    "kind body expected",
    (RTM_NEWLINK, link(2, "eth0"), True),
    (RTM_NEWLINK, link(3, "docker0"), False),
    (RTM_NEWLINK, link(9, "veth9"), False),  # a new one
    (RTM_NEWLINK, link(9, "eth9"), True),
    (RTM_NEWLINK, link(4, "eth1"), True),  # renamed
    (RTM_NEWLINK, link(2, "veth2"), True),
    (RTM_NEWLINK, IFNAME_MISSING, False),  # it is known by its index
    (RTM_NEWADDR, address(AF_INET, 2, 24), True),
    (RTM_NEWADDR, address(AF_INET, 3, 24), False),
    (RTM_NEWADDR, address(AF_INET6, 9, 64), True),  # on an interface that is not listed yet
    (RTM_NEWROUTE, route_to("0.0.0.0", 0), True),
    (RTM_NEWROUTE, route_to("10.0.0.0", 16), True),
    (RTM_NEWROUTE, route_to("10.0.0.0", 17), False),  # it is not read
    (RTM_NEWROUTE, route_to("11.0.0.0", 8), False),  # BGP has many of those
    (RTM_NEWROUTE, route_to("10.0.0.0", 24, index=3), False),
    (RTM_NEWROUTE, route_to("0.0.0.0", 0, index=3), False),
    (RTM_NEWROUTE, route_to("0.0.0.0", 0, hops(3, 2)), True),
    (RTM_NEWROUTE, route_to("0.0.0.0", 0, hops(3, 4)), False),
    (RTM_NEWROUTE, route_to("0.0.0.0", 0, number(RTA_DST, 0)), True),  # without an interface: a blackhole
    (RTM_NEWROUTE, route_to("192.0.43.8", 32), True),  # the way out
    (RTM_NEWROUTE, route_to("192.0.0.0", 8), True),
    (RTM_NEWROUTE, route_to("192.0.42.0", 24), False),
    (RTM_NEWROUTE, route_to("10.9.9.8", 31), True),  # the way to an address of --reach
    (RTM_NEWROUTE, route_to("10.9.9.8", 32), False),
    (RTM_NEWROUTE, route_to("2001:500:88:200::", 64), True),
    (RTM_NEWROUTE, route_to("2001:500:88:201::", 64), False),
    (RTM_NEWROUTE, route_to("fe80::", 64), False),
    (RTM_NEWROUTE, route(28, 0, number(RTA_OIF, 2)), False),  # MPLS
    (28, b"", True),  # of another kind
)
def test_message(kind: int, body: bytes, expected: bool, is_deleted: bool) -> None:
    """What is read, and not about container interfaces alone, is a concern, whether it comes or goes."""
    assert concern(message(kind + is_deleted, body)) is expected


def test_in_their_order() -> None:
    """What is about an interface is judged by the name that it has by then; messages that are lost are a concern."""
    new, named = message(RTM_NEWLINK, link(9, "veth9")), message(RTM_NEWADDR, address(AF_INET, 9, 24))
    assert not concern(new, named)
    assert concern(named, new)
    assert concern(new, message(RTM_NEWLINK, link(9, "eth9")), named)
    assert concern(new, b"")
    assert not concern()
