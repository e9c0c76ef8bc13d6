"""racknet on hosts of the table: its command line in this process, with the reading of the host played."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from racknet import __main__, lookup
from racknet.core.facts import Host
from racknet.core.known import CONTAINER_NAMES
from racknet.host import dmi, reader
from racknet.output import hints
from support.layout import parse_layout


class PlayedReading:
    """A reading of a host that is played."""

    def __init__(self, host: Host) -> None:
        self._whole = host
        kept = [address for address in host.addresses if not CONTAINER_NAMES.match(address.interface)]
        interfaces = list(host.interfaces.values())
        self.host = Host(interfaces, kept, host.routes, known_host=host.known_host, ways=host.ways)

    def whole(self) -> Host:
        return self._whole


@contextmanager
def on_host(*hosts: Host | str) -> Iterator[list[float]]:
    """Play these hosts, or layouts, one for each read and the last for ever; yield the pauses between the reads.

    As the real reader does, leave the addresses on container interfaces to the whole host. The second reader confirms
    everything. The clock moves in the pauses only.
    """
    left = [parse_layout(host).host if isinstance(host, str) else host for host in hosts]
    pauses: list[float] = []
    clock = [100.0]

    def read(_reach: object = None) -> PlayedReading:
        return PlayedReading(left.pop(0) if len(left) > 1 else left[0])

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds

    with (
        patch.object(lookup, "read_host", read),
        patch.object(reader, "read_host", read),  # `report` has no use for answers
        patch.object(lookup, "find_unconfirmed", lambda _: []),
        patch.object(dmi, "read_dmi", dict),  # this machine may be a provider's
        patch("time.sleep", sleep),
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
