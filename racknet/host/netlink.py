"""Questions to the kernel over netlink: rtnetlink(7). A list is whole, or it is an error."""

from __future__ import annotations

import sys
from _socket import AF_NETLINK, MSG_TRUNC, NETLINK_ROUTE, SOCK_CLOEXEC, SOCK_RAW, socket
from _struct import Struct, calcsize

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")
    Buffer = bytes | bytearray
    Attributes = dict[int, bytes | bytearray]

# linux/netlink.h, linux/rtnetlink.h
NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_NEWLINK, RTM_GETLINK, RTM_NEWADDR, RTM_GETADDR, RTM_NEWROUTE, RTM_GETROUTE = 16, 18, 20, 22, 24, 26
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x01, 0x10, 0x300
NLA_TYPE_MASK = 0x3FFF  # the two bits above are flags

READS = 5  # how often a list is read that changes meanwhile
LARGEST = 1 << 16  # bytes of one datagram: the kernel sends up to 32 KiB, more where one message is larger
NAMES = {RTM_GETLINK: "interfaces", RTM_GETADDR: "addresses", RTM_GETROUTE: "routes"}


class KernelStruct:
    """A struct of the kernel: its size in bytes, and its fields, each with offset, format and name."""

    def __init__(self, size: int, *fields: tuple[int, str, str]) -> None:
        self.size = size
        self._fields = {name: (offset, code) for offset, code, name in fields}

    def unpacker(self, *names: str) -> Callable[[Buffer, int], tuple[int, ...]]:
        """Return what unpacks the named fields, in the order of their offsets, out of a buffer at an offset."""
        layout, end = "=", 0
        for name in names:
            offset, code = self._fields[name]
            layout += f"{offset - end}x{code}"
            end = offset + calcsize(code)
        return Struct(layout).unpack_from

    def pack(self, **values: int) -> bytes:
        """Return the struct with these values; the other fields are 0."""
        data = bytearray(self.size)
        for name, value in values.items():
            offset, code = self._fields[name]
            data[offset : offset + calcsize(code)] = value.to_bytes(calcsize(code), sys.byteorder)
        return bytes(data)


NLMSGHDR = KernelStruct(
    16, (0, "I", "length"), (4, "H", "type"), (6, "H", "flags"), (8, "I", "sequence"), (12, "I", "port")
)
RTATTR = KernelStruct(4, (0, "H", "length"), (2, "H", "type"))
_header = NLMSGHDR.unpacker("length", "type", "flags", "sequence")
_attribute = RTATTR.unpacker("length", "type")
_errno = KernelStruct(4, (0, "i", "errno")).unpacker("errno")


class Kernel:
    """The kernel, by one netlink socket. Each method raises OSError where the kernel does not answer, or not whole."""

    def __init__(self, kernel: socket | None = None) -> None:
        self._socket = kernel or socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
        self._buffer = bytearray(LARGEST)
        self._sequence = 0

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def dump(self, request: int, body: bytes, decode: Callable[[Buffer, int, int], T | None]) -> list[T]:
        """Return what the messages of a list decode to, without what decodes to None.

        `decode` gets a buffer, and where in it the message begins and ends, behind its header. A list that changes
        while it is read is read again.
        """
        for _ in range(READS):
            found, is_torn = self._read(request, NLM_F_REQUEST | NLM_F_DUMP, body, decode)
            if not is_torn:
                return found
        raise OSError(f"the kernel's list of {NAMES[request]} changes faster than it can be read")

    def ask(self, request: int, body: bytes, decode: Callable[[Buffer, int, int], T | None]) -> list[T]:
        """Return what the one message of an answer decodes to."""
        return self._read(request, NLM_F_REQUEST, body, decode)[0]

    def _read(
        self, request: int, flags: int, body: bytes, decode: Callable[[Buffer, int, int], T | None]
    ) -> tuple[list[T], bool]:
        self._sequence += 1
        length, expected = NLMSGHDR.size + len(body), request - 2  # RTM_NEW… is two below RTM_GET…
        self._socket.send(NLMSGHDR.pack(length=length, type=request, flags=flags, sequence=self._sequence) + body)
        found, is_torn, buffer = [], False, self._buffer
        while True:
            size, start = self._receive(request), 0
            while start < size:
                length, kind, flags_now, sequence = _header(buffer, start) if start + 16 <= size else (0, 0, 0, 0)
                end = start + length
                if length < 16 or end > size or sequence != self._sequence:
                    raise OSError(f"the kernel's list of {NAMES[request]} makes no sense")
                if kind == expected:
                    is_torn = is_torn or flags_now & NLM_F_DUMP_INTR != 0
                    decoded = decode(buffer, start + 16, end)
                    if decoded is not None:
                        found.append(decoded)
                elif kind in (NLMSG_ERROR, NLMSG_DONE):
                    (number,) = _errno(buffer, start + 16) if length >= 20 else (0,)
                    if number or kind == NLMSG_ERROR:
                        raise OSError(-number, f"the kernel does not list the {NAMES[request]}")
                    return found, is_torn or flags_now & NLM_F_DUMP_INTR != 0
                start = (end + 3) & ~3
            if not flags & NLM_F_DUMP:
                return found, False

    def _receive(self, request: int) -> int:
        size = self._socket.recv_into(self._buffer, 0, MSG_TRUNC)
        if not 0 < size <= LARGEST:
            raise OSError(f"the kernel's list of {NAMES[request]} ends early")
        return size


def attributes(data: Buffer, start: int, end: int, until: int = -1) -> Attributes:
    """Return the attributes of a message, or of another attribute, by their types; all `until` one, if given.

    Raise OSError where they are cut.
    """
    found = {}
    while start < end:
        length, kind = _attribute(data, start) if start + 4 <= end else (0, 0)
        if length < 4 or start + length > end:
            raise OSError("an attribute of the kernel's makes no sense")
        found[kind & NLA_TYPE_MASK] = data[start + 4 : start + length]
        if kind == until:
            break
        start += (length + 3) & ~3
    return found


def to_number(data: Buffer) -> int:
    """Return the number that an attribute holds, 0 for an empty one."""
    return int.from_bytes(data, sys.byteorder)


def to_text(data: Buffer) -> str:
    """Return the text that an attribute holds; bytes that are not UTF-8 become surrogates."""
    return data.rstrip(b"\0").decode("utf-8", "surrogateescape")
