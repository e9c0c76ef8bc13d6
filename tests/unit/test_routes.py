"""Routes, out of messages as the kernel sends them; and the kernel's choice of a route to an address."""

from __future__ import annotations

import struct
from socket import AF_INET, AF_INET6, inet_pton
from unittest.mock import Mock

import pytest
from support.cases import cases
from support.fake_kernel import DUMP_INTERRUPTED, attribute, dumps, failure, kernel, message, number, route

from racknet.core.facts import Route, Way
from racknet.host.netlink import NLMSG_DONE, RTM_GETROUTE, RTM_NEWROUTE, Kernel
from racknet.host.routes import (
    RTA_CACHEINFO,
    RTA_DST,
    RTA_GATEWAY,
    RTA_MULTIPATH,
    RTA_NH_ID,
    RTA_OIF,
    RTA_PREF,
    RTA_PREFSRC,
    RTA_PRIORITY,
    RTA_TABLE,
    RTA_VIA,
    find_way,
    read_routes,
)

NAMES = {2: "eth0", 3: "eth1"}
ETH0, ETH1 = number(RTA_OIF, 2), number(RTA_OIF, 3)
Found = list[tuple[str, int, str, str, str]]


def v4(kind: int, text: str) -> bytes:
    return attribute(kind, inet_pton(AF_INET, text))


def v6(kind: int, text: str) -> bytes:
    return attribute(kind, inet_pton(AF_INET6, text))


def hop(index: int, *attributes: bytes, flags: int = 0) -> bytes:
    """Return a nexthop of RTA_MULTIPATH: struct rtnexthop and attributes."""
    data = b"".join(attributes)
    return struct.pack("=HBBi", 8 + len(data), flags, 0, index) + data


GATEWAY = v4(RTA_GATEWAY, "10.0.0.1")


def routes(family: str, *bodies: bytes) -> Found:
    found = read(family, *bodies)
    return [(r.interface, r.metric, r.gateway, r.source, r.destination) for r in found]


def read(family: str, *bodies: bytes) -> list[Route]:
    with kernel(*dumps([(RTM_NEWROUTE, body) for body in bodies])) as played:
        return read_routes(played, family, NAMES)


@cases(
    "body expected",
    (route(AF_INET, 0, ETH0, GATEWAY), ("eth0", 0, "10.0.0.1", "", "")),
    (route(AF_INET, 0, ETH1, number(RTA_PRIORITY, 600)), ("eth1", 600, "", "", "")),
    (route(AF_INET, 0, ETH1, v4(RTA_PREFSRC, "10.0.0.9")), ("eth1", 0, "", "10.0.0.9", "")),
    (route(AF_INET, 0, ETH0, number(RTA_TABLE, 254)), ("eth0", 0, "", "", "")),
    (route(AF_INET, 12, v4(RTA_DST, "10.176.0.0"), ETH1, GATEWAY), ("eth1", 0, "10.0.0.1", "", "10.176.0.0/12")),
    (
        route(AF_INET, 0, ETH0, attribute(RTA_VIA, struct.pack("=H", AF_INET6) + inet_pton(AF_INET6, "fe80::1"))),
        ("eth0", 0, "fe80::1", "", ""),
    ),
    (route(AF_INET, 9, v4(RTA_DST, "10.128.0.0"), ETH1, GATEWAY), ("eth1", 0, "10.0.0.1", "", "10.128.0.0/9")),
    (route(AF_INET, 12, v4(RTA_DST, "10.176.0.0"), ETH1), ("eth1", 0, "", "", "10.176.0.0/12")),
    (route(AF_INET, 16, v4(RTA_DST, "172.31.0.0"), ETH1, GATEWAY), ("eth1", 0, "10.0.0.1", "", "172.31.0.0/16")),
    (route(AF_INET, 10, v4(RTA_DST, "100.64.0.0"), ETH1, GATEWAY), ("eth1", 0, "10.0.0.1", "", "100.64.0.0/10")),
)
def test_route(body: bytes, expected: tuple[str, int, str, str, str]) -> None:
    """Default routes, and those by a gateway to wide private blocks, with interface, metric, gateway and source."""
    assert routes("ipv4", body) == [expected]


@cases(
    "body",
    route(AF_INET, 0, ETH0, kind=7),
    route(AF_INET, 0, ETH0, tos=4),
    route(AF_INET, 0, number(RTA_OIF, 9)),
    route(AF_INET, 0),
    route(AF_INET, 1, v4(RTA_DST, "128.0.0.0"), ETH0),
    route(AF_INET, 12, v4(RTA_DST, "10.176.0.0"), ETH0, GATEWAY, table=100),
    route(AF_INET, 12, v4(RTA_DST, "10.176.0.0"), ETH0, GATEWAY, number(RTA_TABLE, 1000), table=252),
    route(AF_INET, 17, v4(RTA_DST, "10.176.0.0"), ETH0, GATEWAY),
    route(AF_INET, 7, v4(RTA_DST, "10.0.0.0"), ETH0, GATEWAY),
    route(AF_INET, 12, v4(RTA_DST, "203.0.0.0"), ETH0, GATEWAY),
    route(AF_INET, 11, v4(RTA_DST, "172.0.0.0"), ETH0, GATEWAY),
    route(AF_INET6, 0, ETH0),
    route(AF_INET, 12, v4(RTA_DST, "203.0.0.0"), number(RTA_NH_ID, 1)),
    route(AF_INET, 0, ETH0, source_length=64),
    route(AF_INET6, 12, v6(RTA_DST, "2000::"), ETH0),
)
def test_other_routes(body: bytes) -> None:
    """Other types, types of service and destinations, and interfaces that are not there, do not count."""
    assert routes("ipv4", body) == []


