"""Blocks of addresses, and patterns of names."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random

import pytest

from racknet import rules
from racknet.facts import Address
from racknet.patterns import Block, Name, number

BLOCKS = [block for _, blocks in rules.CLASSES for block in blocks]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.text)
def test_block_is_what_ipaddress_says(block: Block) -> None:
    """A block holds its first and its last address, none beside them, as Python's own library has it."""
    network = ip_network(block.text)
    family = f"ipv{network.version}"
    ends = [int(network[0]), int(network[-1])]
    near = [n for n in (ends[0] - 1, ends[1] + 1) if 0 <= n < 1 << network.max_prefixlen]
    inside = [network[Random(block.text).randrange(network.num_addresses)]]
    for value in [*ends, *near, *map(int, inside)]:
        text = str(ip_address(value) if network.version == 4 else ip_address(value.to_bytes(16, "big")))
        assert (Address("eth0", family, text, number(family, text), 24) in block) == (ip_address(text) in network), text


def test_families_do_not_mix() -> None:
    """An IPv4 block holds no IPv6 address, whatever its number."""
    assert Address("eth0", "ipv6", "::a00:1", 0x0A000001, 64) not in Block("10.0.0.0/8")


@pytest.mark.parametrize(("text", "shift"), [("10.1.2.3", 0), ("2001:db8::1", 0), ("10.1.2.3/8", 24), ("::/0", 128)])
def test_host_bits_and_bare_addresses(text: str, shift: int) -> None:
    """Host bits are put aside; a bare address is a block of one."""
    assert Block(text).shift == shift


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        (Name("docker*"), "docker", True),
        (Name("docker*"), "mydocker0", False),
        (Name("cbr0"), "cbr0", True),
        (Name("cbr0"), "cbr00", False),
        (Name("tun", "digits"), "tun", False),
        (Name("tun", "digits"), "tun12", True),
        (Name("tun", "digits"), "tun1a", False),
        (Name("tun", "digits"), "tun²", False),  # a digit to str.isdigit
        (Name("br-", "12 hex digits"), "br-0123456789ab", True),
        (Name("br-", "12 hex digits"), "br-0123456789AB", False),
        (Name("br-", "12 hex digits"), "br-0123456789abc", False),
    ],
    ids=lambda value: value.text if isinstance(value, Name) else str(value),
)
def test_name(pattern: Name, name: str, expected: bool) -> None:
    """A pattern fits whole names."""
    assert pattern.matches(name) is expected
