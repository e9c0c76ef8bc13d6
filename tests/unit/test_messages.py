"""What users read beside an answer, or instead of one."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from support.cases import cases
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core import rules
from racknet.core.facts import Host
from racknet.core.selection import select_address, select_addresses
from racknet.errors import HostReadError, NoAddress, NoAddresses, OutputError, RacknetError, UsageError
from racknet.output import hints, messages

TOOL = Path(__file__).parent.parent.parent / "tests" / "support" / "write_messages.py"


def error_of(host: Host | str, line: str) -> NoAddress:
    """Return the error for a query on a host or a layout."""
    facts = parse_layout(host).host if isinstance(host, str) else host
    return messages.no_address(select_address(facts, make_query(line)))


def test_all_messages() -> None:
    """All that racknet prints is as tests/messages.txt has it, which script/messages writes."""
    tool = runpy.run_path(str(TOOL))
    assert tool["text"]() == tool["FILE"].read_text()


TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"


def explained(layout: str, line: str) -> list[str]:
    return messages.explanation(select_address(parse_layout(layout).host, make_query(line))).splitlines()


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


def test_every_reason_has_its_place() -> None:
    """All reasons to skip an address are in the order of the lines, but for the loopback interface, which has none."""
    assert {*messages.ORDER, rules.LOOPBACK} == set(rules.EXCLUSIONS)
    assert len(messages.ORDER) == len(rules.EXCLUSIONS) - 1


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


@cases(
    "error expected",
    (UsageError("'x\x07' is wrong", "see\x07"), "racknet: 'x\\x07' is wrong\nhint: see\\x07\n"),
    (HostReadError("cannot read", "look"), "racknet: cannot read\nhint: look\n"),
    (OutputError("disk full"), "racknet: disk full\n"),
    (KeyError("x"), "racknet: KeyError: 'x'\nhint: this is a fault of racknet's own, please report it\n"),
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


def test_booting_comes_before_down() -> None:
    """Where an interface has no address yet, the hint is to wait, although another one is down."""
    error = error_of("nic ens5 203.0.113.5/24 device down\nnic ens6 device", "service")
    assert error.hint == hints.booting("option")


def test_hint_at_the_other_family() -> None:
    """Where the other family has an answer, the hint is how to ask for it: by a line, or in Python."""
    selection = select_address(parse_layout("nic ens5 2001:db8::5/64 device").host, make_query("public"))
    for way, expected in (("option", "racknet public ipv6"), ("argument", "racknet.public('ipv6')")):
        error = messages.no_address(selection, way, other_family="ipv6")
        assert error.hint == f"there is one of ipv6: {expected}"


def test_explanation_has_all_lines() -> None:
    """An explanation names every address, however many there are."""
    layout = "\n".join(f"nic veth{n} 10.0.{n}.1/24" for n in range(40))
    assert len(explained(f"{layout}\nnic ens3 203.0.113.1/24", "public")) == 2 + 41
