"""Which addresses and interfaces of a host are eligible. The table of hosts has the answers; here is the rest."""

from __future__ import annotations

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import answer_of, make_query

from racknet.core import rules
from racknet.core.eligibility import Eligibility, is_host
from racknet.core.facts import DADFAILED
from racknet.core.rules import has_host_prefix

CLOUD = "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\n"


def eligibility(layout: str, line: str = "public") -> Eligibility:
    query = make_query(line)
    return Eligibility(parse_layout(layout).host, query.exclude, query.exclude_cidrs)


def reasons(layout: str, line: str = "public", *, named: bool = False) -> list[str]:
    """Return why each address of a host is skipped, "" where it is not."""
    found = eligibility(layout, line)
    skipped = [found.reason(address, named=named) for address in found.host.addresses]
    return [reason.text if reason else "" for reason in skipped]


def test_first_reason_that_applies() -> None:
    """Each address is skipped for one reason, the first that applies."""
    layout = """
    lo 10.0.0.1/32
    nic docker0 10.0.1.1/24 down
    nic veth1 10.0.2.1/24
    nic tun0 10.0.3.1/24
    nic ens3 10.0.4.1/24 2001:db8::1/64,tentative device
    bridge mine 10.0.5.1/24
    """
    physical, not_ready = "", "not ready"
    assert reasons(layout) == [
        "loopback",
        "down",
        "container interface",
        "tunnel",
        physical,
        not_ready,
        "not a physical interface",
    ]
    assert reasons(layout, "public --exclude v*")[2] == "excluded"
    assert reasons(layout, "public --exclude 10.0.4.0/24")[4] == "excluded"


def test_naming_overrules_most_reasons() -> None:
    """An address that the user names is skipped only if it is down, not ready or excluded."""
    layout = "nic veth1 10.0.1.1/24 down\nnic veth2 10.0.2.1/24\nnic ens3 2001:db8::1/64,tentative device"
    assert reasons(layout, named=True) == ["down", "", "not ready"]
    assert reasons(layout, "public --exclude veth2", named=True)[1] == "excluded"


def test_flags_of_ipv4_mean_something_else() -> None:
    """For IPv4 the kernel's flags are other ones: no IPv4 address is tentative."""
    host = parse_layout("nic ens3 10.0.0.1/24").host
    host.addresses[0].flags = DADFAILED
    assert Eligibility(host).reason(host.addresses[0]) is None


def test_failed_and_optimistic() -> None:
    """An address that failed duplicate detection is not ready, even if it is optimistic."""
    host = parse_layout("known\nnic ens3 2001:db8::1/64,optimistic").host
    assert answer_of(host, "public ipv6") == "2001:db8::1"
    host.addresses[0].flags |= DADFAILED
    assert answer_of(host, "public ipv6") == ""


def test_interfaces_without_an_address() -> None:
    """The eligible interfaces without an address are physical ones, and those with a default route."""
    host = HOSTS["not-ready-beside-interfaces-without-an-address"].layout.host
    assert Eligibility(host).without_address("ipv6") == ["ens4", "br-ex"]
    assert Eligibility(host, lambda name: name == "ens4").without_address("ipv6") == ["br-ex"]


@pytest.mark.parametrize(
    ("layout", "families"),
    [
        (CLOUD, ["ipv6"]),  # it has no default route of IPv6
        (f"{CLOUD}default -6 ens5 via fe80::1", ["ipv6"]),  # no IPv6 address yet
        (f"{CLOUD}default -6 ens5 via fe80::1\nlo 2001:db8::1/128", ["ipv6"]),
        (f"{CLOUD}nic ens6 device", ["ipv4", "ipv6"]),  # a second NIC without an address
        (f"{CLOUD}nic ens6 device down", ["ipv4", "ipv6"]),
        (f"{CLOUD}nic ens6 device\nbridge br0 10.0.1.5/24 over=ens6", ["ipv6"]),  # br0 has it for ens6
        (f"{CLOUD}nic ens6 device\nbridge br0 over=ens6", ["ipv4", "ipv6"]),
        (f"{CLOUD}bridge docker0\nnic veth1\nnic tun0", ["ipv6"]),  # only physical interfaces matter
        ("nic ens5 10.0.0.5/24 device", ["ipv4", "ipv6"]),  # no default route
        (f"{CLOUD}default -6 ens5 via fe80::1\nnic ens6 2001:db8::6/64 device", ["ipv4", "ipv6"]),
        ("nic ens5 10.0.0.5/24 2001:db8::5/64 device\ndefault ens5\ndefault -6 ens5", []),
    ],
)
def test_host_that_awaits_an_address(layout: str, families: list[str]) -> None:
    """An address may still come where there is no default route, or where a physical interface has no address."""
    found = eligibility(layout)
    assert [family for family in ("ipv4", "ipv6") if found.awaits_address(family)] == families


