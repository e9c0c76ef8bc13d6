"""Candidates compared: the facts that the preferences look at, and which answers are in doubt or proven."""

from __future__ import annotations

import pytest
from support.layout import parse_layout
from support.queries import doubt_of, make_query, select

from racknet.core.comparison import CONTRADICTION, TIE, UNPROVEN, describe
from racknet.core.eligibility import Eligibility
from racknet.core.preferences import CandidateFacts
from racknet.core.selection import _Selector


def described(layout: str, line: str) -> list[CandidateFacts]:
    """Return the candidates of a query with their facts."""
    query = make_query(line)
    selector = _Selector(Eligibility(parse_layout(layout).host, query.exclude, query.exclude_cidrs), query)
    source = selector.reached.source if selector.reached else ""
    return describe(selector.eligibility, selector.select().candidates, selector._is_overruled, source)


def true_of(fact: str, layout: str, line: str = "service") -> list[str]:
    """Return the candidates of which a fact is true."""
    return sorted(candidate.address.text for candidate in described(layout, line) if getattr(candidate, fact))


PAIR = "nic ens3 10.0.0.5/24 device\nnic ens4 10.1.0.5/24 device\n"
ONE = "nic ens3 10.0.0.5/24 10.2.0.5/24 device\n"
SAME = "nic ens3 10.0.0.5/24 10.0.0.9/16 {}device\nnic ens4 10.0.0.6/24 {}device\n"
SECOND_BEST = "default ens3 via 10.0.0.1 metric 9\ndefault ens4 via 10.1.0.1"


@pytest.mark.parametrize(
    ("fact", "layout", "expected"),
    [
        ("is_unplugged", SAME.format("nocarrier ", ""), ["10.0.0.5"]),  # 10.0.0.9/16 is of another network
        ("is_unplugged", SAME.format("nocarrier ", "nocarrier "), []),
        ("is_unplugged", PAIR.replace("10.0.0.5/24", "10.0.0.5/24 nocarrier"), []),
        ("has_default_route", f"{PAIR}{SECOND_BEST}", ["10.1.0.5"]),
        ("has_default_route", f"{PAIR}default ens4 via 10.1.0.1 src 10.0.0.5", ["10.0.0.5", "10.1.0.5"]),
        ("none_has_default_route", PAIR, ["10.0.0.5", "10.1.0.5"]),
        ("none_has_default_route", f"{PAIR}default ens4 via 10.1.0.1", []),
        ("none_has_default_route", f"{PAIR}nic ens5 203.0.113.7/24 device\ndefault ens5", ["10.0.0.5", "10.1.0.5"]),
        ("leads_out", f"{PAIR}{SECOND_BEST}", ["10.0.0.5", "10.1.0.5"]),
        ("leads_out", f"{PAIR}default ens3 via 10.0.0.1 table 100\ndefault ens4 via 10.1.0.1", ["10.1.0.5"]),
        ("leads_out", f"{PAIR}default ens3 via 10.0.0.1 dead", []),
        ("is_not_source", f"{PAIR}default ens3 via 10.0.0.1", []),
        ("is_not_source", f"{PAIR}default ens3 via 10.0.0.1 src 10.0.0.5", []),
        ("is_not_source", f"{ONE}nic ens4 10.1.0.5/24 device\ndefault ens3 src 10.2.0.5", ["10.0.0.5"]),
        ("is_not_source", f"{PAIR}lo 10.9.9.9/32\ndefault ens3 src 10.9.9.9", ["10.0.0.5"]),
        ("is_off_gateway", f"{ONE}default ens3 via 10.2.0.1", ["10.0.0.5"]),
        (
            "is_off_gateway",
            f"{ONE}nic ens4\ndefault ens4\ndefault ens3 via 10.2.0.1 metric 900",
            [],
        ),  # it does not count
        ("is_off_gateway", f"{PAIR}default ens3 via 10.2.0.1", []),  # in the network of none
        ("is_off_gateway", f"{PAIR}default ens3 via 10.0.0.1", []),  # the other interface has no gateway
        ("is_off_private_routes", f"{ONE}route 172.16.0.0/12 ens3 via 10.2.0.1", ["10.0.0.5"]),
        ("is_off_private_routes", f"{ONE}route 172.16.0.0/12 ens3 via 10.2.0.1 src 10.0.0.5", []),
        ("is_off_private_routes", f"{ONE}route 172.16.0.0/12 ens3 via 10.9.0.1 src 10.0.0.5", ["10.2.0.5"]),
        ("is_off_private_routes", f"{PAIR}route 172.16.0.0/12 ens3 via 10.0.0.1", []),  # it is for one interface
        ("is_behind_hypervisor", "nic ens3 10.0.2.15/24 device\ndefault ens3 via 10.0.2.2", ["10.0.2.15"]),
        ("has_service_net_route", f"{PAIR}route 10.176.0.0/12 ens4 via 10.1.0.1", ["10.1.0.5"]),
        ("has_service_net_route", f"{PAIR}route 10.208.0.0/12 ens4 via 10.1.0.1", ["10.1.0.5"]),
        ("has_service_net_route", f"{PAIR}route 10.208.0.0/12 ens4", []),
        ("has_service_net_route", f"{PAIR}route 10.208.0.0/13 ens4 via 10.1.0.1", []),
        ("has_service_net_route", f"{PAIR}route 10.192.0.0/12 ens4 via 10.1.0.1", []),
        ("is_beside_public", PAIR.replace("10.0.0.5/24", "10.0.0.5/24 203.0.113.7/24"), ["10.0.0.5"]),
        ("is_beside_public", PAIR.replace("10.0.0.5/24", "10.0.0.5/24 2001:db8::7/64"), []),
        ("host_is_public", f"{PAIR}nic ens5 203.0.113.7/24 device", ["10.0.0.5", "10.1.0.5"]),
        ("host_is_public", f"{PAIR}nic ens5 203.0.113.7/24 down device", []),  # it is skipped
        ("host_is_public", f"{PAIR}nic ens5 2001:db8::7/64 device", []),
        ("host_is_public", f"{PAIR}nic ens5 11.0.0.7/24 device\ndefault ens3", []),  # it has no way out
        (
            "host_is_public",
            f"{PAIR}nic ens5 11.0.0.7/24 device\ndefault ens3\ndefault ens5 metric 9",
            ["10.0.0.5", "10.1.0.5"],
        ),
    ],
)
def test_facts_of_candidates(fact: str, layout: str, expected: list[str]) -> None:
    """Each fact that the preferences compare is true of these candidates."""
    assert true_of(fact, layout) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("service --interface tun0", ["10.8.0.5"]),
        ("service --interface *", ["10.8.0.5"]),
        ("service --cidr 10.8.0.5", ["10.8.0.5"]),
        ("service --cidr 10.0.0.5", []),
        ("service", []),
    ],
)
def test_overruled_by_a_name(line: str, expected: list[str]) -> None:
    """Only the user's naming makes an address of a tunnel a candidate."""
    assert true_of("is_overruled", f"{PAIR}tun tun0 10.8.0.5/24", line) == expected


