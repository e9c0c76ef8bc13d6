"""What a selection says beside its answer: what is in doubt, why other addresses are no answers, what `list` shows.

The answers themselves are in the table of hosts, and the oracle of test_properties.py has them again.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

import pytest
from support.cases import cases
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, doubt_of, make_query, select

from racknet.core import rules
from racknet.core.comparison import CONTRADICTION, TIE, UNPROVEN
from racknet.core.inventory import take_inventory
from racknet.core.selection import select_address, select_addresses
from racknet.core.why import why, why_not
from racknet.output import notes

TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1\n"
TIED = TWO.partition("default")[0]
NAT = "nic eth0 10.0.2.15/24 fe80::5/64 device\ndefault eth0 via 10.0.2.2\n"
VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""


@cases(
    "line layout expected",
    (
        "public",
        "known\nnic ens3 203.0.113.7/24 10.0.0.1/24 169.254.0.1/16",
        {"10.0.0.1": "private", "169.254.0.1": "never an answer"},
    ),
    (
        "public",
        "known\nnic ens3 10.0.0.1/24 169.254.0.1/16",
        {"10.0.0.1": "private; the host may sit behind NAT", "169.254.0.1": "never an answer"},
    ),
    ("public ipv6", "known\nnic ens3 2001:db8::1/64 fe80::1/64", {"fe80::1": "link-local"}),
    ("service", "known\nnic ens3 203.0.113.7/24 10.0.0.1/24", {"203.0.113.7": "public"}),
    ("service --exclude 10.1.0.1", "nic ens3 10.1.0.1/24 device", {"10.1.0.1": "excluded"}),
    ("service", "nic ppp0 10.64.0.9/24 type=512 device\ndefault ppp0", {"10.64.0.9": "point-to-point link"}),
    ("service --interface ppp0", "nic ppp0 10.64.0.9/24 type=512 device\ndefault ppp0", {}),
    (
        "service ipv6 --cidr 10.1.0.0/16",
        "nic ens3 10.0.0.1/24 fd00::1/64 2001:db8::1/64 device",
        {"fd00::1": "no service ipv4 address to go by", "2001:db8::1": "public"},
    ),
    (
        "service ipv6 --interface nosuch",
        "nic ens3 10.0.0.1/24 fd00::1/64 2001:db8::1/64 device",
        dict.fromkeys(("fd00::1", "2001:db8::1"), "not an interface asked for"),
    ),
    (
        "service ipv6",
        "known\nnic ens4 10.1.0.7/24 fd00:4::1/64 2001:db8::4/64\nnic ens5 10.2.0.7/24",
        {"fd00:4::1": "service ipv4 is ambiguous", "2001:db8::4": "public"},
    ),
    ("service ipv6", "nic a 10.1.0.7/24 fd00:4::1/64 device\nnic b fd00:5::1/64 device", {"fd00:5::1": "not on a"}),
    ("service --strict", NAT, {"10.0.2.15": "behind a hypervisor's NAT: --strict refuses"}),
    ("service", "known\nnic ens3", {}),
    ("public ipv6", "known\nnic ens3 ::5/128", {"::5": "never an answer"}),  # in no block at all
)
def test_reasons(line: str, layout: str, expected: dict[str, str]) -> None:
    """An address that is no candidate has one reason against it. Where `public` has no candidate, it may be NAT's."""
    assert {address.text: reason.text for address, reason in select(line, layout).rejected} == expected


def test_interfaces_without_an_address() -> None:
    """A selection names the eligible interfaces without an address of the family: what is not ready is one."""
    layout = "nic ens3 203.0.113.7/24 2001:db8::3/64,tentative device\nnic ens4 device\nbridge docker0"
    assert select("public", layout).without_address == select("public ipv6", layout).without_address == ["ens4"]
    table = HOSTS["not-ready-beside-interfaces-without-an-address"].layout.host
    assert select_address(table, make_query("public ipv6")).without_address == ["ens4", "br-ex"]
    assert select_address(table, make_query("public ipv6 --exclude ens4")).without_address == ["br-ex"]


