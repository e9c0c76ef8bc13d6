"""CIDR blocks hold addresses, patterns match names, a query names addresses, and names have their natural order."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random

import pytest
from support.cases import cases
from support.layout import parse_layout
from support.queries import make_query

from racknet.core import rules
from racknet.core.facts import Address
from racknet.core.matching import CidrBlock, NamePatterns, format_address, parse_address
from racknet.core.query import label_of
from racknet.core.text import natural

BLOCKS = [block for _, blocks in rules.CLASSES for block in blocks]


def address(text: str) -> Address:
    family = f"ipv{ip_address(text).version}"
    return Address("eth0", family, text, parse_address(family, text), 24)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.text)
def test_block_agrees_with_ipaddress(block: CidrBlock) -> None:
    """A block holds its first and last address, and neither neighbour, as Python's ipaddress says."""
    network = ip_network(block.text)
    ends = [int(network[0]), int(network[-1])]
    neighbours = [n for n in (ends[0] - 1, ends[1] + 1) if 0 <= n < 1 << network.max_prefixlen]
    inside = int(network[Random(block.text).randrange(network.num_addresses)])
    for number in [*ends, *neighbours, inside]:
        ip = ip_address(number.to_bytes(network.max_prefixlen // 8, "big"))
        assert (address(str(ip)) in block) == (ip in network), ip


@cases(
    "text holds is_bare",
    ("10.1.2.3", {"10.1.2.3": True, "10.1.2.4": False}, True),
    ("2001:db8::1", {"2001:db8::1": True, "10.0.0.1": False}, True),
    ("10.1.2.3/32", {"10.1.2.3": True, "10.1.2.2": False}, False),
    ("10.1.2.3/8", {"10.9.9.9": True, "11.1.2.3": False, "::a01:203": False}, False),  # host bits are ignored
    ("::/96", {"::a00:1": True, "10.0.0.1": False}, False),  # families do not mix
)
def test_blocks(text: str, holds: dict[str, bool], is_bare: bool) -> None:
    """A block holds the addresses of its family with its first bits. A bare address is a block of one."""
    block = CidrBlock(text)
    assert {each: address(each) in block for each in holds} == holds
    assert block.is_bare is is_bare


@pytest.mark.parametrize("text", ["10.1.2.3", "2001:db8::1", "::ffff:1.2.3.4"])
def test_address_to_number_and_back(text: str) -> None:
    """The number of an address is ipaddress's; its bytes have the same text again."""
    ip = ip_address(text)
    assert parse_address(f"ipv{ip.version}", text) == int(ip)
    assert format_address(f"ipv{ip.version}", ip.packed) == text


@pytest.mark.parametrize(("family", "text"), [("ipv4", "10.1"), ("ipv4", "::1"), ("ipv6", "10.1.2.3"), ("ipv6", "")])
def test_text_that_is_not_an_address(family: str, text: str) -> None:
    """A text that is not an address of the family is an OSError."""
    with pytest.raises(OSError, match="illegal IP address"):
        parse_address(family, text)


@cases(
    "pattern matching others",
    ("docker*", "docker docker0", "mydocker0"),
    ("cbr0", "cbr0", "cbr00"),
    ("tun<digits>", "tun12", "tun tun1a tun²"),  # which is a digit to str.isdigit
    ("br-<12 hex digits>", "br-0123456789ab", "br-0123456789AB br-0123456789a br-0123456789abc"),
)
def test_name_pattern(pattern: str, matching: str, others: str) -> None:
    """A pattern matches whole names."""
    for name in [*(names := matching.split()), *others.split()]:
        assert NamePatterns("other", pattern).match(name) is (name in names)
        assert not NamePatterns().match(name)


@cases(
    "glob expected",
    ("eth0", ["10.0.0.1", "10.0.0.2"]),
    ("eth0:1", ["10.0.0.2"]),
    ("*:1", ["10.0.0.2"]),
    ("eth1", ["10.0.0.3"]),  # 10.0.0.2 is labelled eth0:1, and 10.0.0.4 has another interface's name as its label
    ("eth2", ["10.0.0.4"]),
    ("e*", ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
)
def test_query_includes(glob: str, expected: list[str]) -> None:
    """A glob names interfaces, and labels; the name of another interface is no label."""
    host = parse_layout("nic eth0 10.0.0.1/24 10.0.0.2/24@eth0:1\nnic eth1 10.0.0.3/24\nnic eth2 10.0.0.4/24@eth1").host
    query = make_query(f"service --interface {glob}")
    assert [address.text for address in host.addresses if query.includes(host, address)] == expected
    assert [label_of(host, address) for address in host.addresses] == ["", "eth0:1", "", ""]


def test_blocks_of_a_query() -> None:
    """Each block restricts its own family alone."""
    query = make_query("service --cidr 10.0.0.0/8,fd00::/8 --cidr 192.168.0.1")
    assert [block.text for block in query.blocks("ipv4")] == ["10.0.0.0/8", "192.168.0.1"]
    assert [block.text for block in query.blocks("ipv6")] == ["fd00::/8"]


@pytest.mark.parametrize(
    "names", ["br br0 eth2 eth2.9 eth2.10 eth10 0lan 2lan", "eth9 eth90", "WAN2 WAN10", "eth0:2 eth0:10"]
)
def test_natural_order(names: str) -> None:
    """Numbers count as numbers, whatever stands before them, and come after letters."""
    backwards = names.split()[::-1]
    assert sorted(backwards, key=natural) == backwards[::-1]
