"""What users read beside an answer, or instead of one."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core import rules
from racknet.core.facts import Host
from racknet.core.selection import select_address, select_addresses
from racknet.errors import Ambiguous, HostReadError, NoAddress, NoAddresses, OutputError, RacknetError, UsageError
from racknet.output import hints, messages

TOOL = Path(__file__).parent.parent.parent / "tests" / "support" / "write_messages.py"


def error_of(host: Host | str, line: str) -> NoAddress:
    """Return the error for a query on a host or a layout."""
    facts = parse_layout(host).host if isinstance(host, str) else host
    return messages.no_address(select_address(facts, make_query(line)))


def text_of(host: Host | str, line: str) -> str:
    return messages.format_error(error_of(host, line))


def test_all_messages() -> None:
    """All that racknet prints is as tests/messages.txt has it, which script/messages writes."""
    tool = runpy.run_path(str(TOOL))
    assert tool["text"]() == tool["FILE"].read_text()


def test_error_has_message_details_and_hint() -> None:
    """An error says what was asked, what was found and what to do."""
    aws = "nic ens5 172.31.5.9/20 device\ndefault ens5 via 172.31.0.1\nbridge docker0 172.17.0.1/16"
    assert (
        text_of(aws, "public")
        == """\
racknet: no public ipv4 address on this host
  ens5     172.31.5.9   private; the host may sit behind NAT
  docker0  172.17.0.1   container interface
hint: on AWS, GCP and Azure the public address is not on the host: ask the provider; see racknet list
"""
    )


@pytest.mark.parametrize(
    ("interfaces", "tie"), [("a b", "a and b tie"), ("a b c", "a, b and c tie"), ("a b c d", "a, b, c and d tie")]
)
def test_tie(interfaces: str, tie: str) -> None:
    """A tie names all interfaces that tie, and how to choose one of them."""
    layout = "\n".join(f"nic {name} 203.0.{place}.7/24 device" for place, name in enumerate(interfaces.split(), 113))
    error = error_of(layout, "public")
    assert isinstance(error, Ambiguous)
    assert error.interfaces == tuple(interfaces.split())
    assert error.addresses == tuple(f"203.0.{113 + place}.7" for place in range(len(error.interfaces)))
    assert error.message == f"the public ipv4 address on this host is ambiguous: {tie}"
    assert error.hint.endswith(": racknet public ipv4 --interface a")


def test_loser_on_a_tied_interface() -> None:
    """An address that lost by a preference is not shown as tied because its interface is."""
    details = error_of("known\nnic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24", "public").details
    assert (
        details
        == """\
  a  203.0.113.7     ties with b
  b  203.0.114.7     ties with a
  a  203.0.113.100   b is preferred: no host prefix
"""
    )


VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""
TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"


def test_contradiction() -> None:
    """Facts that contradict each other name both addresses; the hint chooses that in the gateway's network."""
    error = error_of(VIP, "service --exclude ens9")
    assert isinstance(error, Ambiguous)
    assert (error.addresses, error.interfaces) == (("192.168.222.210", "192.168.222.211"), ("bond0",))
    assert error.message == (
        "the service ipv4 address on this host with --exclude ens9 is ambiguous: the default route prefers "
        "192.168.222.210 as its source, and 192.168.222.211 is in its gateway's network"
    )
    assert error.hint.endswith(": racknet service ipv4 --cidr 192.168.222.211 --exclude ens9")
    assert error.details.splitlines() == [
        "  bond0  192.168.222.210   in doubt: source of the default route, not beside its gateway",
        "  bond0  192.168.222.211   in doubt: beside the default gateway, not its source",
    ]


def test_unproven() -> None:
    """With --strict the error names the two between which only a preference decides, and a line that chooses."""
    error = error_of(TWO, "service --strict")
    assert isinstance(error, Ambiguous)
    assert (error.addresses, error.interfaces) == (("10.0.1.5", "10.9.0.4"), ("ens5", "ens6"))
    assert error.message == (
        "the service ipv4 address on this host is not proven: 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 "
        "(default route)"
    )
    assert error.hint.endswith(": racknet service ipv4 --interface ens5 --strict")
    assert error.details.splitlines() == [
        "  ens5  10.0.1.5   preferred to 10.9.0.4, not proven: default route",
        "  ens6  10.9.0.4   10.0.1.5 is preferred, not proven: default route",
    ]


def explained(layout: str, line: str) -> list[str]:
    return messages.explanation(select_address(parse_layout(layout).host, make_query(line))).splitlines()


