"""A host and a query in; candidates, rejected addresses and the answer out: sections 1, 3 and 4 of the rules."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.eligibility import Eligibility, is_host
from racknet.core.matching import in_blocks
from racknet.core.rules import Candidate, Preference, Reason
from racknet.core.text import natural

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Sequence

    from racknet.core.facts import Address, Host, Way
    from racknet.core.query import Query

    Rejected = list[tuple[Address, Reason]]

ONLY, LAST = Reason("the only candidate"), Reason("the last candidate")
CONTAINER_OWN = Reason("of the container")

# Why there is no answer although there are candidates.
TIE, CONTRADICTION, UNPROVEN = "tie", "contradiction", "unproven"


class Doubt:
    """Why candidates leave no answer: they TIE, facts about them are in CONTRADICTION, or the first is UNPROVEN.

    `candidates` are the addresses that are in doubt, best first; `preference` is what decides between the first two of
    them, or would: it is no proof, or a later preference, `against`, proves the opposite.
    """

    __slots__ = ("against", "candidates", "kind", "preference")

    def __init__(
        self, kind: str, candidates: list[Address], preference: Preference, against: Preference | None = None
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


class Selection:
    """What comes of a query: the candidates, best first, and the rejected addresses with their reasons.

    `doubt` says why there is no answer although there are candidates; `unproven`, why the answer is not proven; each is
    None otherwise. `is_host` is false in a container's own network, whose addresses are no host's.
    """

    __slots__ = (
        *("_eligibility", "_losses", "address", "answers", "candidates", "doubt"),
        *("is_host", "query", "rejected", "unproven"),
    )

    def __init__(
        self,
        query: Query,
        eligibility: Eligibility,
        candidates: Sequence[Candidate],
        rejected: Rejected,
        basis: Basis,
    ) -> None:
        preferences = rules.PREFERENCES[query.network]
        self._losses = {c: [not preference.holds(c) for preference in preferences] for c in candidates}
        self.query, self._eligibility, self.rejected = query, eligibility, rejected
        self.candidates = sorted(candidates, key=lambda c: (self._losses[c], *_order(c.address)))
        self.unproven = basis.unproven or self._find_unproven()
        self.doubt = basis.doubt or self._find_doubt()
        self.is_host = bool(query.include) or is_host(eligibility.host)
        is_answered = bool(self.candidates) and self.is_host and self.doubt is None
        self.address = self.candidates[0].address if is_answered else None
        self.answers = [self.address] if self.address else []
        if query.all_candidates and self.is_host:
            self.answers = [candidate.address for candidate in self.candidates]

    @property
    def is_proven(self) -> bool:
        """Whether there is an answer, and it is proven."""
        return self.address is not None and self.unproven is None

    @property
    def without_address(self) -> list[str]:
        """The eligible interfaces that have no address of the family."""
        return self._eligibility.without_address(self.query.family)

    @property
    def awaits_address(self) -> bool:
        """Whether the host may still get another address of the family, or a route that decides."""
        return self.doubt is not None or self._eligibility.awaits_address(self.query.family)

    def why(self, place: int) -> Reason:
        """Return why the candidate at a place comes before the next."""
        if place + 1 == len(self.candidates):
            return ONLY if place == 0 else LAST
        return self._deciding(place)

    def why_not(self, place: int) -> Reason:
        """Return why the candidate at a place is not the answer."""
        address = self.candidates[place].address
        if not self.is_host:
            return CONTAINER_OWN
        if self.doubt and address in self.doubt.candidates:
            return self._why_in_doubt(address, self.doubt)
        if place == 0:
            return Reason("not the answer")
        better = self.candidates[place - 1].address
        name = better.text if better.interface == address.interface else better.label or better.interface
        return Reason(f"{name} is preferred: {self._deciding(place - 1).text}")

    def _why_in_doubt(self, address: Address, doubt: Doubt) -> Reason:
        if doubt.kind == TIE:
            return Reason(f"ties with {', '.join(name for name in doubt.interfaces if name != address.interface)}")
        if doubt.kind == UNPROVEN:
            first, second = doubt.candidates
            what = f"preferred to {second.text}" if address is first else f"{first.text} is preferred"
            return Reason(f"{what}, not proven: {doubt.decided_by}")
        is_source = address is doubt.candidates[0]
        return Reason("source of the default route" if is_source else "in the network of the default gateway")

    def _deciding(self, place: int) -> Reason:
        """Return the first preference in which a candidate and the next differ, or else what orders them."""
        better, worse = self.candidates[place : place + 2]
        if (deciding := self._first_difference(better, worse)) is not None:
            return deciding
        return rules.NAME_ORDER if better.address.interface != worse.address.interface else _order_on_interface(better)

    def _first_difference(self, better: Candidate, worse: Candidate) -> Preference | None:
        pairs = zip(rules.PREFERENCES[self.query.network], self._losses[better], self._losses[worse], strict=True)
        return next((preference for preference, one, other in pairs if one != other), None)

    def _find_unproven(self) -> Doubt | None:
        """Return the first candidate that loses to the best by no proof, or is better in one; None if there is none."""
        if not self.candidates:
            return None
        best, *others = self.candidates
        for other in others:
            deciding = self._first_difference(best, other) or _order_on_interface(best)
            pairs = zip(rules.PREFERENCES[self.query.network], self._losses[best], self._losses[other], strict=True)
            against = next((preference for preference, one, two in pairs if preference.is_proof and one > two), None)
            if not deciding.is_proof or against:
                return Doubt(UNPROVEN, [best.address, other.address], deciding, against)
        return None

    def _find_doubt(self) -> Doubt | None:
        """Return why there is no answer although there are candidates, or None."""
        if not self.candidates:
            return None
        best = self.candidates[0]
        first = [c.address for c in self.candidates if self._losses[c] == self._losses[best]]
        if len({address.interface for address in first}) > 1:
            return Doubt(TIE, first, rules.NAME_ORDER)
        for other in self.candidates:
            is_contradicted = best.is_off_gateway and not other.is_off_gateway
            on_one = other.address.interface == best.address.interface
            addresses = [best.address, other.address]
            if on_one and is_contradicted and self._first_difference(best, other) is rules.PREFERRED_SOURCE:
                return Doubt(CONTRADICTION, addresses, rules.PREFERRED_SOURCE, rules.GATEWAY_NETWORK)
        return self.unproven if self.query.strict else None


class Basis:
    """What a selection goes by that is in doubt already: for `service ipv6`, the selection for `service ipv4`."""

    __slots__ = ("doubt", "unproven")

    def __init__(self, doubt: Doubt | None = None, unproven: Doubt | None = None) -> None:
        self.doubt, self.unproven = doubt, unproven


ITSELF = Basis()


def select_address(host: Host, query: Query) -> Selection:
    """Select the address that a query asks for."""
    return select_addresses(host, [query])[0]


def select_addresses(host: Host, queries: Sequence[Query]) -> list[Selection]:
    """Select an address for each query. Queries with the same `--exclude` share the facts of the host."""
    known: dict[object, Eligibility] = {}
    selections = []
    for query in queries:
        key = query.exclude, query.exclude_cidrs
        if key not in known:
            known[key] = Eligibility(host, *key)
        selections.append(_Selector(known[key], query).select())
    return selections


class _Selector:
    """One query, asked of the facts of a host. The filters of a query change no fact."""

    def __init__(self, eligibility: Eligibility, query: Query) -> None:
        self.eligibility, self.query = eligibility, query
        self.host = eligibility.host
        self.reached: Way | None = self.host.ways.get(query.reach) if query.reach else None

    def select(self) -> Selection:
        """Select the address that the query asks for."""
        query = self.query
        if query.network == "service" and query.family == "ipv6" and not query.blocks("ipv6"):
            return self.service_ipv6()
        return self.in_class(query.family, rules.CLASS_OF[query.network])

    def in_class(self, family: str, wanted: str, interface: str = "", basis: Basis = ITSELF) -> Selection:
        """Select among the addresses of a family and a class, on one interface if given."""
        candidates, rejected = [], []
        for address in self.host.addresses:
            if address.family == family:
                if reason := self._rejection(address, wanted, interface):
                    rejected.append((address, reason))
                else:
                    candidates.append(address)
        if self.query.network == "public" and not candidates:
            private = rules.OTHER_CLASS[rules.PRIVATE]
            rejected = [(address, rules.BEHIND_NAT if reason is private else reason) for address, reason in rejected]
        source = self.reached.source if self.reached else ""
        described = self.eligibility.describe_candidates(candidates, self._is_overruled, source)
        return Selection(self.query, self.eligibility, described, rejected, basis)

    def service_ipv6(self) -> Selection:
        """Section 4: it is on the interface of the answer to `service ipv4`."""
        first = self.in_class("ipv4", rules.PRIVATE)
        basis = Basis(first.doubt, first.unproven)
        if first.candidates and not first.doubt:
            interface = first.candidates[0].address.interface
            unique_local = self.in_class("ipv6", rules.PRIVATE, interface, basis)
            return (
                unique_local if unique_local.candidates else self.in_class("ipv6", rules.LINK_LOCAL, interface, basis)
            )
        if first.doubt or ("ipv4", rules.PRIVATE) in self.eligibility.present:
            return self._refuse_ipv6(rules.AMBIGUOUS_IPV4 if first.doubt else rules.NO_SERVICE_IPV4, basis)
        return self.in_class("ipv6", rules.PRIVATE)

    def _refuse_ipv6(self, reason: Reason, basis: Basis) -> Selection:
        """Reject all IPv6 addresses: with this reason where no other applies."""
        rejected = []
        for address in self.host.addresses:
            if address.family == "ipv6":
                its_class = self.eligibility.classes[address]
                wanted = its_class if its_class == rules.LINK_LOCAL else rules.PRIVATE
                rejected.append((address, self._rejection(address, wanted) or reason))
        return Selection(self.query, self.eligibility, [], rejected, basis)

    def _rejection(self, address: Address, wanted: str, interface: str = "") -> Reason | None:
        """Return why an address is no candidate, or None where it is one."""
        named = self._is_named(address)
        skipped = self.eligibility.reason(address, named=True) if named else self.eligibility.skipped[address]
        reason = skipped or self._filter_reason(address, named=named) or self._class_reason(address, wanted)
        reason = reason or (None if named else self._route_reason(address))
        if reason is None and interface not in ("", address.interface):
            return Reason(f"not on {interface}")
        return reason

    def _filter_reason(self, address: Address, *, named: bool) -> Reason | None:
        """Return which filter of the user's leaves an address out, if any; a point-to-point link has to be named."""
        query, blocks = self.query, self.query.blocks(address.family)
        if query.include and not query.includes(self.host, address):
            return rules.NOT_NAMED
        if query.reach and not self._is_reached(address):
            return rules.NOT_REACHED
        if self._is_point_to_point(address) and not named:
            return rules.POINT_TO_POINT
        return rules.NOT_IN_BLOCK if blocks and not in_blocks(address, blocks) else None

    def _class_reason(self, address: Address, wanted: str) -> Reason | None:
        """Return why an address has the wrong class, or None. With `--cidr` any will do, but never an anchor."""
        query, its_class = self.query, self.eligibility.classes[address]
        if its_class != wanted and not query.blocks(address.family):
            return rules.OTHER_CLASS[its_class]
        return rules.ANCHOR if query.network == "service" and self.eligibility.is_anchor(address) else None

    def _route_reason(self, address: Address) -> Reason | None:
        """Return what the routes say against an address that is not named, or None."""
        if self.query.network == "public":
            return rules.NO_WAY_OUT if self.eligibility.has_no_way_out(address) else None
        return rules.NOT_STRICT if self.query.strict and self.eligibility.is_behind_nat(address) else None

    def _is_overruled(self, address: Address) -> bool:
        """Return whether only the user's naming makes an address a candidate."""
        is_skipped = self.eligibility.skipped[address] is not None or self._is_point_to_point(address)
        return is_skipped or self._route_reason(address) is not None

    def _is_named(self, address: Address) -> bool:
        """Return whether the user named an address, or its interface, which overrules most reasons to skip it."""
        blocks = self.query.blocks(address.family)
        return (
            self.query.includes(self.host, address)
            or self._is_reached(address)
            or any(block.is_bare and address in block for block in blocks)
        )

    def _is_reached(self, address: Address) -> bool:
        way = self.reached
        return way is not None and (address.interface == way.interface or address.text == way.source)

    def _is_point_to_point(self, address: Address) -> bool:
        return self.query.network == "service" and self.eligibility.is_point_to_point(address)


def _order_on_interface(candidate: Candidate) -> Preference:
    return rules.LOWER_NUMBER if candidate.address.family == "ipv6" else rules.KERNEL_ORDER


def _order(address: Address) -> tuple[object, ...]:
    """Return the order of addresses that tie: by interface, by label (none first), IPv6 by number; then as listed."""
    number = address.number if address.family == "ipv6" else 0
    return natural(address.interface), natural(address.label), number
