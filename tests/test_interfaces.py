"""Reading the host: this machine, with made-up /proc and /sys where they are to be wrong."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from unittest.mock import patch

import netifaces
import psutil
import pytest
from question import answered

from racknet import interfaces, netlink
from racknet.facts import Host
from racknet.patterns import AF

QUESTIONS = ["public", "service", "public ipv6", "service ipv6"]


def test_all_sources_agree() -> None:
    """The kernel's lists, netifaces and psutil tell the same addresses here, and racknet answers the same by all."""
    witnessed = interfaces.read()
    names = {address.interface for address in witnessed.addresses}
    with patch.object(interfaces, "FEW", 0), patch.object(netifaces, "ifaddresses", side_effect=AssertionError):
        listed = interfaces.read()
        whole = interfaces.read(whole=True)
    by_psutil = {
        (name, entry.address.partition("%")[0], int(ip_address(entry.netmask or "")).bit_count())
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family in AF.values()
    }

    def found(host: Host) -> set[tuple[str, str, int]]:
        return {(a.label or a.interface, a.text, a.prefix_length) for a in host.addresses if a.interface in names}

    assert found(witnessed) == found(listed) == found(whole) == {told for told in by_psutil if told[0] in names}
    for host in (listed, whole):
        assert [answered(witnessed, line) for line in QUESTIONS] == [answered(host, line) for line in QUESTIONS]


def test_without_proc_there_is_no_ipv6(tmp_path: Path) -> None:
    """No if_inet6, no IPv6; IPv4 is known all the same."""
    host = interfaces.read(proc=str(tmp_path))
    assert {address.family for address in host.addresses} == {"ipv4"}
    assert not host.surely


@pytest.mark.parametrize("text", ["nonsense\n", "fe80 04 40\n", "zz 01 80 10 80 lo\n"])
def test_nonsense_in_proc(tmp_path: Path, text: str) -> None:
    """What makes no sense is not taken for nothing."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "if_inet6").write_text(text)
    with pytest.raises(interfaces.Unreadable, match=f"cannot read {tmp_path}/net/if_inet6: makes no sense"):
        interfaces.read(proc=str(tmp_path))


def test_unreadable_proc(tmp_path: Path) -> None:
    """Not readable is not the same as not there."""
    (tmp_path / "net" / "if_inet6").mkdir(parents=True)
    with pytest.raises(interfaces.Unreadable, match=f"cannot read {tmp_path}/net/if_inet6: Is a directory"):
        interfaces.read(proc=str(tmp_path))


def test_unreadable_sys(tmp_path: Path) -> None:
    """A file of /sys that is there and cannot be read is named."""
    (tmp_path / "class" / "net" / "lo" / "flags").mkdir(parents=True)
    with pytest.raises(interfaces.Unreadable, match=f"cannot read {tmp_path}/class/net/lo/flags: Is a directory"):
        interfaces.read(sys=str(tmp_path))


def test_kernel_that_refuses() -> None:
    """A kernel that does not list its routes is said to be that."""
    with (
        patch.object(netlink, "default_routes", side_effect=PermissionError(1, "Operation not permitted")),
        pytest.raises(interfaces.Unreadable, match="cannot read the interfaces: Operation not permitted"),
    ):
        interfaces.read()


@pytest.mark.parametrize("error", [SystemError("bad"), UnicodeDecodeError("utf-8", b"\x80", 0, 1, "invalid")])
def test_names_that_are_not_utf8(error: Exception) -> None:
    """A name that netifaces cannot give is said to be that."""
    with (
        patch.object(netifaces, "ifaddresses", side_effect=error),
        pytest.raises(interfaces.Unreadable, match="not UTF-8"),
    ):
        interfaces.read()


@pytest.mark.parametrize(
    ("init", "booted", "initial", "expected"),
    [
        ("systemd", True, False, True),
        ("systemd", False, False, False),
        ("bash", True, False, False),
        ("bash", False, True, True),
    ],
)
def test_surely(tmp_path: Path, init: str, booted: bool, initial: bool, expected: bool) -> None:
    """The initial network is a host's, and so is one where systemd is process 1."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "comm").write_text(f"{init}\n")
    if booted:
        (tmp_path / "systemd" / "system").mkdir(parents=True)
    if initial:
        (tmp_path / "sys" / "net" / "core").mkdir(parents=True)
        (tmp_path / "sys" / "net" / "core" / "netdev_max_backlog").touch()
    with patch.object(interfaces, "is_host", lambda host: host.surely):  # the links of this machine prove nothing here
        assert interfaces.read(proc=str(tmp_path), run=str(tmp_path)).surely is expected


def test_address_that_only_one_tells() -> None:
    """What netifaces does not tell, or under another name, has come, gone or moved meanwhile."""
    loopback = {AF["ipv4"]: [{"addr": "127.0.0.1"}], AF["ipv6"]: [{"addr": "fe80::1%lo"}, {}]}
    with patch.object(netifaces, "ifaddresses", side_effect=lambda name: loopback if name == "lo" else {}):
        assert [a.text for a in interfaces.read().addresses] == ["127.0.0.1"]
    with patch.object(netifaces, "ifaddresses", side_effect=ValueError("You must specify a valid interface name.")):
        assert interfaces.read().addresses == []


def test_ipv6_without_flags_is_left_out(tmp_path: Path) -> None:
    """An address of which nothing is known yet is no answer yet."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "if_inet6").touch()
    assert {address.family for address in interfaces.read(proc=str(tmp_path)).addresses} == {"ipv4"}
