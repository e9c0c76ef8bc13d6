"""What a selection says beside its answer: why other addresses are no candidates, and what `service ipv6` goes by.

The answers themselves are in the table of hosts.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, doubt_of, make_query, select

from racknet.core import rules
from racknet.core.comparison import TIE, UNPROVEN
from racknet.core.eligibility import address_class
from racknet.core.facts import Address
from racknet.core.selection import select_address, select_addresses

TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1\n"
VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""


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
    """An address of another class is rejected for that class; where `public` has no candidate, it may be NAT's."""
    layout = "known\nnic ens3 203.0.113.7/24 10.0.0.1/24 169.254.0.1/16 2001:db8::1/64 fe80::1/64"
    assert rejected("public", layout) == {"10.0.0.1": "private", "169.254.0.1": "never an answer"}
    assert rejected("service", layout) == {"203.0.113.7": "public", "169.254.0.1": "never an answer"}
    assert rejected("public ipv6", layout) == {"fe80::1": "link-local"}
    behind_nat = {"10.0.0.1": "private; the host may sit behind NAT", "169.254.0.1": "never an answer"}
    assert rejected("public", layout.replace("203.0.113.7/24 ", "")) == behind_nat


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
    doubt = select("service ipv6", layout).doubt
    assert doubt is not None
    assert (doubt.kind, doubt.interfaces) == (TIE, ["ens4", "ens5"])


def test_service_ipv6_on_another_interface() -> None:
    """A unique local address on another interface than `service ipv4`'s is rejected for that."""
    layout = "known\nnic ens4 10.1.0.7/24 fd00:4::1/64\nnic ens5 fd00:5::1/64"
    assert rejected("service ipv6", layout) == {"fd00:5::1": "not on ens4"}


def test_interfaces_without_an_address() -> None:
    """A selection names the eligible interfaces without an address of the family."""
    layout = "nic ens3 203.0.113.7/24 device\nnic ens4 device\nbridge docker0"
    assert select("public", layout).without_address == ["ens4"]
    both = select("public ipv6", "nic eth0 fe80::1/64\nnic eth1 10.1.0.7/24\nbridge docker0")
    assert both.without_address == ["eth1"]  # by the family of the query
    assert select("public ipv6", layout).without_address == ["ens3", "ens4"]


