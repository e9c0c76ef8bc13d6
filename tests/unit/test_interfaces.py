"""Interfaces and addresses, out of messages as the kernel sends them, out of this machine, and how they do."""

from __future__ import annotations

from pathlib import Path
from socket import AF_INET, AF_INET6, if_nameindex, inet_pton
from unittest.mock import patch

import psutil
import pytest
from support.fake_kernel import address, alternative_names, attribute, dumps, kernel, link, number

from racknet.core.facts import Interface
from racknet.core.known import CONTAINER_NAMES, STACKED_KINDS
from racknet.host.interfaces import IFF_UP, decode_address, make_interfaces, read_addresses, read_links
from racknet.host.netlink import READS, RTM_NEWADDR, RTM_NEWLINK, Kernel
from racknet.host.states import read_states

NAMES = {2: "eth0", 3: "eth1"}


def kind(name: str) -> bytes:
    """Return IFLA_LINKINFO with a kind, and data that belongs to it."""
    return attribute(18, attribute(1, name.encode() + b"\0") + attribute(2, number(1, 0xFFFFFFFF)))


def lower(index: int) -> bytes:
    return number(5, index)


def master(index: int) -> bytes:
    return number(10, index)


DEVICE = attribute(56, b"0000:00:03.0\0")
ANOTHER_NETWORK = number(37, 0)


def interfaces(*links: bytes) -> dict[str, dict[str, object]]:
    with kernel(*dumps([(RTM_NEWLINK, body) for body in links])) as played:
        found = make_interfaces(read_links(played), lambda link: link.has_device)
    return {i.name: {name: getattr(i, name) for name in Interface.__slots__} for i in found}


@pytest.mark.parametrize("name", [*STACKED_KINDS, "veth", "vxlan", "gretap"])
def test_stacked(name: str) -> None:
    """A VLAN and its like are built on the interface of their IFLA_LINK, if that is one of this network.

    The IFLA_LINK of a veth is its peer, that of a tunnel only what it goes out by.
    """
    expected = ("eth0",) if name in STACKED_KINDS else ()
    assert interfaces(link(2, "eth0"), link(3, "x", kind(name), lower(2)))["x"]["lower"] == expected
    assert interfaces(link(2, "eth0"), link(3, "x", kind(name), lower(2), ANOTHER_NETWORK))["x"]["lower"] == ()
    assert interfaces(link(2, "eth0"), link(3, "x", kind(name), lower(9)))["x"]["lower"] == ()


def test_container_interface() -> None:
    """Of a container interface only what can change an answer is read: its device does."""
    found = interfaces(
        link(2, "veth0", kind("veth")), link(3, "gke0", kind("x"), DEVICE), link(4, "br0", kind("bridge"))
    )
    assert [found[name]["has_device"] for name in ("veth0", "gke0")] == [False, True]
    assert [found[name]["kind"] for name in ("veth0", "br0")] == ["", "bridge"]


def test_name_that_is_not_utf8() -> None:
    """Bytes that are not UTF-8 stay what they are."""
    assert list(interfaces(link(2, "et\udc80h"))) == ["et\udc80h"]


def test_name_that_moves() -> None:
    """Where two interfaces have one name, one is being renamed: the list is read again."""
    torn = [(RTM_NEWLINK, link(2, "eth0")), (RTM_NEWLINK, link(3, "eth0"))]
    good = [(RTM_NEWLINK, link(2, "eth1")), (RTM_NEWLINK, link(3, "eth0"))]
    with kernel(*dumps(torn, good)) as played:
        assert {index: i.name for index, i in read_links(played).items()} == {2: "eth1", 3: "eth0"}
    with kernel(*dumps(*[torn] * READS)) as played, pytest.raises(OSError, match="renamed faster"):
        read_links(played)


def test_addresses() -> None:
    """An address is the interface's own, not its peer's, of whose network the prefix length is; IPv4 has one flag."""
    local, peer, v6 = (
        inet_pton(AF_INET, "10.0.0.1"),
        inet_pton(AF_INET, "10.0.0.2"),
        inet_pton(AF_INET6, "2001:db8::1"),
    )
    bodies = [
        address(AF_INET, 2, 24, attribute(1, peer), attribute(2, local), attribute(3, b"eth0:1\0")),
        address(AF_INET, 3, 32, attribute(1, local), attribute(2, local), attribute(3, b"eth1\0"), flags=0x81),
        address(AF_INET, 3, 24, attribute(1, peer), flags=0xA0),
        address(AF_INET6, 2, 64, attribute(1, v6), flags=0xA1),
        address(AF_INET6, 3, 128, attribute(1, v6), number(8, 0x140)),
        address(AF_INET6, 3, 128, attribute(1, v6), attribute(2, v6[:15] + b"\2")),
        address(AF_INET, 9, 24, attribute(1, local)),  # an interface that came after the list of them was read
        address(7, 2, 0, attribute(1, b"\0")),  # another family
    ]
    with kernel(*dumps([(RTM_NEWADDR, body) for body in bodies])) as played:
        found, later = read_addresses(played, NAMES)
    assert later == []
    assert [(a.interface, a.label, a.family, a.text, a.number, a.prefix_length, a.flags) for a in found] == [
        ("eth0", "eth0:1", "ipv4", "10.0.0.1", 0x0A000001, 32, 0),
        ("eth1", "", "ipv4", "10.0.0.1", 0x0A000001, 32, 0),
        ("eth1", "", "ipv4", "10.0.0.2", 0x0A000002, 24, 0x20),
        ("eth0", "", "ipv6", "2001:db8::1", (0x20010DB8 << 96) + 1, 64, 0xA1),
        ("eth1", "", "ipv6", "2001:db8::1", (0x20010DB8 << 96) + 1, 128, 0x140),
        ("eth1", "", "ipv6", "2001:db8::2", (0x20010DB8 << 96) + 2, 128, 0x80),
    ]


