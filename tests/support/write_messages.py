"""Write tests/messages.txt, which shows most of what racknet prints, one message of each kind.

script/messages runs this, and a test compares the text. The commands are those that stand in the file: a new message is
a new line `$ racknet …` there, below its place. The places are hosts of the tests' table, and those below. Their
layouts stand in for the kernel, and patches for its failures.
"""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import docker
from docker.errors import DockerException, NotFound

import racknet.__main__
from racknet import lookup
from racknet.cli import watch
from racknet.core.facts import Host
from racknet.core.inventory import InterfaceState
from racknet.errors import HostReadError
from racknet.host import crosscheck, dmi, metadata, netlink, reader, states
from racknet.output import hints, stdio
from racknet.swarm import command
from racknet.swarm.image import Image
from racknet.swarm.nodes import Answer, Code, Failure, Node, Reply
from support.hosts import HOSTS
from support.layout import parse_layout
from support.on_host import PlayedEvents, PlayedReading

FILE = Path(__file__).parent.parent / "messages.txt"

RACKSPACE = HOSTS["rackspace"].layout.host
STATES = {"eth0": InterfaceState(has_carrier=True, speed=10_000, mtu=1500)}

# Hosts beside those of the table.
LAYOUTS = {
    "two-private-networks": (
        "nic ens5 10.0.1.5/24 fe80::5/64 device\nnic ens6 10.9.0.4/24 device\ndefault ens5 via 10.0.1.1"
    ),
    "virtual-source": (
        "nic bond0 192.168.222.211/24 192.168.222.210/32 device\ndefault bond0 via 192.168.222.1 src 192.168.222.210"
    ),
    "laboratory": "nic ens5 10.0.1.5/24 device\nnic ens6 11.0.0.4/24 device\ndefault ens5 via 10.0.1.1",
    "vagrant": "nic eth0 10.0.2.15/24 fe80::5/64 device\ndefault eth0 via 10.0.2.2",
    "down": "nic eth0 203.0.113.7/24 device\nnic eth1 10.208.1.5/20 device down\ndefault eth0 via 203.0.113.1",
    "not-ready": "nic eth0 203.0.113.7/24 2001:db8::7/64,tentative device\ndefault eth0 via 203.0.113.1",
    "ipv6-alone": "nic ens3 2001:db8::7/64 device\ndefault ens3 via fe80::1",
    "many-networks": "nic ens3 203.0.113.7/24 198.51.100.7/24 192.0.2.7/24 192.88.98.7/24 device\ndefault ens3",
}


def _failing(error: Exception) -> Any:
    return Mock(side_effect=error)


def _read_by(**attributes: Any) -> list[Any]:
    """Return the patches that let the real reader read, with attributes of its `Kernel` replaced."""
    return [patch.object(lookup, "read_host", READ_HOST), patch.multiple(netlink.Kernel, **attributes)]


READ_HOST = reader.read_host  # the real one
REFUSED = OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
AWS, TIE = HOSTS["aws"].layout.host, HOSTS["service-ambiguous"].layout.host
IN_THE_IMAGE = patch.object(hints, "program", lambda: "docker run --rm --net=host racknet/ip")


def _read_as(facts: Host) -> Any:
    """Return the patch that lets racknet read these facts."""
    return patch.object(lookup, "read_host", lambda _: PlayedReading(facts))


def _named(file: str, string: str) -> Any:
    return patch.object(dmi, "read_dmi", lambda: {file: string})


def _changing(*hosts: Host | Exception) -> list[Any]:
    """Return the patches that play these hosts one after the other, over and over, and what the kernel tells."""
    reads = cycle([host if isinstance(host, Exception) else PlayedReading(host) for host in hosts])
    return [
        patch.object(lookup, "read_host", Mock(side_effect=reads)),
        patch.object(watch, "Events", lambda output: PlayedEvents([0.0], [], [7.0, 7.0])),
    ]


UNSURE = parse_layout(LAYOUTS["two-private-networks"]).host
UNREADABLE = HostReadError("cannot read the interfaces: why")
NOT_UTF8 = parse_layout("nic ens\udcff 10.0.0.4/24\nbridge docker0 172.17.0.1/16").host
AZURE = _named("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77")
UNIT = patch.dict(os.environ, {"SYSTEMD_EXEC_PID": str(os.getpid())})
UNCONFIRMED, CROSSCHECKED = (
    patch.object(lookup, "find_unconfirmed", found) for found in (list, crosscheck.find_unconfirmed)
)