@cases(
    "line layout awaits",
    ("public", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1", False),
    ("public", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\nnic ens6 device", True),
    ("public --exclude ens6", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\nnic ens6 device", False),
    ("public", "nic ens5 203.0.113.5/24 device\nnic ens6 device", True),  # which may be a better one
    ("public", "nic ens5 203.0.113.5/24 device\ndefault ens5 via 203.0.113.1", False),
    ("public", "nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6", True),
    ("public ipv6", "nic ens5 203.0.113.5/24 2001:db8::5/64 device\ndefault ens5", True),  # it is not its route
    ("service ipv6", "nic ens5 10.0.0.5/24 fe80::5/64 device\ndefault ens5 via 10.0.0.1", False),
    ("service ipv6", "nic ens5 10.0.0.5/24 fe80::5/64 device\ndefault -6 ens5 via fe80::1", True),  # by IPv4
    ("service", "nic ens5 10.1.0.5/24 device\nnic ens6 169.254.3.4/16 device\ndefault ens5 via 10.1.0.1", True),
    ("service ipv6", "nic ens5 fd00::5/64 device\ndefault -6 ens5 via fe80::1", True),  # IPv4 may still come
)
def test_awaiting_an_address(line: str, layout: str, awaits: bool) -> None:
    """An answer may still come, or a better one, where an interface has no address yet; a tie may be decided."""
    assert select(line, layout).awaits_address is awaits


def test_is_host() -> None:
    """A container's own network has no answer, whatever the user names; only --in-container overrules that."""
    host = HOSTS["reach-inside-a-container"].layout.host
    for more in ("", " --cidr 172.17.0.5", " --reach 10.9.9.9", " --interface eth0"):
        found = [select_address(host, make_query(f"service{more}{last}")) for last in ("", " --in-container")]
        assert [(s.counts_as_host, s.address is not None) for s in found] == [(False, False), (True, True)]


NAMES = "ambiguous: in the order of the interfaces' names"
CONTRADICTED = (
    CONTRADICTION,
    ["192.168.222.210", "192.168.222.211"],
    "preferred source of the default route",
    "in the network of the default gateway",
)


CONTESTED = (CONTRADICTION, ["10.0.1.5", "10.9.0.4"], "default route", "route to all of a private block")
PRIVATE_ROUTE = f"{TWO}route 10.0.0.0/8 ens6 via 10.9.0.1"


@cases(
    "line layout expected",
    ("service", TIED, (TIE, ["10.0.1.5", "10.9.0.4"], NAMES, "")),
    (  # what a preference has ruled out does not tie, though its interface does by another address
        "public",
        "nic a 203.0.113.7/24 203.0.113.9/32 device\nnic b 203.0.114.7/24 device\nnic c 203.0.115.7/24 device",
        (TIE, ["203.0.113.7", "203.0.114.7", "203.0.115.7"], "ambiguous: in the order of the interfaces' names", ""),
    ),
    ("service", PRIVATE_ROUTE, CONTESTED),
    ("service", PRIVATE_ROUTE.replace("10.0.0.0/8", "10.0.0.0/9"), None),
    ("service", f"{PRIVATE_ROUTE} dead", None),
    ("service", f"{PRIVATE_ROUTE} src 10.0.1.5", None),  # it speaks for that one
    ("service", f"{PRIVATE_ROUTE}\nroute 10.0.0.0/8 ens5 via 10.0.1.1", None),
    ("service", VIP, CONTRADICTED),
    ("service", VIP.replace(" device", " 192.168.222.209/32 device"), CONTRADICTED),  # it speaks for nothing
    ("service ipv6", VIP.replace(" device", " fd00::211/64 device"), CONTRADICTED),  # it goes by `service ipv4`
    ("service", VIP.replace(" src 192.168.222.210", ""), None),
    ("service", VIP.replace("src 192.168.222.210", "src 192.168.222.211"), None),
    ("service", VIP.replace("192.168.222.210/32", "192.168.222.210/24"), None),
    ("service", VIP.replace(" 192.168.222.210/32", "") + "lo 192.168.222.210/32", None),  # another interface
)
@pytest.mark.parametrize("strict", ["", " --strict"])
def test_doubt(line: str, layout: str, expected: tuple[str, list[str], str, str] | None, strict: str) -> None:
    """Interfaces that tie, and facts that contradict each other, leave no answer, with and without --strict."""
    selection = select(line + strict, layout)
    assert doubt_of(selection.doubt) == expected or (not expected and strict)
    if expected:
        assert (selection.address, selection.answers, selection.is_proven) == (None, [], False)


PREFERRED = (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")
BEHIND_NAT = (UNPROVEN, ["10.0.2.15"], "behind a hypervisor's NAT", "")
ON_CABLE = (UNPROVEN, ["192.168.7.2"], "on a cable to one device", "")
TWO_V6 = TWO.replace("10.0.1.5/24", "10.0.1.5/24 fd00::5/64").replace("10.9.0.4/24", "10.9.0.4/24 fd00:9::4/64")


@cases(
    "line layout expected note",
    ("service", "nic ens5 10.0.1.5/24 device", None, ""),  # a single candidate
    ("service", TWO, PREFERRED, "10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route), not proven"),
    ("service --cidr 10.0.1.0/24", TWO, None, ""),  # what the user names is compared among itself
    ("service --exclude ens6", TWO, None, ""),
    ("service", "nic ens5 10.0.1.5/24 10.0.1.6/32 device", None, ""),  # no host prefix is a proof
    # Not the next candidate is named, which loses by a proof, but the first that only a preference rules out.
    ("service", TWO.replace("10.0.1.5/24", "10.0.1.5/24 10.0.1.6/32"), PREFERRED, "10.0.1.5 on ens5 is"),
    ("service", f"{TWO}nic ens7 100.64.0.5/10 device", PREFERRED, "10.0.1.5 on ens5 is preferred"),
    ("service ipv6", TWO_V6, PREFERRED, "service ipv4: 10.0.1.5 on ens5 is preferred"),
    (
        "service",
        "nic ens5 100.64.0.5/10 device\nnic ens6 10.9.0.4/24 device",
        (UNPROVEN, ["10.9.0.4", "100.64.0.5"], "not in 100.64.0.0/10", ""),
        "10.9.0.4 on ens6 is preferred to 100.64.0.5 on ens5 (not in 100.64.0.0/10)",
    ),
    (  # a preference decides, and a proof is against it
        "service",
        "nic ens5 10.0.1.5/32 device\nnic ens6 10.9.0.4/24 device\ndefault ens5",
        (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "no host prefix"),
        "10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route, against no host prefix)",
    ),
    (  # a proof decides, and a later proof is against it
        "public",
        "nic ens5 203.0.113.5/32 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
        (UNPROVEN, ["203.0.113.5", "203.0.114.6"], "default route", "no host prefix"),
        "203.0.113.5 on ens5 is",
    ),
    (
        "public",
        "nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
        None,
        "",
    ),
    (
        "public",
        "known\nnic ens3 203.0.113.8/24 203.0.113.7/24",
        (UNPROVEN, ["203.0.113.8", "203.0.113.7"], "the kernel's order", ""),
        "203.0.113.8 on ens3 is preferred to 203.0.113.7 on ens3 (the kernel's order)",
    ),
    (
        "public ipv6",
        "nic ens5 2001:db8::9/64 2001:db8::5/64 device\ndefault -6 ens5 via fe80::1",
        (UNPROVEN, ["2001:db8::5", "2001:db8::9"], "the lower number", ""),
        "2001:db8::5 on ens5 is",
    ),
    (  # where `service ipv4` is proven, `service ipv6` has doubts of its own
        "service ipv6",
        "nic ens5 10.0.1.5/24 fd00::9/64 fd00::5/64 device",
        (UNPROVEN, ["fd00::5", "fd00::9"], "the lower number", ""),
        "fd00::5 on ens5 is",
    ),
    ("service", NAT, BEHIND_NAT, "10.0.2.15 on eth0 is behind a hypervisor's NAT, not proven: --strict refuses\n"),
    ("service ipv6", NAT, BEHIND_NAT, "service ipv4: 10.0.2.15 on eth0 is behind"),
    (
        "service",
        "nic usb0 192.168.7.2/30 device",
        ON_CABLE,
        "192.168.7.2 on usb0 is on a cable to one device, not proven: --strict refuses\n",
    ),
    ("service --interface eth0", NAT, None, ""),
    ("service --cidr 10.0.2.15", NAT, None, ""),
    ("service", f"{NAT}nic eth1 192.168.56.10/24 device", None, ""),
)
def test_proof(line: str, layout: str, expected: tuple[str, list[str], str, str] | None, note: str) -> None:
    """An answer is proven where each other candidate loses by a proof, and is better in none; --strict wants that."""
    plain, strict = select(line, layout), select(f"{line} --strict", layout)
    assert plain.address is not None
    assert (doubt_of(plain.unproven), plain.is_proven, plain.doubt) == (expected, expected is None, None)
    found = notes.unproven_answers([plain])
    assert found.startswith(f"note: {note}") if note else found == ""
    assert notes.unproven_answers([plain, plain]) == found  # once for those that go by the same
    assert (strict.address is None) is (expected is not None)
    assert strict.is_proven is not (strict.address is None)
    if layout != NAT:
        assert doubt_of(strict.doubt) == expected
    assert notes.unproven_answers([strict]) == ""


def test_one_candidate_is_not_compared() -> None:
    """Candidates are compared where they are several: most hosts answer without."""
    with patch.dict(sys.modules, {"racknet.core.comparison": None}):
        assert select("service", "nic ens5 10.0.1.5/24 device").comparison is None
        with pytest.raises(ImportError):
            select("service", TWO)


@cases(
    "line layout answers",
    ("service --all", TIED, ["10.0.1.5", "10.9.0.4"]),
    ("service --all --strict", TIED, []),
    ("service --all", "nic eth0 10.0.1.5/24", []),  # a container's own network
)
def test_all_candidates_in_doubt(line: str, layout: str, answers: list[str]) -> None:
    """With --all each candidate is an answer, though none is *the* answer; with --strict or in a container none is."""
    selection = select(line, layout)
    assert (selection.address, selection.is_proven) == (None, False)
    assert [address.text for address in selection.answers] == answers
    assert notes.unproven_answers([selection]) == ""


def test_queries_share_the_facts() -> None:
    """Each query has its own selection, in their order, whatever they exclude."""
    lines = ["service", "public", "service --exclude ens5", "service --exclude 10.0.1.5"]
    found = select_addresses(parse_layout(TWO).host, [make_query(line) for line in lines])
    assert [s.address.text if s.address else "" for s in found] == ["10.0.1.5", "", "10.9.0.4", "10.9.0.4"]
    assert [str(s.query) for s in found] == ["service ipv4", "public ipv4", *["service ipv4"] * 2]


NAMED = "known\nnic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24@eth0:a 203.0.113.9/32"


@cases(
    "line layout before against",
    ("public", "known\nnic ens3 203.0.113.7/24", ["the only candidate"], ["not the answer"]),
    (
        "public",
        "known\nnic ens3 203.0.113.7/24 203.0.113.8/24 203.0.113.9/32",
        ["the kernel's order", "no host prefix", "the last candidate"],
        ["not the answer", "203.0.113.7 is preferred: the kernel's order", "203.0.113.8 is preferred: no host prefix"],
    ),
    (
        "public",
        NAMED,
        ["no host prefix", "interface named for PublicNet", "the last candidate"],
        [
            "not the answer",
            "203.0.113.8 is preferred: no host prefix",
            "eth0 is preferred: interface named for PublicNet",
        ],
    ),
    (
        "public",
        NAMED.replace(" 203.0.113.9/32", ""),
        ["interface named for PublicNet", "the last candidate"],
        ["not the answer", "eth0:a is preferred: interface named for PublicNet"],
    ),
    ("public", "nic eth0 203.0.113.7/24", ["the only candidate"], ["of the container"]),
    (
        "service --strict",
        f"{TWO}nic usb0 192.168.7.2/24 device",
        ["default route", "not a cable to one device", "the last candidate"],
        [
            "preferred to 10.9.0.4, not proven: default route",
            "10.0.1.5 is preferred, not proven: default route",
            "ens6 is preferred: not a cable to one device",
        ],
    ),
    (
        "public",
        "known\nnic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24",
        [NAMES, NAMES, "no host prefix", "the last candidate"],
        ["ties with b, c", "ties with a, c", "ties with a, b", "c is preferred: no host prefix"],
    ),
    (
        "service",
        VIP,
        ["preferred source of the default route", "the last candidate"],
        [
            "in doubt; for it: preferred source of the default route",
            "in doubt; for it: in the network of the default gateway",
        ],
    ),
)
def test_why(line: str, layout: str, before: list[str], against: list[str]) -> None:
    """Each candidate comes before the next for a reason, and each but the answer has one against it."""
    selection = select(line, layout)
    places = range(len(selection.candidates))
    assert [why(selection, place).text for place in places] == before
    assert [why_not(selection, place).text for place in places] == against


@cases(
    "layout expected",
    (  # answers, candidates, then the others by their interfaces, container interfaces and `lo` last
        "lo 10.99.0.1/32\nnic docker0 172.17.0.1/16\nnic ens10 10.2.0.7/24 169.254.0.7/16 device\n"
        "nic ens9 10.1.0.7/24 10.1.0.100/32 device\nnic ens3 203.0.113.7/24 device",
        [
            ("203.0.113.7", "public", ["public ipv4"], "the only candidate"),
            ("10.1.0.7", "private", [], "ties with ens10"),
            ("10.1.0.100", "private", [], "ens10 is preferred: no host prefix"),
            ("10.2.0.7", "private", [], "ties with ens9"),
            ("169.254.0.7", "never an answer", [], "never an answer"),
            ("172.17.0.1", "private", [], "container interface"),
            ("10.99.0.1", "private", [], "loopback"),
        ],
    ),
    (  # of the reasons against an address, that of the network whose class it has
        "nic ens3 10.0.0.7/24 10.0.0.100/32 203.0.113.7/24 device\nnic eth1 10.1.0.7/24 device",
        [
            ("203.0.113.7", "public", ["public ipv4"], "the only candidate"),
            ("10.1.0.7", "private", ["service ipv4"], "no public address on the interface, not proven"),
            ("10.0.0.7", "private", [], "eth1 is preferred: no public address on the interface"),
            ("10.0.0.100", "private", [], "10.0.0.7 is preferred: no host prefix"),
        ],
    ),
    (
        "nic eth0 172.17.0.5/16\ntun tun0 10.8.0.1/24",
        [("172.17.0.5", "private", [], "of the container"), ("10.8.0.1", "private", [], "tunnel")],
    ),
)
def test_inventory(layout: str, expected: list[tuple[str, str, list[str], str]]) -> None:
    """The list has each address in its order, with its class, the queries that it answers, and one reason."""
    host = parse_layout(layout).host
    found = take_inventory(host, select_addresses(host, [make_query(line) for line in FOUR]))
    assert [(e.address.text, e.address_class, e.answers, e.why) for e in found] == expected
    assert [e.is_proven for e in found] == ["not proven" not in e.why if e.answers else None for e in found]


def test_address_that_answers_two_queries() -> None:
    """An address that two queries ask for is listed once, as the answer to both."""
    host = parse_layout("nic ens3 203.0.113.7/24 device").host
    queries = [make_query(line) for line in (*FOUR, "service --cidr 203.0.113.7")]
    (entry,) = take_inventory(host, select_addresses(host, queries))
    assert entry.answers == ["public ipv4", "service ipv4"]


@cases(
    "layout line note",
    (TWO, "service", ""),
    (TWO, "service --interface ens7", "--interface ens7 leaves no address"),
    (TIED, "service", "ambiguous, ens5 and ens6 tie"),
    (TWO, "service --strict", "not proven, 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route)"),
    ("nic ens5", "service", "there is no service ipv4 address"),
)
def test_missing_variable(layout: str, line: str, note: str) -> None:
    """A note says why a variable is missing; there is none on one that has an answer."""
    found = notes.missing_variable("NAME", select(line, layout))
    assert found == (f"note: no NAME: {note}\n" if note else "")


def test_unproven_reasons() -> None:
    """With --strict the addresses of `service ipv6` have the reason of `service ipv4`."""
    assert {reason for _, reason in select("service ipv6 --strict", TWO_V6).rejected} == {rules.UNPROVEN_IPV4}