def test_addresses_of_container_interfaces_come_later() -> None:
    """The messages on container interfaces are kept as they are, and are decoded where they are wanted."""
    names = {2: "eth0", 3: "veth1"}
    bodies = [address(AF_INET, n, 24, attribute(1, inet_pton(AF_INET, f"10.0.0.{n}"))) for n in (3, 2, 3)]
    with kernel(*dumps([(RTM_NEWADDR, body) for body in bodies])) as played:
        found, _ = read_addresses(played, names, [inet_pton(AF_INET, "10.0.0.3")])
    assert len(found) == 3  # it is a gateway
    with kernel(*dumps([(RTM_NEWADDR, body) for body in bodies])) as played:
        found, later = read_addresses(played, names)
    assert [a.text for a in found] == ["10.0.0.2"]
    decoded = [decode_address(names, message, 0, len(message)) for message in later]
    assert [(a.interface, a.text) for a in decoded if a] == [("veth1", "10.0.0.3")] * 2


def port(slave_kind: str) -> bytes:
    """Return IFLA_LINKINFO with the kind of a port."""
    return attribute(18, attribute(4, slave_kind.encode() + b"\0"))


def test_open_vswitch() -> None:
    """An internal port of Open vSwitch is built on the ports of its datapath, whose master is another one."""
    found = interfaces(
        link(2, "eth0", DEVICE, master(4), port("openvswitch")),
        link(3, "eth1", DEVICE, master(5), port("bridge")),
        link(4, "ovs-system", kind("openvswitch")),
        link(5, "br0", kind("bridge")),
        link(6, "br-ex", kind("openvswitch")),
    )
    assert {name: interface["lower"] for name, interface in found.items()} == {
        "eth0": (),
        "eth1": (),
        "ovs-system": ("eth0",),
        "br0": ("eth1",),
        "br-ex": ("eth0",),
    }


def test_hsr() -> None:
    """A ring of HSR or PRP is built on its two ports, of which it is no master."""
    slaves = attribute(18, attribute(1, b"hsr\0") + attribute(2, number(1, 2) + number(2, 3)))
    assert interfaces(link(2, "eth0"), link(3, "eth1"), link(4, "prp0", slaves))["prp0"]["lower"] == ("eth0", "eth1")


def test_this_machine() -> None:
    """The interfaces and addresses of this machine are those that the standard library and psutil name."""
    with Kernel() as real:
        links = read_links(real)
        names = {index: link.name for index, link in links.items()}
        addresses, _ = read_addresses(real, names)
    indexes = {name: index for index, name in if_nameindex()}
    states = psutil.net_if_stats()
    # Other tests come and go on this machine with interfaces of their containers.
    lasting = {index: name for index, name in names.items() if not CONTAINER_NAMES.match(name)}
    assert {name: index for index, name in lasting.items()} == {n: i for n, i in indexes.items() if i in lasting}
    for index, name in lasting.items():
        assert bool(links[index].flags & IFF_UP) == ("up" in states[name].flags.split(","))
    by_psutil = {
        (name, entry.address.partition("%")[0])
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family in (AF_INET, AF_INET6) and not CONTAINER_NAMES.match(name)
    }
    found = {(a.label or a.interface, a.text) for a in addresses if not CONTAINER_NAMES.match(a.interface)}
    assert found == by_psutil


def test_states_of_this_machine() -> None:
    """The MTU of the loopback interface is the kernel's, and it has a carrier."""
    state = read_states()["lo"]
    assert state.mtu == int(Path("/sys/class/net/lo/mtu").read_text())
    assert state.has_carrier is True


@pytest.mark.parametrize("error", [OSError(95, "no SIOCETHTOOL"), SystemError("odd name"), UnicodeError("odd name")])
def test_states_that_cannot_be_read(error: Exception) -> None:
    """Where psutil fails, nothing is known."""
    with patch.object(psutil, "net_if_stats", side_effect=error):
        assert read_states() == {}


@pytest.mark.parametrize("name", ["eth0", "veth1"])
def test_alternative_names(name: str) -> None:
    """An interface has all its names, and a container interface has them, too."""
    found = interfaces(link(2, name, alternative_names("enp3s0", "a-name-of-more-than-fifteen-bytes"), DEVICE))
    assert found[name]["alternative_names"] == ("enp3s0", "a-name-of-more-than-fifteen-bytes")
