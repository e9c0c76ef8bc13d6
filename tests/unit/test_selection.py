"""What a selection says beside its answer: why each other address is not it, what is in doubt, and what is proven.

The answers themselves are in the table of hosts.
"""

from __future__ import annotations

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core import rules
from racknet.core.eligibility import address_class
from racknet.core.facts import Address
from racknet.core.selection import (
    CONTRADICTION,
    TIE,
    UNPROVEN,
    Doubt,
    Selection,
    select_address,
    select_addresses,
)


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
    ("layout", "awaits"),
    [
        ("nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1", False),
        ("nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\nnic ens6 device", True),
        ("nic ens5 203.0.113.5/24 device\nnic ens6 device", True),  # which may be a better one
        ("nic ens5 203.0.113.5/24 device\ndefault ens5 via 203.0.113.1", False),
        ("nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6", True),
    ],
)
def test_awaiting_an_address(layout: str, awaits: bool) -> None:
    """An answer may still come, or a better one, where an interface has no address yet; a tie may be decided."""
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
        assert (selection.address, selection.candidates, selection.rejected) == (None, [], [])
        assert (selection.doubt, selection.unproven, selection.is_proven) == (None, None, False)


# --- Why the first, and why not each other


@pytest.mark.parametrize(
    ("line", "layout", "expected"),
    [
        ("public", "nic ens3 203.0.113.8/24 203.0.113.7/24", "the kernel's order"),
        ("public ipv6", "nic ens3 2001:db8::8/64 2001:db8::7/64", "the lower number"),
        (
            "public",
            "nic ens3 203.0.113.7/24\nnic ens4 203.0.113.8/24",
            "ambiguous: in the order of the interfaces' names",
        ),
        ("public", "nic ens3 203.0.113.7/24 203.0.113.8/32", "no host prefix"),
        ("public", "nic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24", "interface named for PublicNet"),
    ],
)
def test_why_the_first(line: str, layout: str, expected: str) -> None:
    """The first preference in which two candidates differ decides, else their order does."""
    assert select(line, f"known\n{layout}").why(0).text == expected


def test_why_each() -> None:
    """Each candidate comes before the next for a reason; the last and the only one have none to come before."""
    three = select("public", "known\nnic ens3 203.0.113.7/24 203.0.113.8/24 203.0.113.9/32")
    expected = ["the kernel's order", "no host prefix", "the last candidate"]
    assert [three.why(place).text for place in range(3)] == expected
    assert select("public", "known\nnic ens3 203.0.113.7/24").why(0).text == "the only candidate"


def test_why_not_each() -> None:
    """Each other candidate says which is preferred to it, by the label or the address where that is needed, and why."""
    selection = select("public", "known\nnic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24@eth0:a 203.0.113.9/32")
    assert [(c.address.text, selection.why_not(place).text) for place, c in enumerate(selection.candidates)] == [
        ("203.0.113.8", "not the answer"),
        ("203.0.113.9", "203.0.113.8 is preferred: no host prefix"),
        ("203.0.113.7", "eth0 is preferred: interface named for PublicNet"),
    ]
    labelled = select("public", "known\nnic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24@eth0:a")
    assert labelled.why_not(1).text == "eth0:a is preferred: interface named for PublicNet"


def test_candidates_in_a_container() -> None:
    """In a container's own network there is no answer, and each candidate is of the container."""
    selection = select("public", "nic eth0 203.0.113.7/24")
    assert (selection.address, selection.is_proven) == (None, False)
    assert selection.why_not(0).text == "of the container"


# --- Doubt and proof


def doubt_of(found: Doubt | None) -> tuple[str, list[str], str, str] | None:
    """Return what is in doubt: its kind, the addresses, what decides between them, and what speaks against that."""
    if found is None:
        return None
    against = found.against.text if found.against else ""
    return found.kind, [address.text for address in found.candidates], found.preference.text, against


def test_tie_of_several() -> None:
    """Of three interfaces that tie, each names the other two."""
    selection = select("public", "known\nnic a 203.0.113.7/24\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24")
    assert (selection.address, selection.answers) == (None, [])
    assert selection.doubt is not None
    assert (selection.doubt.kind, selection.doubt.interfaces) == (TIE, ["a", "b", "c"])
    assert [selection.why_not(place).text for place in range(3)] == [
        "ties with b, c",
        "ties with a, c",
        "ties with a, b",
    ]


