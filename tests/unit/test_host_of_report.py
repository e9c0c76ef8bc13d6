"""A report has the facts of a host and nothing else, and becomes a row of the table again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import host_of_report
from support.hosts import HOSTS, HostCase, load_hosts
from support.layout import parse_layout
from support.queries import FOUR, answer_of

from racknet import __version__
from racknet.core.facts import Host
from racknet.core.known import INTERNET, LOOPBACK_TYPE
from racknet.output.report import format_report

# The document's keys: no other fact of the machine is in it.
KEYS = {
    "interfaces": {"name", "up", "has_carrier", "link_type", "kind", "has_device", "lower", "alternative_names"},
    "addresses": {"interface", "family", "address", "prefix_length", "label", "flags", "scope"},
    "routes": {
        *("family", "interface", "metric", "gateway", "source"),
        *("destination", "table", "preference", "state", "lifetime"),
    },
}
WAY = {"interface", "source", "gateway"}


def facts(host: Host) -> dict[str, object]:
    """Return the facts of a host, but for the order of the lists, and the ways that `--reach` asks for."""

    def slots(thing: object) -> dict[str, object]:
        return {name: getattr(thing, name) for name in thing.__slots__}  # type: ignore[attr-defined]

    no_kind = {"kind": ""}  # of the loopback interface; some rows write it as a NIC
    return {
        "known": host.known_host,
        "interfaces": {
            name: slots(interface) | (no_kind if interface.link_type == LOOPBACK_TYPE else {})
            for name, interface in host.interfaces.items()
        },
        "addresses": sorted((slots(address) for address in host.addresses), key=lambda a: str(a["interface"])),
        "routes": sorted((slots(route) for route in host.routes), key=repr),
        "ways": {to: way and slots(way) for to, way in host.ways.items() if to in INTERNET.values()},
    }


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_each_host(case: HostCase) -> None:
    """The report of each host of the table is read as it was, and written as lines that make the same host."""
    host = case.layout.host
    found = host_of_report.read_report(format_report(host, is_as_is=True))
    assert facts(found) == facts(host)
    assert facts(parse_layout(host_of_report.layout_of(found)).host) == facts(host)


def test_document() -> None:
    """The document has the version, whether it is in disguise, and the facts: these keys and no others."""
    report = json.loads(format_report(HOSTS["rackspace"].layout.host, is_as_is=False))
    ways = report.pop("ways")
    assert {to: set(way or WAY) for to, way in ways.items()} == dict.fromkeys(INTERNET.values(), WAY)
    assert {name: set().union(*report.pop(name)) for name in KEYS} == KEYS
    assert report == {"racknet": __version__, "as_is": False, "host": True, "known_host": False}


def test_row(tmp_path: Path) -> None:
    """The row is one that the table takes, with today's answers."""
    host = parse_layout("nic ens5 10.0.0.5/24 fe80::5/64 device\nlo 127.0.0.1/8,host\ndefault ens5 via 10.0.0.1").host
    (tmp_path / "hosts.toml").write_text(host_of_report.format_row("new", host))
    (case,) = load_hosts(tmp_path / "hosts.toml")
    assert case.answers == {line: answer_of(host, line) for line in FOUR}
    assert {address.interface for address in case.layout.addresses} == {"ens5"}  # every host has the others
