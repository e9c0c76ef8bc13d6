"""Notes beside an answer or an error."""

from __future__ import annotations

import pytest
from support.layout import parse_layout
from support.queries import make_query

from racknet.core.selection import Selection, select_addresses
from racknet.output import notes
from racknet.parsing import INPUT_VARS, OUTPUT_VARS


def test_unknown_vars() -> None:
    """A RACKNET_* name that means nothing is unknown; racknet's own answers and other programs' variables are not."""
    environ = dict.fromkeys(
        [*INPUT_VARS, *OUTPUT_VARS, "RACKNET_SERVICE_IFACE", "RACKNET_", "PATH", "constraint:node"], ""
    )
    assert notes.unknown_vars(environ) == ["RACKNET_", "RACKNET_SERVICE_IFACE"]


def test_unknown_variables() -> None:
    """A note says which variable racknet does not know, and which one may be meant."""
    assert notes.unknown_variables([]) == ""
    note = "note: racknet does not know the variable RACKNET_EXCLUDES; did you mean RACKNET_EXCLUDE?\n"
    assert notes.unknown_variables(["RACKNET_EXCLUDES"]) == note
    assert r"RACKNET_\x1b[2J" in notes.unknown_variables(["RACKNET_\x1b[2J"])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RACKNET_SERVICE_IP", "RACKNET_SERVICE_IPV4"),
        ("RACKNET_SERVICE_IPV5", "RACKNET_SERVICE_IPV4"),
        ("RACKNET_PUBLIC_IP6", "RACKNET_PUBLIC_IPV6"),
        ("RACKNET_PUBLIC", "RACKNET_PUBLIC_IPV4"),
        ("RACKNET_X", ""),
        ("RACKNET_", ""),
    ],
)
def test_did_you_mean(name: str, meant: str) -> None:
    """The closest name is meant, the first of those that are as close; none where none is like it."""
    assert notes.did_you_mean(name, list(OUTPUT_VARS)) == (f"; did you mean {meant}?" if meant else "")


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


def test_note_on_a_contradiction_of_proofs() -> None:
    """Where a proof speaks against what decides, the note says that."""
    layout = "nic ens5 10.0.1.5/32 device\nnic ens6 10.9.0.4/24 device\ndefault ens5"
    assert "(default route, against no host prefix), not proven" in notes.unproven_answers(
        selections(layout, "service")
    )


@pytest.mark.parametrize(
    ("layout", "line", "note"),
    [
        (TWO, "service", ""),
        (TWO, "service --interface ens7", "--interface ens7 leaves no address"),
        (TWO.partition("default")[0], "service", "ambiguous, ens5 and ens6 tie"),
        (TWO, "service --strict", "not proven, 10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route)"),
        ("nic ens5", "service", ""),
    ],
)
def test_missing_variable(layout: str, line: str, note: str) -> None:
    """A note says why a variable is missing, where the user would not expect that."""
    (selection,) = selections(layout, line)
    assert notes.missing_variable("NAME", selection) == (f"note: no NAME: {note}\n" if note else "")
