"""What plays the kernel: netlink messages made by hand, or out of a layout, for the real reader to read."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from socket import socket
from typing import cast
from unittest.mock import patch

from racknet.core.facts import AF, Interface, Route
from racknet.core.known import INTERNET, STACKED_KINDS
from racknet.host import reader
from racknet.host.netlink import NLMSG_DONE, NLMSG_ERROR, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE, Kernel
from support.layout import Layout

DUMP_INTERRUPTED = 0x10


def attribute(kind: int, data: bytes) -> bytes:
    """Return a netlink attribute, padded."""
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def number(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def message(kind: int, body: bytes, *, sequence: int = 1, flags: int = 2, length: int | None = None) -> bytes:
    """Return a netlink message, padded; its length can be a lie."""
    size = 16 + len(body) if length is None else length
    return struct.pack("=IHHII", size, kind, flags, sequence, 0) + body + b"\0" * (-len(body) % 4)


def done(sequence: int = 1, errno: int = 0, flags: int = 2) -> bytes:
    """Return the end of a list, with a negative errno where it failed."""
    return message(NLMSG_DONE, struct.pack("=i", errno), sequence=sequence, flags=flags)


def failure(errno: int, sequence: int = 1) -> bytes:
    return message(NLMSG_ERROR, struct.pack("=i", errno) + bytes(16), sequence=sequence)


def link(index: int, name: str, *attributes: bytes, link_type: int = 1, flags: int = 0x10001) -> bytes:
    """Return the body of RTM_NEWLINK: struct ifinfomsg and attributes."""
    data = name.encode("utf-8", "surrogateescape") + b"\0"
    return struct.pack("=BBHiII", 0, 0, link_type, index, flags, 0) + attribute(3, data) + b"".join(attributes)


def alternative_names(*names: str) -> bytes:
    """Return IFLA_PROP_LIST, which the kernel marks as nested, with an IFLA_ALT_IFNAME for each name."""
    return attribute(52 | 0x8000, b"".join(attribute(53, name.encode() + b"\0") for name in names))


def address(
    family: int, index: int, prefix_length: int, *attributes: bytes, flags: int = 0x80, scope: int = 0
) -> bytes:
    """Return the body of RTM_NEWADDR: struct ifaddrmsg and attributes."""
    return struct.pack("=4BI", family, prefix_length, flags & 0xFF, scope, index) + b"".join(attributes)


def route(
    family: int,
    length: int,
    *attributes: bytes,
    table: int = 254,
    kind: int = 1,
    tos: int = 0,
    source_length: int = 0,
    flags: int = 0,
) -> bytes:
    """Return the body of RTM_NEWROUTE: struct rtmsg and attributes."""
    return struct.pack("=8BI", family, length, source_length, tos, table, 0, 0, kind, flags) + b"".join(attributes)


class PlayedSocket:
    """A socket that has received these datagrams, and times out after the last."""

    def __init__(self, datagrams: Iterable[bytes]) -> None:
        self._datagrams = iter(datagrams)

    def send(self, _: bytes) -> None:
        pass

    def recv_into(self, buffer: bytearray, _size: int, _flags: int) -> int:
        """Return the size of the whole datagram, as MSG_TRUNC wants it."""
        datagram = next(self._datagrams, None)
        if datagram is None:
            raise TimeoutError("timed out")
        part = datagram[: len(buffer)]
        buffer[: len(part)] = part
        return len(datagram)

    def close(self) -> None:
        pass


@contextmanager
def kernel(*datagrams: bytes) -> Iterator[Kernel]:
    """Play a kernel that answers with these datagrams, whatever it is asked."""
    with Kernel(cast(socket, PlayedSocket(datagrams))) as played:
        yield played


class PlayedGroups:
    """The kernel's groups: what has come when it is asked, and in the end nothing more."""

    def __init__(self, rounds: Iterable[list[bytes]]) -> None:
        self._rounds = iter(rounds)

    def __enter__(self) -> PlayedGroups:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def receive(self) -> list[bytes]:
        return next(self._rounds, [])


