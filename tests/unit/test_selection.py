"""What a selection says beside its answer: why each other address is not a candidate, and what else it knows.

The answers themselves are in the table of hosts.
"""

from __future__ import annotations

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core.eligibility import address_class
from racknet.core.facts import Address
from racknet.core.selection import Selection, select_address


def select(line: str, layout: str) -> Selection:
    return select_address(parse_layout(layout).host, make_query(line))


def rejected(line: str, layout: str) -> dict[str, str]:
    """Return the reason against each address that is not a candidate."""
    return {address.text: reason.text for address, reason in select(line, layout).rejected}


@pytest.mark.parametrize(
    ("text", "family", "number", "expected"),
    [
        ("203.0.113.7", "ipv4", 0xCB007107, "public"),
        ("10.0.0.1", "ipv4", 0x0A000001, "private"),
        ("169.254.0.1", "ipv4", 0xA9FE0001, "never an answer"),
        ("fe80::1", "ipv6", 0xFE80 << 112 | 1, "link-local"),
        ("2001:db8::1", "ipv6", 0x20010DB8 << 96 | 1, "public"),
        ("::1", "ipv6", 1, "never an answer"),  # in no block at all
    ],
)
def test_address_class(text: str, family: str, number: int, expected: str) -> None:
    """The class is that of the first block which holds the address; without any it is never an answer."""
    assert address_class(Address("eth0", family, text, number, 24)) == expected


def test_reasons_of_class() -> None:
    """An address of another class is rejected for that class; for `public`, a private one may be behind NAT."""
    layout = "known\nnic ens3 203.0.113.7/24 10.0.0.1/24 169.254.0.1/16 2001:db8::1/64 fe80::1/64"
    private = "private; the host may sit behind NAT"
    assert rejected("public", layout) == {"10.0.0.1": private, "169.254.0.1": "never an answer"}
    assert rejected("service", layout) == {"203.0.113.7": "public", "169.254.0.1": "never an answer"}
    assert rejected("public ipv6", layout) == {"fe80::1": "link-local"}


def test_reasons_of_filters() -> None:
    """An address that the user's filters leave out is rejected for the filter."""
    layout = """
    nic ens3 10.0.0.1/24
    nic ens4 10.1.0.1/24
    nic docker0 172.17.0.1/16
    way 10.9.9.9 ens4 10.1.0.1
    """
    assert rejected("service --interface ens4", layout) == {
        "10.0.0.1": "not an interface asked for",
        "172.17.0.1": "container interface",
    }
    assert rejected("service --cidr 10.1.0.0/16", layout) == {
        "10.0.0.1": "not in a block asked for",
        "172.17.0.1": "container interface",
    }
    assert rejected("service --reach 10.9.9.9", layout) == {
        "10.0.0.1": "not on the interface that reaches the address",
        "172.17.0.1": "container interface",
    }
    assert rejected("service --exclude 10.1.0.1", layout)["10.1.0.1"] == "excluded"


def test_reason_of_an_anchor() -> None:
    """An anchor is never `service`, and the reason says why."""
    layout = "nic eth0 178.62.215.154/18 10.18.0.12/16 device"
    reason = "anchor of a public address: what listens there listens on the Internet"
    for line in ("service", "service --interface eth0", "service --cidr 10.18.0.12"):
        assert rejected(line, layout)["10.18.0.12"] == reason


def test_reason_of_a_point_to_point_link() -> None:
    """A point-to-point link is never `service`, unless it is named."""
    layout = "nic ppp0 10.64.0.9/24 type=512 device\ndefault ppp0"
    assert rejected("service", layout) == {"10.64.0.9": "point-to-point link"}
    assert rejected("service --interface ppp0", layout) == {}


def test_service_ipv6_without_service_ipv4() -> None:
    """Where private IPv4 addresses are there and none is the answer, no IPv6 address goes by it."""
    layout = "nic ens3 10.0.0.1/24 fd00::1/64 fe80::1/64 2001:db8::1/64 device"
    assert rejected("service ipv6 --interface nosuch", layout) == dict.fromkeys(
        ("fd00::1", "fe80::1", "2001:db8::1"), "not an interface asked for"
    )
    assert rejected("service ipv6 --cidr 10.1.0.0/16", layout) == {
        "fd00::1": "no service ipv4 address to go by",
        "fe80::1": "no service ipv4 address to go by",
        "2001:db8::1": "public",
    }


def test_service_ipv6_where_service_ipv4_is_ambiguous() -> None:
    """An ambiguous IPv4 makes IPv6 ambiguous; an address of another class is still rejected for its class."""
    layout = "known\nnic ens4 10.1.0.7/24 fd00:4::1/64 2001:db8::4/64\nnic ens5 10.2.0.7/24"
    assert rejected("service ipv6", layout) == {"fd00:4::1": "service ipv4 is ambiguous", "2001:db8::4": "public"}
    assert select("service ipv6", layout).tied == ["ens4", "ens5"]


def test_service_ipv6_on_another_interface() -> None:
    """A unique local address on another interface than `service ipv4`'s is rejected for that."""
    layout = "known\nnic ens4 10.1.0.7/24 fd00:4::1/64\nnic ens5 fd00:5::1/64"
    assert rejected("service ipv6", layout) == {"fd00:5::1": "not on ens4"}


def test_interfaces_without_an_address() -> None:
    """A selection without an answer names the eligible interfaces without an address; one with an answer does not."""
    layout = "nic ens3 203.0.113.7/24 device\nnic ens4 device\nbridge docker0"
    assert select("public", layout).without_address == []
    both = select("public ipv6", "nic eth0 fe80::1/64\nnic eth1 10.1.0.7/24\nbridge docker0")
    assert both.without_address == ["eth1"]  # by the family of the query
    assert select("public ipv6", layout).without_address == ["ens3", "ens4"]


@pytest.mark.parametrize(
    ("layout", "awaits"),
    [
        ("nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1", False),
        ("nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\nnic ens6 device", True),
        ("nic ens5 203.0.113.5/24 device\nnic ens6 device", False),  # there is an answer
        ("nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6", True),
    ],
)
def test_awaiting_an_address(layout: str, awaits: bool) -> None:
    """A missing answer may still come where an interface has no address yet; an ambiguous one may be decided."""
    assert select("public", layout).awaits_address is awaits


def test_is_host() -> None:
    """A container's own network has no answer; only `--interface` overrules that."""
    host = HOSTS["reach-inside-a-container"].layout.host
    lines = ["service", "service --cidr 172.17.0.5", "service --reach 10.9.9.9", "service --interface eth0"]
    found = [select_address(host, make_query(line)) for line in lines]
    assert [selection.is_host for selection in found] == [False, False, False, True]
    assert [selection.address is not None for selection in found] == [False, False, False, True]


def test_each_query_without_any_address() -> None:
    """A host without an address has no candidate, nothing rejected, and no answer."""
    for line in FOUR:
        selection = select(line, "known\nnic ens3")
        assert (selection.address, selection.candidates, selection.rejected, selection.tied) == (None, [], [], [])