def test_explanation_of_all_candidates() -> None:
    """With --all on a tie nothing is decided, and no candidate is called the answer."""
    tie = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device"
    assert explained(tie, "service --all") == [
        "racknet: service ipv4: all candidates",
        "nothing decides: ens5 and ens6 tie",
        "  ens5  10.0.1.5   ties with ens6",
        "  ens6  10.9.0.4   ties with ens5",
    ]
    assert explained(TWO, "service --all")[:2] == [
        "racknet: service ipv4: 10.0.1.5 on ens5",
        "decided by: default route, not proven; the next is 10.9.0.4 on ens6",
    ]


def test_explanation_of_private_addresses() -> None:
    """Beside a public answer a private address is only that: no NAT is in question."""
    assert explained("nic ens5 203.0.113.5/24 10.0.1.5/24 device", "public")[-1] == "  ens5  10.0.1.5      private"


@pytest.mark.parametrize("others", ["nic ens3 fe80::3/64 device\nnic ens4 device", "nic ens4 device", "known"])
def test_interface_that_is_not_there(others: str) -> None:
    """`--interface nosuch` blames the filter: no host that boots, no other interface that has no address yet."""
    error = error_of(f"{others}\nbridge docker0", "public ipv6 --interface nosuch")
    assert error.message == "no public ipv6 address on this host with --interface nosuch"
    assert "ens4" not in error.details
    assert "no ipv6 address" not in error.details
    assert "--interface nosuch" in error.hint
    assert error.hint != hints.booting("option")


def test_host_that_boots() -> None:
    """Where there are only interfaces without an address and skipped ones, the hint is to wait."""
    lines = text_of("nic ens3 device\nnic ens4 device down\nbridge docker0 172.17.0.1/16", "public").splitlines()
    assert lines[1:] == [
        "  ens3     -            no ipv4 address",
        "  docker0  172.17.0.1   container interface",
        f"hint: {hints.booting('option')}",
    ]


def test_way_that_is_not_there() -> None:
    """Where no route leads to the address of --reach, the hint is to look at the routes."""
    error = error_of("nic ens3 10.0.0.1/24 device", "service --reach 10.9.9.9")
    assert error.hint == "does a route lead to 10.9.9.9? see ip route get 10.9.9.9"


def test_at_most_ten_lines() -> None:
    """Of many addresses ten are named, the best first, and the rest is counted."""
    interfaces = "\n".join(f"nic veth{n} 10.0.{n}.1/24" for n in range(12))
    lines = text_of(f"{interfaces}\nnic ens3 10.9.0.1/24", "public").splitlines()
    assert [line.split()[0] for line in lines[1:11]] == ["ens3", *(f"veth{n}" for n in range(9))]
    assert lines[11:] == ["  and 3 more", f"hint: {hints.behind_nat(None)}"]


def test_every_reason_has_its_place() -> None:
    """All reasons to skip an address are in the order of the lines, but for the loopback interface, which has none."""
    assert {*messages.ORDER, rules.LOOPBACK} == set(rules.EXCLUSIONS)
    assert len(messages.ORDER) == len(rules.EXCLUSIONS) - 1


def test_explanation_has_all_lines() -> None:
    """An explanation names every address, however many there are."""
    interfaces = "\n".join(f"nic veth{n} 10.0.{n}.1/24" for n in range(40))
    host = parse_layout(f"{interfaces}\nnic ens3 203.0.113.1/24").host
    assert len(messages.explanation(select_address(host, make_query("public"))).splitlines()) == 2 + 41


def test_names_cannot_steer_a_terminal() -> None:
    """Control characters of an interface's name are escaped, and so are bytes that are not UTF-8."""
    layout = "nic \x1b[2Jx 10.0.0.1/24\nnic \udc80 10.0.1.1/24\nbridge docker0"
    for text in (text_of(layout, "service"), text_of(layout, "service --interface \x07")):
        assert all(c == "\n" or c.isprintable() for c in text), text
        assert r"\x1b[2Jx" in text
        assert r"\udc80" in text


def test_errors_of_several_queries() -> None:
    """Where none of four queries has an answer, both networks' errors for IPv4 are shown."""
    host = HOSTS["no-address-yet"].layout.host
    error = messages.no_addresses(select_addresses(host, [make_query(line) for line in FOUR]), None)
    assert isinstance(error, NoAddresses)
    assert [each.message for each in error.errors] == [
        "no public ipv4 address on this host",
        "no service ipv4 address on this host",
    ]
    heads = [line for line in messages.format_error(error).splitlines() if line.startswith("racknet: ")]
    assert heads == [f"racknet: {each.message}" for each in error.errors]
    documents = json.loads(messages.format_error_json(error))
    assert [document["error"] for document in documents] == [each.message for each in error.errors]


