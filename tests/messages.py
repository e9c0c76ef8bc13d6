"""Everything that racknet says, on hosts of the table: the text of tests/messages.txt, which script/messages writes.

Hosts are read from the table rather than from a kernel, which could not have all of them at once.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from hosts import HOSTS

from racknet import cluster_report, interfaces, streams, walk
from racknet.__main__ import main
from racknet.facts import State
from racknet.nodes import Answer

FILE = Path(__file__).parent / "messages.txt"

SAID = """
rackspace: public
rackspace: service ipv6
rackspace: public --json
rackspace: service --all --json
rackspace: service --explain
rackspace: list
rackspace: env
rackspace: env --export
vpn-with-the-default-route: public
vpn-with-the-default-route: service -v
service-no-telling: service
service-no-telling: service ipv6
service-no-telling: list
service-no-telling: env
service-no-telling: service --cidr 10.31.0.0/16 --interface ens4 --interface lo
bridged-container: service
bridged-container: list
bridged-container: env
no-address-yet: public
pppoe: service --interface eno2 --interface ppp0 --cidr 10.1.0.0/16
virtual-machines-seen-from-the-host: public
excluded-card: service --exclude '*'
rackspace RACKNET_SERVICE_CIDR=10.0.0.0/33: service --all
rackspace RACKNET_SERVICE_CIDRS=10.0.0.0/8: service -v
rackspace RACKNET_WAIT=soon: env
service-no-telling RACKNET_SERVICE_INTERFACE=ens7: env
rackspace: pubic
rackspace: nonsense
rackspace: service ipv5
rackspace: public ipv4 ipv6
rackspace: public --cidr 10.0.0.0/33
rackspace: public --interface ''
rackspace: public --wait soon
rackspace: public --nonsense
rackspace: exec no-such-command
rackspace: exec /
service-no-telling: exec redis-server --bind $RACKNET_SERVICE_IPV4
rackspace: exec
rackspace: --version
rackspace:
rackspace: public --help
rackspace: exec --help
""".strip().splitlines()

NODES = [
    [Answer("n1", "a", "10.176.224.2", None), Answer("n2", "b", None, "down"), Answer("n10", "c", None, "drained")],
    [Answer("n1", "a", None, "No such image: racknet/ip:latest")],
    [],
]


def said(line: str) -> str:
    """What a command says on a host: `|` is before what goes to standard output, `!` before standard error's."""
    where, _, command = line.partition(":")
    name, *variables = where.split()
    (row,) = [row for row in HOSTS if row.name == name]
    shown: list[str] = []

    def write(descriptor: int, text: str) -> None:
        shown.extend(f"{'|!'[descriptor - 1]} {line}".rstrip() for line in text.splitlines())

    environ = {"PATH": "/nonexistent", **dict(variable.split("=", 1) for variable in variables)}
    with (
        patch.object(interfaces, "read", lambda **_: row.read.host),
        patch.object(walk, "states", lambda: {"eth0": State(running=True, speed=10_000, mtu=1500)}),
        patch.object(streams, "_write", write),
        patch.object(signal, "signal"),  # `exec` would set them for the tests themselves
        patch.object(sys, "argv", ["racknet", *shlex.split(command)]),
        patch.dict(os.environ, environ, clear=True),
    ):
        status = main()
    words = " ".join([*variables, "racknet", command.strip()]).strip()
    return "\n".join([f"on {name}", f"$ {words}", *shown, f"status {status}"])


def messages() -> Iterator[str]:
    """All of it, a paragraph for each command."""
    yield from (said(line) for line in SAID)
    for answers in NODES:
        told = cluster_report.trouble(answers, "service ipv4").splitlines()
        yield "\n".join(["of a swarm", "$ racknet cluster service", *(f"! {line}" for line in told)])


def text() -> str:
    """The text of the file."""
    return "\n\n".join(messages()) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
