"""Candidates compared: their order, what decides it, and whether that is proof. Section 3 of the rules, applied."""

from __future__ import annotations

from racknet.core import known, rules
from racknet.core.facts import MAIN_TABLE
from racknet.core.matching import family_of, network_of, parse_address
from racknet.core.preferences import (
    GATEWAY_NETWORK,
    KERNEL_ORDER,
    LOWER_NUMBER,
    NAME_ORDER,
    NO_HOST_PREFIX,
    PREFERENCES,
    PREFERRED_SOURCE,
    RFC_1918_ROUTE,
    SERVICE_DEFAULT_ROUTE,
    CandidateFacts,
    Preference,
    is_lease,
)
from racknet.core.text import natural

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Sequence

    from racknet.core.eligibility import Eligibility
    from racknet.core.facts import Address, Route
    from racknet.core.matching import CidrBlock

# Why there is no answer although there are candidates.
TIE, CONTRADICTION, UNPROVEN, UNATTRIBUTED = "tie", "contradiction", "unproven", "unattributed"


class Doubt:
    """Why candidates leave no answer: they TIE, facts about them are in CONTRADICTION, or the first is UNPROVEN.

    `candidates` are those that are in doubt, best first; `preference` is what decides between the first two of them, or
    would: it is no proof, or `against` says the opposite. An address is UNATTRIBUTED where its provider does not say
    for which private one it is.
    """

    __slots__ = ("against", "candidates", "kind", "preference")

    def __init__(
        self, kind: str, candidates: list[Address], preference: rules.Reason, against: rules.Reason | None = None
    ) -> None:
        self.kind, self.candidates, self.preference, self.against = kind, candidates, preference, against

    @property
    def decided_by(self) -> str:
        """What decides, and what speaks against it."""
        return f"{self.preference.text}, against {self.against.text}" if self.against else self.preference.text

    @property
    def interfaces(self) -> list[str]:
        """The interfaces that are in doubt."""
        return list(dict.fromkeys(address.interface for address in self.candidates))


class Refusal:
    """Why a provider gives no answer, and what to do. `doubtful` are the addresses of which any may be the one.

    `may_pass` says that the provider did not answer as it should, which may be otherwise a little later.
    """

    __slots__ = ("doubtful", "hint", "may_pass", "message")

    def __init__(
        self, message: str, hint: str = "", doubtful: Sequence[Address] = (), *, may_pass: bool = False
    ) -> None:
        self.message, self.hint, self.doubtful, self.may_pass = message, hint, doubtful, may_pass


class Comparison:
    """Candidates, best first. `doubt` says why none of them is the answer; `unproven`, why the first is not proven."""

    def __init__(self, network: str, candidates: Sequence[CandidateFacts]) -> None:
        self._preferences = PREFERENCES[network]
        self._losses = {c: [not preference.holds(c) for preference in self._preferences] for c in candidates}
        self._ordered = sorted(candidates, key=lambda c: (self._losses[c], *_order(c.address)))
        self.addresses = [candidate.address for candidate in self._ordered]
        self.doubt = self._find_doubt()
        self.unproven = self._find_unproven()

    def deciding(self, place: int) -> Preference:
        """Return the first preference in which a candidate and the next differ, or else what orders them."""
        better, worse = self._ordered[place : place + 2]
        if (deciding := self._first_difference(better, worse)) is not None:
            return deciding
        return NAME_ORDER if better.address.interface != worse.address.interface else _order_on_interface(better)

    def _first_difference(self, better: CandidateFacts, worse: CandidateFacts) -> Preference | None:
        pairs = zip(self._preferences, self._losses[better], self._losses[worse], strict=True)
        return next((preference for preference, one, other in pairs if one != other), None)

    def _find_doubt(self) -> Doubt | None:
        """Return a tie of interfaces, or a contradiction, or None."""
        best = self._ordered[0]
        first = [c.address for c in self._ordered if self._losses[c] == self._losses[best]]
        if len({address.interface for address in first}) > 1:
            return Doubt(TIE, first, NAME_ORDER)
        for other in self._ordered[1:]:
            deciding = self._first_difference(best, other)
            if deciding and (against := _contradiction(deciding, best, other)):
                return Doubt(CONTRADICTION, [best.address, other.address], deciding, against)
        return None

    def _find_unproven(self) -> Doubt | None:
        """Return the first candidate that loses to the best by no proof, or is better in one; None if there is none."""
        best, *others = self._ordered
        for other in others:
            deciding = self._first_difference(best, other) or _order_on_interface(best)
            against = self._proof_against(best, other)
            if not _proves(deciding, best) or against:
                return Doubt(UNPROVEN, [best.address, other.address], deciding, against)
        return None

    def _proof_against(self, best: CandidateFacts, other: CandidateFacts) -> Preference | None:
        """Return the first proof by which another candidate is better than the best, or None."""
        pairs = zip(self._preferences, self._losses[best], self._losses[other], strict=True)
        return next((preference for preference, one, two in pairs if one > two and _proves(preference, other)), None)