def test_excluded_interface_awaits_nothing() -> None:
    """An interface that the user excludes need not get an address."""
    assert not eligibility(f"{CLOUD}nic ens6 device", "public --exclude ens6").awaits_address("ipv4")


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("nic eth0 10.0.0.5/24", False),
        ("nic eth0 10.0.0.5/24\nnic tun0 10.8.0.1/24", False),
        ("nic eth0 10.0.0.5/24 kind=netkit", False),
        ("known\nnic eth0 10.0.0.5/24", True),
        ("nic eth0 10.0.0.5/24 device", True),
        ("nic eth0 10.0.0.5/24\nbridge mine", True),
        ("nic eth0 10.0.0.5/24\nnic docker0 down", True),
    ],
)
def test_is_host(layout: str, expected: bool) -> None:
    """A network is a host's if that is known, or if a device, a bridge or a container interface's name is there."""
    assert is_host(parse_layout(layout).host) is expected


def test_physical_interfaces() -> None:
    """What has a device or is built on such is physical, but no tunnel and no container interface."""
    found = eligibility(
        """
        nic eno1 device
        nic bond0 over=eno1
        nic bond0.401 over=bond0 kind=vlan
        bridge br0 over=bond0.401
        bridge mine
        nic overlay kind=vxlan over=eno1
        bridge mesh over=overlay
        nic docker0 device
        nic guest over=docker0
        """
    )
    physical = [name for name, interface in found.host.interfaces.items() if found.is_physical(interface)]
    assert physical == ["eno1", "bond0", "bond0.401", "br0"]


def test_physical_interfaces_inside_a_container() -> None:
    """Where no interface has a device, each is physical that is no bridge, no tunnel and no container interface."""
    found = eligibility(
        "nic eth0\nnic eth1\nbridge br0 over=eth1\nbridge mine\nnic veth1\nbridge mesh over=veth1\ntun vpn"
    )
    physical = [name for name, interface in found.host.interfaces.items() if found.is_physical(interface)]
    assert physical == ["lo", "eth0", "eth1", "br0"]


def test_default_routes() -> None:
    """Of the default routes on eligible interfaces those of the lowest metric count, for each family."""
    found = eligibility(
        """
        nic ens3 10.0.0.5/24 2001:db8::5/64
        nic ens4 10.1.0.5/24
        nic ens5 down
        nic tun0 10.8.0.5/24
        default tun0 metric 1
        default ens5 via 10.2.0.1 metric 2
        default ens4 via 10.1.0.1 metric 100
        default ens3 via 10.0.0.1 metric 50
        default -6 ens3 via fe80::1 metric 1024
        route 10.176.0.0/12 ens4 via 10.1.0.2
        """
    )
    counted = [(route.family, route.interface, route.gateway) for route in found.default_routes]
    assert counted == [("ipv4", "ens3", "10.0.0.1"), ("ipv6", "ens3", "fe80::1")]
    assert found.gateways == {("ens3", "10.0.0.1"), ("ens4", "10.1.0.1")}
    by_default = [found.has_default_route(address) for address in found.host.addresses]
    assert by_default == [True, True, False, False]


def test_exclusions_have_names_of_their_own() -> None:
    """No two reasons read alike, and those that overrule others are among them."""
    texts = [reason.text for reason in rules.EXCLUSIONS]
    assert len(set(texts)) == len(texts)
    assert {*rules.EVEN_IF_NAMED, *rules.OVERRULED_BY_ROUTES} <= set(rules.EXCLUSIONS)
    assert not set(rules.EVEN_IF_NAMED) & set(rules.OVERRULED_BY_ROUTES)


def test_loopback_awaits_no_address() -> None:
    """A host with its NIC configured is not waiting for an address on the loopback interface."""
    host = parse_layout("known\nnic eth0 10.0.0.5/24\ndefault eth0 via 10.0.0.1").host
    assert not Eligibility(host).awaits_address("ipv4")


def test_without_address_of_the_family() -> None:
    """An interface with an address that is not ready has one; an interface without any of the family has none."""
    host = parse_layout("nic eth0 10.0.0.5/24 2001:db8::1/64,tentative device\nnic eth1 device").host
    assert Eligibility(host).without_address("ipv6") == ["eth1"]


def test_other_flags_mean_nothing() -> None:
    """IFA_F_NOPREFIXROUTE, which NetworkManager sets, makes an address neither unready nor permanent."""
    host = parse_layout("nic ens3 2001:db8::7/128,lease device").host
    host.addresses[0].flags |= 0x200
    assert Eligibility(host).reason(host.addresses[0]) is None
    assert not has_host_prefix(host.addresses[0])
