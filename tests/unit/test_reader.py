"""Reading the host: each host of the table by a kernel that is played, and this machine by its own."""

from __future__ import annotations

import posix
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock, call, patch

import pytest
from support.cases import cases
from support.fake_kernel import PlayedGroups, address, attribute, link, lists_of, message, played
from support.hosts import HOSTS, HostCase
from support.layout import parse_layout
from support.queries import FOUR, answer_of

from racknet.core.facts import Host
from racknet.core.known import CONTAINER_NAMES, INTERNET
from racknet.errors import HostReadError
from racknet.host import reader
from racknet.host.netlink import READS, RTM_NEWADDR, RTM_NEWLINK
from racknet.host.reader import read_host


def slots(thing: object) -> dict[str, object]:
    return {name: getattr(thing, name) for name in thing.__slots__}  # type: ignore[attr-defined]


def facts(host: Host) -> dict[str, object]:
    """Return the facts of a host; of its interfaces those that the layout gives for container interfaces too."""
    return {
        "interfaces": {
            name: (interface.up, interface.has_carrier, interface.link_type, interface.has_device)
            for name, interface in host.interfaces.items()
        },
        "addresses": sorted((slots(address) for address in host.addresses), key=lambda a: str(a["interface"])),
        "routes": sorted((slots(route) for route in host.routes), key=repr),
        "ways": {address: way and slots(way) for address, way in host.ways.items()},
    }


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_each_host(case: HostCase) -> None:
    """Each host of the table is read out of the kernel's messages as it is written down, and answers right."""
    with played(lists_of(case.layout)):
        host = read_host(proc="/nowhere", run="/nowhere").whole()
    expected = case.layout.host
    asked = {address: way for address, way in expected.ways.items() if address in INTERNET.values()}
    assert facts(host) == facts(expected) | {"ways": {a: way and slots(way) for a, way in asked.items()}}
    host.known_host, host.ways = case.layout.known, expected.ways
    assert [answer_of(host, line) for line in case.answers] == [answer_of(expected, line) for line in case.answers]


def test_container_interfaces_are_left_out() -> None:
    """The addresses on container interfaces change no plain answer."""
    reading = read_host()
    short, full = reading.host, reading.whole()
    assert [answer_of(short, line) for line in FOUR] == [answer_of(full, line) for line in FOUR]
    assert not any(CONTAINER_NAMES.match(address.interface) for address in short.addresses)


ONE, OTHER = (parse_layout(f"nic ens5 {text}/24 device\nnic docker0") for text in ("10.0.0.5", "10.0.0.6"))
CHANGE = message(RTM_NEWADDR, address(2, 2, 24, attribute(1, b"\x0a\0\0\x06")))
OF_A_CONTAINER = message(RTM_NEWLINK, link(9, "veth1"))


@pytest.mark.parametrize(
    ("changes", "rounds"),
    [
        ([], 1),
        ([[OF_A_CONTAINER]], 1),
        ([[OF_A_CONTAINER, CHANGE], [OF_A_CONTAINER]], 2),
        ([[CHANGE], [b""], [CHANGE]], 4),
        ([[CHANGE]] * (READS - 1), READS),
    ],
    ids=["quiet", "a container", "both", "messages lost", "the last time"],
)
def test_lists_of_one_moment(changes: list[list[bytes]], rounds: int) -> None:
    """All lists are read again where anything has come meanwhile that is not about container interfaces."""
    lists = [lists_of(ONE, 1 + 6 * n) for n in range(rounds - 1)] + [lists_of(OTHER, 1 + 6 * (rounds - 1))]
    more = lists_of(ONE, 1 + 6 * rounds)  # of a round that is not to be
    with played([datagram for each in [*lists, more] for datagram in each], changes):
        assert [a.text for a in read_host(proc="/nowhere").host.addresses] == ["10.0.0.6"]


def test_lists_that_never_agree() -> None:
    """A host that changes all the time is an error, in the end."""
    lists = [datagram for n in range(READS) for datagram in lists_of(ONE, 1 + 6 * n)]
    with (
        played(lists, [[CHANGE]] * READS),
        pytest.raises(HostReadError, match="the interfaces: they change faster than they can be read") as caught,
    ):
        read_host()
    assert caught.value.hint == reader.HINT


def test_groups_are_joined_first() -> None:
    """The groups are joined before the first list is asked for, so that no change is missed."""
    made = Mock(Kernel=Mock(side_effect=OSError("gone")), Groups=Mock(return_value=PlayedGroups([])))
    with patch.multiple(reader, Groups=made.Groups, Kernel=made.Kernel), pytest.raises(HostReadError, match="gone"):
        read_host()
    assert made.mock_calls == [call.Groups(), call.Kernel()]


