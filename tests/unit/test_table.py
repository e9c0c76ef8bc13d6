"""`racknet list`, for people and for programs."""

from __future__ import annotations

import json
import os
from typing import Any

import jsonschema
import pytest
from support.cases import cases
from support.hosts import HOSTS
from support.layout import parse_layout
from support.list_schema import LIST_SCHEMA
from support.on_host import on_host, run
from support.queries import FOUR, answer_of, make_query

from racknet.core.facts import Host
from racknet.core.inventory import Entry, InterfaceState, take_inventory
from racknet.core.selection import select_addresses
from racknet.output.table import format_addresses, format_interfaces, is_colourful


def entries_of(host: Host) -> list[Entry]:
    return take_inventory(host, select_addresses(host, [make_query(line) for line in FOUR]))


def addresses_of(name: str, *, colour: bool = False) -> str:
    return format_addresses(entries_of(HOSTS[name].layout.host), colour=colour, width=0)


def test_long_reasons_are_wrapped() -> None:
    """On a terminal the table stays within its width where the names allow it; elsewhere a line is an address."""
    entries = entries_of(HOSTS["rackspace"].layout.host)
    whole, narrow = (format_addresses(entries, colour=False, width=width) for width in (0, 80))
    assert "2001:4802:7800:1:be76:4eff:fe20:b4c1/64" in narrow
    assert max(map(len, narrow.splitlines())) <= 80 < max(map(len, whole.splitlines()))
    assert len(narrow.splitlines()) > len(whole.splitlines()) == len(entries) + 1
    assert narrow.split() == whole.split()


def test_interfaces() -> None:
    """The table says whether each interface has a link, and how fast; without a carrier there is no speed."""
    interfaces = list(parse_layout("nic eth0\nnic eth1\nnic eth2 down\nnic eth3").host.interfaces.values())
    states = {
        "eth0": InterfaceState(has_carrier=True, speed=10000, mtu=9000),
        "eth1": InterfaceState(has_carrier=False, speed=1000, mtu=1500),
        "eth2": InterfaceState(has_carrier=False, speed=1000),
        "eth3": InterfaceState(has_carrier=True, speed=2500, mtu=1500),
    }
    assert (
        format_interfaces(interfaces, [], states, colour=False)
        == """\
   INTERFACE  LINK        SPEED        MTU
   eth0       up          10 Gbit/s    9000
   eth1       no carrier  -            1500
   eth2       down        -            -
   eth3       up          2500 Mbit/s  1500
   lo         up          -            -
"""
    )


def test_interfaces_are_in_the_order_of_the_addresses() -> None:
    """Both tables have one order; interfaces without an address come last, in natural order."""
    host = parse_layout(
        "lo 127.0.0.1/8\nnic docker0 172.17.0.1/16\nnic eth10\nnic eth9\nnic eth1 10.1.0.7/24 device\n"
        "nic eth0 203.0.113.7/24 device"
    ).host
    interfaces, entries = list(host.interfaces.values()), entries_of(host)
    first, second = (
        [line[3:].split()[0] for line in text.splitlines()[1:]]
        for text in (
            format_addresses(entries, colour=False, width=0),
            format_interfaces(interfaces, entries, {}, colour=False),
        )
    )
    assert first == ["eth0", "eth1", "docker0", "lo"]
    assert second == [*first, "eth9", "eth10"]


@cases(
    "environ is_terminal expected",
    ({}, True, True),
    ({}, False, False),
    ({"NO_COLOR": ""}, True, True),
    ({"NO_COLOR": "1"}, True, False),
    ({"TERM": "dumb"}, True, False),
)
def test_colour(environ: dict[str, str], is_terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is for terminals, and never with NO_COLOR."""
    monkeypatch.setattr(os, "isatty", lambda _: is_terminal)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert is_colourful() is expected


def test_colour_changes_no_text() -> None:
    """Bold are the heads and the answers, dim is what answers nothing; the text is the same."""
    plain, coloured = addresses_of("equinix-metal"), addresses_of("equinix-metal", colour=True)
    marks = ["\x1b[1m"] * 4 + ["\x1b[2m"]
    lines = [f"{mark}{line}\x1b[0m" for mark, line in zip(marks, plain.splitlines(), strict=True)]
    assert coloured.splitlines() == lines
    assert lines[2].startswith("\x1b[1m*  bond0:0    10.99.10.3/31  ")  # by its label
    first, second = (format_interfaces([], [], {}, colour=colour) for colour in (False, True))
    assert second == f"\x1b[1m{first[:-1]}\x1b[0m\n"


Capture = pytest.CaptureFixture[str]


def listed(host: str, capfd: Capture, **environ: str) -> Any:
    """Return what `racknet list --json` prints on a host of the table."""
    with on_host(HOSTS[host].layout.host):
        assert run("list", "--json", **environ) == 0
    return json.loads(capfd.readouterr().out)


@pytest.mark.parametrize("name", ["rackspace", "equinix-metal", "aws", "bridged-container", "no-address-yet"])
def test_list(name: str, capfd: Capture) -> None:
    """The list fits its schema, and has every address and interface, and the answers."""
    found, layout = listed(name, capfd), HOSTS[name].layout
    jsonschema.validate(found, LIST_SCHEMA)
    answers = {query: entry["address"] for entry in found["addresses"] for query in entry["answers"]}
    assert {line: answers.get(line, "") for line in FOUR} == {line: answer_of(layout.host, line) for line in FOUR}
    assert len(found["addresses"]) == len(layout.addresses)
    assert [link["interface"] for link in found["interfaces"]] == list(layout.interfaces)


def test_labels(capfd: Capture) -> None:
    """An address has the name of its interface, and a label or null."""
    found = {
        entry["address"]: (entry["interface"], entry["label"]) for entry in listed("equinix-metal", capfd)["addresses"]
    }
    assert found["10.99.10.3"] == ("bond0", "bond0:0")
    assert found["147.75.80.11"] == ("bond0", None)


@pytest.mark.parametrize(
    "environ",
    [{}, {"RACKNET_PUBLIC_INTERFACE": "eth0"}, {"RACKNET_SERVICE_INTERFACE": "*", "RACKNET_PUBLIC_INTERFACE": "*"}],
)
def test_container_is_no_host(environ: dict[str, str], capfd: Capture) -> None:
    """The list says that a container's own network is not a host's, whatever variables are set."""
    assert listed("bridged-container", capfd, **environ)["host"] is False