TOLD = ("203.0.113.9", "172.31.5.9")
SILENT = metadata.MetadataError("PUT http://169.254.169.254/latest/api/token: no answer within 2 seconds")


def _telling(*pairs: tuple[str, str]) -> list[Any]:
    """Return the patches that let AWS tell these pairs of a public and a private address."""
    reads = patch.object(metadata, "read_pairs", lambda _: list(pairs))
    return [_read_as(AWS), _named("sys_vendor", "Amazon EC2"), reads]


# Where something fails, and the patches that make it fail.
FAILURES: dict[str, Sequence[Any]] = {
    "where netlink is forbidden": _read_by(__init__=_failing(REFUSED), __exit__=Mock()),
    "where interfaces come and go": _read_by(_read=lambda *_: ([], True)),
    "where an address comes and goes": [UNCONFIRMED],
    "where the name of an interface is not UTF-8": [_read_as(NOT_UTF8), CROSSCHECKED],
    "where the address goes away, and comes back": _changing(UNSURE, UNREADABLE, TIE, UNSURE),
    "on aws, which its firmware names": [_read_as(AWS), _named("sys_vendor", "Amazon EC2")],
    "on azure, which its firmware names": [_read_as(AWS), AZURE],
    "on aws, which tells its address": _telling(TOLD),
    "on aws, which tells none": _telling(),
    "on aws, which tells another host's": _telling(("203.0.113.9", "172.31.5.10")),
    "on aws, which tells two": _telling(TOLD, ("203.0.113.10", "172.31.5.9")),
    "on aws, which does not answer": [*_telling(), patch.object(metadata, "read_pairs", _failing(SILENT))],
    "on openstack, which tells its address": [*_telling((TOLD[0], "")), _named("product_name", "OpenStack Nova")],
    "on oracle, which its firmware names": [_read_as(AWS), _named("chassis_asset_tag", "OracleCloud.com")],
    "in the image, on service-ambiguous": [_read_as(TIE), IN_THE_IMAGE],
    "in a unit of systemd": [UNIT],
    "where racknet has a fault": [patch.object(lookup, "select_addresses", _failing(KeyError("eth0")))],
}


class _Swarm:
    """A swarm of three nodes."""

    def __init__(self, *_: object) -> None:
        pass

    def find_image(self, name: str) -> Image:
        return Image(name, name)

    def nodes(self) -> list[Node]:
        return [Node(f"{name}id", name, None, {"node.role": "worker"}) for name in ("n1", "n2", "n10")]


ANSWERED = [
    Answer("n1", "n1id", Reply("10.176.224.2", 19, "eth1", is_proven=True)),
    Answer("n2", "n2id", Reply("10.176.224.3", 19, "eth1", is_proven=True)),
]
PREFERRED = "10.0.1.5 on ens5 is preferred to 10.9.0.4 on ens6 (default route), not proven: --strict refuses"
UNPROVEN = [ANSWERED[0], Answer("n2", "n2id", Reply("10.0.1.5", 19, "ens5", is_proven=False), note=PREFERRED)]
HALF_ANSWERED = [
    ANSWERED[0],
    Answer("n2", "n2id", None, Failure(Code.DOWN)),
    Answer("n10", "n10id", None, Failure(Code.UNFINISHED, ("preparing", ""))),
]
NO_IMAGE = [Answer("n1", "n1id", None, Failure(Code.NO_IMAGE, ("racknet/ip:0.1.0",)))]
NO_ENGINE = DockerException("Error while fetching server API version: Connection refused")
OLD = {"org.opencontainers.image.title": "racknet", "org.opencontainers.image.version": "0.0.1"}
WORKER = {"Swarm": {"ControlAvailable": False, "RemoteManagers": [{"Addr": "10.176.224.2:2377"}]}}


def _answering(*answers: Answer) -> list[Any]:
    engine = patch.object(command, "connect", lambda: nullcontext((None, "")))
    return [
        engine,
        patch.object(command, "Swarm", _Swarm),
        patch.object(command, "_run_jobs", lambda *_: list(answers)),
    ]


