"""The preferences, in their order, as data: section 3 of the rules, with their proof.

Candidates are compared by these in turn; a later one counts only where those before it tie. They are apart from the
other rules because most hosts have one candidate, and nothing to compare.
"""

from __future__ import annotations

from racknet.core import facts, known
from racknet.core.matching import in_blocks
from racknet.core.rules import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable

    from racknet.core.facts import Address


class CandidateFacts:
    """An address of the right class on an eligible interface, with the facts that the preferences compare.

    `comparison.describe` makes them all at once, since some facts are about the others.
    """

    def __init__(
        self,
        address: Address,
        *,
        is_overruled: bool,  # only the user's naming makes it eligible
        is_reach_source: bool,  # the kernel's source for the address of `--reach`
        is_unplugged: bool,  # it has no carrier, and an eligible address of the same network has one
        has_default_route: bool,  # on its interface, or it is a default route's preferred source
        none_has_default_route: bool,  # no candidate has one
        leads_out: bool,  # its interface has a default route, of any metric
        is_not_source: bool,  # the default route on its interface prefers another source
        is_off_gateway: bool,  # it is not in the network of its interface's gateway, and a candidate beside it is
        is_off_private_routes: bool,  # it is no source of the routes to private blocks, and a candidate beside it is
        is_behind_hypervisor: bool,  # of a guest behind its hypervisor's NAT
        has_service_net_route: bool,  # a route to ServiceNet is on its interface
        has_rfc_1918_route: bool,  # a route to all of an RFC 1918 block is on its interface
        is_beside_public: bool,  # a public address of its family is on its interface
        host_is_public: bool,  # the host has a public IPv4 address
    ) -> None:
        self.address, self.is_overruled, self.is_reach_source = address, is_overruled, is_reach_source
        self.is_unplugged, self.leads_out, self.is_not_source = is_unplugged, leads_out, is_not_source
        self.has_default_route, self.none_has_default_route = has_default_route, none_has_default_route
        self.is_off_gateway, self.is_off_private_routes = is_off_gateway, is_off_private_routes
        self.is_behind_hypervisor, self.has_service_net_route = is_behind_hypervisor, has_service_net_route
        self.has_rfc_1918_route, self.is_beside_public = has_rfc_1918_route, is_beside_public
        self.host_is_public = host_is_public


class Preference(Reason):
    """A property that makes a candidate better than one without it; `is_proof` where it proves which is the answer."""

    __slots__ = ("holds", "is_proof")

    def __init__(self, text: str, holds: Callable[[CandidateFacts], bool], *, is_proof: bool = True) -> None:
        super().__init__(text)
        self.holds, self.is_proof = holds, is_proof


def has_host_prefix(address: Address) -> bool:
    """Return whether an address has no network of its own. A lease of DHCPv6 is a /128, too."""
    return address.prefix_length == facts.BITS[address.family] and not is_lease(address)


def is_lease(address: Address) -> bool:
    """Return whether an IPv6 address has a lifetime: a router's advertisement or DHCPv6 gave it."""
    return address.family == "ipv6" and not address.flags & facts.PERMANENT


REACH_SOURCE = Preference("source address for --reach", lambda c: c.is_reach_source)
NOT_OVERRULED = Preference("not skipped without being named", lambda c: not c.is_overruled)
CARRIER = Preference("carrier, in the same network", lambda c: not c.is_unplugged)
SERVICE_DEFAULT_ROUTE = Preference("default route", lambda c: c.has_default_route, is_proof=False)
PREFERRED_SOURCE = Preference("preferred source of the default route", lambda c: not c.is_not_source)
NOT_BEHIND_HYPERVISOR = Preference("not a hypervisor's NAT", lambda c: not c.is_behind_hypervisor)
NOT_DEPRECATED = Preference("not deprecated", lambda c: not c.address.flags & facts.DEPRECATED)
NOT_TEMPORARY = Preference("not temporary", lambda c: not c.address.flags & facts.TEMPORARY)
GATEWAY_NETWORK = Preference("in the network of the default gateway", lambda c: not c.is_off_gateway)
NO_HOST_PREFIX = Preference("no host prefix", lambda c: not has_host_prefix(c.address))
# What contradicts a default route.
RFC_1918_ROUTE = Reason("route to all of a private block")
# Where two candidates tie in all preferences, these order them; on two interfaces, that is ambiguous.
NAME_ORDER = Preference("ambiguous: in the order of the interfaces' names", lambda _: True, is_proof=False)
KERNEL_ORDER = Preference("the kernel's order", lambda _: True, is_proof=False)
LOWER_NUMBER = Preference("the lower number", lambda _: True, is_proof=False)

PREFERENCES = {
    "public": [
        REACH_SOURCE,
        NOT_OVERRULED,
        CARRIER,
        Preference("default route", lambda c: c.has_default_route),
        PREFERRED_SOURCE,
        Preference(
            "interface named for PublicNet",
            lambda c: not c.none_has_default_route or c.address.interface in known.PUBLIC_NET_NAMES,
            is_proof=False,
        ),
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        Preference("not transitional", lambda c: not in_blocks(c.address, known.TRANSITIONAL)),
        GATEWAY_NETWORK,
        NO_HOST_PREFIX,
    ],
    "service": [
        REACH_SOURCE,
        NOT_OVERRULED,
        CARRIER,
        Preference("not a cable to one device", lambda c: not known.CABLE_NAMES.match(c.address.interface)),
        Preference("not in 100.64.0.0/10", lambda c: not in_blocks(c.address, known.SHARED), is_proof=False),
        NOT_BEHIND_HYPERVISOR,
        Preference(
            "in a ServiceNet block, with routes to ServiceNet",
            lambda c: c.has_service_net_route and in_blocks(c.address, known.SERVICE_NET),
        ),
        Preference("in a ServiceNet block", lambda c: c.host_is_public and in_blocks(c.address, known.SERVICE_NET)),
        Preference("no public address on the interface", lambda c: not c.is_beside_public, is_proof=False),
        Preference(
            "interface named for ServiceNet",
            lambda c: c.host_is_public and c.address.interface in known.SERVICE_NET_NAMES and not c.leads_out,
            is_proof=False,
        ),
        Preference("source of routes to private blocks", lambda c: not c.is_off_private_routes),
        SERVICE_DEFAULT_ROUTE,
        PREFERRED_SOURCE,
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        GATEWAY_NETWORK,
        NO_HOST_PREFIX,
    ],
}
