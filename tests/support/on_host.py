"""racknet on hosts of the table: its command line in this process, with the reading of the host played."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from racknet import __main__, lookup
from racknet.cli import watch
from racknet.core.facts import Host
from racknet.core.known import CONTAINER_NAMES
from racknet.host import dmi, events, reader
from racknet.output import hints
from support.layout import parse_layout


class PlayedReading:
    """A reading of a host that is played."""

    def __init__(self, host: Host) -> None:
        self._whole, self.names = host, dict(enumerate(host.interfaces, 1))
        kept = [address for address in host.addresses if not CONTAINER_NAMES.match(address.interface)]
        interfaces = list(host.interfaces.values())
        self.host = Host(interfaces, kept, host.routes, known_host=host.known_host, ways=host.ways)

    def whole(self) -> Host:
        return self._whole


class PlayedEvents:
    """Events that come after these seconds each, and then none: who would wait for ever finds that nobody reads.

    `clock` has the time, and moves while it is waited; `pauses` gets how long that was each time.
    """

    def __init__(self, clock: list[float], pauses: list[float], after: Sequence[float]) -> None:
        self._clock, self._pauses, self._after, self.has_reader = clock, pauses, list(after), True

    def __enter__(self) -> PlayedEvents:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self, seconds: float | None, _may_change: object) -> bool:
        is_event = bool(self._after) and (seconds is None or self._after[0] <= seconds)
        self.has_reader = is_event or seconds is not None
        passed = self._after.pop(0) if is_event else seconds or 0
        if self._after and not is_event:
            self._after[0] -= passed
        self._pauses.append(passed)
        self._clock[0] += passed
        return is_event


@contextmanager
def on_host(*hosts: Host | str | Exception, after: Sequence[float] = ()) -> Iterator[list[float]]:
    """Play these hosts, or layouts, one for each read and the last for ever; yield the pauses between the reads.

    As the real reader does, leave the addresses on container interfaces to the whole host. The second reader confirms
    everything. The clock moves in the pauses only. The kernel tells of a change `after` so many seconds each.
    """
    left = [parse_layout(host).host if isinstance(host, str) else host for host in hosts]
    clock: list[float] = [100.0]
    pauses: list[float] = []
    played = PlayedEvents(clock, pauses, after)

    def read(_reach: object = None) -> PlayedReading:
        host = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(host, Exception):
            raise host
        return PlayedReading(host)

    with (
        patch.object(lookup, "read_host", read),
        patch.object(reader, "read_host", read),  # `report` has no use for answers
        patch.object(lookup, "find_unconfirmed", lambda _: []),
        patch.object(dmi, "read_dmi", dict),  # this machine may be a provider's
        patch.object(events, "Events", lambda: played),
        patch.object(watch, "Events", lambda output: played),
        patch.object(watch, "_keep_descriptors"),
        patch("time.monotonic", lambda: clock[0]),
    ):
        yield pauses


def run(*words: str, **environ: str) -> int:
    """Run the command line with these words and these variables alone, and return the status."""
    variables = {os.fsencode(name): os.fsencode(value) for name, value in environ.items()}
    with (
        patch.object(sys, "argv", ["racknet", *words]),
        patch.object(__main__, "environ", variables),
        patch.dict(os.environ, environ, clear=True),
        patch.object(hints, "program", lambda: "racknet"),
        patch.object(hints, "is_run_by_engine", lambda: True),
        patch.object(signal, "signal"),  # else `--wait` and `exec` would set the tests' own
        patch.object(os, "putenv"),  # else `exec` would, too
        patch.object(os, "unsetenv"),
    ):
        return __main__.main()
