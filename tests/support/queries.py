"""Queries by their command lines, for the pure core, and what comes of them."""

from __future__ import annotations

from racknet.core.comparison import Doubt
from racknet.core.facts import Host
from racknet.core.query import Query
from racknet.core.selection import Selection, select_address
from racknet.parsing import parse_family, parse_query
from support.layout import parse_layout

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


def select(line: str, layout: str) -> Selection:
    """Return what comes of a command line on the host of a layout."""
    return select_address(parse_layout(layout).host, make_query(line))


def doubt_of(found: Doubt | None) -> tuple[str, list[str], str, str] | None:
    """Return what is in doubt: its kind, the addresses, what decides between them, and what speaks against that."""
    if found is None:
        return None
    against = found.against.text if found.against else ""
    return found.kind, [address.text for address in found.candidates], found.preference.text, against
