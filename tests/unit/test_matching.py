"""CIDR blocks hold addresses, patterns match names, and a query knows what its filters name."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random

import pytest

from racknet.core import rules
from racknet.core.facts import Address
from racknet.core.matching import (
    CidrBlock,
    NamePattern,
    NamePatterns,
    cidr_blocks,
    format_address,
    in_blocks,
    parse_address,
)

BLOCKS = [block for _, blocks in rules.CLASSES for block in blocks]


def address(text: str, interface: str = "eth0", label: str = "") -> Address:
    family = f"ipv{ip_address(text).version}"
    return Address(interface, family, text, parse_address(family, text), 24, label=label)


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


def test_families_do_not_mix() -> None:
    """An IPv4 block holds no IPv6 address, whatever its number."""
    assert address("::a00:1") not in CidrBlock("10.0.0.0/8")
    assert address("10.0.0.1") not in CidrBlock("::/96")


@pytest.mark.parametrize(
    ("text", "shift", "is_bare"),
    [("10.1.2.3", 0, True), ("2001:db8::1", 0, True), ("10.1.2.3/32", 0, False), ("10.1.2.3/8", 24, False)],
)
def test_host_bits_and_bare_addresses(text: str, shift: int, is_bare: bool) -> None:
    """Host bits are ignored. A bare address is a block of one, and is known as bare."""
    block = CidrBlock(text)
    assert (block.shift, block.is_bare) == (shift, is_bare)
    assert address(text.partition("/")[0]) in block


def test_in_blocks() -> None:
    """An address is in blocks if it is in one of them."""
    blocks = cidr_blocks("10.0.0.0/8 2001:db8::/32")
    inside = [in_blocks(address(text), blocks) for text in ("10.9.9.9", "2001:db8::9", "11.0.0.0", "2001:db9::")]
    assert inside == [True, True, False, False]
    assert not in_blocks(address("10.9.9.9"), [])


@pytest.mark.parametrize(
    ("family", "text"), [("ipv4", "10.1.2.3"), ("ipv6", "2001:db8::1"), ("ipv6", "::ffff:1.2.3.4")]
)
def test_address_to_number_and_back(family: str, text: str) -> None:
    """The number of an address is ipaddress's; its bytes have the same text again."""
    number = parse_address(family, text)
    assert number == int(ip_address(text))
    assert format_address(family, number.to_bytes(4 if family == "ipv4" else 16, "big")) == text


@pytest.mark.parametrize(("family", "text"), [("ipv4", "10.1"), ("ipv4", "::1"), ("ipv6", "10.1.2.3"), ("ipv6", "")])
def test_text_that_is_not_an_address(family: str, text: str) -> None:
    """A text that is not an address of the family is an OSError."""
    with pytest.raises(OSError, match="illegal IP address"):
        parse_address(family, text)


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("docker*", "docker", True),
        ("docker*", "mydocker0", False),
        ("cbr0", "cbr0", True),
        ("cbr0", "cbr00", False),
        ("tun<digits>", "tun", False),
        ("tun<digits>", "tun12", True),
        ("tun<digits>", "tun1a", False),
        ("tun<digits>", "tun²", False),  # a digit to str.isdigit
        ("br-<12 hex digits>", "br-0123456789ab", True),
        ("br-<12 hex digits>", "br-0123456789AB", False),
        ("br-<12 hex digits>", "br-0123456789a", False),
        ("br-<12 hex digits>", "br-0123456789abc", False),
    ],
)
def test_name_pattern(pattern: str, name: str, matches: bool) -> None:
    """A pattern matches whole names."""
    assert NamePattern(pattern).matches(name) is matches
    assert NamePatterns("other", pattern).match(name) is matches
