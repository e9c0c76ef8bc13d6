"""Which addresses and interfaces of a host are eligible. The table of hosts has the answers; here is the rest."""

from __future__ import annotations

from support.cases import cases
from support.layout import parse_layout
from support.queries import answer_of, make_query

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


@cases(
    "layout families",
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
)
def test_host_that_awaits_an_address(layout: str, families: list[str]) -> None:
    """An address may still come where there is no default route, or where a physical interface has no address."""
    found = eligibility(layout)
    assert [family for family in ("ipv4", "ipv6") if found.awaits_address(family)] == families


@cases(
    "layout expected",
    ("nic eth0 10.0.0.5/24", False),
    ("nic eth0 10.0.0.5/24\nnic tun0 10.8.0.1/24", False),
    ("nic eth0 10.0.0.5/24 kind=netkit", False),
    ("known\nnic eth0 10.0.0.5/24", True),
    ("nic eth0 10.0.0.5/24 device", True),
    ("nic eth0 10.0.0.5/24\nbridge mine", True),
    ("nic eth0 10.0.0.5/24\nnic docker0 down", True),
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


NIC = "nic ens3 10.0.0.5/24 2001:db8::5/64 device\nnic ens4 10.1.0.5/24 2001:db8:1::5/64 device\n"


@cases(
    "routes expected",
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
)
def test_default_routes_that_count(routes: str, expected: list[str]) -> None:
    """The best of the main table count of those that the kernel may take; each nexthop is one."""
    assert [route.interface for route in eligibility(NIC + routes).default_routes] == expected