# What RestrictAddressFamilies=AF_INET of systemd does: a filter of system calls answers EAFNOSUPPORT to socket(2) for
# AF_NETLINK (16). The numbers are those of linux/filter.h and linux/seccomp.h; the offsets those of seccomp_data.
WITHOUT_NETLINK = """
import ctypes, platform, struct, sys

socket = {"x86_64": 41, "aarch64": 198}[platform.machine()]
rules = [(0x20, 0, 0, 0), (0x15, 0, 3, socket), (0x20, 0, 0, 16), (0x15, 0, 1, 16), (6, 0, 0, 0x50000 | 97),
         (6, 0, 0, 0x7FFF0000)]
filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(filters))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(program)) == 0, ctypes.get_errno()
from racknet.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("words", [["public"], ["service", "ipv6"], ["list"]], ids=" ".join)
def test_unit_without_netlink(words: list[str]) -> None:
    """Where a systemd unit forbids AF_NETLINK, the error is status 3, and its hint names the setting."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETLINK, *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.returncode) == ("", 3)
    assert done.stderr.splitlines() == [
        "racknet: cannot read the interfaces: Address family not supported by protocol",
        f"hint: {reader.REFUSED_HINT}",
    ]
    assert "add AF_NETLINK to RestrictAddressFamilies=" in reader.REFUSED_HINT


@cases(
    "signs expected",
    ({"systemd", "booted", "same network"}, True),
    ({"systemd", "booted"}, False),
    ({"systemd", "same network"}, False),
    ({"booted", "same network"}, False),
    ({"initial"}, True),
    ids=lambda signs: ", ".join(sorted(signs)) if isinstance(signs, set) else str(signs),
)
def test_known_host(tmp_path: Path, signs: set[str], expected: bool) -> None:
    """The initial network is a host's, and so is one where systemd is process 1, in that network."""
    for process in ("1", "self"):
        (tmp_path / process / "net").mkdir(parents=True)
        (tmp_path / process / "net" / "dev").touch()
    if "same network" in signs:
        (tmp_path / "self" / "net" / "dev").unlink()
        (tmp_path / "self" / "net" / "dev").hardlink_to(tmp_path / "1" / "net" / "dev")
    (tmp_path / "1" / "comm").write_text("systemd\n" if "systemd" in signs else "bash\n")
    if "booted" in signs:
        (tmp_path / "systemd" / "system").mkdir(parents=True)
    if "initial" in signs:
        (tmp_path / "sys" / "net" / "core").mkdir(parents=True)
        (tmp_path / "sys" / "net" / "core" / "netdev_max_backlog").touch()
    with played(lists_of(parse_layout("nic eth0 10.0.0.5/24"))):
        assert read_host(proc=str(tmp_path), run=str(tmp_path)).host.known_host is expected


@cases(
    "release expected",
    ("5.10.0-33-amd64", True),
    ("4.4.0", True),
    ("5.14.0", False),
    ("6.1.0-40-amd64", False),
    ("5.14-rc1", False),
    ("6.8+", False),
    ("odd", True),
)
def test_devices_of_old_kernels(tmp_path: Path, release: str, expected: bool) -> None:
    """Before Linux 5.14 /sys tells the devices, where it has the same index; a newer kernel lists them itself."""
    for name, index in (("ens3", 2), ("ens4", 9)):
        folder = tmp_path / "class" / "net" / name
        (folder / "device").mkdir(parents=True)
        (folder / "ifindex").write_text(f"{index}\n")
    with (
        played(lists_of(parse_layout("nic ens3 10.1.0.7/24\nnic ens4 10.2.0.7/24"))),
        patch.object(posix, "uname", lambda: type("uname", (), {"release": release})),
    ):
        host = read_host(sys=str(tmp_path), proc="/nowhere", run="/nowhere").host
    assert {name: interface.has_device for name, interface in host.interfaces.items()} == {
        "lo": False,
        "ens3": expected,
        "ens4": False,
    }


def test_unreadable_file(tmp_path: Path) -> None:
    """A file that is there and cannot be read is named."""
    (tmp_path / "systemd" / "system").mkdir(parents=True)
    (tmp_path / "1" / "comm").mkdir(parents=True)
    (tmp_path / "1" / "net").mkdir()
    (tmp_path / "1" / "net" / "dev").touch()
    (tmp_path / "self").symlink_to("1")
    with (
        played(lists_of(parse_layout("nic eth0 10.0.0.5/24"))),
        pytest.raises(HostReadError, match=f"cannot read {tmp_path}/1/comm: Is a directory"),
    ):
        read_host(proc=str(tmp_path), run=str(tmp_path))