def test_filters_change_no_fact() -> None:
    """What `--interface` leaves to choose from changes nothing about the host; `--exclude` does."""
    layout = f"{PAIR}nic ens5 203.0.113.7/24 device"
    assert true_of("host_is_public", layout, "service --interface ens3") == ["10.0.0.5"]
    assert true_of("host_is_public", layout, "service --exclude ens5") == []


def test_source_for_reach() -> None:
    """The kernel's own source towards the address of --reach is known."""
    layout = "nic ens3 10.0.0.5/24 10.0.0.6/24 device\nway 10.9.9.9 ens3 10.0.0.6"
    assert true_of("is_reach_source", layout, "service --reach 10.9.9.9") == ["10.0.0.6"]


def test_tie_of_several() -> None:
    """All interfaces that tie are in doubt, and none of them is an answer."""
    selection = select("public", "known\nnic a 203.0.113.7/24\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24")
    assert (selection.address, selection.answers) == (None, [])
    assert selection.doubt is not None
    assert (selection.doubt.kind, selection.doubt.interfaces) == (TIE, ["a", "b", "c"])


def test_loser_on_a_tied_interface() -> None:
    """An address that a preference has ruled out does not tie, though its interface does by another address."""
    selection = select("public", "known\nnic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24")
    assert selection.doubt is not None
    assert [address.text for address in selection.doubt.candidates] == ["203.0.113.7", "203.0.114.7"]


def test_addresses_of_one_interface_do_not_tie() -> None:
    """Two addresses of one interface are in the kernel's order: the first is the answer, and it is not proven."""
    selection = select("public", "known\nnic ens3 203.0.113.8/24 203.0.113.7/24")
    assert selection.doubt is None
    assert selection.address is selection.candidates[0]
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
    assert strict.address is (None if expected else strict.candidates[0])
    assert strict.candidates[0].text == plain.address.text


def test_first_unproven_loser() -> None:
    """Not the next candidate is named, which loses by a proof, but the first that only a preference rules out."""
    selection = select("service", TWO.replace("10.0.1.5/24", "10.0.1.5/24 10.0.1.6/32"))
    assert [c.text for c in selection.candidates] == ["10.0.1.5", "10.0.1.6", "10.9.0.4"]
    assert doubt_of(selection.unproven) == (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")


def test_tie_is_no_matter_of_strictness() -> None:
    """Interfaces that tie are ambiguous with --strict too, and not merely unproven."""
    tie = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device"
    assert doubt_of(select("service --strict", tie).doubt) == doubt_of(select("service", tie).doubt)
    assert select("service --strict", VIP).doubt is not None
    assert doubt_of(select("service --strict", VIP).doubt) == doubt_of(select("service", VIP).doubt)
