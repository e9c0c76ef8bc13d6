"""Lists of the kernel are whole, or they are an error; the kernel is played by a socket, and asked for real."""

from __future__ import annotations

import errno
import struct
from typing import Any
from unittest.mock import Mock, patch

import pytest
from support.cases import cases
from support.fake_kernel import DUMP_INTERRUPTED, attribute, done, failure, kernel, link, message, number

from racknet.host import netlink
from racknet.host.interfaces import IFINFOMSG
from racknet.host.netlink import (
    RTM_GETLINK,
    RTM_NEWADDR,
    RTM_NEWLINK,
    Groups,
    attributes,
    to_number,
    to_text,
)


def names(*datagrams: bytes) -> list[str]:
    """Return the names in a list of interfaces that the kernel sends in these datagrams."""

    def decode(data: netlink.Buffer, start: int, end: int) -> str | None:
        return to_text(attributes(data, start + 16, end)[3])

    with kernel(*datagrams) as played:
        return played.dump(RTM_GETLINK, IFINFOMSG.pack(), decode)


ETH0, ETH1 = (message(RTM_NEWLINK, link(index, f"eth{index}")) for index in (0, 1))


@cases(
    "datagrams",
    [ETH0 + ETH1 + done()],
    [ETH0, ETH1, done()],
    [ETH0, ETH1 + done()],
    [message(RTM_NEWADDR, b"\0" * 8) + ETH0, ETH1 + done()],
)
def test_whole_list(datagrams: list[bytes]) -> None:
    """A list may come in any number of datagrams; messages of another type are not part of it."""
    assert names(*datagrams) == ["eth0", "eth1"]


@pytest.mark.parametrize("is_end", [False, True])
def test_torn_list_is_read_again(is_end: bool) -> None:
    """A list that changed while it was read is read again, up to 30 times; a message says so, or the end does."""

    def torn(sequence: int) -> bytes:
        flags = [2 | DUMP_INTERRUPTED, 2]
        old = message(RTM_NEWLINK, link(0, "old"), sequence=sequence, flags=flags[is_end])
        return old + done(sequence, flags=flags[not is_end])

    good = message(RTM_NEWLINK, link(0, "new"), sequence=netlink.READS) + done(netlink.READS)
    assert names(*map(torn, range(1, netlink.READS)), good) == ["new"]
    with pytest.raises(OSError, match="the kernel's list of interfaces changes faster than it can be read"):
        names(*map(torn, range(1, netlink.READS + 1)))


@pytest.mark.parametrize("end", [done(errno=-12), failure(-12)])
def test_failed_list(end: bytes) -> None:
    """An errno at the end of a list, or in its place, is an error: it is no empty list."""
    with pytest.raises(OSError, match="the kernel does not list the interfaces") as caught:
        names(ETH0, end)
    assert caught.value.errno == 12


@cases(
    "datagram",
    ETH0[:-4],
    ETH0 + ETH1[:8],
    ETH0 + ETH1[:20],
    message(RTM_NEWLINK, link(0, "eth0"), length=15),
    message(RTM_NEWLINK, link(0, "eth0"), length=0),
    message(RTM_NEWLINK, link(0, "eth0"), length=4000),
    message(RTM_NEWLINK, link(0, "eth0"), sequence=7),
    message(RTM_NEWLINK, link(0, "eth0")[:16] + struct.pack("=HH", 3, 3)),
    message(RTM_NEWLINK, link(0, "eth0")[:16] + struct.pack("=HH", 90, 3) + b"eth0"),
    message(RTM_NEWLINK, link(0, "eth0")[:16] + b"\3"),
)
def test_nonsense(datagram: bytes) -> None:
    """Messages and attributes that are cut, too short, too long or not ours are an error, never less of a list."""
    with pytest.raises(OSError, match="makes no sense"):
        names(datagram, done())


def test_longest_datagram() -> None:
    """A datagram that is longer than the buffer is an error, although its first part makes sense."""
    with patch.object(netlink, "LARGEST", len(ETH0) * 3):
        assert len(names(ETH0 * 3, done())) == 3
        with pytest.raises(OSError, match="ends early"):
            names(ETH0 * 4, done())


def test_kernel_that_hangs_up() -> None:
    """A list without its end is an error."""
    with pytest.raises(OSError, match="ends early"):
        names(ETH0, b"")


def test_attributes() -> None:
    """Attributes are found by their types, without the flags that mark nested and swapped ones."""
    data = attribute(3, b"eth0\0") + number(0x8000 | 18, 7) + attribute(4, b"")
    assert attributes(data, 0, len(data)) == {3: b"eth0\0", 18: struct.pack("=I", 7), 4: b""}
    assert attributes(data, 0, len(data), until=3) == {3: b"eth0\0"}
    assert to_number(b"") == 0
    assert to_text(b"a\x80\0") == "a\udc80"


def received(*results: Any, bind: Exception | None = None) -> list[bytes]:
    """Return what the groups tell where their socket has these results."""
    played = Mock(recv=Mock(side_effect=results), bind=Mock(side_effect=bind))
    with patch.object(netlink, "socket", lambda *_: played), Groups() as groups:
        found = groups.receive()
    played.close.assert_called_once_with()
    return found


def test_groups() -> None:
    """All messages that have come are there; an empty one, where some were lost or not read; another error is one."""
    none, lost = OSError(errno.EAGAIN, ""), OSError(errno.ENOBUFS, "")
    assert received(none) == []
    assert received(b"one", b"two", none) == [b"one", b"two"]
    assert received(b"one", lost, b"two", none) == [b"one", b"", b"two"]
    with patch.object(netlink, "MOST", 3):
        assert received(b"one", b"two", none) == [b"one", b"two"]
        assert received(b"one", b"two", b"three") == [b""]  # there may be more
    assert received(none, bind=PermissionError(1, "")) == []  # a sandbox that has no groups
    with pytest.raises(OSError, match="Bad file descriptor"):
        received(OSError(errno.EBADF, "Bad file descriptor"))


@pytest.mark.parametrize("error", [None, OSError(errno.ENOPROTOOPT, "")])
def test_kernel_that_is_not_strict(error: Exception | None) -> None:
    """The kernel is told to heed what a request asks for; one that cannot is asked all the same."""
    made = Mock(setsockopt=Mock(side_effect=error))
    with patch.object(netlink, "socket", lambda *_: made), netlink.Kernel() as asked:
        assert asked._socket is made
    made.setsockopt.assert_called_once_with(270, 12, 1)


def test_groups_of_the_kernel_itself() -> None:
    """The kernel of this machine lets anybody join, and has nothing to wait for."""
    with Groups() as groups:
        address = groups._socket.getsockname()
        assert isinstance(groups.receive(), list)
    assert address[1] == Groups.NUMBERS