@pytest.mark.parametrize(
    ("line", "layout", "awaits"),
    [
        ("public", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1", False),
        ("public", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\nnic ens6 device", True),
        ("public", "nic ens5 203.0.113.5/24 device\nnic ens6 device", True),  # which may be a better one
        ("public", "nic ens5 203.0.113.5/24 device\ndefault ens5 via 203.0.113.1", False),
        ("public", "nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6", True),
        ("public ipv6", "nic ens5 203.0.113.5/24 2001:db8::5/64 device\ndefault ens5", True),  # it is not its route
        ("service ipv6", "nic ens5 10.0.0.5/24 fe80::5/64 device\ndefault ens5 via 10.0.0.1", False),
        ("service ipv6", "nic ens5 10.0.0.5/24 fe80::5/64 device\ndefault -6 ens5 via fe80::1", True),  # by IPv4
        ("service", "nic ens5 10.1.0.5/24 device\nnic ens6 169.254.3.4/16 device\ndefault ens5 via 10.1.0.1", True),
        ("service ipv6", "nic ens5 fd00::5/64 device\ndefault -6 ens5 via fe80::1", True),  # IPv4 may still come
    ],
)
def test_awaiting_an_address(line: str, layout: str, awaits: bool) -> None:
    """An answer may still come, or a better one, where an interface has no address yet; a tie may be decided."""
    assert select(line, layout).awaits_address is awaits


def test_is_host() -> None:
    """A container's own network has no answer, whatever the user names; only --in-container overrules that."""
    host = HOSTS["reach-inside-a-container"].layout.host
    for more in ("", " --cidr 172.17.0.5", " --reach 10.9.9.9", " --interface eth0"):
        found = [select_address(host, make_query(f"service{more}{last}")) for last in ("", " --in-container")]
        assert [selection.counts_as_host for selection in found] == [False, True]
        assert [selection.address is not None for selection in found] == [False, True]


def test_each_query_without_any_address() -> None:
    """A host without an address has no candidate, nothing rejected, and no answer."""
    for line in FOUR:
        selection = select(line, "known\nnic ens3")
        assert (selection.address, selection.candidates, selection.rejected) == (None, [], [])
        assert (selection.doubt, selection.unproven, selection.is_proven) == (None, None, False)


NAT = "nic eth0 10.0.2.15/24 fe80::5/64 device\ndefault eth0 via 10.0.2.2\n"


def test_hypervisors_nat() -> None:
    """An address behind a hypervisor's NAT is not proven, unless it is named; with --strict it is no candidate."""
    alone = (UNPROVEN, ["10.0.2.15"], "behind a hypervisor's NAT", "")
    for line in ("service", "service ipv6"):
        assert doubt_of(select(line, NAT).unproven) == alone
        assert select(line, NAT).address is not None
    assert rejected("service --strict", NAT) == {"10.0.2.15": "behind a hypervisor's NAT: --strict refuses"}
    for named in ("--interface eth0", "--cidr 10.0.2.15", "--strict --interface eth0", "--strict --cidr 10.0.2.15"):
        assert select(f"service {named}", NAT).is_proven, named
    for line in ("service", "service --strict"):
        both = select(line, f"{NAT}nic eth1 192.168.56.10/24 device")
        assert (both.address and both.address.text, both.is_proven) == ("192.168.56.10", True)


def test_one_candidate_is_not_compared() -> None:
    """Candidates are compared where they are several: most hosts answer without."""
    with patch.dict(sys.modules, {"racknet.core.comparison": None}):
        assert select("service", "nic ens5 10.0.1.5/24 device").comparison is None
        with pytest.raises(ImportError):
            select("service", TWO)


def test_service_ipv6_goes_by_the_doubt_of_service_ipv4() -> None:
    """What is in doubt for `service ipv4` is for `service ipv6`, and what is not proven is not."""
    v6 = TWO.replace("10.0.1.5/24", "10.0.1.5/24 fd00::5/64").replace("10.9.0.4/24", "10.9.0.4/24 fd00:9::4/64")
    plain, strict = select("service ipv6", v6), select("service ipv6 --strict", v6)
    expected = (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")
    assert (plain.address and plain.address.text, doubt_of(plain.unproven)) == ("fd00::5", expected)
    assert (strict.address, strict.candidates, doubt_of(strict.doubt)) == (None, [], expected)
    assert {reason for _, reason in strict.rejected} == {rules.UNPROVEN_IPV4}
    contradicted = select("service ipv6", VIP.replace(" device", " fd00::211/64 device"))
    assert (contradicted.address, doubt_of(contradicted.doubt)) == (None, doubt_of(select("service", VIP).doubt))


def test_service_ipv6_has_doubts_of_its_own() -> None:
    """Where `service ipv4` is proven, two unique local addresses of its interface may still be unproven."""
    layout = "nic ens5 10.0.1.5/24 fd00::9/64 fd00::5/64 device"
    assert select("service", layout).is_proven
    expected = (UNPROVEN, ["fd00::5", "fd00::9"], "the lower number", "")
    assert doubt_of(select("service ipv6", layout).unproven) == expected
    assert doubt_of(select("service ipv6 --strict", layout).doubt) == expected


def test_all_candidates_in_doubt() -> None:
    """With --all each candidate is an answer, though none is *the* answer; with --strict or in a container none is."""
    for line, answers in (("service --all", ["10.0.1.5", "10.9.0.4"]), ("service --all --strict", [])):
        selection = select(line, TWO.replace("default ens5 via 10.0.1.1\n", ""))
        assert (selection.address, selection.is_proven) == (None, False)
        assert [address.text for address in selection.answers] == answers
    assert select("service --all", "nic eth0 10.0.1.5/24").answers == []


def test_queries_share_the_facts() -> None:
    """Each query has its own selection, in their order, whatever they exclude."""
    lines = ["service", "public", "service --exclude ens5", "service --exclude 10.0.1.5"]
    found = select_addresses(parse_layout(TWO).host, [make_query(line) for line in lines])
    answers = [selection.address.text if selection.address else "" for selection in found]
    assert answers == ["10.0.1.5", "", "10.9.0.4", "10.9.0.4"]
    assert [str(selection.query) for selection in found] == ["service ipv4", "public ipv4", *["service ipv4"] * 2]
