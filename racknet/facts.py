"""What is known of a host, and how an address stands on it. Shapes only: `interfaces` and `classify` fill them."""

from __future__ import annotations

# Families are named as users name them; everything else about one follows from its length in bits.
BITS = {"ipv4": 32, "ipv6": 128}

# The flags of an IPv6 address, IFA_F_* in the kernel's linux/if_addr.h, the fifth field of /proc/net/if_inet6.
TEMPORARY, OPTIMISTIC, DADFAILED, DEPRECATED, TENTATIVE, PERMANENT = 0x01, 0x04, 0x08, 0x20, 0x40, 0x80


UNKNOWN = -1


class Link:
    """A network interface, by what /sys/class/net/NAME/ says of it; what is not known is left out.

    `arphrd` is the ARPHRD_* number of linux/if_arp.h, `devtype` the DEVTYPE of its uevent (`tun` for a TUN or TAP),
    `device` whether it is bound to a device of the machine, `lower` the names of the links that it is over.
    """

    __slots__ = ("arphrd", "bridge", "device", "devtype", "lower", "name", "up")

    def __init__(
        self,
        name: str,
        *,
        up: bool = True,
        arphrd: int = UNKNOWN,
        devtype: str = "",
        device: bool = False,
        bridge: bool = False,
        lower: tuple[str, ...] = (),
    ) -> None:
        self.name, self.up, self.arphrd, self.devtype = name, up, arphrd, devtype
        self.device, self.bridge, self.lower = device, bridge, lower

    @property
    def loopback(self) -> bool:
        """Whether it is the loopback interface (ARPHRD_LOOPBACK)."""
        return self.arphrd == 772 or (self.arphrd == UNKNOWN and self.name == "lo")


class State:
    """How a link does: whether it is running (None: unknown), its speed in Mbit/s and its MTU in bytes (0: unknown)."""

    __slots__ = ("mtu", "running", "speed")

    def __init__(self, *, running: bool | None = None, speed: int = 0, mtu: int = 0) -> None:
        self.running, self.speed, self.mtu = running, speed, mtu


class Address:
    """An address of an interface: its text, the same as a number, its prefix length in bits.

    `label` is the name it goes by where that is not the interface's (`eth0:1`), else "". `flags` are IPv6's.
    """

    __slots__ = ("family", "flags", "interface", "label", "number", "prefix_length", "text")

    def __init__(
        self, interface: str, family: str, text: str, number: int, prefix_length: int, label: str = "", flags: int = 0
    ) -> None:
        self.interface, self.label, self.family, self.text = interface, label, family, text
        self.number, self.prefix_length, self.flags = number, prefix_length, flags


class Route:
    """A default route of the main table: its interface, its metric, its gateway's address (or "")."""

    __slots__ = ("family", "gateway", "interface", "metric")

    def __init__(self, family: str, interface: str, metric: int = 0, gateway: str = "") -> None:
        self.family, self.interface, self.metric, self.gateway = family, interface, metric, gateway


class Host:
    """All that is in sight: links by name, addresses in the kernel's order, default routes.

    `surely` is whether the network is known for a host's by other signs than its links: it is the kernel's initial
    one, or systemd runs here.
    """

    __slots__ = ("addresses", "links", "routes", "surely")

    def __init__(self, links: list[Link], addresses: list[Address], routes: list[Route], *, surely: bool) -> None:
        self.links = {link.name: link for link in links}
        self.addresses, self.routes, self.surely = addresses, routes, surely


class Candidate:
    """What the preferences look at: an address of the right class, and how it stands on its host.

    `passed_over` is the reason that `--interface` overruled, or ""; `gateways` are those of the interface's IPv4
    default routes; `beside_public` is whether a public address of its family is on its interface; `host_is_public`
    whether the host has a public IPv4 address.
    """

    __slots__ = ("address", "beside_public", "default_route", "gateways", "host_is_public", "passed_over")

    def __init__(
        self,
        address: Address,
        *,
        passed_over: str = "",
        default_route: bool = False,
        gateways: tuple[str, ...] = (),
        beside_public: bool = False,
        host_is_public: bool = False,
    ) -> None:
        self.address, self.passed_over, self.default_route, self.gateways = (
            address,
            passed_over,
            default_route,
            gateways,
        )
        self.beside_public, self.host_is_public = beside_public, host_is_public
