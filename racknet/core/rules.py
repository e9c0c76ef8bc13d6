"""The rules, in their order, as data: the classes of address, and what is skipped. `preferences` has the others.

`known` has the names and blocks that they go by.
"""

from __future__ import annotations

from racknet.core import facts, known

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable

    from racknet.core.facts import Interface


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
BEHIND_HYPERVISOR, ON_CABLE = Reason("behind a hypervisor's NAT"), Reason("on a cable to one device")
NOT_STRICT = Reason(f"{BEHIND_HYPERVISOR.text}: --strict refuses")
NOT_NAMED, NOT_IN_BLOCK = Reason("not an interface asked for"), Reason("not in a block asked for")
NOT_REACHED = Reason("not on the interface that reaches the address")
NO_SERVICE_IPV4 = Reason("no service ipv4 address to go by")
IN_DOUBT_IPV4 = AMBIGUOUS_IPV4, UNPROVEN_IPV4 = (
    Reason("service ipv4 is ambiguous"),
    Reason("service ipv4 is not proven"),
)

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
EVEN_IF_NAMED = [DOWN, NOT_READY, EXCLUDED]  # these hold for an address that the user named; the others do not
OVERRULED_BY_ROUTES = [LOOPBACK, TUNNEL, NOT_PHYSICAL]
