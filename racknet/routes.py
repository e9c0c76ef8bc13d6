"""Default routes, asked of the kernel over netlink: RTM_GETROUTE of rtnetlink(7). Part of reading the host.

/proc/net/ipv6_route and `netifaces.gateways()` mix in other tables, unmarked.
"""

from __future__ import annotations

import sys
from _socket import AF_NETLINK, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_RAW, inet_ntop, socket

from racknet.facts import Route
from racknet.patterns import AF

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Iterator

# linux/netlink.h and linux/rtnetlink.h; sizes are in bytes
NLMSG_ERROR, NLMSG_DONE, RTM_NEWROUTE, RTM_GETROUTE = 2, 3, 24, 26
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x01, 0x10, 0x300
RT_TABLE_MAIN, RTN_UNICAST = 254, 1
RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE = 4, 5, 6, 9, 15
HEADER, ROUTE_HEADER, NEXTHOP_HEADER, ATTRIBUTE_HEADER = 16, 12, 8, 4


def default_routes(family: str, names: dict[int, str]) -> list[Route]:
    """The default routes of the main table that lead somewhere, by the names that the interfaces' indexes have.

    Of a multipath route the first nexthop counts. OSError where the kernel does not tell.
    """
    for _ in range(5):
        messages, torn = _dump(AF[family])
        if not torn:  # else the routes changed while they were read
            break
    routes = (_default_route(family, message, names) for message in messages)
    return [route for route in routes if route]


def _dump(family: int) -> tuple[list[bytes], bool]:
    """The kernel's routes of a family, a message each, and whether they changed meanwhile."""
    messages: list[bytes] = []
    torn = False
    fields = [(HEADER + ROUTE_HEADER, 4), (RTM_GETROUTE, 2), (NLM_F_REQUEST | NLM_F_DUMP, 2), (1, 4), (0, 4)]
    fields += [(family, 1), (0, ROUTE_HEADER - 1)]
    kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
    try:
        kernel.send(b"".join(value.to_bytes(size, sys.byteorder) for value, size in fields))
        while data := kernel.recv(1 << 16):
            while data:
                length, kind, flags = _number(data[:4]), _number(data[4:6]), _number(data[6:8])
                torn = torn or bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_DONE:
                    return messages, torn
                if kind == NLMSG_ERROR or length < HEADER:
                    raise OSError(f"netlink: RTM_GETROUTE failed with error {-_number(data[16:20], signed=True)}")
                if kind == RTM_NEWROUTE:
                    messages.append(data[HEADER:length])
                data = data[_aligned(length) :]
    finally:
        kernel.close()
    raise OSError("netlink: RTM_GETROUTE ended early")


def _default_route(family: str, message: bytes, names: dict[int, str]) -> Route | None:
    """The route of a message, if it is a default route that counts and its interface is still there."""
    its_family, destination_bits, kind = message[0], message[1], message[7]
    if its_family != AF[family] or destination_bits or kind != RTN_UNICAST:  # without IPv6, IPv4's routes come back
        return None
    attributes = dict(_attributes(message[ROUTE_HEADER:]))
    if _number(attributes.get(RTA_TABLE, message[4:5])) != RT_TABLE_MAIN:
        return None
    hop = attributes
    if RTA_MULTIPATH in attributes:
        first = attributes[RTA_MULTIPATH]
        hop = {RTA_OIF: first[4:8], **dict(_attributes(first[NEXTHOP_HEADER : _number(first[:2])]))}
    interface = names.get(_number(hop.get(RTA_OIF, b"")))
    gateway = inet_ntop(AF[family], hop[RTA_GATEWAY]) if RTA_GATEWAY in hop else ""
    return Route(family, interface, _number(attributes.get(RTA_PRIORITY, b"")), gateway) if interface else None


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= ATTRIBUTE_HEADER and (length := _number(data[:2])) >= ATTRIBUTE_HEADER:
        yield _number(data[2:4]), data[ATTRIBUTE_HEADER:length]
        data = data[_aligned(length) :]


def _number(data: bytes, *, signed: bool = False) -> int:
    return int.from_bytes(data, sys.byteorder, signed=signed)


def _aligned(length: int) -> int:
    return (length + 3) & ~3
