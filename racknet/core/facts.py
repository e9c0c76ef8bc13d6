"""The facts of a host, as the kernel tells them. A new fact is an attribute here, which `host/reader.py` fills."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Mapping

    Names = tuple[str, ...]

NETWORKS = ("public", "service")
BITS = {"ipv4": 32, "ipv6": 128}  # the families, with the length of an address
AF = {"ipv4": 2, "ipv6": 10}  # AF_INET, AF_INET6 on Linux
FAMILIES = {2: "ipv4", 10: "ipv6"}
FAMILY_WORDS = {"ipv4": "ipv4", "ipv6": "ipv6", "inet": "ipv4", "inet6": "ipv6"}

# The flags of an IPv6 address, IFA_F_* in the kernel's linux/if_addr.h. For IPv4 the first means "secondary".
TEMPORARY, OPTIMISTIC, DADFAILED, DEPRECATED, TENTATIVE, PERMANENT = 0x01, 0x04, 0x08, 0x20, 0x40, 0x80
MAIN_TABLE = 254  # RT_TABLE_MAIN of linux/rtnetlink.h
SCOPE_LINK, SCOPE_HOST = 253, 254  # RT_SCOPE_*, which addresses have too


class Interface:
    """A network interface. `lower` names the interfaces that it is built on, `has_carrier` says that a cable is in.

    `link_type` is an ARPHRD_* number of linux/if_arp.h, `kind` the kernel's IFLA_INFO_KIND ("" without one).
    `alternative_names` are those of `ip link property add … altname` (IFLA_ALT_IFNAME).
    """

    __slots__ = ("alternative_names", "has_carrier", "has_device", "kind", "link_type", "lower", "name", "up")

    def __init__(
        self,
        name: str,
        *,
        up: bool = True,
        has_carrier: bool = True,
        link_type: int = 1,
        kind: str = "",
        has_device: bool = False,
        lower: Names = (),
        alternative_names: Names = (),
    ) -> None:
        self.name, self.up, self.has_carrier, self.link_type = name, up, has_carrier, link_type
        self.kind, self.has_device, self.lower = kind, has_device, lower
        self.alternative_names = alternative_names


class Address:
    """An address of an interface: its text, its value as a number, its prefix length in bits, its scope.

    `label` is its own name where that is not the interface's (`eth0:1`), else "". IPv4 has the flag DEPRECATED alone.
    """

    __slots__ = ("family", "flags", "interface", "label", "number", "prefix_length", "scope", "text")

    def __init__(
        self,
        interface: str,
        family: str,
        text: str,
        number: int,
        prefix_length: int,
        *,
        label: str = "",
        flags: int = 0,
        scope: int = 0,
    ) -> None:
        self.interface, self.label, self.family, self.text = interface, label, family, text
        self.number, self.prefix_length, self.flags, self.scope = number, prefix_length, flags, scope


class Route:
    """A unicast route, or one nexthop of it. Its destination is a CIDR block's text, "" for a default route.

    `gateway` and `source` (the preferred source) are addresses, or "". `preference` is an IPv6 router's: 1 high, 0
    medium, -1 low (RFC 4191). `state` is "" for a route that the kernel may take, else "dead" or "expired";
    `lifetime` are the seconds until it expires, 0 for a route that does not.
    """

    __slots__ = (
        *("destination", "family", "gateway", "interface", "lifetime", "metric"),
        *("preference", "source", "state", "table"),
    )

    def __init__(
        self,
        family: str,
        interface: str,
        metric: int = 0,
        gateway: str = "",
        *,
        source: str = "",
        destination: str = "",
        table: int = MAIN_TABLE,
        preference: int = 0,
        state: str = "",
        lifetime: int = 0,
    ) -> None:
        self.family, self.interface, self.metric, self.gateway = family, interface, metric, gateway
        self.source, self.destination, self.table = source, destination, table
        self.preference, self.state, self.lifetime = preference, state, lifetime


class Way:
    """The kernel's own choice of a route to an address. `interface` is "" where the address is this host's own."""

    __slots__ = ("gateway", "interface", "source")

    def __init__(self, interface: str, source: str, gateway: str = "") -> None:
        self.interface, self.source, self.gateway = interface, source, gateway


class Host:
    """What the kernel says about a network. `known_host`: other signs than its interfaces show that it is a host's.

    `ways` maps each address that was looked up to the kernel's way there, or to None where there is none: those of
    `--reach`, and one out on the Internet for each family (`known.INTERNET`).
    """

    __slots__ = ("addresses", "interfaces", "known_host", "routes", "ways")

    def __init__(
        self,
        interfaces: list[Interface],
        addresses: list[Address],
        routes: list[Route],
        *,
        known_host: bool = False,
        ways: Mapping[str, Way | None] | None = None,
    ) -> None:
        self.interfaces = {interface.name: interface for interface in interfaces}
        self.addresses, self.routes, self.known_host, self.ways = addresses, routes, known_host, ways or {}
