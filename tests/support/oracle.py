"""The rules once more, written from their text over Python's own ipaddress and regular expressions.

Nothing here uses racknet.core but its shapes, so that a mistake there is not repeated here. It covers sections 1 to 4
of docs/rules.md, without filters.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from racknet.core.facts import Address, Host, Interface

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
NEVER = (
    "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 224.0.0.0/3 "
    "2001:2::/48 2001:10::/28 2001:20::/28"
)
PRIVATE = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"
SERVICE_NET = "10.176.0.0/12 10.208.0.0/12"
NATS = {"10.0.2.15/32": "10.0.2.2", "192.168.121.0/24": "192.168.121.1", "192.168.122.0/24": "192.168.122.1"}

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


class Oracle:
    """A host, and what the rules make of it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.has_devices = any(interface.has_device for interface in host.interfaces.values())
        self.routes = {}
        for family in ("ipv4", "ipv6"):
            routes = [
                r for r in host.routes if (r.family, r.destination) == (family, "") and self._carries(r.interface)
            ]
            self.routes[family] = [r for r in routes if r.metric == min(other.metric for other in routes)]
        self.routed = {route.interface for routes in self.routes.values() for route in routes}
        self.counted = [address for address in host.addresses if self._counts(address)]
        self.host_is_public = any(a.family == "ipv4" and class_of(a.text) == "public" for a in self.counted)

    def answer(self, network: str, family: str) -> str | None:
        """Return the address that answers a query, or None."""
        if network == "public":
            found = self._best(network, self._of("public", family))
        else:
            found = self._best(network, self._service_ipv4()) if family == "ipv4" else self._service_ipv6()
        return found.text if found else None

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
        return any(
            all(
                within(a.text, "169.254.0.0/16 fe80::/10")
                for a in self.host.addresses
                if (a.family, a.interface) == (route.family, route.interface)
            )
            for route in routes
        )

    def _counts(self, address: Address) -> bool:
        interface, flags = self.host.interfaces[address.interface], address.flags
        is_ready = not flags & DADFAILED and (not flags & TENTATIVE or bool(flags & OPTIMISTIC))
        if not interface.up or not is_ready or self._is_container_interface(interface):
            return False
        if self._is_overruled(address):
            return True
        if interface.link_type == 772 or self._is_tunnel(interface):
            return False
        return self._is_physical(interface) or interface.name in self.routed

    # --- Section 3

    def _of(self, name: str, family: str) -> list[Address]:
        return [a for a in self.counted if a.family == family and class_of(a.text) == name]

    def _best(self, network: str, candidates: list[Address]) -> Address | None:
        """Return the best of the candidates, or None where interfaces tie."""
        keys = {id(a): self._public_key(a) if network == "public" else self._service_key(a) for a in candidates}
        first = [a for a in candidates if keys[id(a)] == min(keys.values())]
        if len({a.interface for a in first}) != 1:
            return None
        if first[0].family == "ipv6":
            return min(first, key=lambda a: int(ip_address(a.text)))
        return min(first, key=lambda a: a.label)  # of one label, the first of the kernel's

    def _by_route(self, address: Address) -> Key:
        routes = self.routes[address.family]
        is_source = any(route.source == address.text for route in routes)
        has_route = self._is_overruled(address) or any(route.interface == address.interface for route in routes)
        return not has_route, not is_source

    def _last(self, address: Address) -> Key:
        flags, is_host = address.flags, address.prefix_length == ip_address(address.text).max_prefixlen
        is_virtual = is_host and (address.family == "ipv4" or bool(flags & PERMANENT))
        return bool(flags & DEPRECATED), bool(flags & TEMPORARY), is_virtual

    def _public_key(self, address: Address) -> Key:
        deprecated, temporary, is_virtual = self._last(address)
        return (
            *self._by_route(address),
            address.interface not in ("eth0", "bond0.101", "vlan0"),
            deprecated,
            temporary,
            within(address.text, "2002::/16 2001::/32"),
            is_virtual,
        )

    def _service_key(self, address: Address) -> Key:
        text, name = address.text, address.interface
        gateways = {
            r.gateway
            for r in self.host.routes
            if (r.family, r.destination, r.interface) == ("ipv4", "", name) and self._carries(name)
        }
        leads_there = any(
            r.interface == name and r.gateway and r.destination in SERVICE_NET.split() for r in self.host.routes
        )
        return (
            within(text, "100.64.0.0/10"),
            any(within(text, block) and gateway in gateways for block, gateway in NATS.items()),
            not (leads_there and within(text, SERVICE_NET)),
            self.host_is_public and not within(text, SERVICE_NET),
            any(a.interface == name for a in self._of("public", address.family)),
            self.host_is_public and name not in ("eth1", "bond0.401", "vlan1"),
            *self._by_route(address),
            *self._last(address),
        )

    # --- Section 4, with what is never `service`: point-to-point links and anchors

    def _service(self, name: str, family: str) -> list[Address]:
        return [a for a in self._of(name, family) if self.host.interfaces[a.interface].link_type != 512]

    def _service_ipv4(self) -> list[Address]:
        public = {a.interface for a in self.host.addresses if a.family == "ipv4" and class_of(a.text) == "public"}
        return [
            a
            for a in self._service("private", "ipv4")
            if not (within(a.text, "10.0.0.0/8") and a.prefix_length == 16 and a.interface in public)
        ]

    def _service_ipv6(self) -> Address | None:
        if not self._of("private", "ipv4"):
            return self._best("service", self._service("private", "ipv6"))
        if not (first := self._best("service", self._service_ipv4())):
            return None
        for name in ("private", "link-local"):
            if there := [a for a in self._service(name, "ipv6") if a.interface == first.interface]:
                return self._best("service", there)
        return None
