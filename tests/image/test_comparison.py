"""docs/comparison.md is what the tools print, and what the table has."""

from __future__ import annotations

import re

import compare
import compare_page
import pytest
from support.host_case import HostCase
from support.hosts import HOSTS

LINES = compare.PAGE.read_text().splitlines()
ASKED_AGAIN = [HOSTS[name] for name in ("carina", "aws-two-cards", "laptop-on-vpn")]


@pytest.mark.parametrize("case", ASKED_AGAIN, ids=lambda case: case.name)
def test_tools(case: HostCase) -> None:
    """All tools print again what the page says."""
    answers = compare.ask(case)
    for network in compare_page.NETWORKS:
        assert compare_page.line(network, case, answers) in LINES


@pytest.mark.parametrize("network", compare_page.NETWORKS)
def test_hosts(network: str) -> None:
    """The page has each host that a container can show, in order, with its answer; racknet is right on each."""
    rows = [re.match(rf'\| <a id="{network}-.*"></a>(\S+) \| (\S+) \| (\S+) ', line) for line in LINES]
    n = compare_page.NETWORKS.index(network)
    answers = [(case.name, compare_page.expected(case)[n]) for case in compare.cases()]
    assert [row.groups() for row in rows if row] == [(name, answer or "none", "✓") for name, answer in answers]


def test_all_hosts() -> None:
    """The page counts each host once."""
    names = [case.name for case in compare.cases()]
    assert sorted(names) == sorted(case.name for case in HOSTS.values() if not case.layout.pure)
