"""The preferences, as data: their order and proof are docs/rules.md's, which test_docs compares."""

from __future__ import annotations

import pytest
from support.layout import parse_layout

from racknet.core.preferences import has_host_prefix


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.5/32", True),
        ("10.0.0.5/31", False),
        ("2001:db8::7/128", True),
        ("2001:db8::7/127", False),
        ("2001:db8::7/128,lease", False),
    ],
)
def test_host_prefix(address: str, expected: bool) -> None:
    """A /32 and a permanent /128 have no network; a lease of DHCPv6 has one, whatever else NetworkManager flags."""
    (found,) = parse_layout(f"nic ens3 {address}").addresses
    found.flags |= 0x200  # IFA_F_NOPREFIXROUTE
    assert has_host_prefix(found) is expected
