"""Which addresses of a host are eligible, and why the others are skipped: sections 2 and 5 of the rules, applied."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.matching import CidrBlock, in_blocks, label_of
from racknet.core.model import BITS, Address, Context, Exclusion, Host, Interface, Route

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable


def is_host(host: Host) -> bool:
    """Return whether a network is a host's, and not a container's own."""
    return host.known_host or any(
        interface.has_device or interface.kind == "bridge" or rules.CONTAINER_NAMES.match(interface.name)
        for interface in host.interfaces.values()
    )


def address_class(address: Address) -> str:
    """Return the class of an address: the first with a block that it is in."""
    return next((name for name, blocks in rules.CLASSES if in_blocks(address, blocks)), rules.NEVER)


def _leads_to_service_net(route: Route) -> bool:
    """Return whether a route is one of those that Rackspace sets: exactly a block of ServiceNet, by a gateway."""
    return route.gateway != "" and any(route.destination == block.text for block in rules.SERVICE_NET)


class Eligibility:
    """Applies the exclusions to a host. Only the user's `--exclude` changes the facts about the host.

    `default_routes` are those that count, `gateways` the (interface, gateway) of all of IPv4's, of any metric.
    `classes` has the class of each address by its id, `service_net` the interfaces with a route to ServiceNet.
    """

    def __init__(
        self,
        host: Host,
        exclude: Callable[[str], bool] | None = None,
        exclude_cidrs: tuple[CidrBlock, ...] = (),
    ) -> None:
        self.host, self._exclude, self._exclude_cidrs = host, exclude, exclude_cidrs
        self.has_devices = any(interface.has_device for interface in host.interfaces.values())
        self.classes = {id(address): address_class(address) for address in host.addresses}
        public = [a for a in host.addresses if (a.family, self.classes[id(a)]) == ("ipv4", rules.PUBLIC)]
        self.anchored = {address.interface for address in public}
        self.service_net = {route.interface for route in host.routes if _leads_to_service_net(route)}
        self._physical: dict[str, bool] = {}
        defaults = [route for route in host.routes if not route.destination]
        routes = [route for route in defaults if not self._interface_reason(route.interface, routed=True)]
        lowest = {family: min([r.metric for r in routes if r.family == family], default=0) for family in BITS}
        self.default_routes = [route for route in routes if route.metric == lowest[route.family]]
        self.gateways = {(route.interface, route.gateway) for route in routes if route.family == "ipv4"}
        self._routed = {route.interface for route in self.default_routes}
        self._sources = {(route.family, route.source) for route in self.default_routes if route.source}
        self._unnumbered = {route.family for route in self.default_routes if not self._is_numbered(route)}

    def reason(self, address: Address, *, named: bool = False) -> Exclusion | None:
        """Return why an address is skipped, or None. That the user named it overrules most reasons."""
        if named:
            heeded = rules.EVEN_IF_NAMED
        elif self.is_preferred_source(address) or self._is_loopback_of_unnumbered_host(address):
            heeded = [reason for reason in rules.EXCLUSIONS if reason not in rules.OVERRULED_BY_ROUTES]
        else:
            heeded = rules.EXCLUSIONS
        context = Context(self.host.interfaces[address.interface], self.is_physical)
        context.flags = address.flags if address.family == "ipv6" else 0
        context.excluded = self._is_excluded(address.interface, label_of(self.host, address)) or in_blocks(
            address, self._exclude_cidrs
        )
        context.has_default_route = address.interface in self._routed
        return _first_reason(heeded, context)

    def has_default_route(self, address: Address) -> bool:
        """Return whether the default route of an address's family is on its interface, or has no other source."""
        is_there = any((r.family, r.interface) == (address.family, address.interface) for r in self.default_routes)
        return is_there or self._is_loopback_of_unnumbered_host(address)

    def is_preferred_source(self, address: Address) -> bool:
        """Return whether an address is the preferred source of a default route that counts."""
        return (address.family, address.text) in self._sources

    def is_anchor(self, address: Address) -> bool:
        """Return whether an address is DigitalOcean's anchor of a reserved public address."""
        is_its_shape = address.prefix_length == rules.ANCHOR_PREFIX_LENGTH and address in rules.ANCHOR_BLOCK
        return is_its_shape and address.interface in self.anchored

    def without_address(self, family: str) -> list[str]:
        """Return the eligible interfaces that have no address of a family."""
        addressed = {address.interface for address in self.host.addresses if address.family == family}
        names = [name for name in self.host.interfaces if name not in addressed]
        return [name for name in names if not self._interface_reason(name, routed=name in self._routed)]

    def awaits_address(self, family: str) -> bool:
        """Return whether the host may still get an address of a family.

        It may without a default route, or where a physical interface has neither an address nor anything built on it.
        """
        carriers = {lower for interface in self.host.interfaces.values() for lower in interface.lower}
        carriers |= {address.interface for address in self.host.addresses if address.family == family}
        routed = any(route.family == family for route in self.default_routes)
        physical = (i for i in self.host.interfaces.values() if i.link_type != 772 and self.is_physical(i))
        return not routed or any(i.name not in carriers and not self._is_excluded(i.name) for i in physical)

    def is_physical(self, interface: Interface) -> bool:
        """Return whether an interface has a device, or is built on one that has: a bond, a VLAN, a macvlan, a bridge.

        Inside a container no interface has a device. There, each interface counts as having one, unless it is a bridge
        or is skipped by its name.
        """
        name = interface.name
        if name not in self._physical:
            self._physical[name] = False  # interfaces might be built on each other
            self._physical[name] = not (rules.is_container_interface(interface) or rules.is_tunnel(interface)) and (
                (
                    interface.has_device
                    if self.has_devices
                    else interface.kind != "bridge" and not self._is_excluded(name)
                )
                or any(self.is_physical(self.host.interfaces[i]) for i in interface.lower if i in self.host.interfaces)
            )
        return self._physical[name]

    def _is_numbered(self, route: Route) -> bool:
        return any(
            (address.family, address.interface) == (route.family, route.interface)
            and not in_blocks(address, rules.LINK_LOCAL_BLOCKS)
            for address in self.host.addresses
        )

    def _is_loopback_of_unnumbered_host(self, address: Address) -> bool:
        return address.family in self._unnumbered and self.host.interfaces[address.interface].link_type == 772

    def _is_excluded(self, interface: str, label: str = "") -> bool:
        return self._exclude is not None and (self._exclude(interface) or (label != "" and self._exclude(label)))

    def _interface_reason(self, name: str, *, routed: bool) -> Exclusion | None:
        context = Context(self.host.interfaces[name], self.is_physical)
        context.excluded, context.has_default_route = self._is_excluded(name), routed
        return _first_reason(rules.EXCLUSIONS, context)


def _first_reason(reasons: list[Exclusion], context: Context) -> Exclusion | None:
    for reason in reasons:
        if reason.applies(context):
            return reason
    return None
