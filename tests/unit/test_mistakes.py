"""What a wrong command line hints at."""

from __future__ import annotations

import shlex

import pytest

from racknet.cli import mistakes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "see racknet --help"),
        ("pubic", "see racknet --help"),
        ("sevice public", "see racknet --help"),
        ("list x", "see racknet list --help"),
        ("public --cidr 10.0.0.0/33", "see racknet public --help"),
        ("service ipv5", "see racknet service --help"),
        ("service ''", "see racknet service --help"),
        ("service ipv4 x", "see racknet service --help"),
        ("--interface eth1 service", "write: racknet service --interface eth1"),
        ("--json service ipv6", "write: racknet service ipv6 --json"),
        ("ipv4 service", "write: racknet service ipv4"),
        ("public --version", "write: racknet --version"),
        ("service --quiet", mistakes.SILENCE),
        ("service -q", mistakes.SILENCE),
        ("service eth1", "to choose an interface: racknet service --interface eth1"),
    ],
)
def test_hint(line: str, expected: str) -> None:
    """The hint is the line that was meant, or else the help of the command."""
    assert mistakes.hint(shlex.split(line)) == expected
