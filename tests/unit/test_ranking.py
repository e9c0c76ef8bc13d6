"""Which candidate comes first, and why, as `list`, `--explain` and the errors say it."""

from __future__ import annotations

import pytest
from support.layout import parse_layout
from support.queries import make_query

from racknet.core.selection import Selection, natural, select_address


def select(line: str, layout: str) -> Selection:
    return select_address(parse_layout(f"known\n{layout}").host, make_query(line))


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
    assert select(line, layout).why(0).text == expected


def test_why_each() -> None:
    """Each candidate comes before the next for a reason; the last and the only one have none to come before."""
    three = select("public", "nic ens3 203.0.113.7/24 203.0.113.8/24 203.0.113.9/32")
    expected = ["the kernel's order", "no host prefix", "the last candidate"]
    assert [three.why(place).text for place in range(3)] == expected
    assert select("public", "nic ens3 203.0.113.7/24").why(0).text == "the only candidate"


def test_why_not_each() -> None:
    """Each other candidate says which one is preferred to it, by the label if it has one, and why."""
    selection = select("public", "nic ens3 203.0.113.7/24@ens3:a\nnic eth0 203.0.113.8/24 203.0.113.9/32")
    assert [selection.why_not(place).text for place in (1, 2)] == [
        "eth0 is preferred: no host prefix",
        "eth0 is preferred: interface named for PublicNet",
    ]
    labelled = select("public", "nic ens3 203.0.113.7/24@ens3:a 203.0.113.8/24@ens3:b")
    assert labelled.why_not(1).text == "ens3:a is preferred: the kernel's order"


def test_tie_of_several() -> None:
    """Of three interfaces that tie, each names the other two."""
    selection = select("public", "nic a 203.0.113.7/24\nnic b 203.0.114.7/24\nnic c 203.0.115.7/24")
    assert (selection.address, selection.tied) == (None, ["a", "b", "c"])
    assert [selection.why_not(place).text for place in range(3)] == [
        "ties with b, c",
        "ties with a, c",
        "ties with a, b",
    ]


def test_loser_on_a_tied_interface() -> None:
    """An address that a preference has ruled out does not tie, though its interface does by another address."""
    selection = select("public", "nic a 203.0.113.7/24 203.0.113.100/32\nnic b 203.0.114.7/24")
    assert selection.tied == ["a", "b"]
    assert [(c.address.text, selection.why_not(place).text) for place, c in enumerate(selection.candidates)] == [
        ("203.0.113.7", "ties with b"),
        ("203.0.114.7", "ties with a"),
        ("203.0.113.100", "b is preferred: no host prefix"),
    ]


def test_addresses_of_one_interface_do_not_tie() -> None:
    """Two addresses of one interface are in the kernel's order: the first is the answer."""
    selection = select("public", "nic ens3 203.0.113.8/24 203.0.113.7/24")
    assert selection.tied == []
    assert selection.address is selection.candidates[0].address


def test_candidates_in_a_container() -> None:
    """In a container's own network there is no answer, and each candidate is of the container."""
    selection = select("public", "nic eth0 203.0.113.7/24")
    selection.is_host = False
    assert selection.address is None
    assert selection.why_not(0).text == "of the container"


def test_natural_order() -> None:
    """Numbers count as numbers, and come after letters."""
    names = ["2lan", "eth10", "br0", "eth2.10", "0lan", "eth2", "br", "eth2.9"]
    assert sorted(names, key=natural) == ["br", "br0", "eth2", "eth2.9", "eth2.10", "eth10", "0lan", "2lan"]


@pytest.mark.parametrize(("first", "second"), [("eth9", "eth90"), ("WAN2", "WAN10"), ("eth0:2", "eth0:10")])
def test_numbers_count_as_numbers(first: str, second: str) -> None:
    """A number in a name counts as a number, whatever stands before it."""
    assert natural(first) < natural(second)
