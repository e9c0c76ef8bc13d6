"""A host in disguise gives nothing away, and answers as it did."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from support.cases import cases
from support.hosts import HOSTS, HostCase
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core import rules
from racknet.core.disguise import DOCUMENTATION, NO_ROOM, FreeBlocks, disguise
from racknet.core.eligibility import address_class
from racknet.core.facts import BITS, Address, Host
from racknet.core.selection import select_addresses

BLOCKS = [ip_network(text) for texts in DOCUMENTATION.values() for text in texts]


def answers(host: Host) -> list[tuple[int | None, bool]]:
    """Return the place of each answer among the addresses, and whether it is proven."""
    found = select_addresses(host, [make_query(line) for line in FOUR])
    return [(host.addresses.index(s.address) if s.address else None, s.is_proven) for s in found]


def mentioned(host: Host) -> set[str]:
    """Return all addresses that a host has or names."""
    texts = {address.text for address in host.addresses}
    texts |= {text for route in host.routes for text in (route.gateway, route.source)}
    texts |= {text for way in host.ways.values() if way for text in (way.gateway, way.source)}
    return texts - {""}


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_each_host(case: HostCase) -> None:
    """Each host of the table has the same answers, no public address, and no identifier of a NIC."""
    host = case.layout.host
    found = disguise(host)
    assert answers(found) == answers(host)
    for text in mentioned(found):
        ip = ip_address(text)
        family = f"ipv{ip.version}"
        is_public = address_class(Address("", family, text, int(ip), BITS[family])) == rules.PUBLIC
        assert not is_public or any(ip in block for block in BLOCKS), text
        assert ip.version == 4 or ip.packed[11:13] != b"\xff\xfe", text
    assert len(mentioned(found)) == len(mentioned(host))  # no two have become one
    assert [address.number for address in found.addresses] == [int(ip_address(a.text)) for a in found.addresses]


@cases(
    "layout expected",
    ("nic a 5.9.0.7/24 5.9.0.3/24", ["192.0.2.2", "192.0.2.1"]),  # in their order
    ("nic a 5.9.0.7/24\nnic b 5.9.1.7/24", ["192.0.2.1", "198.51.100.1"]),
    ("nic a 5.9.0.7/32\nnic b 5.9.1.0/31", ["192.0.2.2", "192.0.2.1"]),  # one block has room for both
    ("nic a 5.9.0.7/24 10.0.0.5/24", ["192.0.2.1", "10.0.0.5"]),
    ("nic a 2a00::7/64 2a00:0:0:1::7/64", ["2001:db8::1", "2001:db8:0:1::1"]),
    ("nic a 2a00::7/32", ["2001:db8::1"]),
    ("nic a fe80::be76:4eff:fe20:b452/64 fe80::5/64", ["fe80::1000", "fe80::5"]),
    ("nic a fd00:1::be76:4eff:fe20:b452/64", ["fd00:1::1000"]),
    ("nic a fd00:1::be76:4eff:fe20:b452/64 fd00:1::1000/64", ["fd00:1::1001", "fd00:1::1000"]),
    ("nic a fd00:1::be76:4eff:fe20:b452/64 fd00:1::9:9:9:9/64", ["fd00:1::1001", "fd00:1::1000"]),  # in their order
    ("nic a fe80::be76:4eff:fe20:b452/128", ["fe80::1000"]),
    ("nic a fd00:1::9:9:9:9/64 fe80::be76:4eff:fe20:b452/64", ["fd00:1::9:9:9:9", "fe80::1000"]),
    ("nic a 2a00::be76:4eff:fe20:b452/64", ["2001:db8::1"]),
    ("nic a 5.9.0.6/31 5.9.0.7/31\nnic b 5.9.1.5/32", ["192.0.2.0", "192.0.2.1", "192.0.2.2"]),
    ("nic a 2002:509:1::7/64 2a00::7/64", ["2002:c000:200::1", "2001:db8::1"]),
    ("nic a 2001:0:509:1::7/64 2001:0:509:2::7/64", ["2001:0:c000:200::1", "2001:0:c000:201::1"]),
    ("nic a 2a00::5/128 2a01::5/64", ["2001:db8::", "2001:db8:0:1::1"]),  # the lower number stays the lower
)
def test_replacements(layout: str, expected: list[str]) -> None:
    """What takes the place of an address is in a network of documentation, in the order of the addresses there."""
    assert [address.text for address in disguise(parse_layout(layout).host).addresses] == expected


def test_gateways_and_sources() -> None:
    """Gateways, sources and the kernel's ways are replaced as the addresses are; the rest of a host is as it was."""
    layout = (
        "known\nnic a 5.9.0.7/24@a:1 device\nnic b over=a kind=vlan\n"
        "default a via 5.9.0.1 src 5.9.0.7 metric 9 table 100\ninternet a via 5.9.0.1"
    )
    expected = parse_layout(layout.replace("5.9.0.7", "192.0.2.2").replace("5.9.0.1", "192.0.2.1")).host
    assert facts(disguise(parse_layout(layout).host)) == facts(expected)


def facts(host: Host) -> tuple[object, ...]:
    lists = host.interfaces.values(), host.addresses, host.routes, filter(None, host.ways.values())
    return host.known_host, *host.ways, *[[getattr(x, name) for name in x.__slots__] for xs in lists for x in xs]


def test_too_many_networks() -> None:
    """Where the documentation blocks are used up, it is an error, and no address is shown twice."""
    free = FreeBlocks("ipv4")
    assert [str(free.take(length)) for length in (24, 25, 26, 32, 24)] == [
        *("192.0.2.0", "198.51.100.0", "198.51.100.128", "198.51.100.192", "203.0.113.0")
    ]
    with pytest.raises(OverflowError, match=NO_ROOM):
        free.take(32)
    many = " ".join(f"5.9.{n // 256}.{n % 256}/20" for n in range(257))
    with pytest.raises(OverflowError, match=NO_ROOM):
        disguise(parse_layout(f"nic a {many}").host)
