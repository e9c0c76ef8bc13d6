"""Requests to the kernel over netlink: rtnetlink(7). A list is complete, or it is an error."""

from __future__ import annotations

import sys
from _socket import AF_NETLINK, MSG_DONTWAIT, MSG_TRUNC, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_RAW, socket
from _struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")
    Buffer = bytes | bytearray
    Decoder = Callable[[Buffer, int, int], T | None]
    Wanted = tuple[int, frozenset[int]]
    Attributes = dict[int, bytes | bytearray]
    Finder = Callable[[Buffer, int, int], Attributes]

# linux/netlink.h, linux/rtnetlink.h
NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWLINK, RTM_GETLINK, RTM_NEWADDR, RTM_GETADDR, RTM_NEWROUTE, RTM_GETROUTE = 16, 18, 20, 22, 24, 26
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x01, 0x10, 0x300
NLA_TYPE_MASK = 0x3FFF  # the two bits above it are flags
SOL_NETLINK, NETLINK_GET_STRICT_CHK = 270, 12

MANY = 50  # messages of a list, from which on a shorter way to their attributes is worth its loading
READS = 30  # of a list that changes meanwhile: where containers come and go by the hundred, five are too few
LARGEST = 1 << 16  # bytes of a datagram; most have 32 KiB
MOST = 10_000  # messages of the groups: where more have come, they count as lost
CUT_OFF = (0, 0, 0, 0, 0)  # in the place of a header that a datagram does not hold completely
LISTS = {RTM_GETLINK: "interfaces", RTM_GETADDR: "addresses", RTM_GETROUTE: "routes"}


class KernelStruct:
    """A struct of the kernel: the formats of its fields, in their order, and their names."""

    __slots__ = ("_names", "_struct", "size", "unpack")

    def __init__(self, layout: str, names: str) -> None:
        self._struct, self._names = Struct(layout), names.split()
        self.size, self.unpack = self._struct.size, self._struct.unpack_from

    def pack(self, **values: int) -> bytes:
        """Return the struct with these values; the other fields are 0."""
        return self._struct.pack(*[values.get(name, 0) for name in self._names])

    def read(self, data: Buffer, start: int) -> dict[str, int]:
        """Return the fields of a struct in a buffer by their names."""
        return dict(zip(self._names, self.unpack(data, start), strict=True))


NLMSGHDR = KernelStruct("=IHHII", "length type flags sequence port")
NLMSGERR = KernelStruct("=i", "error")
RTATTR = KernelStruct("=HH", "length type")


class Kernel:
    """The kernel, by one netlink socket. Its methods raise OSError where it does not answer, or not completely."""

    def __init__(self, kernel: socket | None = None) -> None:
        self._socket = kernel or _strict_socket()
        self._buffer = bytearray(LARGEST)
        self._sequence = 0

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def dump(self, request: int, body: bytes, decode: Decoder[T], wanted: Wanted | None = None) -> list[T]:
        """Return what the messages of a list decode to, without None. Read a list again that changes meanwhile.

        `decode` gets a buffer, and where a message begins and ends, behind its header. `wanted` is the place of a byte
        behind the header and the values that it has in the messages to decode.
        """
        for _ in range(READS):
            found, is_torn = self._read(request, NLM_F_REQUEST | NLM_F_DUMP, body, decode, wanted)
            if not is_torn:
                return found
        raise OSError(f"the kernel's list of {LISTS[request]} changes faster than it can be read")

    def ask(self, request: int, body: bytes, decode: Decoder[T]) -> list[T]:
        """Return what the one message of an answer decodes to."""
        return self._read(request, NLM_F_REQUEST, body, decode)[0]

    def _read(
        self, request: int, flags: int, body: bytes, decode: Decoder[T], wanted: Wanted | None = None
    ) -> tuple[list[T], bool]:
        self._sequence += 1
        found, is_torn, buffer, header = [], False, self._buffer, NLMSGHDR.size
        length, expected = header + len(body), request - 2  # RTM_NEW… is two below RTM_GET…
        self._socket.send(NLMSGHDR.pack(length=length, type=request, flags=flags, sequence=self._sequence) + body)
        while True:
            size = self._socket.recv_into(buffer, 0, MSG_TRUNC)
            if not 0 < size <= LARGEST:
                raise OSError(f"the kernel's list of {LISTS[request]} ends early")
            start = 0
            while start < size:
                length, kind, state, sequence, _ = NLMSGHDR.unpack(buffer, start) if start + header <= size else CUT_OFF
                end = start + length
                if length < header or end > size or sequence != self._sequence:
                    raise OSError(f"the kernel's list of {LISTS[request]} makes no sense")
                is_torn = is_torn or state & NLM_F_DUMP_INTR != 0
                if kind == expected:
                    if wanted and start == 0 and (run := self._unwanted_run(length, size, *wanted)):
                        start = run
                        continue
                    if (decoded := decode(buffer, start + header, end)) is not None:
                        found.append(decoded)
                elif kind in (NLMSG_ERROR, NLMSG_DONE):
                    (error,) = NLMSGERR.unpack(buffer, start + header) if length >= header + 4 else (0,)
                    if error or kind == NLMSG_ERROR:
                        raise OSError(-error, f"the kernel does not list the {LISTS[request]}")
                    return found, is_torn
                start = (end + 3) & ~3
            if not flags & NLM_F_DUMP:
                return found, False

    def _unwanted_run(self, length: int, size: int, place: int, values: frozenset[int]) -> int:
        """Return where a run of messages ends that are like the first and not wanted; 0 where there is none.

        A host that speaks BGP has a million routes, nearly all alike: compare them by columns, not one by one.
        """
        end = size - size % length
        column = NLMSGHDR.size + place
        alike = all(self._buffer[i:end:length].strip(self._buffer[i : i + 1]) == b"" for i in range(12))
        return end if alike and length % 4 == 0 and values.isdisjoint(self._buffer[column:end:length]) else 0