def _manager(image: dict[str, Any]) -> list[Any]:
    """Return the patches for a manager that has an image."""
    info = {"Swarm": {"ControlAvailable": True, "NodeAddr": "10.176.224.2"}, "SystemTime": "2026-01-01T00:00:00.1Z"}
    inspect = Mock(return_value=image) if image else _failing(NotFound("no such image"))
    api = Mock(info=lambda: info, nodes=list, inspect_image=inspect)
    return [patch.object(docker, "APIClient", lambda **_: api)]


NO_MANAGER = patch.object(docker, "APIClient", lambda **_: Mock(info=lambda: WORKER))

# Where a swarm is asked, and the patches that stand in for it.
SWARMS: dict[str, Sequence[Any]] = {
    "on a manager": _answering(*ANSWERED),
    "on a manager, where an answer is not proven": _answering(*UNPROVEN),
    "on a manager of one node": _answering(ANSWERED[0]),
    "on a manager, where nodes do not answer": _answering(*HALF_ANSWERED),
    "on a manager, where a node lacks the image": _answering(*NO_IMAGE),
    "on a manager, where no node matches": _answering(),
    "on a worker": [NO_MANAGER],
    "on a manager without the image": _manager({}),
    "on a manager with another image": _manager({"Config": {"Labels": None}}),
    "on a manager with an old image": _manager({"Config": {"Labels": OLD}}),
    "on a machine without an engine": [patch.object(docker, "APIClient", _failing(NO_ENGINE))],
}
FULL_DISK = "where standard output is a full disk"


def transcript(line: str, facts: Host, patches: Sequence[Any], *, is_full: bool) -> str:
    """Return what a command line prints on a host: `|` marks standard output (it may be full), `!` standard error."""
    before, _, words = line.partition("racknet")
    variables = shlex.split(before)
    printed: list[str] = []

    def write(descriptor: int, text: str, **_: object) -> None:
        if is_full and descriptor == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        printed.extend(f"{'|!'[descriptor - 1]} {line}".rstrip() for line in text.splitlines())

    environ = {"PATH": "/nonexistent", **dict(variable.split("=", 1) for variable in variables)}
    with ExitStack() as stack:
        for one in (
            _read_as(facts),
            patch.object(lookup, "find_unconfirmed", lambda _: []),
            patch.object(reader, "read_host", lambda: PlayedReading(facts)),
            patch.object(states, "read_states", lambda: STATES),
            patch.object(dmi, "read_dmi", dict),
            patch.object(watch, "Events", lambda output: PlayedEvents([0.0], [], [])),
            patch.object(hints, "program", lambda: "racknet"),
            patch.object(hints, "is_run_by_engine", lambda: True),
            patch.object(stdio, "_write", write),
            patch.object(signal, "signal"),  # `exec` would set signals and variables for this process
            patch.object(os, "putenv"),
            patch.object(os, "unsetenv"),
            patch.object(sys, "argv", ["racknet", *shlex.split(words)]),
            patch.dict(os.environ, environ, clear=True),
            patch.object(racknet.__main__, "environ", {k.encode(): v.encode() for k, v in environ.items()}),
            *patches,
        ):
            stack.enter_context(one)
        status = racknet.__main__.main()
    return "\n".join([f"$ {line}", *printed, f"status {int(status)}"])


def transcripts(lines: Sequence[str]) -> Iterator[str]:
    """Yield the transcript of each command that stands in the file, below its place."""
    place = head = ""
    for line in lines:
        if line.startswith("$ "):
            name = place.removeprefix("on ")
            case = parse_layout(LAYOUTS[name]) if name in LAYOUTS else HOSTS[name].layout if name in HOSTS else None
            patches = [] if case or place == FULL_DISK else (FAILURES | SWARMS)[place]
            facts = case.host if case else RACKSPACE
            yield head + transcript(line.removeprefix("$ "), facts, patches, is_full=place == FULL_DISK)
            head = ""
        elif line and not line.startswith(("|", "!", "status ")):
            place, head = line, f"{line}\n"


def text() -> str:
    """Return the text of the file, with what its commands print today."""
    head, *blocks = FILE.read_text().split("\n\n")
    return "\n\n".join([head, *transcripts("\n".join(blocks).splitlines())]) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
