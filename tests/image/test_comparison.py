"""docs/comparison.md says what the tools say, and what the table has."""

from __future__ import annotations

import re

import compare
import pytest
from row import Row

LINES = compare.PAGE.read_text().splitlines()
TELLING = [row for row in compare.rows() if row.name in ("carina", "aws-two-cards", "laptop-on-vpn")]


@pytest.mark.parametrize("row", TELLING, ids=lambda row: row.name)
def test_tools(row: Row) -> None:
    """Asked again, all tools print what the page says."""
    answers = compare.ask(row)
    for network in compare.NETWORKS:
        assert compare.line(network, row, answers) in LINES


@pytest.mark.parametrize("network", compare.NETWORKS)
def test_hosts(network: str) -> None:
    """The page has each host of the table, in its order, with the answer, which racknet gives; nobody else is in it."""
    told = [re.match(rf'\| <a id="{network}-.*"></a>(\S+) \| (\S+) \| (\S+) ', line) for line in LINES]
    answers = [(row.name, compare.expected(row)[compare.NETWORKS.index(network)]) for row in compare.rows()]
    assert [found.groups() for found in told if found] == [(name, answer or "none", "✓") for name, answer in answers]
