"""Why a candidate is the answer, or is not."""

from __future__ import annotations

import pytest
from support.queries import select

from racknet.core.why import why, why_not

VIP = """
nic bond0 192.168.222.211/24 192.168.222.210/32 device
default bond0 via 192.168.222.1 src 192.168.222.210
"""


@pytest.mark.parametrize(
    ("line", "layout", "expected"),
    [
        ("public", "nic ens3 203.0.113.8/24 203.0.113.7/24", "the kernel's order"),
        ("public ipv6", "nic ens3 2001:db8::8/64 2001:db8::7/64", "the lower number"),
        (
            "public",
            "nic ens3 203.0.113.7/24\nnic ens4 203.0.113.8/24",
            "ambiguous: in the order of the interfaces' names",
        ),
        ("public", "nic ens3 203.0.113.7/24 203.0.113.8/32", "no host prefix"),
        ("public", "nic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24", "interface named for PublicNet"),
    ],
)
def test_why_the_first(line: str, layout: str, expected: str) -> None:
    """The first preference in which two candidates differ decides, else their order does."""
    assert why(select(line, f"known\n{layout}"), 0).text == expected


def test_why_each() -> None:
    """Each candidate comes before the next for a reason; the last and the only one have none to come before."""
    three = select("public", "known\nnic ens3 203.0.113.7/24 203.0.113.8/24 203.0.113.9/32")
    expected = ["the kernel's order", "no host prefix", "the last candidate"]
    assert [why(three, place).text for place in range(3)] == expected
    assert why(select("public", "known\nnic ens3 203.0.113.7/24"), 0).text == "the only candidate"


def test_why_not_each() -> None:
    """Each other candidate says which is preferred to it, by the label or the address where that is needed, and why."""
    selection = select("public", "known\nnic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24@eth0:a 203.0.113.9/32")
    assert [(c.text, why_not(selection, place).text) for place, c in enumerate(selection.candidates)] == [
        ("203.0.113.8", "not the answer"),
        ("203.0.113.9", "203.0.113.8 is preferred: no host prefix"),
        ("203.0.113.7", "eth0 is preferred: interface named for PublicNet"),
    ]
    labelled = select("public", "known\nnic ens3 203.0.113.7/24\nnic eth0 203.0.113.8/24@eth0:a")
    assert why_not(labelled, 1).text == "eth0:a is preferred: interface named for PublicNet"


def test_why_not_those_in_doubt() -> None:
    """Of candidates in doubt each names the others, or which fact speaks for it; one that has lost says to whom."""
    tie = select("public", "known\nnic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24")
    assert [(c.text, why_not(tie, place).text) for place, c in enumerate(tie.candidates)] == [
        ("203.0.113.7", "ties with b, c"),
        ("203.0.114.7", "ties with a, c"),
        ("203.0.115.7", "ties with a, b"),
        ("203.0.113.100", "c is preferred: no host prefix"),
    ]
    contradicted = select("service", VIP)
    assert [why_not(contradicted, place).text for place in range(2)] == [
        "in doubt: source of the default route, not beside its gateway",
        "in doubt: beside the default gateway, not its source",
    ]
