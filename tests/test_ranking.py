"""Why a candidate comes before another, as `list`, `--explain` and the errors say it."""

from __future__ import annotations

import pytest
from layout import read
from question import question

from racknet.classify import classify
from racknet.question import Verdict
from racknet.ranking import natural, why, why_not


def asked(line: str, layout: str) -> Verdict:
    return classify(read(f"surely\n{layout}").host, question(line))


@pytest.mark.parametrize(
    ("line", "layout", "expected"),
    [
        ("public", "nic ens3 203.0.113.8/24 203.0.113.7/24", "the kernel's order"),
        ("public ipv6", "nic ens3 2001:db8::8/64 2001:db8::7/64", "the lower number"),
        (
            "public",
            "nic ens3 203.0.113.7/24\nnic ens4 203.0.113.8/24",
            "no telling: in the order of the interfaces' names",
        ),
        ("public", "nic ens3 203.0.113.7/24 203.0.113.8/32", "no host prefix"),
    ],
)
def test_why_the_first(line: str, layout: str, expected: str) -> None:
    """The rule that decided, or what orders addresses between which none does."""
    verdict = asked(line, layout)
    assert why("public", verdict.candidates, 0) == expected


def test_why_each() -> None:
    """Each is before its next; the last, and the only one, has none."""
    candidates = asked("public", "nic ens3 203.0.113.7/24 203.0.113.8/24 203.0.113.9/32").candidates
    expected = ["the kernel's order", "no host prefix", "the last candidate"]
    assert [why("public", candidates, place) for place in range(3)] == expected
    assert why("public", candidates[:1], 0) == "the only candidate"


def test_level_with_several() -> None:
    """Of three interfaces that are level, each is told the other two."""
    verdict = asked("public", "nic a 203.0.113.7/24\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24")
    assert [why_not("public", verdict, place) for place in range(3)] == [
        "level with b, c",
        "level with a, c",
        "level with a, b",
    ]


def test_natural_order() -> None:
    """Numbers count as numbers, and come after letters."""
    names = ["2lan", "eth10", "br0", "eth2.10", "0lan", "eth2", "br", "eth2.9"]
    assert sorted(names, key=natural) == ["br", "br0", "eth2", "eth2.9", "eth2.10", "eth10", "0lan", "2lan"]