def test_errors_of_several_queries_in_a_container() -> None:
    """In a container's own network there is one error for all."""
    host = HOSTS["bridged-container"].layout.host
    error = messages.no_addresses(select_addresses(host, [make_query(line) for line in FOUR]), None)
    assert messages.format_error(error) == (
        "racknet: no address of this host: this is a container's own network, not a host's\n"
        f"hint: {hints.not_a_host('variable')}\n"
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UsageError("'x\x07' is wrong", "see\x07"), "racknet: 'x\\x07' is wrong\nhint: see\\x07\n"),
        (HostReadError("cannot read", "look"), "racknet: cannot read\nhint: look\n"),
        (OutputError("disk full"), "racknet: disk full\n"),
        (KeyError("x"), "racknet: KeyError: 'x'\nhint: this is a fault of racknet's own, please report it\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_errors(error: Exception, expected: str) -> None:
    """Each error has one form for people, and one for programs, which have to escape nothing themselves."""
    assert messages.format_error(error) == expected
    document = json.loads(messages.format_error_json(error))
    hint = error.hint if isinstance(error, RacknetError) else hints.INTERNAL
    what = str(error) if isinstance(error, RacknetError) else f"KeyError: {error}"
    assert document == {"error": what, "hint": hint, "addresses": []}


def test_nat_is_for_ipv4() -> None:
    """Providers translate no IPv6 addresses: the hint for a missing one speaks of no provider."""
    assert "AWS" not in error_of("nic ens5 fd00::5/64 device\ndefault ens5 via fe80::1", "public ipv6").hint


def test_error_for_programs() -> None:
    """An error has its addresses as data, all of them, with the reason against each."""
    interfaces = "\n".join(f"nic veth{n} 10.0.{n}.1/24" for n in range(20))
    document = json.loads(messages.format_error_json(error_of(f"{interfaces}\nnic ens3 10.9.0.1/24", "public")))
    reason = "private; the host may sit behind NAT"
    assert document["addresses"][0] == {"interface": "ens3", "address": "10.9.0.1", "why": reason}
    assert len(document["addresses"]) == 21
    ambiguous = json.loads(messages.format_error_json(error_of(TWO, "service --strict")))
    assert [each["interface"] for each in ambiguous["addresses"]] == ["ens5", "ens6"]


@pytest.mark.parametrize(
    ("layout", "line", "hint"),
    [
        ("nic ens5 10.0.1.5/24 device down", "service", "ens5 is down; to bring it up: ip link set ens5 up"),
        ("nic ens5 203.0.113.5/24 device down\nnic ens6 device", "service", hints.booting("option")),
        ("nic a 10.0.1.5/24 device\nnic b 11.0.0.4/24 device\ndefault a", "public", "name it: {} --interface b"),
        (
            "nic eth0 10.0.2.15/24 device\ndefault eth0 via 10.0.2.2",
            "service --strict",
            "name it: {} --interface eth0 ",
        ),
        ("nic ens5 10.0.1.5/24 device", "service --cidr 10.9.0.0/16", "--cidr 10.9.0.0/16 leaves no address; "),
    ],
)
def test_hints_by_reason(layout: str, line: str, hint: str) -> None:
    """The hint goes by the reasons against the addresses: down, no way out, a hypervisor's NAT, a filter."""
    network = line.split(maxsplit=1)[0]
    assert hint.format(f"racknet {network} ipv4") in error_of(layout, line).hint


def test_hint_at_the_other_family() -> None:
    """Where the other family has an answer, the hint is how to ask for it: by a line, or in Python."""
    selection = select_address(parse_layout("nic ens5 2001:db8::5/64 device").host, make_query("public"))
    for way, expected in (("option", "racknet public ipv6"), ("argument", "racknet.public('ipv6')")):
        error = messages.no_address(selection, way, other_family="ipv6")
        assert error.hint == f"there is one of ipv6: {expected}"


@pytest.mark.parametrize(
    ("layout", "line", "expected"),
    [
        ("nic ens5 10.0.1.5/24 fe80::5/64 device\nnic ens6 10.9.0.4/24 device", "service ipv6", "ens5 and ens6 tie"),
        (f"{TWO.replace('/24', '/24 fe80::5/64', 1)}", "service ipv6 --strict", "10.0.1.5 on ens5 is preferred to "),
    ],
)
def test_doubts_of_service_ipv6(layout: str, line: str, expected: str) -> None:
    """Where `service ipv4` is in doubt, `service ipv6` says that it is that of `service ipv4`."""
    assert f": service ipv4: {expected}" in error_of(layout, line).message
