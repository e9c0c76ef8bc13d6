"""Write tests/messages.txt, which shows what racknet prints: script/messages runs this, and a test compares the text.

The hosts are those of the tests' table, and a few more. Their layouts stand in for the kernel, and patches for its
failures.
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
from racknet.host import crosscheck, dmi, netlink, reader, states
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
    "two-private-networks": """
        nic ens5 10.0.1.5/24 fe80::5/64 device
        nic ens6 10.9.0.4/24 device
        default ens5 via 10.0.1.1
    """,
    "virtual-source": """
        nic bond0 192.168.222.211/24 192.168.222.210/32 device
        default bond0 via 192.168.222.1 src 192.168.222.210
    """,
    "laboratory": """
        nic ens5 10.0.1.5/24 device
        nic ens6 11.0.0.4/24 device
        default ens5 via 10.0.1.1
    """,
    "vagrant": """
        nic eth0 10.0.2.15/24 fe80::5/64 device
        default eth0 via 10.0.2.2
    """,
    "down": """
        nic eth0 203.0.113.7/24 device
        nic eth1 10.208.1.5/20 device down
        default eth0 via 203.0.113.1
    """,
    "ipv6-alone": """
        nic ens3 2001:db8::7/64 device
        default ens3 via fe80::1
    """,
    "many-networks": """
        nic ens3 203.0.113.7/24 198.51.100.7/24 192.0.2.7/24 192.88.98.7/24 device
        default ens3 via 203.0.113.1
    """,
}

# A host, the variables that are set there, and the words of a command.
COMMANDS = """
rackspace: public
rackspace: service ipv6
rackspace: public --json
rackspace: service --all --json
rackspace: service --explain
rackspace: list
rackspace: list --json
rackspace: env
rackspace: env --export
rackspace: service --format '{host}:6379 {network}'
rackspace: public ipv6 --format 'http://{host}/'
rackspace: service ipv6 --format '{host} {zone}'
vpn-with-the-default-route: public
vpn-with-the-default-route: service -v
service-ambiguous: service
service-ambiguous: service --all
service-ambiguous: service --all --explain
service-ambiguous: service ipv6
service-ambiguous: service --exclude 10.9.0.0/16 --exclude 'veth*'
service-ambiguous: list
service-ambiguous: env
service-ambiguous: exec redis-server --bind $RACKNET_SERVICE_IPV4
service-ambiguous: exec redis-server --bind $RACKNET_SERVICE_IP
service-ambiguous: service --cidr 10.31.0.0/16 --interface ens4 --interface lo
two-private-networks: service
two-private-networks: service --json
two-private-networks: service --explain
two-private-networks: service --all
two-private-networks: service --strict
two-private-networks: service ipv6 --strict
two-private-networks: list
two-private-networks: list --strict
two-private-networks: env
two-private-networks: env --strict
two-private-networks: exec redis-server --bind $RACKNET_SERVICE_IPV4
two-private-networks RACKNET_STRICT=1: service
two-private-networks RACKNET_STRICT=1: exec redis-server --bind $RACKNET_SERVICE_IPV4
two-private-networks RACKNET_STRICT=0: service
two-private-networks RACKNET_STRICT=yes: service
virtual-source: service
virtual-source: service --cidr 192.168.222.211
virtual-source: service --all -v
virtual-source: service --all --format {network}
virtual-source: list
laboratory: public
laboratory: list
vagrant: service
vagrant: service ipv6
vagrant: service --strict
vagrant: env
down: service
ipv6-alone: public
many-networks: report
digitalocean: service --explain
anchor-alone: service
laptop-on-vpn: list
aws: public
reach: service --reach 10.9.9.9
reach: service --reach 10.9.9.9 --all --explain
reach: service --reach 10.8.8.8
bridged-container: service
bridged-container: list
bridged-container: service --interface eth0
bridged-container: env
bridged-container: exec redis-server
bridged-container: service --in-container --interface eth0
no-address-yet: public
no-address-yet: env
pppoe: service --interface eno2 --interface ppp0 --cidr 10.1.0.0/16
virtual-machines-seen-from-the-host: public
excluded-nic: service --exclude '*'
rackspace: public ipv6 --interface nosuch
rackspace: service --exclude 10.0.0.0/8
hundreds-of-veths: public
rackspace RACKNET_SERVICE_CIDR=10.0.0.0/33: service --all
rackspace RACKNET_SERVICE_CIDRS=10.0.0.0/8: service -v
rackspace RACKNET_INTERFACE=eth0: service
rackspace RACKNET_NOSUCH=1: service --interface nosuch
rackspace RACKNET_IN_CONTAINER=yes: service
rackspace RACKNET_WAIT=soon: env
service-ambiguous RACKNET_SERVICE_INTERFACE=ens7: env
aws: env
aws: env --require service
aws: env --require service,public
aws: env --require servce
aws: exec --require public redis-server
aws: exec no-such-command
rackspace: pubic
rackspace: nonsense
rackspace: service ipv5
rackspace: public ipv4 ipv6
rackspace: list ipv4 ipv6
rackspace: public --nonsense
rackspace: public --cidr
rackspace: public --cidr 10.0.0.0/33
rackspace: public --cidr 2001:db8::/32
rackspace: service --exclude fd00::/8
rackspace: service --exclude eth9,eth1
rackspace: service --interface eth1,eth9 --cidr 10.9.0.0/16,10.8.0.0/16
rackspace: public --interface ''
rackspace: public --exclude 10.208
rackspace: public --exclude 10.0.0.0/33
rackspace: --interface eth1 service
rackspace: service eth1
rackspace: service --quiet
rackspace: public --json --cidr 10.0.0.0/33
service-ambiguous: service --json
rackspace: public --reach db.example.com
rackspace: public --reach fe80::1
rackspace: public --reach 10.0.0.1 --reach 10.0.0.2
rackspace: service --format '{ip}:6379'
rackspace: service --format '{adress}'
rackspace: service --format '{"ip": "{address}"}'
rackspace: service --format '{{address}}'
rackspace: service --format {address} --json
rackspace: public --wait soon
rackspace: public --wait 99999999
rackspace: exec
rackspace: exec no-such-command
rackspace: exec /
rackspace: check 10.208.1.5 service
rackspace: check 10.208.1.6 service
two-private-networks: check 10.9.0.4 service
rackspace: check 10.208 service
rackspace: check 10.208.1.5 service ipv6
rackspace: cluster
rackspace: cluster nonsense
rackspace: cluster service --node n1 --constraint node.role==worker
rackspace: --version
rackspace:
rackspace: public --help
rackspace: list --help
rackspace: report --help
rackspace: env --help
rackspace: exec --help
rackspace: watch --help
rackspace: check --help
rackspace: cluster --help
""".strip().splitlines()


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


def _on(facts: Host, *others: Any) -> list[Any]:
    """Return the patches that put a host of the table in the place of the first one, and others."""
    return [_read_as(facts), *others]


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
NOT_UTF8 = parse_layout("nic ens\udcff 10.0.0.4/24\nbridge docker0 172.17.0.1/16").host

# Where something fails, the words of a command, and the patches that make it fail.
FAILURES: list[tuple[str, str, Sequence[Any]]] = [
    ("where netlink is forbidden", "public", _read_by(__init__=_failing(REFUSED), __exit__=Mock())),
    ("where interfaces come and go", "public", _read_by(_read=lambda *_: ([], True))),
    ("where an address comes and goes", "public", [patch.object(lookup, "find_unconfirmed", list)]),
    (
        "where the name of an interface is not UTF-8",
        "service",
        [
            _read_as(NOT_UTF8),
            patch.object(lookup, "find_unconfirmed", crosscheck.find_unconfirmed),
        ],
    ),
    (
        "where the address goes away, and comes back",
        "watch service --settle 0",
        _changing(UNSURE, HostReadError("cannot read the interfaces: why"), TIE, UNSURE),
    ),
    ("on aws, which its firmware names", "public", _on(AWS, _named("sys_vendor", "Amazon EC2"))),
    (
        "on azure, which its firmware names",
        "public --json",
        _on(AWS, _named("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77")),
    ),
    ("in the image, on service-ambiguous", "service --exclude 10.9.0.0/16", _on(TIE, IN_THE_IMAGE)),
    ("in the image, on aws", "public", _on(AWS, IN_THE_IMAGE)),
    ("in the image", "service ipv5", [IN_THE_IMAGE]),
    (
        "in a unit of systemd",
        "exec no-such-command --bind",
        [patch.dict(os.environ, {"SYSTEMD_EXEC_PID": str(os.getpid())})],
    ),
    ("where racknet has a fault", "public", [patch.object(lookup, "select_addresses", _failing(KeyError("eth0")))]),
]


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
HOST_PREFIX = Answer("n10", "n10id", Reply("10.176.224.4", 32, "lo", is_proven=True))
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


# A machine, the words of a command, and the patches that stand in for the swarm.
SWARMS: list[tuple[str, str, Sequence[Any]]] = [
    ("on a manager", "cluster service", _answering(*ANSWERED)),
    ("on a manager", "cluster service", _answering(*UNPROVEN)),
    ("on a manager", "cluster service --json", _answering(*UNPROVEN)),
    ("on a manager", "cluster service --json", _answering(*HALF_ANSWERED)),
    ("on a manager", "cluster service --format '{host}:6379 {network}'", _answering(*ANSWERED, HOST_PREFIX)),
    ("on a manager", "cluster service --node n1", _answering(ANSWERED[0])),
    ("on a manager", "cluster service", _answering(*HALF_ANSWERED)),
    ("on a manager", "cluster service", _answering(*NO_IMAGE)),
    ("on a manager", "cluster service --constraint node.role==manager", _answering()),
    ("on a manager", "cluster service --node n3", _answering()),
    (
        "on a worker",
        "cluster service",
        [patch.object(docker, "APIClient", lambda **_: Mock(info=lambda: WORKER))],
    ),
    ("on a manager without the image", "cluster service", _manager({})),
    ("on a manager", "cluster service --image redis", _manager({"Config": {"Labels": None}})),
    ("on a manager", "cluster service --image racknet/ip", _manager({"Config": {"Labels": OLD}})),
    ("on a machine without an engine", "cluster service", [patch.object(docker, "APIClient", _failing(NO_ENGINE))]),
]


def transcript(
    where: str,
    words: str,
    facts: Host = RACKSPACE,
    *,
    variables: Sequence[str] = (),
    patches: Sequence[Any] = (),
    is_full: bool = False,
) -> str:
    """Return what a command prints on a host: `|` marks standard output (it may be full), `!` marks standard error."""
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
    line = " ".join([*variables, "racknet", words]).strip()
    return "\n".join([where, f"$ {line}", *printed, f"status {int(status)}"])


def transcripts() -> Iterator[str]:
    """Yield the transcript of each command."""
    for line in COMMANDS:
        where, _, words = line.partition(":")
        name, *variables = where.split()
        layout = parse_layout(LAYOUTS[name]) if name in LAYOUTS else HOSTS[name].layout
        yield transcript(f"on {name}", words.strip(), layout.host, variables=variables)
    for where, words, patches in (*FAILURES, *SWARMS):
        yield transcript(where, words, patches=patches)
    yield transcript("where standard output is a full disk", "public", is_full=True)


def text() -> str:
    """Return the text of the file."""
    return "\n\n".join(transcripts()) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