def test_loser_on_a_tied_interface() -> None:
    """An address that a preference has ruled out does not tie, though its interface does by another address."""
    selection = select("public", "known\nnic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24")
    assert selection.doubt is not None
    assert [address.text for address in selection.doubt.candidates] == ["203.0.113.7", "203.0.114.7"]
    assert [(c.address.text, selection.why_not(place).text) for place, c in enumerate(selection.candidates)] == [
        ("203.0.113.7", "ties with b"),
        ("203.0.114.7", "ties with a"),
        ("203.0.113.100", "b is preferred: no host prefix"),
    ]


def test_addresses_of_one_interface_do_not_tie() -> None:
    """Two addresses of one interface are in the kernel's order: the first is the answer, and it is not proven."""
    selection = select("public", "known\nnic ens3 203.0.113.8/24 203.0.113.7/24")
    assert selection.doubt is None
    assert selection.address is selection.candidates[0].address
    assert doubt_of(selection.unproven) == (UNPROVEN, ["203.0.113.8", "203.0.113.7"], "the kernel's order", "")


VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""


def test_contradiction() -> None:
    """A preferred source off its gateway's network, and an address in it, contradict each other on one interface."""
    selection = select("service", VIP)
    assert selection.address is None
    assert doubt_of(selection.doubt) == (
        CONTRADICTION,
        ["192.168.222.210", "192.168.222.211"],
        "preferred source of the default route",
        "in the network of the default gateway",
    )
    assert [selection.why_not(place).text for place in range(2)] == [
        "source of the default route",
        "in the network of the default gateway",
    ]
    # It is none where the two are on different interfaces, or where one of the facts is missing.
    for other in (
        VIP.replace(" src 192.168.222.210", ""),
        VIP.replace("src 192.168.222.210", "src 192.168.222.211"),
        VIP.replace("192.168.222.210/32", "192.168.222.210/24"),
        VIP.replace(" 192.168.222.210/32", "") + "lo 192.168.222.210/32",
    ):
        assert select("service", other).doubt is None, other


TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1\n"


