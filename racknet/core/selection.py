"""A host and a query in, the candidates and the rejected addresses out: sections 1 and 4 of the rules, applied."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.eligibility import Eligibility, is_host
from racknet.core.matching import Query, in_blocks
from racknet.core.model import Address, Candidate, Host, Reason
from racknet.core.ranking import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Sequence

NOT_NAMED, NOT_IN_BLOCK = Reason("not an interface asked for"), Reason("not in a block asked for")
NOT_REACHED = Reason("not on the interface that reaches the address")
NO_SERVICE_IPV4, AMBIGUOUS_IPV4 = Reason("no service ipv4 address to go by"), Reason("service ipv4 is ambiguous")


def select_address(host: Host, query: Query) -> Selection:
    """Select the address that a query asks for."""
    return select_addresses(host, [query])[0]


def select_addresses(host: Host, queries: Sequence[Query]) -> list[Selection]:
    """Select an address for each query. Queries with the same `exclude` share the facts of the host."""
    selectors: dict[object, _Selector] = {}
    selections = []
    for query in queries:
        key = query.exclude, query.exclude_cidrs
        selectors[key] = selectors.get(key) or _Selector(host, Eligibility(host, *key))
        selections.append(selectors[key].select(query))
    return selections


class _Selector:
    """The facts of a host, and one query after the other. The filters of a query change no fact."""

    query: Query

    def __init__(self, host: Host, eligibility: Eligibility) -> None:
        self.host, self.eligibility = host, eligibility
        self.classes = eligibility.classes
        self.skipped = {id(address): eligibility.reason(address) for address in host.addresses}
        counted = [(a.family, self.classes[id(a)], a.interface) for a in host.addresses if not self.skipped[id(a)]]
        self.present = {(family, its_class) for family, its_class, _ in counted}
        self.public = {(family, interface) for family, its_class, interface in counted if its_class == rules.PUBLIC}

    def select(self, query: Query) -> Selection:
        """Select the address that a query asks for."""
        self.query, self.reached = query, self.host.reached.get(query.reach)
        if query.network == "service" and query.family == "ipv6" and not query.blocks("ipv6"):
            selection = self.service_ipv6()
        else:
            selection = self.in_class(query.family, rules.CLASS_OF[query.network])
        selection.is_host, selection.all_candidates = bool(query.include) or is_host(self.host), query.all_candidates
        if selection.address is None:
            selection.without_address = self.eligibility.without_address(query.family)
            selection.awaits_address = bool(selection.tied) or self.eligibility.awaits_address(query.family)
        return selection

    def in_class(self, family: str, wanted: str, interface: str = "") -> Selection:
        """Select among the addresses of a family and a class, on one interface if given."""
        candidates, rejected = [], []
        for address in self.host.addresses:
            if address.family == family:
                if reason := self._rejection(address, wanted, interface):
                    rejected.append((address, reason))
                else:
                    candidates.append(self._candidate(address))
        return Selection(self.query.network, candidates, rejected)

    def service_ipv6(self) -> Selection:
        """Section 4: it is on the interface of the answer to `service ipv4`."""
        first = self.in_class("ipv4", rules.PRIVATE)
        if first.candidates and not first.tied:
            interface = first.candidates[0].address.interface
            unique_local = self.in_class("ipv6", rules.PRIVATE, interface)
            return unique_local if unique_local.candidates else self.in_class("ipv6", rules.LINK_LOCAL, interface)
        if first.tied or ("ipv4", rules.PRIVATE) in self.present:
            selection = self._refuse_ipv6(AMBIGUOUS_IPV4 if first.tied else NO_SERVICE_IPV4)
            selection.tied = first.tied
            return selection
        return self.in_class("ipv6", rules.PRIVATE)

    def _refuse_ipv6(self, reason: Reason) -> Selection:
        """Reject all IPv6 addresses: with this reason where no other applies."""
        rejected = []
        for address in self.host.addresses:
            if address.family == "ipv6":
                its_class = self.classes[id(address)]
                wanted = its_class if its_class == rules.LINK_LOCAL else rules.PRIVATE
                rejected.append((address, self._rejection(address, wanted) or reason))
        return Selection(self.query.network, [], rejected)

    def _rejection(self, address: Address, wanted: str, interface: str = "") -> Reason | None:
        """Return why an address is no candidate, or None where it is one."""
        named = self._is_named(address)
        skipped = self.eligibility.reason(address, named=True) if named else self.skipped[id(address)]
        reason = skipped or self._filter_reason(address, named=named) or self._class_reason(address, wanted)
        if reason is None and interface not in ("", address.interface):
            return Reason(f"not on {interface}")
        return reason

    def _filter_reason(self, address: Address, *, named: bool) -> Reason | None:
        """Return which filter of the user's leaves an address out, if any; a point-to-point link has to be named."""
        query, blocks = self.query, self.query.blocks(address.family)
        if query.include is not None and not query.includes(self.host, address):
            return NOT_NAMED
        if query.reach and not self._is_reached(address):
            return NOT_REACHED
        if self._is_point_to_point(address) and not named:
            return rules.POINT_TO_POINT
        return NOT_IN_BLOCK if blocks and not in_blocks(address, blocks) else None

    def _class_reason(self, address: Address, wanted: str) -> Reason | None:
        """Return why an address has the wrong class, or None. With `--cidr` any will do, but never an anchor."""
        query, its_class = self.query, self.classes[id(address)]
        if its_class != wanted and not query.blocks(address.family):
            behind_nat = (query.network, its_class) == ("public", rules.PRIVATE)
            return rules.BEHIND_NAT if behind_nat else rules.OTHER_CLASS[its_class]
        return rules.ANCHOR if query.network == "service" and self.eligibility.is_anchor(address) else None

    def _candidate(self, address: Address) -> Candidate:
        candidate, eligibility = Candidate(address), self.eligibility
        candidate.overruled = self.skipped[id(address)] is not None or self._is_point_to_point(address)
        candidate.reaches = self.reached is not None and address.text == self.reached[1]
        candidate.preferred_source = eligibility.is_preferred_source(address)
        candidate.default_route = candidate.preferred_source or eligibility.has_default_route(address)
        candidate.gateways = tuple(gateway for name, gateway in eligibility.gateways if name == address.interface)
        candidate.service_net_route = address.interface in eligibility.service_net
        candidate.beside_public = (address.family, address.interface) in self.public
        candidate.host_is_public = ("ipv4", rules.PUBLIC) in self.present
        return candidate

    def _is_named(self, address: Address) -> bool:
        """Return whether the user named an address, or its interface, which overrules most reasons to skip it."""
        blocks = self.query.blocks(address.family)
        return (
            self.query.includes(self.host, address)
            or self._is_reached(address)
            or any(block.is_bare and address in block for block in blocks)
        )

    def _is_reached(self, address: Address) -> bool:
        return self.reached is not None and (address.interface == self.reached[0] or address.text == self.reached[1])

    def _is_point_to_point(self, address: Address) -> bool:
        link_type = self.host.interfaces[address.interface].link_type
        return self.query.network == "service" and link_type in rules.POINT_TO_POINT_TYPES
