"""Candidates compared: the facts that the preferences look at, and which answers are in doubt or proven."""

from __future__ import annotations

import pytest
from support.queries import doubt_of, select

from racknet.core.comparison import CONTRADICTION, UNPROVEN

VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""


def test_contradiction() -> None:
    """A preferred source off its gateway's network, and an address in it, contradict each other on one interface."""
    selection = select("service", VIP)
    assert selection.address is None
    assert doubt_of(selection.doubt) == (
        CONTRADICTION,
        ["192.168.222.210", "192.168.222.211"],
        "preferred source of the default route",
        "in the network of the default gateway",
    )
    third = select("service", VIP.replace(" device", " 192.168.222.209/32 device"))  # it speaks for nothing
    assert doubt_of(third.doubt) == doubt_of(selection.doubt)
    # It is none where the two are on different interfaces, or where one of the facts is missing.
    for other in (
        VIP.replace(" src 192.168.222.210", ""),
        VIP.replace("src 192.168.222.210", "src 192.168.222.211"),
        VIP.replace("192.168.222.210/32", "192.168.222.210/24"),
        VIP.replace(" 192.168.222.210/32", "") + "lo 192.168.222.210/32",
    ):
        assert select("service", other).doubt is None, other


TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1\n"


@pytest.mark.parametrize(
    ("line", "layout", "expected"),
    [
        ("service", "nic ens5 10.0.1.5/24 device", None),  # a single candidate
        ("service", TWO, (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "")),
        ("service --cidr 10.0.1.0/24", TWO, None),  # what the user names is compared among itself
        ("service --exclude ens6", TWO, None),
        ("service", "nic ens5 10.0.1.5/24 10.0.1.6/32 device", None),  # no host prefix is a proof
        (
            "service",
            f"{TWO}nic ens7 100.64.0.5/10 device",
            (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", ""),
        ),
        (
            "service",
            "nic ens5 100.64.0.5/10 device\nnic ens6 10.9.0.4/24 device",
            (UNPROVEN, ["10.9.0.4", "100.64.0.5"], "not in 100.64.0.0/10", ""),
        ),
        (  # a preference decides, and a proof is against it
            "service",
            "nic ens5 10.0.1.5/32 device\nnic ens6 10.9.0.4/24 device\ndefault ens5",
            (UNPROVEN, ["10.0.1.5", "10.9.0.4"], "default route", "no host prefix"),
        ),
        (  # a proof decides, and a later proof is against it
            "public",
            "nic ens5 203.0.113.5/32 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
            (UNPROVEN, ["203.0.113.5", "203.0.114.6"], "default route", "no host prefix"),
        ),
        (
            "public",
            "nic ens5 203.0.113.5/24 device\nnic ens6 203.0.114.6/24 device\ndefault ens5\ndefault ens6 metric 9",
            None,
        ),
        (
            "public ipv6",
            "nic ens5 2001:db8::9/64 2001:db8::5/64 device\ndefault -6 ens5 via fe80::1",
            (UNPROVEN, ["2001:db8::5", "2001:db8::9"], "the lower number", ""),
        ),
    ],
)
def test_proof(line: str, layout: str, expected: tuple[str, list[str], str, str] | None) -> None:
    """An answer is proven where each other candidate loses by a proof, and is better in none; --strict wants that."""
    plain, strict = select(line, layout), select(f"{line} --strict", layout)
    assert plain.address is not None
    assert (doubt_of(plain.unproven), plain.is_proven, plain.doubt) == (expected, expected is None, None)
    assert doubt_of(strict.doubt) == expected
    assert strict.address is (None if expected else strict.candidates[0])
    assert strict.candidates[0].text == plain.address.text


def test_tie_is_no_matter_of_strictness() -> None:
    """Interfaces that tie are ambiguous with --strict too, and not merely unproven."""
    tie = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device"
    assert doubt_of(select("service --strict", tie).doubt) == doubt_of(select("service", tie).doubt)
    assert select("service --strict", VIP).doubt is not None
    assert doubt_of(select("service --strict", VIP).doubt) == doubt_of(select("service", VIP).doubt)
