"""docs/comparison.md is what the tools print, and what the table has."""

from __future__ import annotations

import re

import compare
import pytest
from support.hosts import HOSTS, HostCase

LINES = compare.PAGE.read_text().splitlines()
# Two of projects, two that were posted: the first has an answer without proof, the last another answer that is as good.
NAMES = [
    "ohai-bgp-loopback-src",
    "moby-25327-digitalocean-anchor",
    "we-rac-interconnect-1-1-1-1",
    "wd-radar-subnet-first",
]
ASKED_AGAIN = [HOSTS[name] for name in NAMES]


@pytest.mark.parametrize("case", ASKED_AGAIN, ids=lambda case: case.name)
def test_tools(case: HostCase) -> None:
    """All tools do again what the page says."""
    assert compare.host_row(case, compare.ask(case)) in LINES


def test_hosts() -> None:
    """The page's answers are the table's.

    A host that has come since is not on the page yet: script/compare writes it again for a release.
    """
    rows = [line[2:].split(" | ")[:4] for line in LINES if re.match(r"\| .* \| [✓✗-]", line)]
    stale = [row for row in rows if row[0] not in HOSTS or row != compare.facts(HOSTS[row[0]])]
    assert len(rows) > 30
    assert stale == [], "run script/compare, which writes the page again"
