"""Routes, out of the kernel's lists of them; and the kernel's own choice of a route to an address."""

from __future__ import annotations

from _struct import pack

from racknet.core.facts import AF, BITS, MAIN_TABLE, Route, Way
from racknet.core.known import PRIVATE_BLOCKS, WIDE
from racknet.core.matching import family_of, format_address, pack_address, parse_address
from racknet.host.netlink import RTM_GETROUTE, Kernel, KernelStruct, attributes, to_number

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Iterable, Iterator

    from racknet.host.netlink import Attributes, Buffer

# linux/rtnetlink.h, linux/icmpv6.h
RTN_UNICAST, RTN_LOCAL = 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_MULTIPATH, RTA_CACHEINFO = 1, 4, 5, 6, 7, 9, 12
RTA_TABLE, RTA_VIA, RTA_PREF, RTA_NH_ID = 15, 18, 20, 30
RTNH_F_DEAD = 1  # the NIC is down, or has no carrier and the host ignores such routes (ignore_routes_with_linkdown)
ROUTER_PREFERENCES = {b"\x01": 1, b"\x03": -1}  # high and low of RFC 4191; the others are medium
NO_ROUTE = (13, 22, 95, 97, 101, 113)  # EACCES, EINVAL, EOPNOTSUPP, EAFNOSUPPORT, ENETUNREACH, EHOSTUNREACH

RTMSG = KernelStruct("=8BI", "family destination_length source_length tos table protocol scope type flags")
RTNEXTHOP = KernelStruct("=HBBi", "length flags hops index")
CLOCK_TICKS = 100  # in a second: USER_HZ, in which the kernel tells times
CACHEINFO = KernelStruct("=IIi", "clients last_use expires")  # struct rta_cacheinfo, as far as it is read

# The place of a destination's prefix length in a message, and the lengths that the rules look at.
WANTED = 1, frozenset(range(WIDE + 1))
TYPE = 7  # the place of a route's type


def read_routes(kernel: Kernel, family: str, names: dict[int, str]) -> list[Route]:
    """Read the routes that the rules look at, on the interfaces with these indexes and names. Raise OSError.

    They are the default routes of all tables, and those of the main table that lead to wide private blocks. A host that
    speaks BGP has a million others. Each nexthop is a route.
    """

    def decode(data: Buffer, start: int, end: int) -> list[Route] | None:
        if data[start + WANTED[0]] not in WANTED[1] or data[start + TYPE] != RTN_UNICAST:
            return None
        message, start = RTMSG.read(data, start), start + RTMSG.size
        if message["family"] != AF[family]:
            return None  # without IPv6 the kernel lists IPv4's routes in its place
        if message["tos"] or message["source_length"]:
            return None  # it is a route for some packets alone
        destination, length = "", message["destination_length"]
        if length:
            place = attributes(data, start, end, until=RTA_DST).get(RTA_DST, b"")
            if message["table"] != MAIN_TABLE or not is_private(family, place, length):
                return None
            destination = f"{format_address(family, place)}/{length}"
        found = attributes(data, start, end)
        expires = CACHEINFO.read(found.get(RTA_CACHEINFO, bytes(12)), 0)["expires"]
        routes = [
            Route(
                family,
                names[index],
                to_number(found.get(RTA_PRIORITY, b"")),
                gateway,
                source=_source(family, found),
                destination=destination,
                table=to_number(found[RTA_TABLE]) if RTA_TABLE in found else message["table"],
                preference=ROUTER_PREFERENCES.get(bytes(found.get(RTA_PREF, b"")), 0),
                state="dead" if (message["flags"] | flags) & RTNH_F_DEAD else "expired" if expires < 0 else "",
                lifetime=-(-max(expires, 0) // CLOCK_TICKS),
            )
            for index, flags, gateway in read_nexthops(family, found)
            if index in names
        ]
        return routes or None

    # A kernel that does not heed the type lists the others, too: three for each address that the host has.
    body = RTMSG.pack(family=AF[family], type=RTN_UNICAST)
    return [route for routes in kernel.dump(RTM_GETROUTE, body, decode, WANTED) for route in routes]


def find_way(kernel: Kernel, address: str, names: dict[int, str]) -> Way | None:
    """Ask the kernel for its way to an address. Nothing is sent. Return None where there is none. Raise OSError."""
    family = family_of(address)
    destination = parse_address(family, address).to_bytes(BITS[family] // 8, "big")
    body = RTMSG.pack(family=AF[family], destination_length=BITS[family])

    def decode(data: Buffer, start: int, end: int) -> Way | None:
        found = attributes(data, start + RTMSG.size, end)
        kind, source = RTMSG.read(data, start)["type"], _source(family, found)
        if kind == RTN_LOCAL:
            return Way("", source)
        index, gateway = to_number(found.get(RTA_OIF, b"")), _gateway(family, found)
        return Way(names[index], source, gateway) if kind == RTN_UNICAST and index in names else None

    try:
        ways = kernel.ask(RTM_GETROUTE, body + pack("=HH", 4 + len(destination), RTA_DST) + destination, decode)
    except OSError as error:
        if error.errno in NO_ROUTE:
            return None
        raise
    return ways[0] if ways else None


def gateways_of(routes: Iterable[Route]) -> set[bytes]:
    """Return the gateways of the default routes, in network order, without link-local ones."""
    return {pack_address(r.gateway) for r in routes if not r.destination and r.gateway[:4] not in ("", "fe80")}


def is_private(family: str, packed: Buffer, length: int) -> bool:
    """Return whether a block is within a private one."""
    number = int.from_bytes(packed, "big")
    return any(
        block.family == family and BITS[family] - block.shift <= length and number >> block.shift == block.number
        for block in PRIVATE_BLOCKS
    )


def read_nexthops(family: str, found: Attributes) -> Iterator[tuple[int, int, str]]:
    """Yield the index of the interface, the flags and the gateway, or "", of each nexthop of a route."""
    if RTA_MULTIPATH in found:
        hops = found[RTA_MULTIPATH]
        start = 0
        while start < len(hops):
            hop = RTNEXTHOP.read(hops, start)
            end = start + hop["length"]
            if hop["length"] < RTNEXTHOP.size:
                raise OSError("a nexthop of the kernel's makes no sense")
            yield hop["index"], hop["flags"], _gateway(family, attributes(hops, start + RTNEXTHOP.size, end))
            start = (end + 3) & ~3
    elif RTA_OIF in found:
        yield to_number(found[RTA_OIF]), 0, _gateway(family, found)
    elif RTA_NH_ID in found:
        raise OSError(
            "a route is a nexthop object that the kernel hides: sysctl net.ipv4.nexthop_compat_mode=1 shows it"
        )


def _gateway(family: str, found: Attributes) -> str:
    """Return the gateway of a nexthop, or "". By struct rtvia an IPv4 route has an IPv6 gateway."""
    if RTA_VIA in found:
        via = found[RTA_VIA]
        return format_address("ipv6", via[2:]) if to_number(via[:2]) == AF["ipv6"] else ""
    return format_address(family, found[RTA_GATEWAY]) if RTA_GATEWAY in found else ""


def _source(family: str, found: Attributes) -> str:
    return format_address(family, found[RTA_PREFSRC]) if RTA_PREFSRC in found else ""