def _strict_socket() -> socket:
    """Return a socket by which the kernel heeds what a request for a list asks for, and else lists all.

    It does since Linux 4.20. An older one, and a sandbox that plays the kernel, lists all in any case.
    """
    kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
    try:
        kernel.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
    except OSError:
        pass
    return kernel


class Groups:
    """The kernel's multicast groups of links, addresses and routes of both families, and perhaps more, from now on."""

    # linux/rtnetlink.h: RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE; and RTNLGRP_NEXTHOP as a
    # bit: where a nexthop object goes, its routes go without a message
    NUMBERS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400 | 0x80000000
    NO_MORE, OVERRUN = 11, 105  # EAGAIN, ENOBUFS

    def __init__(self, more: int = 0) -> None:
        self._socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
        try:
            self._socket.bind((0, self.NUMBERS | more))
        except OSError:
            pass  # a sandbox that plays the kernel and has no groups (gVisor): nothing changes there, either

    def __enter__(self) -> Groups:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """Return the descriptor, for poll()."""
        return self._socket.fileno()

    def receive(self) -> list[bytes]:
        """Return the messages that have come, without waiting; an empty one where some were lost. Raise OSError."""
        messages: list[bytes] = []
        while len(messages) < MOST:
            try:
                messages.append(self._socket.recv(LARGEST, MSG_DONTWAIT))
            except OSError as error:
                if error.errno == self.NO_MORE:
                    return messages
                if error.errno != self.OVERRUN:
                    raise
                messages.append(b"")
        return [b""]


def attributes(data: Buffer, start: int, end: int, until: int = -1) -> Attributes:
    """Return the attributes of a message or of an attribute by their types, all `until` one. Raise OSError if cut."""
    found = {}
    unpack, mask = RTATTR.unpack, NLA_TYPE_MASK  # most of an answer's time is spent here
    while start < end:
        length, kind = unpack(data, start) if start + 4 <= end else (0, 0)
        stop = start + length
        if length < 4 or stop > end:
            raise OSError("an attribute of the kernel's makes no sense")
        found[kind & mask] = data[start + 4 : stop]
        if kind == until:
            break
        start = (stop + 3) & ~3
    return found


def attribute_finder(*wanted: int) -> Finder:
    """Return what finds the wanted attributes in one message of a list after the other, and perhaps others."""
    count = 0
    find: Finder = attributes

    def find_next(data: Buffer, start: int, end: int) -> Attributes:
        nonlocal count, find
        count += 1
        if count == MANY:
            from racknet.host.shapes import Shapes

            find = Shapes(*wanted).attributes
        return find(data, start, end)

    return find_next


def to_number(data: Buffer) -> int:
    """Return the number that an attribute holds, 0 for an empty one."""
    return int.from_bytes(data, sys.byteorder)


def to_text(data: Buffer) -> str:
    """Return the text that an attribute holds; bytes that are not UTF-8 become surrogates."""
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")
