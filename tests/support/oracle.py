"""The rules once more, written from their text over Python's own ipaddress and regular expressions.

Nothing here uses racknet.core but its shapes, so that a mistake there is not repeated here. It covers sections 1 to 4
of docs/rules.md, without filters.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from racknet.core.facts import Address, Host, Interface, Route

CONTAINER = re.compile(
    r"(docker|veth|cni|podman|nerdctl|cali|cilium|lxc|lxdbr|incusbr|flannel|weave|kube-|antrea|ovn-k8s-|ovs-|gke|azv|"
    r"virbr|vmnet|vboxnet|ve-|vb-|vz-).*|br-[0-9a-f]{12}|nodelocaldns|cbr0|eni[0-9a-f]{11}|vnet[0-9]+"
)
TUNNEL = re.compile(
    r"(tun|tap|wg|gre|gretap|erspan|sit|tunl|ip6tnl|ip6gre|vxlan|genev|dummy|ifb|l2tpeth)[0-9]+|(tailscale|zt).*"
)
TUNNEL_KIND = re.compile(
    r"vxlan|geneve|gtp|bareudp|amt|wireguard|ovpn|tun|ipip|sit|(ip6)?gre(tap)?|(ip6)?erspan|ip6tnl|vti6?|xfrm|dummy|ifb|"
    r"nlmon|vx?can"
)
CONTROLLER = re.compile("idrac.*")
CABLE = re.compile("(usb|rndis|l4tbr)[0-9]+")
NEVER = (
    "16.1.15.0/30 0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 224.0.0.0/3 "
    "2001:2::/48 2001:10::/28 2001:20::/28"
)
PRIVATE = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"
SERVICE_NET = "10.176.0.0/12 10.208.0.0/12"
NATS = {f"10.0.{n}.15/32": f"10.0.{n}.2" for n in range(2, 10)} | {
    block: block.replace(".0/24", ".1")
    for block in "192.168.121.0/24 192.168.122.0/24 192.168.64.0/24 10.211.55.0/24 192.168.127.0/24".split()
}
# Of what the lookups ask, out on the Internet.
TARGETS = {"ipv4": "192.0.43.8", "ipv6": "2001:500:88:200::8"}

TENTATIVE, DADFAILED, OPTIMISTIC, DEPRECATED, TEMPORARY, PERMANENT = 0x40, 0x08, 0x04, 0x20, 0x01, 0x80

Key = tuple[bool, ...]


def within(text: str, blocks: str) -> bool:
    return any(ip_address(text) in ip_network(block) for block in blocks.split())


def class_of(text: str) -> str:
    """Section 1."""
    if within(text, NEVER):
        return "never"
    if within(text, PRIVATE):
        return "private"
    if within(text, "fe80::/10"):
        return "link-local"
    return "public" if within(text, "0.0.0.0/0 2000::/3") else "never"


Marked = tuple[bool, bool]  # whether a preference holds, and whether it is a proof


class Oracle:
    """A host, and what the rules make of it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.has_devices = any(interface.has_device for interface in host.interfaces.values())
        self.ways_out = [r for r in host.routes if r.destination == "" and self._leads_out(r)]
        self.routes = {family: self._default_routes(family) for family in TARGETS}
        self.routed = {route.interface for routes in self.routes.values() for route in routes}
        self.counted = [address for address in host.addresses if self._counts(address)]
        public = [a for a in self.counted if a.family == "ipv4" and class_of(a.text) == "public"]
        self.host_is_public = any(map(self._has_way_out, public))

    def answer(self, network: str, family: str, *, strict: bool = False) -> str | None:
        """Return the address that answers a query, or None."""
        if network == "public":
            candidates = [a for a in self._of("public", family) if self._has_way_out(a)]
            found = self._best(network, candidates, strict=strict)
        elif family == "ipv4":
            found = self._best(network, self._service_ipv4(strict=strict), strict=strict)
        else:
            found = self._service_ipv6(strict=strict)
        return found.text if found else None

    # --- Default routes

    def _leads_out(self, route: Route) -> bool:
        owners = [a for a in self.host.addresses if a.text == route.gateway and self.host.interfaces[a.interface].up]
        is_own = any(a.interface == route.interface or not within(a.text, "169.254.0.0/16 fe80::/10") for a in owners)
        return not route.state and not is_own and self._carries(route.interface)

    def _default_routes(self, family: str) -> list[Route]:
        """Return the best of the main table, and what the kernel takes where that is another interface."""
        main = [r for r in self.ways_out if (r.family, r.table) == (family, 254)]
        ranks = {id(r): (r.metric, -r.preference) for r in main}
        found = [r for r in main if ranks[id(r)] == min(ranks.values())]
        way = self.host.ways.get(TARGETS[family])
        if way and way.interface and all(route.interface != way.interface for route in found):
            itself = Route(family, way.interface, gateway=way.gateway)
            known = [
                r
                for r in self.ways_out
                if (r.family, r.interface, r.gateway) == (family, way.interface, way.gateway)
                and r.source in ("", way.source)
            ]
            found = found + known + ([itself] if not known and self._leads_out(itself) else [])
        return found

    def _is_numbered(self, route: Route) -> bool:
        here = [a for a in self.host.addresses if (a.family, a.interface) == (route.family, route.interface)]
        return any(not within(a.text, "169.254.0.0/16 fe80::/10") for a in here)

    def _has_way_out(self, address: Address) -> bool:
        routes = [r for r in [*self.ways_out, *self.routes[address.family]] if r.family == address.family]
        numbered = all(map(self._is_numbered, self.routes[address.family]))
        if not routes or not numbered or self._is_overruled(address):
            return True
        return address.interface in {route.interface for route in routes}

    # --- Section 2

    def _is_tunnel(self, interface: Interface) -> bool:
        by_type = interface.link_type in (768, 769, 776, 778, 823) or (
            interface.link_type == 65534 and not interface.has_device
        )
        return bool(by_type or TUNNEL.fullmatch(interface.name) or TUNNEL_KIND.fullmatch(interface.kind))

    def _is_container_interface(self, interface: Interface) -> bool:
        return bool(CONTAINER.fullmatch(interface.name)) or interface.kind == "netkit"

    def _carries(self, name: str) -> bool:
        """Return whether a default route on an interface counts."""
        interface = self.host.interfaces[name]
        is_made = self._is_container_interface(interface) or self._is_tunnel(interface)
        is_made = is_made or bool(CONTROLLER.fullmatch(name))
        return interface.up and interface.link_type != 772 and not is_made

    def _is_physical(self, interface: Interface) -> bool:
        if self.has_devices:
            has_device = interface.has_device
        else:
            by_name = CONTAINER.fullmatch(interface.name) or TUNNEL.fullmatch(interface.name)
            has_device = interface.kind != "bridge" and not by_name
        return has_device or any(self._is_physical(self.host.interfaces[name]) for name in interface.lower)

    def _is_overruled(self, address: Address) -> bool:
        """Return whether the routes overrule most reasons to skip an address."""
        routes = self.routes[address.family]
        if any(route.source == address.text for route in routes):
            return True
        if self.host.interfaces[address.interface].link_type != 772:
            return False
        return any(not self._is_numbered(route) for route in routes)

    def _counts(self, address: Address) -> bool:
        interface, flags = self.host.interfaces[address.interface], address.flags
        if address.family == "ipv4" and address.scope in (253, 254):
            return False
        is_ready = not flags & DADFAILED and (not flags & TENTATIVE or bool(flags & OPTIMISTIC))
        if not interface.up or not is_ready or self._is_container_interface(interface):
            return False
        if CONTROLLER.fullmatch(interface.name):
            return False
        if self._is_overruled(address):
            return True
        if interface.link_type == 772 or self._is_tunnel(interface):
            return False
        return self._is_physical(interface) or interface.name in self.routed

    # --- Section 3

    def _of(self, name: str, family: str) -> list[Address]:
        return [a for a in self.counted if a.family == family and class_of(a.text) == name]

    def _best(self, network: str, candidates: list[Address], *, strict: bool) -> Address | None:
        """Return the best of the candidates, or None where that is in doubt."""
        marked = {id(a): self._marked(network, a, candidates) for a in candidates}
        keys = {place: [not holds for holds, _ in marks] for place, marks in marked.items()}
        first = [a for a in candidates if keys[id(a)] == min(keys.values())]
        if len({a.interface for a in first}) != 1:
            return None
        if first[0].family == "ipv6":
            best = min(first, key=lambda a: int(ip_address(a.text)))
        else:
            best = min(first, key=lambda a: a.label)  # of one label, the first of the kernel's
        proven = all(self._is_proven(marked[id(best)], marked[id(other)]) for other in candidates if other is not best)
        proven = proven and not (network == "service" and best.family == "ipv4" and CABLE.fullmatch(best.interface))
        if (strict and not proven) or any(self._contradicts(best, other, candidates, marked) for other in candidates):
            return None
        if any(self._contests(best, other, keys) for other in candidates):
            return None
        return best

    def _is_proven(self, best: list[Marked], other: list[Marked]) -> bool:
        """Return whether the other loses first by a proof, and is better in none."""
        differing = [(one, two) for one, two in zip(best, other, strict=True) if one[0] != two[0]]
        return bool(differing) and differing[0][0][1] and not any(holds and proof for _, (holds, proof) in differing)

    def _contests(self, best: Address, other: Address, keys: dict[int, list[bool]]) -> bool:
        """Return whether the default route decides, and a route to all of a private block speaks against it."""
        differing = [n for n, (one, two) in enumerate(zip(keys[id(best)], keys[id(other)], strict=True)) if one != two]
        if differing[:1] != [len(keys[id(best)]) - 6] or class_of(best.text) == "public":
            return False

        def leads_inside(address: Address) -> bool:
            routes = [r for r in self.host.routes if (r.family, r.interface) == (address.family, address.interface)]
            blocks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
            routes = [r for r in routes if r.gateway and not r.state and r.source in ("", address.text)]
            return any(r.destination in blocks for r in routes)

        return leads_inside(other) and not leads_inside(best)

    def _contradicts(
        self, best: Address, other: Address, candidates: list[Address], marked: dict[int, list[Marked]]
    ) -> bool:
        """Return whether the default route prefers one as its source, and the other is beside its gateway."""
        places = [n for n, (one, two) in enumerate(zip(marked[id(best)], marked[id(other)], strict=True)) if one != two]
        deciding = len(marked[id(best)]) - 5 if class_of(best.text) != "public" else 2
        beside = self._beside_gateway
        return (
            best.interface == other.interface
            and bool(places)
            and places[0] == deciding
            and beside(other)
            and not beside(best)
        )

    def _beside_gateway(self, address: Address) -> bool:
        return self._contains_gateway(
            address, [r for r in self.routes[address.family] if r.interface == address.interface]
        )

    def _contains_gateway(self, address: Address, routes: list[Route]) -> bool:
        network = ip_network(f"{address.text}/{address.prefix_length}", strict=False)
        return any(ip_address(r.gateway) in network for r in routes if r.gateway)

    def _is_private_source(self, address: Address) -> bool:
        routes = [r for r in self.host.routes if (r.family, r.interface) == (address.family, address.interface)]
        routes = [r for r in routes if r.destination and r.gateway]
        return any(r.source == address.text for r in routes) or self._contains_gateway(address, routes)

    def _has_default_route(self, address: Address) -> bool:
        routes = self.routes[address.family]
        return self._is_overruled(address) or any(route.interface == address.interface for route in routes)

    def _is_source_if_any(self, address: Address) -> bool:
        """Return whether no default route, where the address or a source is, prefers another source."""
        sources = {route.source for route in self.routes[address.family] if route.source}
        places = {route.interface for route in self.routes[address.family] if route.source}
        places |= {a.interface for a in self.host.addresses if a.text in sources}
        return address.text in sources or address.interface not in places

    def _has_carrier_if_needed(self, address: Address) -> bool:
        def network(a: Address) -> object:
            return ip_network(f"{a.text}/{a.prefix_length}", strict=False)

        others = [a for a in self.counted if a.family == address.family]
        plugged = {network(a) for a in others if self.host.interfaces[a.interface].has_carrier}
        return self.host.interfaces[address.interface].has_carrier or network(address) not in plugged

    def _marked(self, network: str, a: Address, candidates: list[Address]) -> list[Marked]:
        """Return the preferences of a network in their order."""
        here = [other for other in candidates if other.interface == a.interface]
        is_host = a.prefix_length == ip_address(a.text).max_prefixlen
        is_permanent = a.family == "ipv4" or bool(a.flags & PERMANENT)
        virtual = (not (is_host and is_permanent), is_permanent)
        carrier = (self._has_carrier_if_needed(a), True)
        source = (self._is_source_if_any(a), True)
        gateway = (self._beside_gateway(a) or not any(map(self._beside_gateway, here)), True)
        last = [(not a.flags & DEPRECATED, True), (not a.flags & TEMPORARY, True)]
        if network == "public":
            nobody = not any(map(self._has_default_route, candidates))
            return [
                carrier,
                (self._has_default_route(a), True),
                source,
                (not nobody or a.interface in ("eth0", "bond0.101", "vlan0"), False),
                *last,
                (not within(a.text, "2002::/16 2001::/32"), True),
                gateway,
                virtual,
            ]
        leads_there = any(
            r.interface == a.interface and r.gateway and r.destination in SERVICE_NET.split()
            for r in self.host.routes
            if r.family == a.family
        )
        uplinked = any((r.family, r.interface, r.table) == (a.family, a.interface, 254) for r in self.ways_out)
        is_named = a.interface in ("eth1", "bond0.401", "vlan1") and not uplinked
        return [
            carrier,
            (not CABLE.fullmatch(a.interface), True),
            (not within(a.text, "100.64.0.0/10"), False),
            (not self._is_behind_nat(a), True),
            (leads_there and within(a.text, SERVICE_NET), True),
            (self.host_is_public and within(a.text, SERVICE_NET), True),
            (not any(b.interface == a.interface for b in self._of("public", a.family)), False),
            (self.host_is_public and is_named, False),
            (self._is_private_source(a) or not any(map(self._is_private_source, here)), True),
            (self._has_default_route(a), False),
            source,
            *last,
            gateway,
            virtual,
        ]

    def _is_behind_nat(self, address: Address) -> bool:
        gateways = {r.gateway for r in self.ways_out if (r.family, r.interface) == (address.family, address.interface)}
        known = [block for block, gateway in NATS.items() if gateway in gateways and within(address.text, block)]
        return any(block.endswith("/32") or address.prefix_length >= 24 for block in known)

    # --- Section 4, with what is never `service`: point-to-point links and anchors

    def _service(self, name: str, family: str) -> list[Address]:
        return [a for a in self._of(name, family) if self.host.interfaces[a.interface].link_type != 512]

    def _service_ipv4(self, *, strict: bool) -> list[Address]:
        public = {a.interface for a in self.host.addresses if a.family == "ipv4" and class_of(a.text) == "public"}
        return [
            a
            for a in self._service("private", "ipv4")
            if not (within(a.text, "10.0.0.0/8") and a.prefix_length == 16 and a.interface in public)
            and not (strict and self._is_behind_nat(a))
        ]

    def _service_ipv6(self, *, strict: bool) -> Address | None:
        if not self._of("private", "ipv4"):
            return self._best("service", self._service("private", "ipv6"), strict=strict)
        if not (first := self._best("service", self._service_ipv4(strict=strict), strict=strict)):
            return None
        for name in ("private", "link-local"):
            if there := [a for a in self._service(name, "ipv6") if a.interface == first.interface]:
                return self._best("service", there, strict=strict)
        return None
