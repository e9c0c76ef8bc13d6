"""Queries by their command lines, for the pure core."""

from __future__ import annotations

from racknet.core.facts import Host
from racknet.core.query import Query
from racknet.core.selection import select_address
from racknet.parsing import parse_family, parse_query

FOUR = ["public ipv4", "public ipv6", "service ipv4", "service ipv6"]


def make_query(line: str) -> Query:
    """Return the query of a command line."""
    network, *rest = line.split()
    word = rest.pop(0) if rest and not rest[0].startswith("-") else "ipv4"
    options: dict[str, list[str]] = {}
    flags = {word: word in rest for word in ("--strict", "--all", "--in-container")}
    rest = [word for word in rest if word not in flags]
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        options.setdefault(option.removeprefix("--"), []).append(value)
    return parse_query(
        network,
        parse_family(word),
        {},
        options,
        strict=flags["--strict"],
        in_container=flags["--in-container"],
        all_candidates=flags["--all"],
    )


def answer_of(host: Host, line: str) -> str:
    """Return what a host answers to a command line; "" where it does not."""
    address = select_address(host, make_query(line)).address
    return address.text if address else ""
