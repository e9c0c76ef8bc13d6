"""Which addresses and interfaces of a host are eligible. The table of hosts has the answers; here is the rest."""

from __future__ import annotations

import pytest
from support.hosts import HOSTS
from support.layout import parse_layout
from support.queries import answer_of, make_query

from racknet.core import rules
from racknet.core.eligibility import Eligibility, is_host
from racknet.core.facts import DADFAILED

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
    nic idrac 10.0.6.1/24 device
    nic ens3 10.0.4.1/24 2001:db8::1/64,tentative device
    bridge mine 10.0.5.1/24
    """
    physical, not_ready = "", "not ready"
    assert reasons(layout) == [
        "loopback",
        "down",
        "container interface",
        "tunnel",
        "management controller",
        physical,
        not_ready,
        "not a physical interface",
    ]
    assert reasons(layout, "public --exclude v*")[2] == "excluded"
    assert reasons(layout, "public --exclude 10.0.4.0/24")[5] == "excluded"


def test_naming_overrules_most_reasons() -> None:
    """An address that the user names is skipped only if it is down, not ready or excluded."""
    layout = """
    nic veth1 10.0.1.1/24 down
    nic veth2 10.0.2.1/24
    nic ens3 2001:db8::1/64,tentative 10.0.3.1/24,host device
    lo 10.0.4.1/32
    nic idrac 10.0.5.1/24
    nic wg0 10.0.6.1/24
    """
    assert reasons(layout, named=True) == ["down", "", "not ready", "", "", "", ""]
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
    assert Eligibility(host, ("ens4",)).without_address("ipv6") == ["br-ex"]


@pytest.mark.parametrize(
    ("layout", "families"),
    [
        (CLOUD, ["ipv6"]),  # it has no default route of IPv6
        (f"{CLOUD}default -6 ens5 via fe80::1", ["ipv6"]),  # no IPv6 address yet
        (f"{CLOUD}default -6 ens5 via fe80::1\nlo 2001:db8::1/128", ["ipv6"]),
        (f"{CLOUD}nic ens6 device", ["ipv4", "ipv6"]),  # a second NIC without an address
        (f"{CLOUD}nic ens6 device down", ["ipv6"]),
        (f"{CLOUD}nic ens6 device nocarrier", ["ipv6"]),
        (f"{CLOUD}nic ens6 device\nbridge br0 10.0.1.5/24 over=ens6", ["ipv6"]),  # br0 has it for ens6
        (f"{CLOUD}nic ens6 device\nbridge br0 over=ens6", ["ipv4", "ipv6"]),
        (f"{CLOUD}bridge docker0\nnic veth1\nnic tun0", ["ipv6"]),  # only physical interfaces matter
        ("nic ens5 10.0.0.5/24 device", ["ipv4", "ipv6"]),  # no default route
        (f"{CLOUD}default -6 ens5 via fe80::1\nnic ens6 2001:db8::6/64 device", ["ipv4", "ipv6"]),
        ("nic ens5 10.0.0.5/24 2001:db8::5/64 device\ndefault ens5\ndefault -6 ens5", []),
        ("known\nnic eth0 10.0.0.5/24\ndefault eth0", ["ipv6"]),  # not the loopback interface's
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
    assert [route.interface for route in found.uplinks] == ["ens4", "ens3", "ens3"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("10.0.0.1/24", ""),
        ("10.0.0.1/24,link", "local scope"),
        ("10.0.0.1/24,host", "local scope"),
        ("fe80::1/64", ""),  # an IPv6 address of this scope is another matter
    ],
)
def test_local_scope(address: str, reason: str) -> None:
    """An IPv4 address whose scope is host or link is skipped."""
    assert reasons(f"nic ens3 {address} device") == [reason]


NIC = "nic ens3 10.0.0.5/24 2001:db8::5/64 device\nnic ens4 10.1.0.5/24 2001:db8:1::5/64 device\n"


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("default ens3 via 10.0.0.1\ndefault ens4 via 10.1.0.1", ["ens3", "ens4"]),  # of one metric
        ("default ens3 via 10.0.0.1 ens4 via 10.1.0.1", ["ens3", "ens4"]),  # nexthops of one route
        ("default ens3 via 10.0.0.1 metric 5\ndefault ens4 via 10.1.0.1 metric 4", ["ens4"]),
        ("default -6 ens3 via fe80::1\ndefault -6 ens4 via fe80::1", ["ens3", "ens4"]),
        ("default -6 ens3 via fe80::1\ndefault -6 ens4 via fe80::1 pref high", ["ens4"]),
        ("default -6 ens3 via fe80::1 pref low\ndefault -6 ens4 via fe80::1", ["ens4"]),
        ("default -6 ens3 via fe80::1 metric 9 pref low\ndefault -6 ens4 via fe80::1 pref high", ["ens3"]),
        ("default -6 ens3 via fe80::1 metric 9 expired\ndefault -6 ens4 via fe80::1", ["ens4"]),
        ("default ens3 via 10.0.0.1 dead\ndefault ens4 via 10.1.0.1 metric 9", ["ens4"]),
        ("default ens3 via 10.1.0.5\ndefault ens4 via 10.1.0.1 metric 9", ["ens4"]),  # to itself
        ("default ens3 via 10.0.0.1\ndefault ens4 via 10.1.0.1 table 100", ["ens3"]),
        ("default ens4 via 10.1.0.1 table 253", ["ens4"]),  # the kernel's own way out
    ],
)
def test_default_routes_that_count(routes: str, expected: list[str]) -> None:
    """The best of the main table count of those that the kernel may take; each nexthop is one."""
    assert [route.interface for route in eligibility(NIC + routes).default_routes] == expected


def test_link_local_gateway_of_another_interface() -> None:
    """fe80::1 on another interface of the host is not the router's fe80::1; on the same one it is the host itself."""
    layout = f"{NIC}bridge docker0 fe80::1/64\ndefault -6 ens3 via fe80::1"
    assert [route.interface for route in eligibility(layout).default_routes] == ["ens3"]
    assert eligibility(layout.replace("2001:db8::5/64", "2001:db8::5/64 fe80::1/64")).default_routes == []


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("way 192.0.43.8 ens3 10.0.0.5", [("ens3", "10.0.0.1", "")]),  # as the main table has it
        ("way 192.0.43.8 tun0 10.8.0.5", [("ens3", "10.0.0.1", "")]),  # a tunnel tells nothing
        ("way 192.0.43.8 10.0.0.5", [("ens3", "10.0.0.1", "")]),  # this host itself
        ("internet ens4 via 10.1.0.1", [("ens3", "10.0.0.1", ""), ("ens4", "10.1.0.1", "")]),
        ("internet ens4 via 10.1.0.5", [("ens3", "10.0.0.1", "")]),  # a gateway that is the host itself
        (  # the source is that of the route it takes
            "default ens4 via 10.1.0.1 table 100 src 10.1.0.5\ninternet ens4 via 10.1.0.1",
            [("ens3", "10.0.0.1", ""), ("ens4", "10.1.0.1", "10.1.0.5")],
        ),
        (  # and not that of another one by the same gateway
            "default ens4 via 10.1.0.1 table 100 src 10.1.0.9\ndefault ens4 via 10.1.0.1 table 101 src 10.1.0.5\n"
            "internet ens4 via 10.1.0.1",
            [("ens3", "10.0.0.1", ""), ("ens4", "10.1.0.1", "10.1.0.5")],
        ),
    ],
)
def test_kernels_own_way_out(way: str, expected: list[tuple[str, str, str]]) -> None:
    """Where the kernel leads out by another eligible interface than the main table, that is a default route, too."""
    layout = f"{NIC}tun tun0 10.8.0.5/24\ndefault ens3 via 10.0.0.1\n{way}"
    assert [(r.interface, r.gateway, r.source) for r in eligibility(layout).default_routes] == expected


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("nic ens3 203.0.113.5/24 device\nnic ens4 1.1.1.1/24 device\ndefault ens3", ["1.1.1.1"]),
        ("nic ens3 203.0.113.5/24 device\nnic ens4 1.1.1.1/24 device", []),  # no default route
        ("nic ens3 10.0.0.5/24 device\nnic ens4 11.0.0.1/24 10.1.0.5/24 device\ndefault ens3", ["11.0.0.1"]),
        ("nic ens3 203.0.113.5/24 device\nnic ens4 1.1.1.1/24 device\ndefault ens3\ndefault ens4 metric 9", []),
        ("nic ens3 203.0.113.5/24 device\nnic ens4 1.1.1.1/24 device\ndefault ens3\ndefault ens4 table 100", []),
        ("nic ens3 device\nnic ens4 1.1.1.1/24 device\ndefault ens3", []),  # an uplink without an address
        ("nic ens3 169.254.0.5/16 device\nnic ens4 1.1.1.1/24 device\ndefault ens3", []),
        ("nic ens3 10.0.0.5/24 device\nlo 203.0.113.5/32\ndefault ens3 src 203.0.113.5", []),
        ("nic ens3 10.0.0.5/24 device\nlo 203.0.113.5/32\ndefault ens3", ["203.0.113.5"]),
        ("nic ens3 fe80::5/64 device\nlo 2001:db8::5/128\ndefault -6 ens3", []),
        ("nic ens3 2001:db8::5/64 device\nnic ens4 2001:db8:1::5/64 device\ndefault -6 ens3", ["2001:db8:1::5"]),
        ("nic ens3 2001:db8::5/64 device\nnic ens4 1.1.1.1/24 device\ndefault -6 ens3", []),  # of the other family
    ],
)
def test_no_way_out(layout: str, expected: list[str]) -> None:
    """A public address has no way out where all default routes of its family are on other interfaces."""
    found = eligibility(layout)
    assert [address.text for address in found.host.addresses if found.has_no_way_out(address)] == expected


