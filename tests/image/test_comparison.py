"""docs/comparison.md is what the tools print, and what the table has."""

from __future__ import annotations

import re

import compare
import compare_page
import pytest
from support.hosts import HOSTS, HostCase

LINES = compare.PAGE.read_text().splitlines()
ASKED_AGAIN = [HOSTS[name] for name in ("carina", "aws-two-nics", "laptop-on-vpn")]


@pytest.mark.parametrize("case", ASKED_AGAIN, ids=lambda case: case.name)
def test_tools(case: HostCase) -> None:
    """All tools print again what the page says."""
    answers = compare.ask(case)
    for network in compare_page.NETWORKS:
        assert compare_page.line(network, case, answers) in LINES


@pytest.mark.parametrize("network", compare_page.NETWORKS)
def test_hosts(network: str) -> None:
    """The page has hosts of the table, each once, with their answers; racknet is right on each.

    A host that has come since is not on the page yet: script/compare writes it again for a release.
    """
    rows = [re.match(rf'\| <a id="{network}-.*"></a>(\S+) \| (\S+) \| (\S+) ', line) for line in LINES]
    n = compare_page.NETWORKS.index(network)
    answers = {case.name: compare_page.expected(case)[n] or "none" for case in compare.cases()}
    on_page = [(row[1], row[2], row[3]) for row in rows if row]
    assert len({name for name, *_ in on_page}) == len(on_page) > 200
    stale = [row for row in on_page if row != (row[0], answers.get(row[0]), "✓")]
    assert stale == [], "run script/compare, which writes the page again"


def test_all_hosts() -> None:
    """The page counts each host once."""
    names = [case.name for case in compare.cases()]
    assert sorted(names) == sorted(case.name for case in HOSTS.values() if not case.layout.pure)
