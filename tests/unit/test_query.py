"""A query: what it asks, and what it names."""

from __future__ import annotations

import pytest
from support.layout import parse_layout
from support.queries import make_query

from racknet.core.query import label_of


def test_blocks() -> None:
    """Each block restricts its own family alone."""
    query = make_query("service --cidr 10.0.0.0/8,fd00::/8 --cidr 192.168.0.1")
    assert [block.text for block in query.blocks("ipv4")] == ["10.0.0.0/8", "192.168.0.1"]
    assert [block.text for block in query.blocks("ipv6")] == ["fd00::/8"]
    assert str(query) == "service ipv4"


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("eth0", ["10.0.0.1", "10.0.0.2"]),
        ("eth0:1", ["10.0.0.2"]),
        ("*:1", ["10.0.0.2"]),
        ("eth1", ["10.0.0.3"]),  # 10.0.0.2 is labelled eth0:1, and 10.0.0.4 has another interface's name as its label
        ("eth2", ["10.0.0.4"]),
    ],
)
def test_includes(glob: str, expected: list[str]) -> None:
    """A glob names interfaces, and labels; the name of another interface is no label."""
    host = parse_layout("nic eth0 10.0.0.1/24 10.0.0.2/24@eth0:1\nnic eth1 10.0.0.3/24\nnic eth2 10.0.0.4/24@eth1").host
    query = make_query(f"service --interface {glob}")
    assert [address.text for address in host.addresses if query.includes(host, address)] == expected
    assert [label_of(host, address) for address in host.addresses] == ["", "eth0:1", "", ""]
