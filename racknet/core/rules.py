"""The rules, in their order, as data: the classes of address, what is skipped, and what is preferred, with its proof.

`known` has the names and blocks that they go by.
"""

from __future__ import annotations

from racknet.core import facts, known
from racknet.core.matching import in_blocks

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable

    from racknet.core.facts import Address, Interface


class Reason:
    """Why an address is not the answer, as `--explain`, `list` and the errors quote it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Exclusion(Reason):
    """A reason to skip an address, and whether it applies to the context of one."""

    __slots__ = ("applies",)

    def __init__(self, text: str, applies: Callable[[Context], bool]) -> None:
        super().__init__(text)
        self.applies = applies


class Context:
    """What the exclusions look at: an interface, whether it is physical, and its routes and filters; and an address.

    Of the address, `flags` are those of IPv6, and `is_local` says that an IPv4 address has local scope.
    """

    __slots__ = ("excluded", "flags", "has_default_route", "interface", "is_local", "is_physical")

    def __init__(
        self,
        interface: Interface,
        is_physical: Callable[[Interface], bool],
        *,
        excluded: bool,
        has_default_route: bool,
        flags: int = 0,
        is_local: bool = False,
    ) -> None:
        self.interface, self.is_physical, self.excluded = interface, is_physical, excluded
        self.has_default_route, self.flags, self.is_local = has_default_route, flags, is_local


class Candidate:
    """An address of the right class on an eligible interface, with the facts that the preferences compare.

    `Eligibility.describe_candidates` makes them all at once, since some facts are about the others.
    """

    address: Address
    is_overruled: bool  # only the user's naming makes it eligible
    is_reach_source: bool  # the kernel's source for the address of `--reach`
    is_unplugged: bool  # it has no carrier, and a candidate of the same network has one
    has_default_route: bool  # on its interface, or it is a default route's preferred source
    none_has_default_route: bool  # no candidate has one
    leads_out: bool  # its interface has a default route, of any metric
    is_not_source: bool  # the default route on its interface prefers another source
    is_off_gateway: bool  # it is not in the network of its interface's gateway, and a candidate beside it is
    is_off_private_routes: bool  # it is no source of the routes to private blocks, and a candidate beside it is
    is_behind_nat: bool  # of a guest behind its hypervisor's NAT
    has_service_net_route: bool  # a route to ServiceNet is on its interface
    is_beside_public: bool  # a public address of its family is on its interface
    host_is_public: bool  # the host has a public IPv4 address

    def __init__(self, address: Address, **facts_about_it: bool) -> None:
        self.address = address
        self.__dict__.update(facts_about_it)


class Preference(Reason):
    """A property that makes a candidate better than one without it; `is_proof` where that proves which it is."""

    __slots__ = ("holds", "is_proof")

    def __init__(self, text: str, holds: Callable[[Candidate], bool], *, is_proof: bool = True) -> None:
        super().__init__(text)
        self.holds, self.is_proof = holds, is_proof


# --- 1. Classes of address: the first with a block that fits. An address in none of them is never an answer.
# Python's is_private and is_global change between versions and mean other things.

NEVER, PRIVATE, LINK_LOCAL, PUBLIC = "never an answer", "private", "link-local", "public"
CLASSES = [
    (NEVER, known.NEVER_BLOCKS),
    (PRIVATE, known.PRIVATE_BLOCKS),
    (LINK_LOCAL, known.LINK_LOCAL),
    (PUBLIC, known.PUBLIC_BLOCKS),
]
CLASS_OF = {"public": PUBLIC, "service": PRIVATE}

# --- Why an address of the network's family is no candidate, though it is not skipped.

OTHER_CLASS = {name: Reason(name) for name, _ in CLASSES}
BEHIND_NAT = Reason("private; the host may sit behind NAT")
ANCHOR = Reason("anchor of a public address: what listens there listens on the Internet")
POINT_TO_POINT = Reason("point-to-point link")
NO_WAY_OUT = Reason("no way out: the default routes are on other interfaces")
NOT_STRICT = Reason("behind a hypervisor's NAT: --strict refuses")
NOT_NAMED, NOT_IN_BLOCK = Reason("not an interface asked for"), Reason("not in a block asked for")
NOT_REACHED = Reason("not on the interface that reaches the address")
NO_SERVICE_IPV4, AMBIGUOUS_IPV4 = Reason("no service ipv4 address to go by"), Reason("service ipv4 is ambiguous")

# --- 2. Skipped: the first reason that fits.


def is_container_interface(interface: Interface) -> bool:
    """Return whether a container engine, an orchestrator or a hypervisor made an interface."""
    return known.CONTAINER_NAMES.match(interface.name) or interface.kind in known.CONTAINER_KINDS


def is_tunnel(interface: Interface) -> bool:
    """Return whether an interface is a tunnel, whatever it is built on."""
    return (
        known.TUNNEL_NAMES.match(interface.name)
        or interface.kind in known.TUNNEL_KINDS
        or interface.link_type in known.TUNNEL_TYPES
        or (interface.link_type in known.TUNNEL_TYPES_WITHOUT_DEVICE and not interface.has_device)
    )


def _is_not_ready(flags: int) -> bool:
    is_tentative = flags & facts.TENTATIVE and not flags & facts.OPTIMISTIC
    return bool(flags & facts.DADFAILED or is_tentative)


LOOPBACK = Exclusion("loopback", lambda c: c.interface.link_type == known.LOOPBACK_TYPE)
DOWN = Exclusion("down", lambda c: not c.interface.up)
NOT_READY = Exclusion("not ready", lambda c: _is_not_ready(c.flags))
LOCAL_SCOPE = Exclusion("local scope", lambda c: c.is_local)
EXCLUDED = Exclusion("excluded", lambda c: c.excluded)
CONTROLLER = Exclusion("management controller", lambda c: known.CONTROLLER_NAMES.match(c.interface.name))
CONTAINER = Exclusion("container interface", lambda c: is_container_interface(c.interface))
TUNNEL = Exclusion("tunnel", lambda c: is_tunnel(c.interface))
NOT_PHYSICAL = Exclusion(
    "not a physical interface", lambda c: not c.has_default_route and not c.is_physical(c.interface)
)
EXCLUSIONS = [LOOPBACK, DOWN, NOT_READY, LOCAL_SCOPE, EXCLUDED, CONTROLLER, CONTAINER, TUNNEL, NOT_PHYSICAL]
EVEN_IF_NAMED = [DOWN, NOT_READY, EXCLUDED]  # the user's naming overrules the others
OVERRULED_BY_ROUTES = [LOOPBACK, TUNNEL, NOT_PHYSICAL]

# --- 3. Preferences: candidates are compared by these in turn; a later one counts only where those before it tie.


def has_host_prefix(address: Address) -> bool:
    """Return whether an address has no network of its own. A lease of DHCPv6 is a /128 too, but not permanent."""
    is_permanent = address.family == "ipv4" or bool(address.flags & facts.PERMANENT)
    return is_permanent and address.prefix_length == facts.BITS[address.family]


REACH_SOURCE = Preference("source address for --reach", lambda c: c.is_reach_source)
NOT_OVERRULED = Preference("not skipped without being named", lambda c: not c.is_overruled)
CARRIER = Preference("carrier, in the same network", lambda c: not c.is_unplugged)
PREFERRED_SOURCE = Preference("preferred source of the default route", lambda c: not c.is_not_source)
NOT_DEPRECATED = Preference("not deprecated", lambda c: not c.address.flags & facts.DEPRECATED)
NOT_TEMPORARY = Preference("not temporary", lambda c: not c.address.flags & facts.TEMPORARY)
GATEWAY_NETWORK = Preference("in the network of the default gateway", lambda c: not c.is_off_gateway)
NO_HOST_PREFIX = Preference("no host prefix", lambda c: not has_host_prefix(c.address))
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
        Preference("not a hypervisor's NAT", lambda c: not c.is_behind_nat),
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
        Preference("default route", lambda c: c.has_default_route, is_proof=False),
        PREFERRED_SOURCE,
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        GATEWAY_NETWORK,
        NO_HOST_PREFIX,
    ],
}
