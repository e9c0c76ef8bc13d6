"""What is true of a host's addresses: which are eligible, what the routes say of them, and why others are skipped."""

from __future__ import annotations

from racknet.core import known, rules
from racknet.core.facts import BITS, MAIN_TABLE, SCOPE_HOST, SCOPE_LINK, Address, Host, Interface, Route
from racknet.core.matching import in_blocks
from racknet.core.query import is_named, names_interface
from racknet.core.rules import Context, Exclusion

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.core.matching import CidrBlocks
    from racknet.core.query import Globs


def is_host(host: Host) -> bool:
    """Return whether a network is a host's, and not a container's own."""
    return host.known_host or any(
        interface.has_device or interface.kind == "bridge" or known.CONTAINER_NAMES.match(interface.name)
        for interface in host.interfaces.values()
    )


def address_class(address: Address) -> str:
    """Return the class of an address: the first with a block that it is in."""
    for name, blocks in rules.CLASSES:
        if in_blocks(address, blocks):
            return name
    return rules.NEVER


class Eligibility:
    """Applies the exclusions to a host, and knows its default routes. Only the user's `--exclude` changes that.

    `classes` has the class of each address, and `skipped` why each is skipped, or None. Of what is not skipped,
    `public` has the families and interfaces of public addresses, and `present` the families and classes, of public ones
    only where there is a way out.
    `default_routes` are those that count, `uplinks` all routes that lead out.
    """

    def __init__(self, host: Host, exclude: Globs = (), exclude_cidrs: CidrBlocks = ()) -> None:
        self.host, self._exclude, self._exclude_cidrs = host, exclude, exclude_cidrs
        self.has_devices = any(interface.has_device for interface in host.interfaces.values())
        self.classes = {address: address_class(address) for address in host.addresses}
        self._anchored = {a.interface for a in host.addresses if self._is_public(a) and a.family == "ipv4"}
        self._physical: dict[str, bool] = {}

        self.uplinks = [route for route in host.routes if not route.destination and self._leads_out(route)]
        self.default_routes = [route for family in BITS for route in self._default_routes(family)]
        self._routed = {route.interface for route in self.default_routes}
        self._sources = {(route.family, route.source) for route in self.default_routes if route.source}
        self._unnumbered = {route.family for route in self.default_routes if not self._is_numbered(route)}
        self._ways_out = {family: self._find_ways_out(family) for family in BITS}

        self.skipped = {address: self.reason(address) for address in host.addresses}
        counted = [address for address in host.addresses if not self.skipped[address]]
        self.present = {(a.family, self.classes[a]) for a in counted if not self.has_no_way_out(a)}
        self.public = {(a.family, a.interface) for a in counted if self._is_public(a)}

    def reason(self, address: Address, *, named: bool = False) -> Exclusion | None:
        """Return why an address is skipped, or None. That the user named it overrules most reasons."""
        if named:
            heeded = rules.EVEN_IF_NAMED
        elif self.is_preferred_source(address) or self._is_loopback_of_unnumbered_host(address):
            heeded = [reason for reason in rules.EXCLUSIONS if reason not in rules.OVERRULED_BY_ROUTES]
        else:
            heeded = rules.EXCLUSIONS
        is_ipv6 = address.family == "ipv6"
        return _first_reason(
            heeded,
            Context(
                self.host.interfaces[address.interface],
                self.is_physical,
                excluded=self._is_excluded(address),
                has_default_route=address.interface in self._routed,
                flags=address.flags if is_ipv6 else 0,
                is_local=not is_ipv6 and address.scope in (SCOPE_LINK, SCOPE_HOST),
            ),
        )

    def has_no_way_out(self, address: Address) -> bool:
        """Return whether an address is public, while the default routes of its family are on other interfaces.

        Such a block is somebody else's: 11.0.0.0/8 in a laboratory, 1.1.1.1 on a cluster's own wires.
        """
        ways_out = self._ways_out[address.family]
        is_elsewhere = bool(ways_out) and address.interface not in ways_out
        return is_elsewhere and self._is_public(address) and not self.is_overruled_by_routes(address)

    def is_preferred_source(self, address: Address) -> bool:
        """Return whether an address is the preferred source of a default route that counts."""
        return (address.family, address.text) in self._sources

    def is_anchor(self, address: Address) -> bool:
        """Return whether an address is DigitalOcean's anchor of a reserved public address."""
        is_its_shape = address.prefix_length == known.ANCHOR_PREFIX_LENGTH and address in known.ANCHOR_BLOCK
        return is_its_shape and address.interface in self._anchored

    def is_point_to_point(self, address: Address) -> bool:
        """Return whether an address is on a link that leads to one other host."""
        return self.host.interfaces[address.interface].link_type in known.POINT_TO_POINT_TYPES

    def is_behind_hypervisor(self, address: Address) -> bool:
        """Return whether an address is that of a guest behind its hypervisor's NAT."""
        gateways = [r.gateway for r in self.uplinks if (r.family, r.interface) == (address.family, address.interface)]
        if not gateways:  # as most addresses are, and a host may have thousands of them
            return False
        is_in_wider_network = address.prefix_length < known.HYPERVISOR_PREFIX_LENGTH
        return any(
            address in block and gateway in gateways and (block.is_bare or not is_in_wider_network)
            for block, gateway in known.HYPERVISOR_NATS
        )

    def without_address(self, family: str) -> list[str]:
        """Return the eligible interfaces that have no address of a family."""
        addressed = {address.interface for address in self.host.addresses if address.family == family}
        names = [name for name in self.host.interfaces if name not in addressed]
        return [name for name in names if not self._interface_reason(name, routed=name in self._routed)]

    def awaits_address(self, family: str) -> bool:
        """Return whether the host may still get an address of a family.

        It may without a default route, or where a physical interface that is up, with a carrier, has neither an address
        nor anything built on it.
        """
        carriers = {lower for interface in self.host.interfaces.values() for lower in interface.lower}
        carriers |= {a.interface for a in self.host.addresses if a.family == family and self._is_settled(a)}
        routed = any(route.family == family for route in self.default_routes)
        physical = (
            i
            for i in self.host.interfaces.values()
            if i.up and i.has_carrier and i.link_type != known.LOOPBACK_TYPE and self.is_physical(i)
        )
        return not routed or any(i.name not in carriers and not names_interface(self._exclude, i) for i in physical)

    def _is_settled(self, address: Address) -> bool:
        """Return whether no other address is on its way where there is this one: an IPv4 link-local one stands in."""
        is_stand_in = address.family == "ipv4" and in_blocks(address, known.UNNUMBERED)
        return not is_stand_in and self.skipped[address] is not rules.NOT_READY

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
                    else interface.kind != "bridge" and not names_interface(self._exclude, interface)
                )
                or any(self.is_physical(self.host.interfaces[i]) for i in interface.lower if i in self.host.interfaces)
            )
        return self._physical[name]

    # --- Routes

    def _leads_out(self, route: Route) -> bool:
        """Return whether a default route leads out: the kernel may take it, and it leads neither here nor nowhere."""
        is_usable = not route.state and not self._is_own(route.gateway, route.interface)
        return is_usable and not self._interface_reason(route.interface, routed=True)

    def _is_own(self, gateway: str, interface: str) -> bool:
        """Return whether a gateway is an address of this host: an access point, say, that routes to itself.

        Link-local addresses are those of one interface: fe80::1 on docker0 is not the router's fe80::1.
        """
        return gateway != "" and any(
            a.text == gateway and (a.interface == interface or not in_blocks(a, known.UNNUMBERED))
            for a in self.host.addresses
            if self.host.interfaces[a.interface].up  # of an interface that is down, no address is the kernel's own
        )

    def _default_routes(self, family: str) -> list[Route]:
        """Return the default routes of a family that count: the best of the main table, and the kernel's own way out.

        That is another where policy rules, other tables or halves of the Internet (0.0.0.0/1) lead elsewhere.
        """
        routes = [route for route in self.uplinks if route.family == family]
        main = [route for route in routes if route.table == MAIN_TABLE]
        lowest = min([route.metric for route in main], default=0)
        best = [route for route in main if route.metric == lowest]
        highest = max([route.preference for route in best], default=0)
        best = [route for route in best if route.preference == highest]
        way = self.host.ways.get(known.INTERNET[family])
        if way is None or way.interface in ("", *(route.interface for route in best)):
            return best
        return best + self._routes_taken(Route(family, way.interface, gateway=way.gateway, source=way.source))

    def _routes_taken(self, way: Route) -> list[Route]:
        """Return the routes out that the kernel's way is one of; else the way itself, whose source says nothing."""
        same = [r for r in self.uplinks if (r.interface, r.gateway) == (way.interface, way.gateway)]
        same = [route for route in same if route.family == way.family and route.source in ("", way.source)]
        itself = Route(way.family, way.interface, gateway=way.gateway)
        return same or ([itself] if self._leads_out(itself) else [])

    def _find_ways_out(self, family: str) -> set[str]:
        """Return the interfaces with a default route, in any table; none where one that counts has no address.

        A router whose uplink has none but link-local addresses has its public ones on other interfaces.
        """
        if family in self._unnumbered:
            return set()
        return {route.interface for route in [*self.uplinks, *self.default_routes] if route.family == family}

    def _is_numbered(self, route: Route) -> bool:
        return any(
            (address.family, address.interface) == (route.family, route.interface)
            and not in_blocks(address, known.UNNUMBERED)
            for address in self.host.addresses
        )

    # --- What the routes say of an address

    def is_overruled_by_routes(self, address: Address) -> bool:
        """Return whether the routes make an address the host's own, wherever it is: BGP to the host."""
        return self.is_preferred_source(address) or self._is_loopback_of_unnumbered_host(address)

    def _is_loopback_of_unnumbered_host(self, address: Address) -> bool:
        link_type = self.host.interfaces[address.interface].link_type
        return address.family in self._unnumbered and link_type == known.LOOPBACK_TYPE

    # --- What is skipped

    def _is_public(self, address: Address) -> bool:
        return self.classes[address] == rules.PUBLIC

    def _is_excluded(self, address: Address) -> bool:
        return is_named(self._exclude, self.host, address) or in_blocks(address, self._exclude_cidrs)

    def _interface_reason(self, name: str, *, routed: bool) -> Exclusion | None:
        interface = self.host.interfaces[name]
        is_excluded = names_interface(self._exclude, interface)
        context = Context(interface, self.is_physical, excluded=is_excluded, has_default_route=routed)
        return _first_reason(rules.EXCLUSIONS, context)


def _first_reason(reasons: list[Exclusion], context: Context) -> Exclusion | None:
    for reason in reasons:
        if reason.applies(context):
            return reason
    return None