def _contradiction(deciding: Preference, best: CandidateFacts, other: CandidateFacts) -> rules.Reason | None:
    """Return what of another candidate contradicts the preference that decides for the best, or None."""
    if deciding is SERVICE_DEFAULT_ROUTE and other.has_rfc_1918_route and not best.has_rfc_1918_route:
        return RFC_1918_ROUTE
    is_beside = other.address.interface == best.address.interface and not other.is_off_gateway
    return GATEWAY_NETWORK if deciding is PREFERRED_SOURCE and best.is_off_gateway and is_beside else None


def _proves(preference: Preference, better: CandidateFacts) -> bool:
    """Return whether a preference proves that the candidate with it is the right one.

    Beside an IPv6 address that the network gave for a while, a permanent /128 may be the one that its owner wants.
    """
    return preference.is_proof and not (preference is NO_HOST_PREFIX and is_lease(better.address))


def _order_on_interface(candidate: CandidateFacts) -> Preference:
    return LOWER_NUMBER if candidate.address.family == "ipv6" else KERNEL_ORDER


def _order(address: Address) -> tuple[object, ...]:
    """Return the order of addresses that tie: by interface, by label (none first), IPv6 by number; then as listed."""
    number = address.number if address.family == "ipv6" else 0
    return natural(address.interface), natural(address.label) if address.label else [], number


def describe(
    eligibility: Eligibility,
    candidates: Sequence[Address],
    is_overruled: Callable[[Address], bool],
    reach_source: str,
) -> list[CandidateFacts]:
    """Return candidates of one family with the facts that the preferences compare; some are about the others.

    `is_overruled` says whether only the user's naming makes an address a candidate; `reach_source` is the source for
    the address of `--reach`, or "".
    """
    facts = _Facts(eligibility, candidates[0].family)
    none_routed = not any(map(facts.has_default_route, candidates))
    plugged = facts.plugged_networks()
    in_gateway_network = {a for a in candidates if _has_in_its_network(a, facts.default_routes(a))}
    private_sources = set(filter(facts.is_source_of_private_routes, candidates))
    gateway_places = {a.interface for a in in_gateway_network}
    private_places = {a.interface for a in private_sources}
    return [
        CandidateFacts(
            a,
            is_overruled=is_overruled(a),
            is_reach_source=reach_source == a.text,
            is_unplugged=not facts.has_carrier(a) and network_of(a) in plugged,
            has_default_route=facts.has_default_route(a),
            none_has_default_route=none_routed,
            leads_out=a.interface in facts.places_out,
            is_not_source=a.interface in facts.places_with_source and not eligibility.is_preferred_source(a),
            is_off_gateway=a.interface in gateway_places and a not in in_gateway_network,
            is_off_private_routes=a.interface in private_places and a not in private_sources,
            is_behind_hypervisor=eligibility.is_behind_hypervisor(a),
            has_service_net_route=a.interface in facts.places_to_service_net,
            has_rfc_1918_route=facts.has_rfc_1918_route(a),
            is_beside_public=(a.family, a.interface) in eligibility.public,
            host_is_public=("ipv4", rules.PUBLIC) in eligibility.present,
        )
        for a in candidates
    ]


