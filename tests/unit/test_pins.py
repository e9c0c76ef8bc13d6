"""Each rule is pinned by a host: without the rule, or with it drawn too wide, each host that pins it answers wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from support import queries
from support.hosts import HOSTS, MADE, HostCase
from support.queries import answer_of

from racknet.core import comparison, eligibility, facts, known, preferences, query, rules, selection
from racknet.core.comparison import Comparison
from racknet.core.eligibility import Eligibility
from racknet.core.facts import BITS, Host, Interface, Route
from racknet.core.matching import CidrBlock, in_blocks
from racknet.core.preferences import PREFERENCES, CandidateFacts, Preference
from racknet.core.query import Query
from racknet.core.rules import Exclusion, Reason
from racknet.core.selection import Selection, _Selector
from racknet.core.text import natural

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


NAMES = [
    each.patterns for each in (known.CONTROLLER_NAMES, known.CABLE_NAMES, known.CONTAINER_NAMES, known.TUNNEL_NAMES)
]


def prefix(pattern: tuple[str, str]) -> str:
    """Return what a pattern is called here: `docker*`, `tun`."""
    start, rest = pattern
    return f"{start}*" if rest == "*" else start


def described(**facts_about_it: Callable[[Eligibility, Any], bool]) -> Break:
    """Return what describes candidates with other facts."""
    describe = comparison.describe

    def described_otherwise(host_facts: Eligibility, *args: Any) -> list[CandidateFacts]:
        found = describe(host_facts, *args)
        for candidate in found:
            for name, fact in facts_about_it.items():
                setattr(candidate, name, fact(host_facts, candidate.address))
        return found

    return patched(comparison, "describe", described_otherwise)


def taken_out() -> dict[str, Break]:
    """Return each rule by the name of its pin, with what takes it out."""
    breaks: dict[str, Break] = {}
    for _, blocks in rules.CLASSES:
        breaks |= {f"block {block.text}": without(blocks, block) for block in blocks}
    for title, blocks in (
        ("shared", known.SHARED),
        ("ServiceNet", known.SERVICE_NET),
        ("transitional", known.TRANSITIONAL),
    ):
        breaks |= {f"{title} {block.text}": without(blocks, block) for block in blocks}
    for patterns in NAMES:
        breaks |= {f"name {prefix(pattern)}": without(patterns, pattern) for pattern in patterns}
    items: list[Any]
    for title, items in (
        ("type", known.TUNNEL_TYPES),
        ("type without a device", known.TUNNEL_TYPES_WITHOUT_DEVICE),
        ("kind", known.TUNNEL_KINDS),
        ("container kind", known.CONTAINER_KINDS),
        ("point-to-point", known.POINT_TO_POINT_TYPES),
        ("public name", known.PUBLIC_NET_NAMES),
        ("service name", known.SERVICE_NET_NAMES),
    ):
        breaks |= {f"{title} {item}": without(items, item) for item in items}
    breaks |= {f"hypervisor NAT {nat[0].text}": without(known.HYPERVISOR_NATS, nat) for nat in known.HYPERVISOR_NATS}
    for title, reasons in (
        ("reason", rules.EXCLUSIONS),
        ("even if named:", rules.EVEN_IF_NAMED),
        ("overruled by routes:", rules.OVERRULED_BY_ROUTES),
    ):
        breaks |= {f"{title} {reason.text}": without(reasons, reason) for reason in reasons}
    for network, its in PREFERENCES.items():
        breaks |= {f"{network}: {rule.text}": without(its, rule) for rule in its}
        breaks |= {
            f"{network}, proof: {rule.text}": instead(
                its, rule, Preference(rule.text, rule.holds, is_proof=not rule.is_proof)
            )
            for rule in its
        }
    return breaks


def drawn_too_wide() -> dict[str, Break]:
    """Return each rule that has a near miss in the table, with what lets the near miss in."""
    service = PREFERENCES["service"]
    nat = titled(service, "not a hypervisor's NAT")
    routed = titled(service, "in a ServiceNet block, with routes to ServiceNet")
    guests = Preference(nat.text, lambda c: not any(in_blocks(c.address, [b]) for b, _ in known.HYPERVISOR_NATS))
    other_block = (CidrBlock("192.168.123.0/24"), "192.168.123.1")
    types = [*known.TUNNEL_TYPES, *known.TUNNEL_TYPES_WITHOUT_DEVICE]

    named = titled(service, "interface named for ServiceNet")
    public_named = titled(PREFERENCES["public"], "interface named for PublicNet")
    leads_out = Eligibility._leads_out

    def all_default_routes(self: Eligibility, family: str) -> list[Route]:
        return [route for route in self.host.routes if route.family == family and not route.destination]

    def beside_public(self: Eligibility, address: Any) -> bool:
        return address.interface in self._anchored

    def any_gateway(route: Route, blocks: Sequence[CidrBlock]) -> bool:
        return any(route.destination == block.text for block in blocks)

    def lost_before(deciding: Preference, best: CandidateFacts, other: CandidateFacts) -> Reason | None:
        return preferences.RFC_1918_ROUTE if other.has_rfc_1918_route and not best.has_rfc_1918_route else None

    def any_private_route(deciding: Preference, best: CandidateFacts, other: CandidateFacts) -> Reason | None:
        return preferences.RFC_1918_ROUTE if best.has_rfc_1918_route else None

    def is_own_on_any_interface(self: Eligibility, gateway: str, interface: str) -> bool:
        return any(address.text == gateway for address in self.host.addresses)

    def is_own_of_any_state(self: Eligibility, gateway: str, interface: str) -> bool:
        return any(address.text == gateway for address in self.host.addresses)

    def all_uplinks(self: comparison._Facts, address: Any) -> list[Route]:
        return [route for route in self._eligibility.uplinks if route.interface == address.interface]

    def ways_out_of_main(self: Eligibility, family: str) -> set[str]:
        return {route.interface for route in self.default_routes if route.family == family}

    def leads_out_by_tunnels(self: Eligibility, route: Route) -> bool:
        return leads_out(self, route) or rules.is_tunnel(self.host.interfaces[route.interface])

    def any_route(self: comparison._Facts, address: Any) -> bool:
        return any(route.destination and route.gateway for route in self.routes(address))

    breaks: dict[str, Break] = {
        "near hypervisor NAT": added(known.HYPERVISOR_NATS, (CidrBlock("10.0.2.0/24"), "10.0.2.2")),
        "near hypervisor NAT: another gateway": instead(service, nat, guests),
        "near hypervisor NAT: another block": added(known.HYPERVISOR_NATS, other_block),
        "near hypervisor NAT: a wider network": patched(known, "HYPERVISOR_PREFIX_LENGTH", 0),
        "near contested default route: by its own interface": patched(comparison, "_contradiction", any_private_route),
        "near contested default route: what has lost before": patched(comparison, "_contradiction", lost_before),
        "near ServiceNet": added(known.SERVICE_NET, CidrBlock("10.192.0.0/12")),
        "near ServiceNet's routes: other blocks": patched(
            comparison, "_leads_to", lambda route, _: route.gateway and route.destination.startswith("10.1")
        ),
        "near ServiceNet's routes: without a gateway": patched(comparison, "_leads_to", any_gateway),
        "near ServiceNet's routes: on another interface": instead(
            service, routed, Preference(routed.text, lambda c: in_blocks(c.address, known.SERVICE_NET))
        ),
        "near ServiceNet's routes: from another block": instead(
            service, routed, Preference(routed.text, lambda c: c.has_service_net_route)
        ),
        "near type without a device 65534": lambda: _holding(known.TUNNEL_TYPES, types),
        "near overruled by routes: container interface": added(rules.OVERRULED_BY_ROUTES, rules.CONTAINER),
        "near preferred source: of a route that does not count": patched(
            Eligibility, "_default_routes", all_default_routes
        ),
        "near preferred source: another address": patched(
            Eligibility, "is_preferred_source", lambda self, _: bool(self._sources)
        ),
        "near unnumbered": patched(Eligibility, "_is_numbered", lambda *_: False),
        "near container's own network: netkit": patched(
            selection, "is_host", lambda host: any(map(rules.is_container_interface, host.interfaces.values()))
        ),
        "near anchor: beside no public address": patched(
            Eligibility, "is_anchor", lambda _, a: a.prefix_length == 16 and a in known.ANCHOR_BLOCK
        ),
        "near anchor: another shape": patched(Eligibility, "is_anchor", beside_public),
        "near own gateway: a link-local address of another interface": patched(
            Eligibility, "_is_own", is_own_on_any_interface
        ),
        "near own gateway: an interface that is down": patched(Eligibility, "_is_own", is_own_of_any_state),
        "near gateway: of a route that does not count": patched(comparison._Facts, "default_routes", all_uplinks),
        "near no way out: another table": patched(Eligibility, "_find_ways_out", ways_out_of_main),
        "near no way out: a preferred source": patched(Eligibility, "is_overruled_by_routes", lambda *_: False),
        "near way out: by a tunnel": patched(Eligibility, "_leads_out", leads_out_by_tunnels),
        "near carrier: another network": described(
            is_unplugged=lambda self, a: not self.host.interfaces[a.interface].has_carrier
        ),
        "near interface named for ServiceNet: with a default route": instead(
            service, named, Preference(named.text, lambda c: c.address.interface in known.SERVICE_NET_NAMES)
        ),
        "near interface named for PublicNet: beside a default route": instead(
            PREFERENCES["public"],
            public_named,
            Preference(public_named.text, lambda c: c.address.interface in known.PUBLIC_NET_NAMES),
        ),
        "near source of routes to private blocks: without a gateway": patched(
            comparison._Facts,
            "is_source_of_private_routes",
            lambda self, a: any(r.destination and r.source == a.text for r in self.routes(a)),
        ),
        "near source of routes to private blocks: another gateway": patched(
            comparison._Facts, "is_source_of_private_routes", any_route
        ),
    }
    for _, blocks in rules.CLASSES[:2]:
        near = [block for block in blocks if block.family == "ipv4" and block.text != "240.0.0.0/4"]  # the last of all
        breaks |= {f"near block {block.text}": instead(blocks, block, wider(block)) for block in near}
    for patterns in NAMES:
        for pattern in patterns:
            start, rest = pattern
            if rest != "*":
                breaks[f"near name {start}"] = instead(patterns, pattern, (start, "*"))
    return breaks


def structure() -> dict[str, Break]:
    """Return what is not an item of a list, with what does it wrong."""

    def nothing(self: _Selector) -> Selection:
        return self._refuse_ipv6(Reason("broken"), self.in_class("ipv4", rules.PRIVATE))

    def only_unique_local(self: _Selector) -> Selection:
        return self.in_class("ipv6", rules.PRIVATE)

    def without_lower(self: Eligibility, interface: Any) -> bool:
        return bool(interface.has_device or not (self.has_devices or interface.kind == "bridge"))

    def of_the_included(host: Host, query: Query) -> Selection:
        left = [a for a in host.addresses if not query.include or query.includes(host, a)]
        return select(Host([*host.interfaces.values()], left, host.routes, ways=host.ways), query)

    def on_its_interface(self: _Selector, address: Any) -> bool:
        return self.reached is not None and bool(address.interface == self.reached.interface)

    def on_its_interface_alone(self: comparison._Facts, address: Any) -> bool:
        return address.interface in self._default_routes

    def of_its_source_too(self: comparison._Facts, address: Any) -> bool:
        return on_its_interface_alone(self, address) or self._eligibility._is_loopback_of_unnumbered_host(address)

    def first_alone(self: Eligibility, family: str) -> list[Route]:
        return default_routes(self, family)[:1]

    def tie_alone(self: Comparison) -> Any:
        doubt = find_doubt(self)
        return doubt if doubt and doubt.kind != comparison.CONTRADICTION else None

    def any_route_reason(self: _Selector, address: Any) -> Reason | None:
        return rules.NO_WAY_OUT if self.query.network == "public" and self.eligibility.has_no_way_out(address) else None

    select, find_doubt = selection.select_address, Comparison._find_doubt
    default_routes = Eligibility._default_routes
    physical_only = Exclusion(rules.NOT_PHYSICAL.text, lambda c: not c.is_physical(c.interface))
    breaks = {
        "no private IPv4 address at all": patched(_Selector, "service_ipv6", nothing),
        "service ipv6 is where service ipv4 is": patched(_Selector, "service_ipv6", only_unique_local),
        "optimistic is ready": patched(facts, "OPTIMISTIC", 0),
        "built on a physical interface is physical": patched(Eligibility, "is_physical", without_lower),
        "a tunnel makes nothing physical": patched(rules, "is_tunnel", lambda _: False),
        "--exclude": both(
            patched(eligibility, "is_named", lambda *_: False),
            patched(eligibility, "names_interface", lambda *_: False),
        ),
        "an alternative name is a name": patched(Interface, "alternative_names", ()),
        "--exclude CIDR": patched(eligibility, "in_blocks", lambda *_: False),
        "a default route makes an interface eligible": instead(rules.EXCLUSIONS, rules.NOT_PHYSICAL, physical_only),
        "the lowest metric": patched(Route, "metric", 0),
        "the highest router preference": patched(Route, "preference", 0),
        "a route that is dead or expired is none": patched(Route, "state", ""),
        "each nexthop is a default route": patched(Eligibility, "_default_routes", first_alone),
        "a gateway of its own leads nowhere": patched(Eligibility, "_is_own", lambda *_: False),
        "the kernel's own way out": patched(known, "INTERNET", {"ipv4": "", "ipv6": ""}),
        "the kernel's way is a route of another table": patched(
            Eligibility, "_routes_taken", lambda _, way: [Route(way.family, way.interface, gateway=way.gateway)]
        ),
        "the default route decides": both(
            patched(Eligibility, "has_no_way_out", lambda *_: False),
            without(PREFERENCES["public"], titled(PREFERENCES["public"], "default route")),
        ),
        "no way out": patched(Eligibility, "has_no_way_out", lambda *_: False),
        "ambiguous": patched(Comparison, "_find_doubt", lambda _: None),
        "two facts contradict each other": patched(Comparison, "_find_doubt", tie_alone),
        "what a later proof contradicts is not proven": patched(Comparison, "_proof_against", lambda *_: None),
        "nothing behind a hypervisor's NAT is proven": both(
            patched(_Selector, "_route_reason", any_route_reason),
            patched(_Selector, "_doubt_of_first", lambda *_: None),
        ),
        "nothing on a cable to one device is proven": patched(_Selector, "_doubt_of_first", lambda *_: None),
        "a route to a whole private block contests the default route": described(has_rfc_1918_route=lambda *_: False),
        "a lease is no virtual address": patched(
            preferences, "has_host_prefix", lambda a: a.prefix_length == BITS[a.family]
        ),
        "no host prefix proves nothing for a lease": patched(comparison, "_proves", lambda rule, _: rule.is_proof),
        "the order on an interface": patched(comparison, "_order", lambda a: (natural(a.interface),)),
        "the order on an interface is no proof": patched(
            comparison, "_order_on_interface", lambda _: Preference("", lambda _: True)
        ),
        "ServiceNet is beside PublicNet": described(host_is_public=lambda *_: True),
        "a container's own network": patched(selection, "is_host", lambda _: True),
        "a preferred source is eligible": patched(rules, "OVERRULED_BY_ROUTES", []),
        "a default route is its preferred source's too": patched(
            comparison._Facts, "has_default_route", of_its_source_too
        ),
        "the loopback address of an unnumbered host": patched(Eligibility, "_is_numbered", lambda *_: True),
        "a link-local address numbers nothing": patched(known, "UNNUMBERED", []),
        "an anchor is never service": patched(Eligibility, "is_anchor", lambda *_: False),
        "facts of the whole host": patched(queries, "select_address", of_the_included),
        "a bare address names itself": patched(CidrBlock, "is_bare", False),
        "a default route without a source is the loopback address's": patched(
            comparison._Facts, "has_default_route", on_its_interface_alone
        ),
        "the name of an interface is no label": patched(query, "label_of", lambda _, a: a.label),
        "--reach": patched(_Selector, "_is_reached", lambda *_: True),
        "--reach takes the source wherever it is": patched(_Selector, "_is_reached", on_its_interface),
    }
    return {f"structure: {name}": how for name, how in breaks.items()}


BREAKS = taken_out() | drawn_too_wide() | structure()


def wrong_answers(case: HostCase) -> list[str]:
    found = [(line, expected, answer_of(case.layout.host, line)) for line, expected in case.answers.items()]
    return [
        f"{line}: {answer!r}, not {expected!r}"
        for line, expected, answer in found
        if answer != expected and not {answer, "*"} & set(case.ok.get(line, []))
    ]


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
