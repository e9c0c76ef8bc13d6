"""The natural order of interfaces' names."""

from __future__ import annotations

import pytest

from racknet.core.text import natural


def test_natural_order() -> None:
    """Numbers count as numbers, and come after letters."""
    names = ["2lan", "eth10", "br0", "eth2.10", "0lan", "eth2", "br", "eth2.9"]
    assert sorted(names, key=natural) == ["br", "br0", "eth2", "eth2.9", "eth2.10", "eth10", "0lan", "2lan"]


@pytest.mark.parametrize(("first", "second"), [("eth9", "eth90"), ("WAN2", "WAN10"), ("eth0:2", "eth0:10")])
def test_numbers_count_as_numbers(first: str, second: str) -> None:
    """A number in a name counts as a number, whatever stands before it."""
    assert natural(first) < natural(second)