class _Facts:
    """What the routes of one family, and the interfaces, say of an address.

    `places_with_source` are the interfaces of the default routes that prefer a source, and those of the sources;
    `places_out` those with a route of the main table that leads out, `places_to_service_net` with one to ServiceNet.
    """

    def __init__(self, eligibility: Eligibility, family: str) -> None:
        self._eligibility, self._host, self._family = eligibility, eligibility.host, family
        self._routes = _by_interface(self._host.routes, family)
        self._default_routes = _by_interface(eligibility.default_routes, family)
        self.places_out = {r.interface for r in eligibility.uplinks if r.family == family and r.table == MAIN_TABLE}
        routes = [route for route in self._host.routes if route.family == family]
        self.places_to_service_net = {route.interface for route in routes if _leads_to(route, known.SERVICE_NET)}
        with_source = [route for route in eligibility.default_routes if route.family == family and route.source]
        sources = {route.source for route in with_source}
        self.places_with_source = {route.interface for route in with_source}
        self.places_with_source |= {a.interface for a in self._host.addresses if a.text in sources}

    def routes(self, address: Address) -> list[Route]:
        return self._routes.get(address.interface, [])

    def default_routes(self, address: Address) -> list[Route]:
        return self._default_routes.get(address.interface, [])

    def has_carrier(self, address: Address) -> bool:
        return self._host.interfaces[address.interface].has_carrier

    def plugged_networks(self) -> set[tuple[int, int]]:
        """Return the networks in which an eligible address has a carrier: of the whole host, whatever is asked for."""
        skipped = self._eligibility.skipped
        found = [a for a in self._host.addresses if a.family == self._family and not skipped[a]]
        return {network_of(address) for address in found if self.has_carrier(address)}

    def has_default_route(self, address: Address) -> bool:
        """Return whether a default route is on the interface of an address, or has no other source."""
        return address.interface in self._default_routes or self._eligibility.is_overruled_by_routes(address)

    def has_rfc_1918_route(self, address: Address) -> bool:
        """Return whether a route leads from an address's interface to all of a private block, by no other source."""
        routes = [route for route in self.routes(address) if not route.state and route.source in ("", address.text)]
        return any(_leads_to(route, known.RFC_1918) for route in routes)

    def is_source_of_private_routes(self, address: Address) -> bool:
        """Return whether routes by a gateway to wide private blocks prefer an address, or have a gateway beside it.

        All routes that are read lead to such blocks, but for the default routes.
        """
        routes = [route for route in self.routes(address) if route.destination and route.gateway]
        return any(route.source == address.text for route in routes) or _has_in_its_network(address, routes)


def _by_interface(routes: Sequence[Route], family: str) -> dict[str, list[Route]]:
    """Return the routes of a family by their interfaces. A host may have thousands of interfaces."""
    found: dict[str, list[Route]] = {}
    for route in routes:
        if route.family == family:
            found.setdefault(route.interface, []).append(route)
    return found


def _leads_to(route: Route, blocks: Sequence[CidrBlock]) -> bool:
    """Return whether a route leads by a gateway to exactly one of these blocks, as Rackspace's to ServiceNet do."""
    return route.gateway != "" and any(route.destination == block.text for block in blocks)


def _has_in_its_network(address: Address, routes: Sequence[Route]) -> bool:
    """Return whether the gateway of one of the routes is in the network of an address."""
    if not routes:
        return False
    network, shift = network_of(address)
    gateways = {r.gateway for r in routes if r.gateway and family_of(r.gateway) == address.family}
    return any(parse_address(address.family, gateway) >> shift == network for gateway in gateways)
