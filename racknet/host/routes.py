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
NO_ROUTE = (13, 22, 101, 113)  # EACCES, EINVAL, ENETUNREACH, EHOSTUNREACH: prohibited, a blackhole, or no route at all

RTMSG = KernelStruct(
    12, (0, "B", "family"), (1, "B", "destination_length"), (2, "B", "source_length"), (3, "B", "tos"),
    (4, "B", "table"), (5, "B", "protocol"), (6, "B", "scope"), (7, "B", "type"), (8, "I", "flags"),
)  # fmt: skip
RTNEXTHOP = KernelStruct(8, (0, "H", "length"), (2, "B", "flags"), (3, "B", "hops"), (4, "i", "index"))
_route = RTMSG.unpacker("family", "destination_length", "tos", "table", "type")
_nexthop = RTNEXTHOP.unpacker("length", "index")

DESTINATIONS = {"": 0} | {block.text: BITS[block.family] - block.shift for block in SERVICE_NET}
LENGTHS = set(DESTINATIONS.values())


def read_routes(kernel: Kernel, family: str, names: dict[int, str]) -> list[Route]:
    """Read the routes that the rules look at, on the interfaces with these indexes and names. Raise OSError.

    They are the default routes, and those to ServiceNet. A host that speaks BGP has a million others.
    """

    def decode(data: Buffer, start: int, end: int) -> Route | None:
        if data[start + 1] not in LENGTHS:
            return None
        af, length, tos, table, kind = _route(data, start)
        if af != AF[family] or tos or table != RT_TABLE_MAIN or kind != RTN_UNICAST:
            return None  # without IPv6 the kernel lists IPv4's routes in its place
        found = attributes(data, start + RTMSG.size, end)
        destination = f"{format_address(family, found[RTA_DST])}/{length}" if length else ""
        index, gateway = _first_hop(family, found)
        if destination not in DESTINATIONS or index not in names:
            return None
        metric = to_number(found.get(RTA_PRIORITY, b""))
        return Route(family, names[index], metric, gateway, _source(family, found), destination)

    return kernel.dump(RTM_GETROUTE, RTMSG.pack(family=AF[family]), decode)


def find_way(kernel: Kernel, address: str, names: dict[int, str]) -> tuple[str, str] | None:
    """Ask the kernel by which interface, and from which source, it reaches an address. Nothing is sent.

    Return None where no route leads there. Raise OSError.
    """
    family = "ipv6" if ":" in address else "ipv4"
    destination = parse_address(family, address).to_bytes(BITS[family] // 8, "big")
    body = RTMSG.pack(family=AF[family], destination_length=BITS[family])

    def decode(data: Buffer, start: int, end: int) -> tuple[str, str] | None:
        found = attributes(data, start + RTMSG.size, end)
        index, kind = to_number(found.get(RTA_OIF, b"")), _route(data, start)[-1]
        is_way = kind in (RTN_UNICAST, RTN_LOCAL) and index in names
        return (names[index], _source(family, found)) if is_way else None

    try:
        ways = kernel.ask(RTM_GETROUTE, body + pack("=HH", 4 + len(destination), RTA_DST) + destination, decode)
    except OSError as error:
        if error.errno in NO_ROUTE:
            return None
        raise
    return ways[0] if ways else None


def _first_hop(family: str, found: Attributes) -> tuple[int, str]:
    """Return the index of the interface and the gateway, or "", of a route; of a multipath route its first nexthop's."""
    index = to_number(found.get(RTA_OIF, b""))
    if RTA_MULTIPATH in found:
        hops = found[RTA_MULTIPATH]
        length, index = _nexthop(hops, 0)
        found = attributes(hops, RTNEXTHOP.size, length)
    elif RTA_OIF not in found and RTA_NH_ID in found:
        raise OSError("a default route is a nexthop object, which net.ipv4.nexthop_compat_mode=0 hides")
    if RTA_VIA in found:  # struct rtvia: an IPv4 route by an IPv6 gateway
        via = found[RTA_VIA]
        return index, format_address("ipv6", via[2:]) if to_number(via[:2]) == AF["ipv6"] else ""
    return index, format_address(family, found[RTA_GATEWAY]) if RTA_GATEWAY in found else ""


def _source(family: str, found: Attributes) -> str:
    return format_address(family, found[RTA_PREFSRC]) if RTA_PREFSRC in found else ""
