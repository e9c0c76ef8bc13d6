"""What changes while the host is read: the kernel's multicast groups of links, addresses and routes."""

from __future__ import annotations

from _socket import AF_NETLINK, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW, socket

from racknet.core.facts import BITS, FAMILIES
from racknet.core.known import CONTAINER_NAMES, WIDE
from racknet.core.matching import parse_address
from racknet.host.interfaces import IFADDRMSG, IFINFOMSG, IFLA_IFNAME
from racknet.host.netlink import LARGEST, NLMSGHDR, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE, attributes, to_text
from racknet.host.routes import RTA_DST, RTMSG, read_nexthops

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Iterable

    from racknet.host.netlink import Buffer

# linux/rtnetlink.h: RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE
GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
NO_MORE, OVERRUN = 11, 105  # EAGAIN, ENOBUFS


class Changes:
    """The groups, joined before the first list is read: what comes until after the last may make the lists disagree."""

    def __init__(self) -> None:
        self._socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)
        self._containers: set[int] = set()  # the indexes of container interfaces
        try:
            self._socket.bind((0, GROUPS))
        except OSError:
            pass  # a sandbox that plays the kernel and has no groups (gVisor): nothing changes there, either

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def concern(self, names: dict[int, str], looked_up: Iterable[str]) -> bool:
        """Return whether anything has come that may change an answer, and forget it.

        What is about container interfaces changes none, and they come and go by the hundred. `names` are those of the
        interfaces by their indexes, `looked_up` the addresses to which the way was asked.
        """
        self._containers |= {index for index, name in names.items() if CONTAINER_NAMES.match(name)}
        concerned = False
        while True:
            try:
                data = self._socket.recv(LARGEST)
            except OSError as error:
                if error.errno == OVERRUN:
                    concerned = True
                    continue
                if error.errno == NO_MORE:
                    return concerned
                raise
            concerned = concerned or self._is_concerned(data, looked_up)

    def _is_concerned(self, data: Buffer, looked_up: Iterable[str]) -> bool:
        length, kind, _, _, _ = NLMSGHDR.unpack(data, 0)
        start, end = NLMSGHDR.size, min(length, len(data))
        if kind in (RTM_NEWLINK, RTM_NEWLINK + 1):  # RTM_DEL… is one above
            return not self._is_container(data, start, end)
        if kind in (RTM_NEWADDR, RTM_NEWADDR + 1):
            return IFADDRMSG.unpack(data, start)[-1] not in self._containers
        if kind in (RTM_NEWROUTE, RTM_NEWROUTE + 1):
            return self._is_route_concerned(data, start, end, looked_up)
        return True

    def _is_container(self, data: Buffer, start: int, end: int) -> bool:
        index = IFINFOMSG.read(data, start)["index"]
        name = attributes(data, start + IFINFOMSG.size, end, until=IFLA_IFNAME).get(IFLA_IFNAME, b"")
        if CONTAINER_NAMES.match(to_text(name)):
            self._containers.add(index)
        elif name:
            self._containers.discard(index)  # renamed
        return index in self._containers

    def _is_route_concerned(self, data: Buffer, start: int, end: int, looked_up: Iterable[str]) -> bool:
        """Return whether a route is one of those that are read, or leads to an address that was looked up."""
        message = RTMSG.read(data, start)
        family, length = FAMILIES.get(message["family"], ""), message["destination_length"]
        found = attributes(data, start + RTMSG.size, end)
        interfaces = {index for index, _, _ in read_nexthops(family or "ipv4", found)}
        if not family or (interfaces and interfaces <= self._containers):
            return False
        if length <= WIDE:
            return True
        shift, number = BITS[family] - length, int.from_bytes(found.get(RTA_DST, b""), "big")
        texts = [text for text in looked_up if (":" in text) == (family == "ipv6")]
        return any(parse_address(family, text) >> shift == number >> shift for text in texts)
