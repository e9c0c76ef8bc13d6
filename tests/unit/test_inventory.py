"""What `racknet list` shows of each address: its class, the queries that it answers, and one reason."""

from __future__ import annotations

from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import FOUR, make_query

from racknet.core.facts import Host
from racknet.core.inventory import Entry, take_inventory
from racknet.core.selection import select_addresses

QUERIES = [make_query(line) for line in FOUR]


def entries_of(host: Host) -> list[Entry]:
    return take_inventory(host, select_addresses(host, QUERIES))


def entries(layout: str) -> list[tuple[str, str, list[str], str]]:
    """Return the addresses of a layout with their classes, the queries that they answer and their reasons."""
    return [(e.address.text, e.address_class, e.answers, e.why) for e in entries_of(parse_layout(layout).host)]


def test_order() -> None:
    """Answers come first, then candidates, then the others by their interfaces, container interfaces and `lo` last."""
    layout = """
    lo 10.99.0.1/32
    nic docker0 172.17.0.1/16
    nic ens10 10.2.0.7/24 169.254.0.7/16 device
    nic ens9 10.1.0.7/24 10.1.0.100/32 device
    nic ens3 203.0.113.7/24 device
    """
    assert [(text, why) for text, _, _, why in entries(layout)] == [
        ("203.0.113.7", "the only candidate"),
        ("10.1.0.7", "ties with ens10"),
        ("10.1.0.100", "ens10 is preferred: no host prefix"),
        ("10.2.0.7", "ties with ens9"),
        ("169.254.0.7", "never an answer"),
        ("172.17.0.1", "container interface"),
        ("10.99.0.1", "loopback"),
    ]


def test_most_telling_reason() -> None:
    """Of the reasons against an address, that of the network whose class it has is shown."""
    layout = "nic ens3 10.0.0.7/24 10.0.0.100/32 203.0.113.7/24 device\nnic eth1 10.1.0.7/24 device"
    assert entries(layout) == [
        ("203.0.113.7", "public", ["public ipv4"], "the only candidate"),
        ("10.1.0.7", "private", ["service ipv4"], "no public address on the interface, not proven"),
        ("10.0.0.7", "private", [], "eth1 is preferred: no public address on the interface"),
        ("10.0.0.100", "private", [], "10.0.0.7 is preferred: no host prefix"),
    ]


def test_container() -> None:
    """In a container's own network no address answers a query."""
    found = entries_of(HOSTS["bridged-container"].layout.host)
    assert [(entry.address.text, entry.answers, entry.why) for entry in found] == [
        ("172.17.0.5", [], "of the container"),
        ("10.0.1.3", [], "of the container"),
        ("10.8.0.1", [], "tunnel"),
    ]
