"""The shapes of the core: the facts of a host, and what the rules look at. The reader and the rules fill them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable

    Names = tuple[str, ...]

NETWORKS = ("public", "service")
BITS = {"ipv4": 32, "ipv6": 128}  # the families, with the length of an address
AF = {"ipv4": 2, "ipv6": 10}  # AF_INET, AF_INET6 on Linux
FAMILY_WORDS = {"ipv4": "ipv4", "ipv6": "ipv6", "inet": "ipv4", "inet6": "ipv6"}

# The flags of an IPv6 address, IFA_F_* in the kernel's linux/if_addr.h. For IPv4 the first means "secondary".
TEMPORARY, OPTIMISTIC, DADFAILED, DEPRECATED, TENTATIVE, PERMANENT = 0x01, 0x04, 0x08, 0x20, 0x40, 0x80


class Interface:
    """A network interface. `lower` names the interfaces that it is built on.

    `link_type` is an ARPHRD_* number of linux/if_arp.h, `kind` the kernel's IFLA_INFO_KIND ("" without one).
    """

    __slots__ = ("has_device", "kind", "link_type", "lower", "name", "up")

    def __init__(
        self,
        name: str,
        *,
        up: bool = True,
        link_type: int = 1,
        kind: str = "",
        has_device: bool = False,
        lower: Names = (),
    ) -> None:
        self.name, self.up, self.link_type, self.kind = name, up, link_type, kind
        self.has_device, self.lower = has_device, lower


class Address:
    """An address of an interface: its text, its value as a number, its prefix length in bits.

    `label` is its own name where that is not the interface's (`eth0:1`), else "". IPv4 has the flag DEPRECATED alone.
    """

    __slots__ = ("family", "flags", "interface", "label", "number", "prefix_length", "text")

    def __init__(
        self, interface: str, family: str, text: str, number: int, length: int, *, label: str = "", flags: int = 0
    ) -> None:
        self.interface, self.label, self.family, self.text = interface, label, family, text
        self.number, self.prefix_length, self.flags = number, length, flags


class Route:
    """A unicast route of the main table. Its destination is a CIDR block's text, "" for a default route.

    `gateway` and `source` (the preferred source) are addresses, or "".
    """

    __slots__ = ("destination", "family", "gateway", "interface", "metric", "source")

    def __init__(
        self,
        family: str,
        interface: str,
        metric: int = 0,
        gateway: str = "",
        *,
        source: str = "",
        destination: str = "",
    ) -> None:
        self.family, self.interface, self.metric, self.gateway = family, interface, metric, gateway
        self.source, self.destination = source, destination


class Host:
    """What the kernel says about a network. `known_host`: other signs than its interfaces show that it is a host's.

    `reached` maps each address of `--reach` to an interface's name and a source, or to None where no route leads there.
    """

    __slots__ = ("addresses", "interfaces", "known_host", "reached", "routes")

    def __init__(
        self,
        interfaces: list[Interface],
        addresses: list[Address],
        routes: list[Route],
        *,
        known_host: bool = False,
        reached: dict[str, tuple[str, str] | None] | None = None,
    ) -> None:
        self.interfaces = {interface.name: interface for interface in interfaces}
        self.addresses, self.routes, self.known_host, self.reached = addresses, routes, known_host, reached or {}


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
    """What the exclusions look at: an interface, the flags of an address on it, and its routes and filters."""

    flags, excluded, has_default_route = 0, False, False

    def __init__(self, interface: Interface, is_physical: Callable[[Interface], bool]) -> None:
        self.interface, self.is_physical = interface, is_physical


class Candidate:
    """An address of the right class on an eligible interface, with the facts that the preferences compare.

    `overruled`: only the user's naming makes it eligible. `reaches`: it is the source for `--reach`. `default_route`:
    that is on its interface, or prefers it as a source. `beside_public`: a public address of its family is there too.
    """

    address: Address
    gateways: tuple[str, ...] = ()
    overruled = reaches = default_route = preferred_source = service_net_route = beside_public = host_is_public = False

    def __init__(self, address: Address) -> None:
        self.address = address


class Preference(Reason):
    """A property that makes a candidate better than one without it."""

    __slots__ = ("holds",)

    def __init__(self, text: str, holds: Callable[[Candidate], bool]) -> None:
        super().__init__(text)
        self.holds = holds