def test_anchor() -> None:
    """An anchor is an address of 10.0.0.0/8 with a /16, beside a public IPv4 address on the same interface."""
    found = eligibility(
        """
        nic eth0 203.0.113.5/24 10.18.0.12/16 10.19.0.12/24 172.16.0.12/16 device
        nic eth1 10.20.0.12/16 2001:db8::5/64 device
        """
    )
    assert [address.text for address in found.host.addresses if found.is_anchor(address)] == ["10.18.0.12"]


def test_point_to_point_link() -> None:
    """A link of PPP leads to one other host."""
    found = eligibility("nic ppp0 10.64.0.9/32 type=512 device\nnic ens3 10.0.0.5/24 device")
    assert [found.is_point_to_point(address) for address in found.host.addresses] == [True, False]


@pytest.mark.parametrize(
    ("address", "gateway", "expected"),
    [
        *((f"10.0.{n}.15/24", f"10.0.{n}.2", 2 <= n <= 9) for n in (1, 2, 3, 9, 10)),
        ("10.0.2.15/24", "10.0.2.1", False),
        ("10.0.2.15/24", "10.0.3.2", False),
        ("10.0.2.16/24", "10.0.2.2", False),
        ("192.168.121.77/24", "192.168.121.1", True),
        ("192.168.122.77/24", "192.168.122.1", True),
        ("192.168.122.77/24", "192.168.122.254", False),
        ("192.168.123.77/24", "192.168.123.1", False),
        ("192.168.64.77/24", "192.168.64.1", True),
        ("10.211.55.77/24", "10.211.55.1", True),
        ("192.168.127.77/24", "192.168.127.1", True),
    ],
)
def test_behind_a_hypervisors_nat(address: str, gateway: str, expected: bool) -> None:
    """An address is behind a hypervisor's NAT where it and the gateway of its interface are those of one."""
    found = eligibility(f"nic eth0 {address} device\nnic eth1 10.0.2.15/24 device\ndefault eth0 via {gateway}")
    assert [found.is_behind_hypervisor(a) for a in found.host.addresses] == [expected, False]


def test_exclusions_have_names_of_their_own() -> None:
    """No two reasons read alike, and those that overrule others are among them."""
    texts = [reason.text for reason in rules.EXCLUSIONS]
    assert len(set(texts)) == len(texts)
    assert {*rules.EVEN_IF_NAMED, *rules.OVERRULED_BY_ROUTES} <= set(rules.EXCLUSIONS)
    assert not set(rules.EVEN_IF_NAMED) & set(rules.OVERRULED_BY_ROUTES)


def test_without_address_of_the_family() -> None:
    """An interface with an address that is not ready has one; an interface without any of the family has none."""
    host = parse_layout("nic eth0 10.0.0.5/24 2001:db8::1/64,tentative device\nnic eth1 device").host
    assert Eligibility(host).without_address("ipv6") == ["eth1"]