@cases(
    "body table",
    (route(AF_INET, 0, ETH0), 254),
    (route(AF_INET, 0, ETH0, table=253), 253),
    (route(AF_INET, 0, ETH0, number(RTA_TABLE, 100), table=100), 100),
    (route(AF_INET, 0, ETH0, number(RTA_TABLE, 1000), table=252), 1000),  # RT_TABLE_COMPAT: it is above 255
)
def test_table(body: bytes, table: int) -> None:
    """Default routes of all tables are read, each with its table, be its number above 255."""
    assert [r.table for r in read("ipv4", body)] == [table]


@pytest.mark.parametrize(("data", "preference"), [(b"", 0), (b"\0", 0), (b"\1", 1), (b"\3", -1)])
def test_router_preference(data: bytes, preference: int) -> None:
    """A route of IPv6 has its router's preference, medium where the kernel tells none."""
    body = route(AF_INET6, 0, ETH0, attribute(RTA_PREF, data) if data else b"")
    assert [r.preference for r in read("ipv6", body)] == [preference]


def expires(clock: int) -> bytes:
    """Return RTA_CACHEINFO: struct rta_cacheinfo, with the ticks that are left of a route's life."""
    return attribute(RTA_CACHEINFO, struct.pack("=IIiIIIII", 0, 0, clock, 0, 0, 0, 0, 0))


@cases(
    "body state",
    (route(AF_INET6, 0, ETH0), ""),
    (route(AF_INET6, 0, ETH0, flags=1), "dead"),
    (route(AF_INET6, 0, ETH0, flags=16), ""),  # RTNH_F_LINKDOWN alone: the kernel takes it
    (route(AF_INET6, 0, ETH0, expires(0)), ""),
    (route(AF_INET6, 0, ETH0, expires(1790)), ""),
    (route(AF_INET6, 0, ETH0, expires(-1)), "expired"),
    (route(AF_INET6, 0, ETH0, expires(-1), flags=1), "dead"),
)
def test_state(body: bytes, state: str) -> None:
    """A route that is dead or has expired says so; one that never expires, or not yet, is good."""
    assert [r.state for r in read("ipv6", body)] == [state]


def test_lifetime() -> None:
    """A route lasts for so many seconds, rounded up; 0 is for ever."""
    bodies = [route(AF_INET6, 0, ETH0, expires(clock)) for clock in (0, 1, 399, -1)]
    assert [r.lifetime for r in read("ipv6", *bodies)] == [0, 1, 4, 0]


def test_multipath() -> None:
    """Each nexthop is a route, where its interface is there; metric and source are those of all."""
    hops = hop(3, GATEWAY), hop(2), hop(9), hop(2, v4(RTA_GATEWAY, "10.0.0.2"))
    more = number(RTA_PRIORITY, 5), v4(RTA_PREFSRC, "10.9.9.9")
    body = route(AF_INET, 0, attribute(RTA_MULTIPATH, b"".join(hops)), *more)
    assert routes("ipv4", body) == [
        ("eth1", 5, "10.0.0.1", "10.9.9.9", ""),
        ("eth0", 5, "", "10.9.9.9", ""),
        ("eth0", 5, "10.0.0.2", "10.9.9.9", ""),
    ]


def test_dead_nexthop() -> None:
    """A nexthop may be dead alone, or all with their route."""
    hops = attribute(RTA_MULTIPATH, hop(3, GATEWAY, flags=1) + hop(2))
    assert [(r.interface, r.state) for r in read("ipv4", route(AF_INET, 0, hops))] == [("eth1", "dead"), ("eth0", "")]
    assert [r.state for r in read("ipv4", route(AF_INET, 0, hops, flags=1))] == ["dead", "dead"]


@pytest.mark.parametrize("length", [0, 4, 7, 100])
def test_nexthop_that_makes_no_sense(length: int) -> None:
    """A nexthop without a length, too short a one, or one that is cut, is an error: it never ends, or is not all."""
    data = struct.pack("=HBBi", length, 0, 0, 3) + bytes(8)
    with pytest.raises(OSError, match="makes no sense"):
        routes("ipv4", route(AF_INET, 0, attribute(RTA_MULTIPATH, data)))


