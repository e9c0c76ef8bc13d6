"""What the kernel is asked over netlink: rtnetlink(7). Part of reading the host.

Default routes, because /proc/net/ipv6_route and `netifaces.gateways()` mix in other tables, unmarked; whose an IPv4
address is, because netifaces and psutil know labels only, and a label may be another interface's name; and the links'
names, because if_nameindex(3) has each link's statistics told too, which takes longer than all the rest.
"""

from __future__ import annotations

import sys
from _socket import AF_INET, AF_NETLINK, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_RAW, inet_ntop, socket
from _struct import unpack_from

from racknet.facts import Address, Route
from racknet.patterns import AF

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Iterator

# linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h; sizes are in bytes
NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWLINK, RTM_GETLINK, RTM_NEWADDR, RTM_GETADDR, RTM_NEWROUTE, RTM_GETROUTE = 16, 18, 20, 22, 24, 26
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x01, 0x10, 0x300
RT_TABLE_MAIN, RTN_UNICAST = 254, 1
RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE, RTA_NH_ID = 4, 5, 6, 9, 15, 30
IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFLA_IFNAME, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS = 1, 2, 3, 3, 29, 8
HEADER, LINK_HEADER, ROUTE_HEADER, ADDRESS_HEADER, NEXTHOP_HEADER, ATTRIBUTE_HEADER = 16, 16, 12, 8, 8, 4
IFF_UP = 0x1  # linux/if.h
TRIES = 5


def links() -> dict[str, tuple[int, bool]]:
    """The index of each link, by its name, and whether it is up. OSError where the kernel does not tell."""
    fields = (8, 2), (IFLA_EXT_MASK, 2), (RTEXT_FILTER_SKIP_STATS, 4)
    skip_stats = b"".join(value.to_bytes(size, sys.byteorder) for value, size in fields)
    found = {}
    for message in filter(None, _dump(RTM_GETLINK, 0, LINK_HEADER, RTM_NEWLINK, skip_stats)):
        index, flags = unpack_from("=iI", message, 4)
        name = next(data for kind, data in _attributes(message[LINK_HEADER:]) if kind == IFLA_IFNAME)
        found[_text(name)] = index, bool(flags & IFF_UP)
    return found


def default_routes(family: str, names: dict[int, str]) -> list[Route]:
    """The default routes of the main table that lead somewhere, by the names that the interfaces' indexes have.

    Of a multipath route the first nexthop counts. OSError where the kernel does not tell.
    """
    before = None
    for _ in range(TRIES):
        listed = _dump(RTM_GETROUTE, AF[family], ROUTE_HEADER, RTM_NEWROUTE)
        found = [message for message in listed if message is None or _is_default(family, message)]
        if None not in found or found == before:  # else routes changed while they were read
            routes = (_route(family, message, names) for message in found if message)
            return [route for route in routes if route]
        before = found
    raise OSError("netlink: the routes change faster than they can be read")


def ipv4_addresses(names: dict[int, str]) -> list[Address]:
    """The IPv4 addresses, by the names that the interfaces' indexes have. OSError where the kernel does not tell."""
    addresses = []
    for message in filter(None, _dump(RTM_GETADDR, AF_INET, ADDRESS_HEADER, RTM_NEWADDR)):
        if interface := names.get(_number(message[4:8])):
            attributes = dict(_attributes(message[ADDRESS_HEADER:]))
            local = attributes.get(IFA_LOCAL) or attributes[IFA_ADDRESS]
            label = _text(attributes.get(IFA_LABEL, b""))
            label = "" if label == interface else label
            number = int.from_bytes(local, "big")
            addresses.append(Address(interface, "ipv4", inet_ntop(AF_INET, local), number, message[1], label))
    return addresses


def _dump(request: int, family: int, header: int, wanted: int, more: bytes = b"") -> Iterator[bytes | None]:
    """The messages of a kind that the kernel lists on a request; None is the last where the list changed meanwhile."""
    torn = False
    fields = [(HEADER + header + len(more), 4), (request, 2), (NLM_F_REQUEST | NLM_F_DUMP, 2), (1, 4), (0, 4)]
    fields += [(family, 1), (0, header - 1)]
    kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
    try:
        kernel.send(b"".join(value.to_bytes(size, sys.byteorder) for value, size in fields) + more)
        while data := kernel.recv(1 << 16):
            start = 0
            while start < len(data):
                length, kind, flags = unpack_from("=IHH", data, start)
                torn = torn or bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_DONE:
                    if torn:
                        yield None
                    return
                if kind == NLMSG_ERROR or length < HEADER:
                    code = -_number(data[start + HEADER : start + HEADER + 4], signed=True)
                    raise OSError(f"netlink: request {request} failed with error {code}")
                if kind == wanted:
                    yield data[start + HEADER : start + length]
                start += _aligned(length)
    finally:
        kernel.close()
    raise OSError(f"netlink: request {request} ended early")


def _is_default(family: str, message: bytes) -> bool:
    """Whether a route is a default route that leads somewhere; without IPv6 the kernel lists IPv4's in its place."""
    its_family, destination_bits, tos, table, kind = message[0], message[1], message[3], message[4], message[7]
    if its_family != AF[family] or destination_bits or tos or kind != RTN_UNICAST:
        return False
    attributes = dict(_attributes(message[ROUTE_HEADER:]))
    return (_number(attributes[RTA_TABLE]) if RTA_TABLE in attributes else table) == RT_TABLE_MAIN


def _route(family: str, message: bytes, names: dict[int, str]) -> Route | None:
    """The default route of a message, if its interface is still there."""
    attributes = hop = dict(_attributes(message[ROUTE_HEADER:]))
    if RTA_MULTIPATH in attributes:
        first = attributes[RTA_MULTIPATH]
        hop = {RTA_OIF: first[4:8], **dict(_attributes(first[NEXTHOP_HEADER : _number(first[:2])]))}
    if RTA_OIF not in hop and RTA_NH_ID in attributes:
        raise OSError("netlink: a default route by nexthop object, with net.ipv4.nexthop_compat_mode=0")
    interface = names.get(_number(hop.get(RTA_OIF, b"")))
    gateway = inet_ntop(AF[family], hop[RTA_GATEWAY]) if RTA_GATEWAY in hop else ""
    return Route(family, interface, _number(attributes.get(RTA_PRIORITY, b"")), gateway) if interface else None


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start + ATTRIBUTE_HEADER <= len(data):
        length, kind = unpack_from("=HH", data, start)
        if length < ATTRIBUTE_HEADER:
            break
        yield kind, data[start + ATTRIBUTE_HEADER : start + length]
        start += _aligned(length)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")


def _number(data: bytes, *, signed: bool = False) -> int:
    return int.from_bytes(data, sys.byteorder, signed=signed)


def _aligned(length: int) -> int:
    return (length + 3) & ~3
