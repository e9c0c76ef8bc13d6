"""Each rule is pinned by a host: without the rule, or with it drawn too wide, each host that pins it answers wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from support import queries
from support.hosts import HOSTS, MADE, HostCase
from support.queries import answer_of

from racknet.core import eligibility, matching, model, ranking, rules, selection
from racknet.core.eligibility import Eligibility
from racknet.core.facts import BITS, Candidate, Exclusion, Host, Preference, Reason, Route
from racknet.core.matching import CidrBlock, NamePattern, Query, in_blocks
from racknet.core.selection import Selection, _Selector

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


def added(place: list[Any], item: object) -> Break:
    return lambda: _holding(place, [*place, item])


def patched(target: object, name: str, new: object) -> Break:
    return lambda: patch.object(target, name, new)


def both(one: Break, other: Break) -> Break:
    @contextmanager
    def broken() -> Iterator[None]:
        with one(), other():
            yield

    return broken


def titled(place: list[Any], text: str) -> Any:
    return next(rule for rule in place if rule.text == text)


def wider(block: CidrBlock) -> CidrBlock:
    """Return the block with its neighbours."""
    wide = CidrBlock(block.text)
    wide.shift, wide.number = block.shift + 2, block.number >> 2
    return wide


def prefix(pattern: NamePattern) -> str:
    return pattern.text.partition("<")[0]


def taken_out() -> dict[str, Break]:
    """Return each rule by the name of its pin, with what takes it out."""
    breaks: dict[str, Break] = {}
    for _, blocks in rules.CLASSES:
        breaks |= {f"block {block.text}": without(blocks, block) for block in blocks}
    for title, blocks in (
        ("shared", rules.SHARED),
        ("ServiceNet", rules.SERVICE_NET),
        ("transitional", rules.TRANSITIONAL),
    ):
        breaks |= {f"{title} {block.text}": without(blocks, block) for block in blocks}
    for patterns in (rules.CONTAINER_NAMES.patterns, rules.TUNNEL_NAMES.patterns):
        breaks |= {f"name {prefix(pattern)}": without(patterns, pattern) for pattern in patterns}
    items: list[Any]
    for title, items in (
        ("type", rules.TUNNEL_TYPES),
        ("type without a device", rules.TUNNEL_TYPES_WITHOUT_DEVICE),
        ("kind", rules.TUNNEL_KINDS),
        ("container kind", rules.CONTAINER_KINDS),
        ("point-to-point", rules.POINT_TO_POINT_TYPES),
        ("public name", rules.PUBLIC_NET_NAMES),
        ("service name", rules.SERVICE_NET_NAMES),
    ):
        breaks |= {f"{title} {item}": without(items, item) for item in items}
    breaks |= {f"hypervisor NAT {nat[0].text}": without(rules.HYPERVISOR_NATS, nat) for nat in rules.HYPERVISOR_NATS}
    for title, reasons in (
        ("reason", rules.EXCLUSIONS),
        ("even if named:", rules.EVEN_IF_NAMED),
        ("overruled by routes:", rules.OVERRULED_BY_ROUTES),
    ):
        breaks |= {f"{title} {reason.text}": without(reasons, reason) for reason in reasons}
    for network, preferences in rules.PREFERENCES.items():
        breaks |= {f"{network}: {rule.text}": without(preferences, rule) for rule in preferences}
    return breaks


def drawn_too_wide() -> dict[str, Break]:
    """Return each rule that has a near miss in the table, with what lets the near miss in."""
    service = rules.PREFERENCES["service"]
    nat = titled(service, "not a hypervisor's NAT")
    routed = titled(service, "in a ServiceNet block, with routes to ServiceNet")
    guests = Preference(nat.text, lambda c: not any(in_blocks(c.address, [b]) for b, _ in rules.HYPERVISOR_NATS))
    other_block = (CidrBlock("192.168.123.0/24"), "192.168.123.1")
    types = [*rules.TUNNEL_TYPES, *rules.TUNNEL_TYPES_WITHOUT_DEVICE]

    def is_default_source(self: Eligibility, address: Any) -> bool:
        return any(route.source == address.text for route in self.host.routes)

    def beside_public(self: Eligibility, address: Any) -> bool:
        return address.interface in self.anchored

    def any_gateway(route: Route) -> bool:
        return any(route.destination == block.text for block in rules.SERVICE_NET)

    breaks: dict[str, Break] = {
        "near hypervisor NAT": added(rules.HYPERVISOR_NATS, (CidrBlock("10.0.2.0/24"), "10.0.2.2")),
        "near hypervisor NAT: another gateway": instead(service, nat, guests),
        "near hypervisor NAT: another block": added(rules.HYPERVISOR_NATS, other_block),
        "near ServiceNet": added(rules.SERVICE_NET, CidrBlock("10.192.0.0/12")),
        "near ServiceNet's routes: other blocks": patched(
            eligibility, "_leads_to_service_net", lambda route: route.gateway and route.destination.startswith("10.1")
        ),
        "near ServiceNet's routes: without a gateway": patched(eligibility, "_leads_to_service_net", any_gateway),
        "near ServiceNet's routes: on another interface": instead(
            service, routed, Preference(routed.text, lambda c: in_blocks(c.address, rules.SERVICE_NET))
        ),
        "near ServiceNet's routes: from another block": instead(
            service, routed, Preference(routed.text, lambda c: c.service_net_route)
        ),
        "near type without a device 65534": lambda: _holding(rules.TUNNEL_TYPES, types),
        "near overruled by routes: container interface": added(rules.OVERRULED_BY_ROUTES, rules.CONTAINER),
        "near preferred source: of a route that does not count": patched(
            Eligibility, "is_preferred_source", is_default_source
        ),
        "near preferred source: another address": patched(
            Eligibility, "is_preferred_source", lambda self, _: bool(self._sources)
        ),
        "near unnumbered": patched(Eligibility, "_is_numbered", lambda *_: False),
        "near container's own network: netkit": patched(
            selection, "is_host", lambda host: any(map(rules.is_container_interface, host.interfaces.values()))
        ),
        "near anchor: beside no public address": patched(
            Eligibility, "is_anchor", lambda _, a: a.prefix_length == 16 and a in rules.ANCHOR_BLOCK
        ),
        "near anchor: another shape": patched(Eligibility, "is_anchor", beside_public),
    }
    for _, blocks in rules.CLASSES[:2]:
        near = [block for block in blocks if block.family == "ipv4" and block.text != "240.0.0.0/4"]  # the last of all
        breaks |= {f"near block {block.text}": instead(blocks, block, wider(block)) for block in near}
    for patterns in (rules.CONTAINER_NAMES.patterns, rules.TUNNEL_NAMES.patterns):
        for pattern in patterns:
            if not pattern.text.endswith("*"):
                wide = NamePattern(f"{prefix(pattern)}*")
                breaks[f"near name {prefix(pattern)}"] = instead(patterns, pattern, wide)
    return breaks


def structure() -> dict[str, Break]:
    """Return what is not an item of a list, with what does it wrong."""

    def nothing(self: _Selector) -> Selection:
        return self._refuse_ipv6(Reason("broken"))

    def only_unique_local(self: _Selector) -> Selection:
        return self.in_class("ipv6", rules.PRIVATE)

    def without_lower(self: Eligibility, interface: Any) -> bool:
        return bool(interface.has_device or not (self.has_devices or interface.kind == "bridge"))

    def of_the_included(host: Host, query: Query) -> Selection:
        left = [a for a in host.addresses if query.include is None or query.includes(host, a)]
        return select(Host([*host.interfaces.values()], left, host.routes, reached=host.reached), query)

    def of_a_public_host(self: _Selector, address: Any) -> Candidate:
        found = candidate(self, address)
        found.host_is_public = True
        return found

    def without_source(self: _Selector, address: Any) -> Candidate:
        found = candidate(self, address)
        found.default_route = self.eligibility.has_default_route(address)
        return found

    def on_its_interface(self: _Selector, address: Any) -> bool:
        return self.reached is not None and bool(address.interface == self.reached[0])

    def on_its_interface_alone(self: Eligibility, address: Any) -> bool:
        return any((r.family, r.interface) == (address.family, address.interface) for r in self.default_routes)

    select, candidate = selection.select_address, _Selector._candidate
    first = property(lambda s: s.candidates[0].address if s.candidates and s.is_host else None)
    physical_only = Exclusion(rules.NOT_PHYSICAL.text, lambda c: not c.is_physical(c.interface))
    breaks = {
        "no private IPv4 address at all": patched(_Selector, "service_ipv6", nothing),
        "service ipv6 is where service ipv4 is": patched(_Selector, "service_ipv6", only_unique_local),
        "optimistic is ready": patched(model, "OPTIMISTIC", 0),
        "built on a physical interface is physical": patched(Eligibility, "is_physical", without_lower),
        "a tunnel makes nothing physical": patched(rules, "is_tunnel", lambda _: False),
        "--exclude": patched(Eligibility, "_is_excluded", lambda *_: False),
        "--exclude CIDR": patched(eligibility, "in_blocks", lambda *_: False),
        "a default route makes an interface eligible": instead(rules.EXCLUSIONS, rules.NOT_PHYSICAL, physical_only),
        "the lowest metric": patched(Route, "metric", 0),
        "ambiguous": patched(Selection, "address", first),
        "a lease is no virtual address": patched(rules, "has_host_prefix", lambda a: a.prefix_length == BITS[a.family]),
        "the order on an interface": patched(ranking, "_order", lambda a: (ranking.natural(a.interface),)),
        "ServiceNet is beside PublicNet": patched(_Selector, "_candidate", of_a_public_host),
        "a container's own network": patched(selection, "is_host", lambda _: True),
        "a preferred source is eligible": patched(rules, "OVERRULED_BY_ROUTES", []),
        "a default route is its preferred source's too": patched(_Selector, "_candidate", without_source),
        "the loopback address of an unnumbered host": patched(Eligibility, "_is_numbered", lambda *_: True),
        "a link-local address numbers nothing": patched(rules, "LINK_LOCAL_BLOCKS", []),
        "an anchor is never service": patched(Eligibility, "is_anchor", lambda *_: False),
        "facts of the whole host": patched(queries, "select_address", of_the_included),
        "a bare address names itself": patched(CidrBlock, "is_bare", False),
        "a default route without a source is the loopback address's": patched(
            Eligibility, "has_default_route", on_its_interface_alone
        ),
        "the name of an interface is no label": both(
            patched(matching, "label_of", lambda _, a: a.label), patched(eligibility, "label_of", lambda _, a: a.label)
        ),
        "--reach": patched(_Selector, "_is_reached", lambda *_: True),
        "--reach takes the source wherever it is": patched(_Selector, "_is_reached", on_its_interface),
    }
    return {f"structure: {name}": how for name, how in breaks.items()}


BREAKS = taken_out() | drawn_too_wide() | structure()


def wrong_answers(case: HostCase) -> list[str]:
    found = [(line, expected, answer_of(case.layout.host, line)) for line, expected in case.answers.items()]
    return [f"{line}: {answer!r}, not {expected!r}" for line, expected, answer in found if answer != expected]


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_answers(case: HostCase) -> None:
    """The pure core answers right on each host of the table."""
    assert wrong_answers(case) == []


@pytest.mark.parametrize(
    ("case", "pin"), [(case, pin) for case in HOSTS.values() for pin in case.pins], ids=lambda p: getattr(p, "name", p)
)
def test_pin_holds(case: HostCase, pin: str) -> None:
    """A host answers wrong without the rule that it pins."""
    assert pin in BREAKS, f"{case.name} pins '{pin}', but no rule has that name: see racknet/core/rules.py"
    assert case.layout  # parsed before anything is broken
    with BREAKS[pin]():
        assert wrong_answers(case), f"{case.name} does not pin {pin}"


def test_each_rule_is_pinned() -> None:
    """Each rule has a host, and each host that was made for a rule pins one."""
    pins = {pin for case in HOSTS.values() for pin in case.pins}
    unpinned = sorted(set(BREAKS) - pins)
    assert unpinned == [], "give a host in tests/hosts/ these pins: it must answer wrong without the rule"
    assert [case.name for case in MADE if not case.pins] == []
