"""What wakes a racknet that waits: the kernel's messages, and a reader who goes away."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Sequence
from socket import AF_UNIX, SOCK_DGRAM, socketpair
from typing import Any
from unittest.mock import Mock, patch

import pytest

from racknet.errors import HostReadError
from racknet.host import events, netlink
from racknet.host.events import LONGEST, PAUSE, Events


class Played:
    """Events whose kernel is the other end of a pair of sockets, and whose output is a pipe."""

    def __init__(self) -> None:
        self.kernel, its = socketpair(AF_UNIX, SOCK_DGRAM)
        with patch.object(netlink, "socket", lambda *_: Mock(wraps=its, bind=Mock())):
            self.reader, output = os.pipe()
            self.events = Events(output)
        self.output, self.asked = output, list[Sequence[bytes]]()

    def wait(self, seconds: float | None, *answers: bool) -> bool:
        """Wait, and let each question whether messages change anything have the next answer."""
        left = list(answers)

        def may_change(messages: Sequence[bytes]) -> bool:
            self.asked.append(messages)
            return left.pop(0)

        return self.events.wait(seconds, may_change)


@pytest.fixture
def played() -> Iterator[Played]:
    played = Played()
    with played.events:
        yield played
    for descriptor in (played.output, played.reader):
        os.close(descriptor)
    played.kernel.close()


def test_messages(played: Played) -> None:
    """What has come since the last time wakes at once, together with what comes in the moment after it."""
    for text in (b"one", b"two"):
        played.kernel.send(text)
    assert played.wait(None, True)
    assert played.wait(0) is False
    assert played.asked == [[b"one", b"two"]]


def test_messages_that_change_nothing(played: Played) -> None:
    """It is waited on where the messages change nothing, and no longer than asked."""
    began = time.monotonic()
    played.kernel.send(b"one")
    assert played.wait(0.4, False) is False
    assert 0.4 <= time.monotonic() - began < 1
    assert played.asked == [[b"one"]]


def test_pause(played: Played) -> None:
    """After a look that takes long, the pause is long; never longer than there is time."""
    used = [time.process_time()]
    with (
        patch.object(events, "urandom", return_value=b"\x80"),  # 1 times the pause
        patch.object(events, "process_time", lambda: used[0]),
    ):
        for look, seconds, expected in ((0.0, 2, PAUSE), (0.05, 2, 0.45), (0.05, 0.2, 0.2)):
            played.wait(0)
            used[0] += look
            played.kernel.send(b"one")
            began = time.monotonic()
            assert played.wait(seconds, True)
            assert expected <= time.monotonic() - began < expected + 0.2


def test_nobody_reads(played: Played) -> None:
    """Where nobody reads, it ends at once, also in the pause after a message, and stays so."""
    os.close(played.reader)
    assert played.wait(None) is False
    assert played.events.has_reader is False
    assert played.wait(None) is False
    played.reader = os.dup(played.output)


def test_nobody_reads_after_a_message(played: Played) -> None:
    """A reader who goes away in the pause after a message is noticed; the messages are left alone."""
    found = [[(1, 1)], [(played.output, 8)]]
    with patch.object(events.Events, "_wait", autospec=True) as wait:

        def play(self: Any, *_: object) -> bool:
            self.has_reader = played.output not in dict(found[0])
            return bool(found.pop(0)) and bool(self.has_reader)

        wait.side_effect = play
        with pytest.raises(IndexError):  # of no further wait
            played.wait(None)
    assert played.asked == []


def test_longest(played: Played) -> None:
    """A year is more than poll() takes."""
    poller = Mock(poll=Mock(return_value=[]))
    with patch.object(played.events, "_any", poller):
        assert played.wait(366 * 24 * 3600) is False
    poller.poll.assert_called_once_with(LONGEST * 1000)


def test_kernel_that_refuses() -> None:
    """A kernel that refuses the socket is an error for the user, with what to do."""
    refused = OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    expected = "cannot read the interfaces: Address family not supported by protocol"
    with patch.object(netlink, "socket", side_effect=refused), pytest.raises(HostReadError, match=expected) as caught:
        Events()
    assert "AF_NETLINK" in caught.value.hint


def test_groups_of_the_kernel_itself() -> None:
    """The kernel of this machine lets anybody join: policy rules are among what it tells."""
    with Events() as real:
        numbers = real._groups._socket.getsockname()[1]
        assert real.wait(0, bool) in (False, True)
    assert numbers == netlink.Groups.NUMBERS | events.RULES