MANY = [route(AF_INET, 24, v4(RTA_DST, f"11.0.{n}.0"), ETH0, GATEWAY) for n in range(200)]
DEFAULT = route(AF_INET, 0, v4(RTA_DST, "0.0.0.0"), ETH1, GATEWAY)
SHORTER = route(AF_INET, 0, ETH1)


@pytest.mark.parametrize(("body", "gateway"), [(DEFAULT, "10.0.0.1"), (SHORTER, "")], ids=["alike", "shorter"])
@pytest.mark.parametrize("place", [0, 1, 77, 199, 200])
def test_among_many(body: bytes, gateway: str, place: int) -> None:
    """A default route is found among many others, wherever it is, and whether or not it is as long as they."""
    assert routes("ipv4", *MANY[:place], body, *MANY[place:]) == [("eth1", 0, gateway, "", "")]
    assert routes("ipv4", *MANY) == []


@pytest.mark.parametrize("at", [4, 6, 8], ids=["type", "flags", "sequence"])
@pytest.mark.parametrize("place", [1, 100, 199])
def test_nonsense_among_many(at: int, place: int) -> None:
    """A message that is not like the others is not passed over with them."""
    (datagram,) = dumps([(RTM_NEWROUTE, body) for body in MANY])
    size = (len(datagram) - 20) // len(MANY)
    start = place * size + at
    odd = {4: NLMSG_DONE, 6: DUMP_INTERRUPTED, 8: 9}[at]
    data = datagram[:start] + struct.pack("=H", odd) + datagram[start + 2 :]
    again = dumps([], [(RTM_NEWROUTE, DEFAULT)])[1]
    with kernel(data, again) as played:
        if at == 6:
            assert [r.interface for r in read_routes(played, "ipv4", NAMES)] == ["eth1"]
        else:
            with pytest.raises(OSError, match=r"does not list|makes no sense"):
                read_routes(played, "ipv4", NAMES)


def test_nexthop_object() -> None:
    """A nexthop object that the kernel hides is an error, not a route to nowhere."""
    with pytest.raises(OSError, match="nexthop_compat_mode"):
        routes("ipv4", route(AF_INET, 0, number(RTA_NH_ID, 1)))


def parts(way: Way | None) -> tuple[str, str, str] | None:
    return (way.interface, way.source, way.gateway) if way else None


def test_way() -> None:
    """The kernel names the interface, the source and the gateway by which it reaches an address."""
    answer = route(AF_INET, 32, ETH1, v4(RTA_DST, "10.9.9.9"), v4(RTA_PREFSRC, "10.0.0.7"))
    with kernel(message(RTM_NEWROUTE, answer)) as played:
        assert parts(find_way(played, "10.9.9.9", NAMES)) == ("eth1", "10.0.0.7", "")
    answer = route(AF_INET, 32, ETH0, v4(RTA_DST, "192.0.43.8"), v4(RTA_PREFSRC, "10.0.0.7"), GATEWAY)
    with kernel(message(RTM_NEWROUTE, answer)) as played:
        assert parts(find_way(played, "192.0.43.8", NAMES)) == ("eth0", "10.0.0.7", "10.0.0.1")


@pytest.mark.parametrize("datagram", [*(failure(-errno) for errno in (13, 22, 101, 113)),
                                      message(RTM_NEWROUTE, route(AF_INET, 32, ETH0, kind=7)),
                                      message(RTM_NEWROUTE, route(AF_INET, 32, number(RTA_OIF, 9)))])  # fmt: skip
def test_no_way(datagram: bytes) -> None:
    """Where no route leads to an address, or one that refuses, there is no way."""
    with kernel(datagram) as played:
        assert find_way(played, "10.9.9.9", NAMES) is None


def test_way_that_cannot_be_asked() -> None:
    """A kernel that does not answer the question is an error."""
    with kernel(failure(-1)) as played, pytest.raises(OSError, match="does not list the routes"):
        find_way(played, "10.9.9.9", NAMES)


def test_this_machine() -> None:
    """The kernel of this machine reaches itself by no interface: an address on lo is not nearer than another."""
    with Kernel() as real:
        assert parts(find_way(real, "127.0.0.1", {1: "lo"})) == ("", "127.0.0.1", "")
        assert parts(find_way(real, "::1", {1: "lo"})) in (("", "::1", ""), None)


def test_unicast_routes_alone_are_asked_for() -> None:
    """The request names the type: a host has three local or broadcast routes for each of its addresses."""
    played = Mock(dump=Mock(return_value=[]))
    assert read_routes(played, "ipv6", NAMES) == []
    request, body, *_ = played.dump.call_args.args
    assert (request, body) == (RTM_GETROUTE, struct.pack("=8BI", AF_INET6, 0, 0, 0, 0, 0, 0, 1, 0))


def test_way_of_this_machine() -> None:
    """The kernel answers a question about a way, too, which comes by the same strict socket."""
    with Kernel() as real:
        assert parts(find_way(real, "127.0.0.1", {})) == ("", "127.0.0.1", "")
