"""Signals while a job is on the nodes: whatever ends the command, the job is removed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from racknet.errors import RacknetError, SwarmError

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class SignalledError(SwarmError):
    """An error of a run that a signal has ended: the user reads it, and the signal decides the status."""

    def __init__(self, error: RacknetError, status: int) -> None:
        super().__init__(error.message, error.hint, error.details)
        self.status = status


class Ending:
    """The signal that ends a run: the first that comes. It may be held back; those after it are ignored.

    The kernel's own way to hold signals back, a mask, delivers the lowest number first, whichever came first.
    """

    def __init__(self) -> None:
        self._number = 0  # of the first signal
        self._is_held = False

    @property
    def status(self) -> int:
        """The status for the signal; 0 while none has come."""
        return 128 + self._number if self._number else 0

    def receive(self, number: int, _frame: object) -> None:
        """Handle a signal. Raise SystemExit for the first one, unless it is held back."""
        if not self._number:
            self._number = number
            if not self._is_held:
                self.check()

    def check(self) -> None:
        """Raise SystemExit where a signal has come, held back or not."""
        if self._number:
            raise SystemExit(self.status)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold signals back until the end of the block, except where it lets them through."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        self.check()

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Within a block that holds signals back, let them end this one."""
        try:
            self._is_held = False
            self.check()
            yield
        finally:
            self._is_held = True


@contextmanager
def ended_in_order() -> Iterator[Ending]:
    """Let the first signal end the block. Its status counts, whatever the block raises after it."""
    ending = Ending()
    heeded = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup has it
    before = {number: signal.signal(number, ending.receive) for number in heeded}
    try:
        yield ending
        ending.check()
    except RacknetError as error:
        if ending.status:
            raise SignalledError(error, ending.status) from error
        raise
    except BaseException as error:
        if ending.status:
            raise SystemExit(ending.status) from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
