"""What wakes racknet while it waits: the kernel's messages on what may change an answer, and a reader who goes away."""

from __future__ import annotations

from os import urandom
from select import POLLIN, poll
from time import monotonic, process_time

from racknet.host.netlink import Groups
from racknet.host.reader import read_error

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Sequence

RULES = 0x80 | 0x40000  # RTMGRP_IPV4_RULE, and RTNLGRP_IPV6_RULE as a bit: they decide the kernel's way, too
PAUSE = 0.1  # seconds in which the rest of a burst comes, such as a route behind its address
SHARE = 9  # the pause is so many times what a look takes: a host that changes all the time has a tenth of a CPU taken
LONGEST = 1e6  # seconds that poll() can wait


class Events:
    """The kernel's messages from now on, and perhaps a descriptor to write to, waited for without polling.

    `has_reader` turns false where nobody reads what is written there.
    """

    def __init__(self, output: int | None = None) -> None:
        try:
            self._groups = Groups(RULES)
        except OSError as error:
            raise read_error(error) from error
        self._output, self.has_reader = output, True
        self._any, self._reader = poll(), poll()
        self._any.register(self._groups, POLLIN)
        if output is not None:
            self._any.register(output, 0)  # errors alone
            self._reader.register(output, 0)
        self._since = process_time()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self._groups.__exit__()

    def wait(self, seconds: float | None, may_change: Callable[[Sequence[bytes]], bool]) -> bool:
        """Return whether messages have come that may change an answer, within so many seconds; None is for ever.

        Return False at once where nobody reads any more.
        """
        end = monotonic() + (LONGEST if seconds is None else seconds)
        pause = max(PAUSE, SHARE * (process_time() - self._since))  # since the last wait the caller has looked
        is_changed = False
        while not is_changed and self._wait(self._any, end - monotonic()):
            # No two pauses are alike: a link that flaps would be met in one state again and again.
            self._wait(self._reader, min(pause * (0.5 + urandom(1)[0] / 256), end - monotonic()))
            is_changed = self.has_reader and may_change(self._groups.receive())
        self._since = process_time()
        return is_changed

    def _wait(self, poller: poll, seconds: float) -> bool:
        """Return whether there is something to read, and somebody who reads, within so many seconds."""
        found = dict(poller.poll(min(max(seconds, 0), LONGEST) * 1000))
        self.has_reader = self.has_reader and self._output not in found
        return bool(found) and self.has_reader
