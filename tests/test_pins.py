"""Each rule is held by a host: taken out, or drawn too wide, it changes an answer of every row that pins it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hosts import HOSTS
from question import answered
from row import Row

from racknet import classify, ranking, rules, sight
from racknet.facts import BITS, Route
from racknet.patterns import Block, Name
from racknet.question import Question, Verdict
from racknet.rules import Rule

Break = Callable[[], AbstractContextManager[object]]


@contextmanager
def _holding(place: list[Any], items: list[Any]) -> Iterator[None]:
    before, place[:] = place[:], items
    try:
        yield
    finally:
        place[:] = before


def without(place: list[Any], item: object) -> Break:
    return lambda: _holding(place, [other for other in place if other is not item])


def instead(place: list[Any], item: object, new: object) -> Break:
    return lambda: _holding(place, [new if other is item else other for other in place])


def patched(target: object, name: str, new: object) -> Break:
    return lambda: patch.object(target, name, new)


def named(place: list[Rule], name: str) -> Rule:
    return next(rule for rule in place if rule.name == name)


def wider(block: Block) -> Block:
    """The block with its neighbours."""
    wide = Block(block.text)
    wide.shift, wide.number = block.shift + 2, block.number >> 2
    return wide


def taken_out() -> dict[str, Break]:
    """Each rule by the name of its pin, with what takes it out."""
    breaks: dict[str, Break] = {}
    for _, blocks in rules.CLASSES:
        breaks |= {f"block {block.text}": without(blocks, block) for block in blocks}
    for title, blocks in (
        ("shared", rules.SHARED),
        ("ServiceNet", rules.SERVICE_NET),
        ("transitional", rules.TRANSITIONAL),
    ):
        breaks |= {f"{title} {block.text}": without(blocks, block) for block in blocks}
    for patterns in (rules.PLUMBING, rules.TUNNELS):
        breaks |= {f"name {pattern.text}": without(patterns, pattern) for pattern in patterns}
    for title, items in (
        ("type", rules.TUNNEL_TYPES),
        ("type without a card", rules.TUNNEL_TYPES_WITHOUT_A_CARD),
        ("devtype", rules.TUNNEL_DEVTYPES),
        ("point-to-point", rules.POINT_TO_POINT),
        ("even if named:", rules.EVEN_IF_NAMED),
        ("public name", rules.PUBLIC_NAMES),
        ("service name", rules.SERVICE_NAMES),
    ):
        breaks |= {f"{title} {item}": without(items, item) for item in items}
    breaks |= {f"reason {rule.name}": without(rules.REASONS, rule) for rule in rules.REASONS}
    for network, preferences in rules.PREFERENCES.items():
        breaks |= {f"{network}: {rule.name}": without(preferences, rule) for rule in preferences}
    return breaks


def drawn_too_wide() -> dict[str, Break]:
    """Each rule that has a near miss in the table, with what lets it in."""
    service = rules.PREFERENCES["service"]
    monitor = named(service, "not a virtual machine monitor's NAT")
    guests = Rule(monitor.name, lambda c: not c.address.text.startswith("10.0.2."))
    types = [*rules.TUNNEL_TYPES, *rules.TUNNEL_TYPES_WITHOUT_A_CARD]
    breaks: dict[str, Break] = {
        "near monitor NAT": instead(service, monitor, guests),
        "near ServiceNet": lambda: _holding(rules.SERVICE_NET, [*rules.SERVICE_NET, Block("10.192.0.0/12")]),
        "near type without a card 65534": lambda: _holding(rules.TUNNEL_TYPES, types),
    }
    for _, blocks in rules.CLASSES[:2]:
        near = [block for block in blocks if block.family == "ipv4" and block.text != "240.0.0.0/4"]  # the last of all
        breaks |= {f"near block {block.text}": instead(blocks, block, wider(block)) for block in near}
    for patterns in (rules.PLUMBING, rules.TUNNELS):
        for pattern in patterns:
            if not pattern.text.endswith("*"):
                breaks[f"near name {pattern.text}"] = instead(patterns, pattern, Name(f"{pattern.text}*"))
    return breaks


def structure() -> dict[str, Break]:
    """What is no item of a list, with what does it wrong."""
    card = named(rules.REASONS, "not a card of the host")

    def only_unique_local(view: sight.Sight, question: Question) -> Verdict:
        return classify._pick(view, question, "ipv6", rules.PRIVATE)

    def none(view: sight.Sight, question: Question) -> Verdict:
        return classify._pick(view, question, "ipv6", None)

    first = property(lambda v: v.candidates[0].address if v.candidates and not v.container else None)
    breaks = {
        "no private IPv4 address at all": patched(classify, "_service_ipv6", none),
        "service ipv6 is where service ipv4 is": patched(classify, "_service_ipv6", only_unique_local),
        "optimistic is ready": patched(rules, "OPTIMISTIC", 0),
        "over a card is real": patched(
            sight.Sight, "real", lambda self, link: link.device or not (self.devices or link.bridge)
        ),
        "a tunnel makes nothing real": patched(rules, "tunnel", lambda link: False),
        "--exclude": patched(sight.Sight, "_excluded", lambda *_: False),
        "a default route makes a link count": instead(rules.REASONS, card, Rule(card.name, lambda s: not s.real)),
        "the lowest metric": patched(Route, "metric", 0),
        "no telling which": patched(Verdict, "answer", first),
        "a lease is no virtual address": patched(rules, "host_prefix", lambda a: a.prefix_length == BITS[a.family]),
        "the order on an interface": patched(ranking, "_order", lambda a: (ranking.natural(a.interface),)),
        "ServiceNet is beside PublicNet": patched(classify, "_has", lambda *_: True),
        "a container's own network": patched(classify, "is_host", lambda host: True),
    }
    return {f"structure: {name}": how for name, how in breaks.items()}


BREAKS = taken_out() | drawn_too_wide() | structure()


def wrong(row: Row) -> list[str]:
    told = [(line, expected, answered(row.read.host, line)) for line, expected in row.questions]
    return [f"{line}: {got!r}, not {expected!r}" for line, expected, got in told if got != expected]


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_answers(row: Row) -> None:
    """Each host of the table is answered right by the pure rules."""
    assert wrong(row) == []


@pytest.mark.parametrize(
    ("row", "pin"), [(row, pin) for row in HOSTS for pin in row.pins], ids=lambda p: getattr(p, "name", p)
)
def test_pin_holds(row: Row, pin: str) -> None:
    """A host fails without the rule that it pins."""
    with BREAKS[pin]():
        assert wrong(row), f"{row.name} does not pin {pin}"


def test_each_rule_is_pinned() -> None:
    """There is no rule without a host, and no host without a rule."""
    pins = {pin for row in HOSTS for pin in row.pins}
    assert sorted(set(BREAKS) - pins) == []
    assert [row.name for row in HOSTS if not row.pins] == []


def test_names_are_unique() -> None:
    """No two hosts have one name."""
    names = [row.name for row in HOSTS]
    assert sorted(set(names)) == sorted(names)
