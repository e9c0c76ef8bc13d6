"""Reading the host: this machine, with made-up /proc and /sys where they are to be wrong."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import netifaces
import psutil
import pytest
from question import answered

from racknet import interfaces, netlink, walk
from racknet.facts import Host

QUESTIONS = ["public", "service", "public ipv6", "service ipv6"]


def test_both_sources_agree() -> None:
    """Both netifaces and psutil find the same addresses here, and the same answers."""
    short, whole = interfaces.read(), interfaces.read(whole=True)
    names = {address.interface for address in short.addresses}

    def found(host: Host) -> set[tuple[str, str, str, int, int]]:
        return {
            (a.interface, a.label, a.text, a.prefix_length, a.flags) for a in host.addresses if a.interface in names
        }

    assert found(short) == found(whole)
    assert [answered(short, line) for line in QUESTIONS] == [answered(whole, line) for line in QUESTIONS]


def test_many_interfaces_take_one_walk() -> None:
    """From some number of interfaces on, psutil is asked, once."""
    with (
        patch.object(walk, "MANY", 0),
        patch.object(netifaces, "ifaddresses", side_effect=AssertionError),
        patch.object(psutil, "net_if_addrs", wraps=psutil.net_if_addrs) as net_if_addrs,
    ):
        assert interfaces.read().addresses
    net_if_addrs.assert_called_once()


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


@pytest.mark.parametrize(
    ("name", "owners", "expected"),
    [
        ("eth0", {"eth0"}, "eth0"),
        ("eth0:1", {"eth0"}, "eth0"),
        ("eth10", {"eth1"}, "eth1"),  # a label may be another interface's name
        ("eth0:1", {"eth0", "eth1"}, "eth0"),
        ("eth1", {"eth0", "eth1"}, "eth1"),
        ("eth0x", {"eth0", "eth1"}, ""),
        ("eth0.100", set(), ""),  # came after the interfaces were read
    ],
)
def test_owner(name: str, owners: set[str], expected: str) -> None:
    """An address is that interface's which the kernel says has it, whatever it is labelled."""
    assert interfaces._owner(name, owners) == expected


def test_ipv6_without_flags_is_left_out(tmp_path: Path) -> None:
    """An address of which nothing is known yet is no answer yet."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "if_inet6").touch()
    assert {address.family for address in interfaces.read(proc=str(tmp_path)).addresses} == {"ipv4"}
