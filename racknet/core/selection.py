"""A host and a query in; candidates, rejected addresses and the answer out: sections 1 and 4 of the rules."""

from __future__ import annotations

from racknet.core import known, rules
from racknet.core.eligibility import Eligibility, is_host
from racknet.core.matching import in_blocks
from racknet.core.rules import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.comparison import Comparison, Doubt, Refusal
    from racknet.core.facts import Address, Host, Way
    from racknet.core.query import Query

    Rejected = list[tuple[Address, Reason]]


class Selection:
    """What comes of a query: the candidates, best first, and the rejected addresses with their reasons.

    `comparison` has what decides between several candidates, and is None where there are fewer. `doubt` says why there
    is no answer although there are candidates; `unproven`, why the answer is not proven; each is None otherwise.
    `counts_as_host` is false in a container's own network, whose addresses are no host's. `from_provider` says
    which provider gave the address, which is not on the host, and `refusal` why it gave none; each is None where nobody
    was asked.
    """

    __slots__ = (
        *("_eligibility", "address", "answers", "candidates", "comparison", "doubt", "from_provider"),
        *("counts_as_host", "query", "refusal", "rejected", "unproven"),
    )

    def __init__(
        self,
        query: Query,
        eligibility: Eligibility,
        candidates: list[Address],
        rejected: Rejected,
        *,
        comparison: Comparison | None = None,
        doubt: Doubt | None = None,
        unproven: Doubt | None = None,
        from_provider: Reason | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        self.query, self._eligibility, self.rejected, self.comparison = query, eligibility, rejected, comparison
        self.candidates = comparison.addresses if comparison else candidates
        self.unproven, self.doubt = unproven, doubt or (unproven if query.strict else None)
        self.counts_as_host = query.in_container or is_host(eligibility.host)
        self.from_provider, self.refusal = from_provider, refusal
        is_answered = bool(self.candidates) and self.counts_as_host and self.doubt is None
        self.address = self.candidates[0] if is_answered else None
        self.answers = [self.address] if self.address else []
        if query.all_candidates and self.counts_as_host and not (query.strict and self.doubt):
            self.answers = self.candidates

    def with_provider_answer(self, address: Address, reason: Reason, unproven: Doubt | None) -> Selection:
        """Return the selection with an address that the provider tells, where the host has none."""
        return Selection(
            self.query, self._eligibility, [address], self.rejected, unproven=unproven, from_provider=reason
        )

    def with_refusal(self, refusal: Refusal) -> Selection:
        """Return the selection with the reason why the provider tells no address."""
        return Selection(self.query, self._eligibility, [], self.rejected, refusal=refusal)

    @property
    def is_proven(self) -> bool:
        """Whether there is an answer, and it is proven."""
        return self.address is not None and self.unproven is None

    def is_of_class(self, address: Address) -> bool:
        """Return whether an address has the class of the network that is asked for."""
        return self._eligibility.classes[address] == rules.CLASS_OF[self.query.network]

    @property
    def without_address(self) -> list[str]:
        """The eligible interfaces that have no address of the family."""
        return self._eligibility.without_address(self.query.family)

    @property
    def awaits_address(self) -> bool:
        """Whether the host may still get another address of the family, or a route that decides."""
        families = {self.query.family}
        if self.query.network == "service" and not self.query.blocks("ipv6"):
            families.add("ipv4")  # which service ipv6 goes by
            if ("ipv4", rules.PRIVATE) in self._eligibility.present:
                families.discard("ipv6")
        return self.doubt is not None or any(map(self._eligibility.awaits_address, families))


def select_address(host: Host, query: Query) -> Selection:
    """Select the address that a query asks for."""
    return select_addresses(host, [query])[0]


def select_addresses(host: Host, queries: Sequence[Query]) -> list[Selection]:
    """Select an address for each query. Queries with the same `--exclude` share the facts of the host."""
    shared: dict[object, Eligibility] = {}
    selections = []
    for query in queries:
        key = query.exclude, query.exclude_cidrs
        if key not in shared:
            shared[key] = Eligibility(host, *key)
        selections.append(_Selector(shared[key], query).select())
    return selections


class _Selector:
    """One query, asked of the facts of a host. The filters of a query change no fact."""

    def __init__(self, eligibility: Eligibility, query: Query) -> None:
        self.eligibility, self.query = eligibility, query
        self.host = eligibility.host
        self.reached: Way | None = self.host.ways.get(query.reach) if query.reach else None
        self._may_name = bool(query.include or query.cidrs or query.reach)  # else no address of thousands is named

    def select(self) -> Selection:
        """Select the address that the query asks for."""
        query = self.query
        if query.network == "service" and query.family == "ipv6" and not query.blocks("ipv6"):
            return self.service_ipv6()
        return self.in_class(query.family, rules.CLASS_OF[query.network])

    def in_class(self, family: str, wanted: str, interface: str = "", basis: Selection | None = None) -> Selection:
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
        comparison = self._compare(candidates) if len(candidates) > 1 else None
        doubts = [each for each in (basis, comparison) if each]  # what is in doubt for service ipv4 is in doubt here
        hidden = self._doubt_of_first(comparison.addresses if comparison else candidates)
        return Selection(
            self.query,
            self.eligibility,
            candidates,
            rejected,
            comparison=comparison,
            doubt=next((each.doubt for each in doubts if each.doubt), None),
            unproven=next((each.unproven for each in doubts if each.unproven), hidden),
        )

    def _compare(self, candidates: list[Address]) -> Comparison:
        from racknet.core.comparison import Comparison, describe

        source = self.reached.source if self.reached else ""
        return Comparison(self.query.network, describe(self.eligibility, candidates, self._is_overruled, source))

    def _doubt_of_first(self, candidates: list[Address]) -> Doubt | None:
        """Return the doubt of an answer that nobody has named, and that other hosts do not reach, or None."""
        if self.query.network != "service" or not candidates or self._is_named(candidates[0]):
            return None
        first = candidates[0]
        is_on_cable = first.family == "ipv4" and known.CABLE_NAMES.match(first.interface)
        if not is_on_cable and not self.eligibility.is_behind_hypervisor(first):
            return None
        from racknet.core.comparison import UNPROVEN, Doubt

        return Doubt(UNPROVEN, [first], rules.ON_CABLE if is_on_cable else rules.BEHIND_HYPERVISOR)

    def service_ipv6(self) -> Selection:
        """Section 4: it is on the interface of the answer to `service ipv4`."""
        first = self.in_class("ipv4", rules.PRIVATE)
        if first.candidates and not first.doubt:
            interface = first.candidates[0].interface
            unique_local = self.in_class("ipv6", rules.PRIVATE, interface, first)
            if unique_local.candidates:
                return unique_local
            return self.in_class("ipv6", rules.LINK_LOCAL, interface, first)
        if first.doubt:
            is_unproven = first.doubt is first.unproven
            return self._refuse_ipv6(rules.UNPROVEN_IPV4 if is_unproven else rules.AMBIGUOUS_IPV4, first)
        if ("ipv4", rules.PRIVATE) in self.eligibility.present:
            return self._refuse_ipv6(rules.NO_SERVICE_IPV4, first)
        return self.in_class("ipv6", rules.PRIVATE)

    def _refuse_ipv6(self, reason: Reason, basis: Selection) -> Selection:
        """Reject all IPv6 addresses: with this reason where no other applies."""
        rejected = []
        for address in self.host.addresses:
            if address.family == "ipv6":
                its_class = self.eligibility.classes[address]
                wanted = its_class if its_class == rules.LINK_LOCAL else rules.PRIVATE
                rejected.append((address, self._rejection(address, wanted) or reason))
        return Selection(self.query, self.eligibility, [], rejected, doubt=basis.doubt, unproven=basis.unproven)

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
        return rules.NOT_STRICT if self.query.strict and self.eligibility.is_behind_hypervisor(address) else None

    def _is_overruled(self, address: Address) -> bool:
        """Return whether only the user's naming makes an address a candidate."""
        is_skipped = self.eligibility.skipped[address] is not None or self._is_point_to_point(address)
        return is_skipped or self._route_reason(address) is rules.NO_WAY_OUT

    def _is_named(self, address: Address) -> bool:
        """Return whether the user named an address, or its interface, which overrules most reasons to skip it."""
        if not self._may_name:
            return False
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
