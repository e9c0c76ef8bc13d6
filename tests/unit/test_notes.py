"""Notes beside an answer or an error."""

from __future__ import annotations

import pytest

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
