"""Notes beside an answer or an error."""

from __future__ import annotations

import pytest
from support.layout import parse_layout
from support.queries import make_query

from racknet.core.selection import Selection, select_addresses
from racknet.output import notes

TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"


def selections(layout: str, *lines: str) -> list[Selection]:
    return select_addresses(parse_layout(layout).host, [make_query(line) for line in lines])


def test_answers_without_proof() -> None:
    """A note names the answer, the first address that only a preference rules out, and that preference."""
    note = "note: 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route), not proven: --strict refuses\n"
    assert notes.unproven_answers(selections(TWO, "service")) == note
    assert notes.unproven_answers(selections(TWO.replace("10.0.1.5/24", "10.0.1.5/24 10.0.1.6/32"), "service")) == note
    both = selections(TWO.replace("10.0.1.5/24", "10.0.1.5/24 fe80::5/64"), "service", "service ipv6")
    assert [selection.is_proven for selection in both] == [False, False]
    assert notes.unproven_answers(both) == note  # once for both, which go by the same
    for lines in (["service --strict"], ["service --all"], ["service --interface ens5"], ["public"]):
        assert notes.unproven_answers(selections(TWO, *lines)) == "", lines


def test_notes_on_other_doubts() -> None:
    """A lone address behind a hypervisor's NAT is noted; so is, for `service ipv6` alone, what `service ipv4` is."""
    nat = "nic eth0 10.0.2.15/24 fe80::5/64 device\ndefault eth0 via 10.0.2.2"
    assert notes.unproven_answers(selections(nat, "service")) == (
        "note: 10.0.2.15 on eth0 is behind a hypervisor's NAT, not proven: --strict refuses\n"
    )
    assert notes.unproven_answers(selections(nat, "service --interface eth0")) == ""
    assert notes.unproven_answers(selections(nat, "service ipv6")).startswith("note: service ipv4: 10.0.2.15 on eth0 ")


@pytest.mark.parametrize(
    ("layout", "line", "note"),
    [
        (TWO, "service", ""),
        (TWO, "service --interface ens7", "--interface ens7 leaves no address"),
        (TWO.partition("default")[0], "service", "ambiguous, ens5 and ens6 tie"),
        (TWO, "service --strict", "not proven, 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route)"),
        ("nic ens5", "service", "there is no service ipv4 address"),
    ],
)
def test_missing_variable(layout: str, line: str, note: str) -> None:
    """A note says why a variable is missing; there is none on one that has an answer."""
    (selection,) = selections(layout, line)
    assert notes.missing_variable("NAME", selection) == (f"note: no NAME: {note}\n" if note else "")