@pytest.mark.parametrize(
    ("line", "layout", "expected"),
    [
        ("service", "nic ens5 10.0.1.5/24 device", None),  # a single candidate
        ("service", TWO, (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")),
        ("service --cidr 10.0.1.0/24", TWO, None),  # what the user names is compared among itself
        ("service --exclude ens6", TWO, None),
        ("service", "nic ens5 10.0.1.5/24 10.0.1.6/32 device", None),  # no host prefix is a proof
        (
            "service",
            f"{TWO}nic ens7 100.64.0.5/10 device",
            (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", ""),
        ),
        (
            "service",
            "nic ens5 100.64.0.5/10 device\nnic ens6 10.9.0.4/24 device",
            (UNPROVEN, ["10.9.0.4", "100.64.0.5"], "not in 100.64.0.0/10", ""),
        ),
        (  # a preference decides, and a proof is against it
            "service",
            "nic ens5 10.0.1.5/32 device\nnic ens6 10.9.0.4/24 device\ndefault ens5",
            (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "no host prefix"),
        ),
        (  # a proof decides, and a later proof is against it
            "public",
            "nic ens5 203.0.113.5/32 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
            (UNPROVEN, ["203.0.113.5", "203.0.114.6"], "default route", "no host prefix"),
        ),
        (
            "public",
            "nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
            None,
        ),
        (
            "public ipv6",
            "nic ens5 2001:db8::9/64 2001:db8::5/64 device\ndefault -6 ens5 via fe80::1",
            (UNPROVEN, ["2001:db8::5", "2001:db8::9"], "the lower number", ""),
        ),
    ],
)
def test_proof(line: str, layout: str, expected: tuple[str, list[str], str, str] | None) -> None:
    """An answer is proven where each other candidate loses by a proof, and is better in none; --strict wants that."""
    plain, strict = select(line, layout), select(f"{line} --strict", layout)
    assert plain.address is not None
    assert (doubt_of(plain.unproven), plain.is_proven, plain.doubt) == (expected, expected is None, None)
    assert doubt_of(strict.doubt) == expected
    assert strict.address is (None if expected else strict.candidates[0].address)
    assert strict.candidates[0].address.text == plain.address.text


def test_first_unproven_loser() -> None:
    """Not the next candidate is named, which loses by a proof, but the first that only a preference rules out."""
    selection = select("service", TWO.replace("10.0.1.5/24", "10.0.1.5/24 10.0.1.6/32"))
    assert [c.address.text for c in selection.candidates] == ["10.0.1.5", "10.0.1.6", "10.9.0.4"]
    assert doubt_of(selection.unproven) == (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")


def test_why_not_an_unproven_answer() -> None:
    """With --strict each of the two between which only a preference decides says so; another says what it would."""
    selection = select("service --strict", f"{TWO}nic usb0 192.168.7.2/24 device")
    assert [selection.why_not(place).text for place in range(3)] == [
        "preferred to 10.9.0.4, not proven: default route",
        "10.0.1.5 is preferred, not proven: default route",
        "ens6 is preferred: not a cable to one device",
    ]


def test_tie_is_no_matter_of_strictness() -> None:
    """Interfaces that tie are ambiguous with --strict too, and not merely unproven."""
    tie = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device"
    assert doubt_of(select("service --strict", tie).doubt) == doubt_of(select("service", tie).doubt)
    assert select("service --strict", VIP).doubt is not None
    assert doubt_of(select("service --strict", VIP).doubt) == doubt_of(select("service", VIP).doubt)


NAT = "nic eth0 10.0.2.15/24 device\ndefault eth0 via 10.0.2.2\n"


def test_strict_refuses_a_hypervisors_nat() -> None:
    """With --strict an address behind a hypervisor's NAT is no candidate, unless the user names it."""
    assert rejected("service --strict", NAT) == {"10.0.2.15": "behind a hypervisor's NAT: --strict refuses"}
    for line in ("service", "service --strict --interface eth0", "service --strict --cidr 10.0.2.15"):
        assert rejected(line, NAT) == {}, line
    both = select("service --strict", f"{NAT}nic eth1 192.168.56.10/24 device")
    assert (both.address and both.address.text, both.is_proven) == ("192.168.56.10", True)


def test_service_ipv6_goes_by_the_doubt_of_service_ipv4() -> None:
    """What is in doubt for `service ipv4` is for `service ipv6`, and what is not proven is not."""
    v6 = TWO.replace("10.0.1.5/24", "10.0.1.5/24 fd00::5/64").replace("10.9.0.4/24", "10.9.0.4/24 fd00:9::4/64")
    plain, strict = select("service ipv6", v6), select("service ipv6 --strict", v6)
    expected = (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")
    assert (plain.address and plain.address.text, doubt_of(plain.unproven)) == ("fd00::5", expected)
    assert (strict.address, strict.candidates, doubt_of(strict.doubt)) == (None, [], expected)
    assert {reason for _, reason in strict.rejected} == {rules.AMBIGUOUS_IPV4}
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
    """With --all each candidate is an answer, though none is *the* answer; in a container's network none is."""
    for line in ("service --all", "service --all --strict"):
        selection = select(line, TWO.replace("default ens5 via 10.0.1.1\n", ""))
        assert (selection.address, selection.is_proven) == (None, False)
        assert [address.text for address in selection.answers] == ["10.0.1.5", "10.9.0.4"]
    assert select("service --all", "nic eth0 10.0.1.5/24").answers == []


def test_queries_share_the_facts() -> None:
    """Each query has its own selection, in their order, whatever they exclude."""
    lines = ["service", "public", "service --exclude ens5", "service --exclude 10.0.1.5"]
    found = select_addresses(parse_layout(TWO).host, [make_query(line) for line in lines])
    answers = [selection.address.text if selection.address else "" for selection in found]
    assert answers == ["10.0.1.5", "", "10.9.0.4", "10.9.0.4"]
    assert [str(selection.query) for selection in found] == ["service ipv4", "public ipv4", *["service ipv4"] * 2]
