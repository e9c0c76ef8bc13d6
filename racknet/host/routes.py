"""Routes, out of the kernel's lists of them; and the kernel's own choice of a route to an address."""

from __future__ import annotations

from _struct import pack

from racknet.core.matching import format_address, parse_address
from racknet.core.model import AF, BITS, Route
from racknet.core.rules import SERVICE_NET
from racknet.host.netlink import RTM_GETROUTE, Kernel, KernelStruct, attributes, to_number

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from racknet.host.netlink import Attributes, Buffer

# linux/rtnetlink.h
RT_TABLE_MAIN, RTN_UNICAST, RTN_LOCAL = 254, 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_MULTIPATH = 1, 4, 5, 6, 7, 9
RTA_VIA, RTA_NH_ID = 18, 30
NO_ROUTE = (13, 22, 95, 97, 101, 113)  # EACCES, EINVAL, EOPNOTSUPP, EAFNOSUPPORT, ENETUNREACH, EHOSTUNREACH

RTMSG = KernelStruct("=8BI", "family destination_length source_length tos table protocol scope type flags")
RTNEXTHOP = KernelStruct("=HBBi", "length flags hops index")

DESTINATIONS = {"": 0} | {block.text: BITS[block.family] - block.shift for block in SERVICE_NET}
WANTED = 1, frozenset(DESTINATIONS.values())  # the prefix length of the destination, and those of the rules


def read_routes(kernel: Kernel, family: str, names: dict[int, str]) -> list[Route]:
    """Read the routes that the rules look at, on the interfaces with these indexes and names. Raise OSError.

    They are the default routes, and those to ServiceNet. A host that speaks BGP has a million others.
    """

    def decode(data: Buffer, start: int, end: int) -> Route | None:
        if data[start + WANTED[0]] not in WANTED[1]:
            return None
        message, found = RTMSG.read(data, start), attributes(data, start + RTMSG.size, end)
        if (message["family"], message["table"], message["type"]) != (AF[family], RT_TABLE_MAIN, RTN_UNICAST):
            return None  # without IPv6 the kernel lists IPv4's routes in its place
        if message["tos"] or message["source_length"]:
            return None  # it is a route for some packets alone
        length = message["destination_length"]
        destination = f"{format_address(family, found[RTA_DST])}/{length}" if length else ""
        if destination not in DESTINATIONS:
            return None
        index, gateway = _first_hop(family, found)
        if index not in names:
            return None
        metric = to_number(found.get(RTA_PRIORITY, b""))
        source = _source(family, found)
        return Route(family, names[index], metric, gateway, source=source, destination=destination)

    return kernel.dump(RTM_GETROUTE, RTMSG.pack(family=AF[family]), decode, WANTED)


def find_way(kernel: Kernel, address: str, names: dict[int, str]) -> tuple[str, str] | None:
    """Ask the kernel by which interface, and from which source, it reaches an address. Nothing is sent.

    The interface is "" for an address of this host. Return None where no route leads there. Raise OSError.
    """
    family = "ipv6" if ":" in address else "ipv4"
    destination = parse_address(family, address).to_bytes(BITS[family] // 8, "big")
    body = RTMSG.pack(family=AF[family], destination_length=BITS[family])

    def decode(data: Buffer, start: int, end: int) -> tuple[str, str] | None:
        found = attributes(data, start + RTMSG.size, end)
        index, kind = to_number(found.get(RTA_OIF, b"")), RTMSG.read(data, start)["type"]
        if kind == RTN_LOCAL:
            return "", _source(family, found)
        return (names[index], _source(family, found)) if kind == RTN_UNICAST and index in names else None

    try:
        ways = kernel.ask(RTM_GETROUTE, body + pack("=HH", 4 + len(destination), RTA_DST) + destination, decode)
    except OSError as error:
        if error.errno in NO_ROUTE:
            return None
        raise
    return ways[0] if ways else None


def _first_hop(family: str, found: Attributes) -> tuple[int, str]:
    """Return the index of a route's interface and its gateway, or ""; of a multipath route the first nexthop's."""
    index = to_number(found.get(RTA_OIF, b""))
    if RTA_MULTIPATH in found:
        hops = found[RTA_MULTIPATH]
        first = RTNEXTHOP.read(hops, 0)
        index, found = first["index"], attributes(hops, RTNEXTHOP.size, first["length"])
    elif RTA_OIF not in found and RTA_NH_ID in found:
        raise OSError(
            "a route is a nexthop object that the kernel hides: sysctl net.ipv4.nexthop_compat_mode=1 shows it"
        )
    if RTA_VIA in found:  # struct rtvia: an IPv4 route by an IPv6 gateway
        via = found[RTA_VIA]
        return index, format_address("ipv6", via[2:]) if to_number(via[:2]) == AF["ipv6"] else ""
    return index, format_address(family, found[RTA_GATEWAY]) if RTA_GATEWAY in found else ""


def _source(family: str, found: Attributes) -> str:
    return format_address(family, found[RTA_PREFSRC]) if RTA_PREFSRC in found else ""
