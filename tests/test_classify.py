"""What a verdict says beside its answer; the answers themselves are in the table of hosts."""

from __future__ import annotations

from hosts import HOSTS
from layout import read
from question import question

from racknet.classify import NO_CARD, classify
from racknet.facts import DADFAILED


def test_links_without_an_address() -> None:
    """Those are named that count: cards, and what has a default route."""
    (row,) = [row for row in HOSTS if row.name == "not-ready-beside-links-without-an-address"]
    assert classify(row.read.host, question("public ipv6")).bare == ["ens4", "br-ex"]


def test_only_what_might_be_the_answer_is_no_telling() -> None:
    """Where two cards are level, an address of another class is told its class."""
    host = read("surely\nnic ens4 10.1.0.7/24 fd00:4::1/64 2001:db8::4/64\nnic ens5 10.2.0.7/24").host
    others = classify(host, question("service ipv6")).others
    assert [(address.text, why) for address, why in others] == [("fd00:4::1", NO_CARD), ("2001:db8::4", "public")]


def test_failed_however_optimistic() -> None:
    """An address that failed duplicate detection is not ready, though optimistic ones are."""
    host = read("surely\nnic ens3 2001:db8::1/64,optimistic").host
    assert classify(host, question("public ipv6")).answer is host.addresses[0]
    host.addresses[0].flags |= DADFAILED
    assert classify(host, question("public ipv6")).answer is None