@contextmanager
def played(datagrams: Iterable[bytes], changes: Iterable[list[bytes]] = ()) -> Iterator[None]:
    """Play a kernel for `read_host`: its lists, and what its groups tell after each reading of them."""
    with (
        kernel(*datagrams) as ours,
        patch.object(reader, "Kernel", lambda: ours),
        patch.object(reader, "Groups", lambda: PlayedGroups(changes)),
    ):
        yield


def dumps(*lists: Iterable[tuple[int, bytes]], first: int = 1) -> list[bytes]:
    """Return the datagrams of whole lists, asked for one after the other, given the types and bodies of messages."""
    return [
        b"".join(message(kind, body, sequence=place) for kind, body in bodies) + done(place)
        for place, bodies in enumerate(lists, first)
    ]


def lists_of(layout: Layout, first: int = 1) -> list[bytes]:
    """Return what the kernel of a host answers to `read_host`, six times from a sequence number on.

    These are its interfaces, its routes of both families, its ways to the Internet, and its addresses.
    """
    indexes = {name: index for index, name in enumerate(layout.interfaces, 1)}
    links = [(RTM_NEWLINK, _link(layout, interface, indexes)) for interface in layout.interfaces.values()]
    routes: dict[str, list[tuple[int, bytes]]] = {family: [] for family in AF}
    for r in layout.routes:
        routes[r.family].append((RTM_NEWROUTE, _route(r, indexes)))
    ways = []
    for family, text in INTERNET.items():
        way = layout.host.ways[text]
        taken = way and Route(family, way.interface, gateway=way.gateway, source=way.source)
        ways.append((RTM_NEWROUTE, _route(taken, indexes)) if taken else None)
    addresses = []
    for a in layout.addresses:
        packed = ip_address(a.text).packed
        label = attribute(3, (a.label or a.interface).encode() + b"\0") if a.family == "ipv4" else b""
        index = indexes[a.interface]
        body = address(AF[a.family], index, a.prefix_length, attribute(1, packed), label, flags=a.flags, scope=a.scope)
        addresses.append((RTM_NEWADDR, body))
    lists = dumps(links, routes["ipv4"], routes["ipv6"], first=first)
    for sequence, answer in enumerate(ways, first + 3):
        lists.append(message(*answer, sequence=sequence) if answer else failure(-101, sequence))
    return lists + dumps(addresses, first=first + 5)


def _route(r: Route, indexes: dict[str, int]) -> bytes:
    attributes = [number(4, indexes[r.interface]), number(6, r.metric), number(15, r.table)]
    length = 0
    if r.destination:
        network = ip_network(r.destination)
        length = network.prefixlen
        attributes.insert(0, attribute(1, network.network_address.packed))
    if r.gateway and (":" in r.gateway) != (r.family == "ipv6"):
        attributes.append(attribute(18, struct.pack("=H", AF["ipv6"]) + ip_address(r.gateway).packed))
    elif r.gateway:
        attributes.append(attribute(5, ip_address(r.gateway).packed))
    if r.source:
        attributes.append(attribute(7, ip_address(r.source).packed))
    if r.preference:
        attributes.append(attribute(20, b"\x01" if r.preference > 0 else b"\x03"))
    if r.state == "expired":
        attributes.append(attribute(12, struct.pack("=IIiIIIII", 0, 0, -100, 0, 0, 0, 0, 0)))
    return route(
        AF[r.family],
        length,
        *attributes,
        table=min(r.table, 252) if r.table > 255 else r.table,
        flags=int(r.state == "dead"),
    )


def _link(layout: Layout, interface: Interface, indexes: dict[str, int]) -> bytes:
    attributes = []
    if interface.kind in STACKED_KINDS:
        attributes.append(number(5, indexes[interface.lower[0]]) if interface.lower else b"")
    for other in layout.interfaces.values():
        if interface.name in other.lower and other.kind not in STACKED_KINDS:
            attributes.append(number(10, indexes[other.name]))
    if interface.kind:
        attributes.append(attribute(18, attribute(1, interface.kind.encode() + b"\0")))
    if interface.alternative_names:
        attributes.append(alternative_names(*interface.alternative_names))
    if interface.has_device:
        attributes.append(attribute(56, b"0000:00:03.0\0"))
    flags = interface.up * 0x1 | interface.has_carrier * 0x10000
    return link(indexes[interface.name], interface.name, *attributes, link_type=interface.link_type, flags=flags)
