"""What holds on any host: the pure core on generated hosts, beside an oracle that was written on its own."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.oracle import Oracle, class_of
from support.queries import FOUR, answer_of, make_query

from racknet.core import facts
from racknet.core.facts import BITS, Address, Host, Interface, Route, Way
from racknet.core.inventory import take_inventory
from racknet.core.known import INTERNET
from racknet.core.selection import select_address

NICS = "eth0 eth1 eth10 ens3 enp5s0f1 bond0.101 bond0.401 vlan0 vlan1 green0 br-lan tunis usb0".split()
CONTAINER = "docker0 br-0123456789ab veth1a2b cni0 cali12 flannel.1 kube-ipvs0 virbr0 vnet3 lxdbr0".split()
TUNNELS = "tun0 tap1 wg0 gre1 sit0 tailscale0 ztabc dummy0 vxlan42".split()
ODD = [  # link type, kind, whether it has a device
    *[(n, "", False) for n in (768, 776, 823, 65534, 512)],
    *[(1, kind, False) for kind in ("vxlan", "wireguard", "gretap", "netkit", "ipvlan")],
    (65534, "", True),
    (512, "", True),
]
BLOCKS = {
    "ipv4": "203.0.113.0/24 203.0.113.0/24 203.0.113.0/24 198.51.100.0/24 172.32.0.0/16 10.1.0.0/16 10.1.0.0/16 "
    "10.176.0.0/12 10.208.0.0/12 10.192.0.0/12 10.0.2.0/28 10.0.2.14/31 192.168.0.0/16 192.168.121.0/24 "
    "192.168.122.0/24 100.64.0.0/10 169.254.0.0/16 169.254.0.0/16 198.18.0.0/15 127.0.0.0/8",
    "ipv6": "2001:db8::/64 2001:db8::/64 2a00:1::/64 2002::/16 2001::/32 fd00::/64 fd00::/64 fd00:1::/64 fe80::/64 "
    "2001:10::/28 ff00::/8 64:ff9b::/96",
}
LENGTHS = {"ipv4": [16, 24, 24, 32], "ipv6": [64, 64, 128]}
FLAGS = [
    *[facts.PERMANENT] * 4,
    facts.TEMPORARY,
    facts.DEPRECATED | facts.PERMANENT,
    0,
    facts.TENTATIVE | facts.PERMANENT,
    facts.TENTATIVE | facts.OPTIMISTIC,
    facts.TENTATIVE | facts.OPTIMISTIC | facts.DADFAILED,
]
GATEWAYS = {
    "ipv4": ["10.0.2.2", "10.0.2.1", "192.168.121.1", "203.0.113.1", "203.0.113.3", "10.1.0.2", "10.1.0.3", ""],
    "ipv6": ["fe80::1", "2001:db8::1", "2001:db8::2", "fd00::2", ""],
}
DESTINATIONS = [*[""] * 5, "10.176.0.0/12", "10.208.0.0/12", "10.176.0.0/13", "10.0.0.0/8"]
WHOLE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
TABLES = [*[facts.MAIN_TABLE] * 4, 100]


@st.composite
def addresses(draw: st.DrawFn, interface: str) -> Address:
    """An address of any class on an interface."""
    family = draw(st.sampled_from(["ipv4", "ipv4", "ipv6"]))
    block = ip_network(draw(st.sampled_from(BLOCKS[family].split())))
    ip = block[draw(st.integers(1, min(block.num_addresses - 1, 20)))]
    label = draw(st.sampled_from(["", "", f"{interface}:1", f"{interface}:2"])) if family == "ipv4" else ""
    flags = draw(st.sampled_from(FLAGS)) if family == "ipv6" else 0
    length, scope = draw(st.sampled_from(LENGTHS[family])), draw(st.sampled_from([0] * 9 + [facts.SCOPE_LINK]))
    return Address(interface, family, str(ip), int(ip), length, label=label, flags=flags, scope=scope)


@st.composite
def routes(draw: st.DrawFn, interfaces: list[str], found: list[Address]) -> Route:
    """A default route or one to ServiceNet, with any preferred source or none."""
    family, destination = draw(st.sampled_from(list(BITS))), draw(st.sampled_from(DESTINATIONS))
    family = "ipv4" if destination else family
    sources = [address.text for address in found if address.family == family]
    return Route(
        family,
        draw(st.sampled_from(interfaces)),
        draw(st.integers(0, 2)),
        draw(st.sampled_from(GATEWAYS[family])),
        source=draw(st.sampled_from(["", "", "10.77.0.1", *sources * 2])),
        destination=destination,
        table=facts.MAIN_TABLE if destination else draw(st.sampled_from(TABLES)),
        preference=draw(st.sampled_from([0, 0, 1])) if family == "ipv6" else 0,
        state=draw(st.sampled_from(["", "", "", "", "dead"])),
    )


@st.composite
def ways(draw: st.DrawFn, interfaces: list[str]) -> dict[str, Way | None]:
    """The kernel's own ways out: none, by a gateway, or to an address of its own."""
    found: dict[str, Way | None] = {}
    for family, target in INTERNET.items():
        way = Way(draw(st.sampled_from(["", *interfaces])), "", draw(st.sampled_from(GATEWAYS[family])))
        found[target] = draw(st.sampled_from([None, way]))
    return found


@st.composite
def contests(draw: st.DrawFn, names: list[str]) -> tuple[list[Address], list[Route]]:
    """A default route by the first of two NICs, and routes to all of a private block by the other or by both."""
    first, second = names[:2]
    made = [(first, "10.1.0.30"), (second, "192.168.0.30")]
    listed = [Route("ipv4", first, 0, "10.1.0.2")]
    for name in draw(st.sampled_from([[second], [second], [first, second]])):
        gateway, state = draw(st.sampled_from(["10.1.0.3", "10.1.0.3", ""])), draw(st.sampled_from(["", "", "dead"]))
        listed.append(Route("ipv4", name, 0, gateway, destination=draw(st.sampled_from(WHOLE)), state=state))
    return [Address(name, "ipv4", text, int(ip_address(text)), 24) for name, text in made], listed


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    """A host with NICs and what is built on them, container interfaces, tunnels and `lo`, all with addresses."""
    has_devices: bool = draw(st.sampled_from([True, True, True, False]))
    names = draw(st.lists(st.sampled_from(NICS), max_size=4, unique=True))
    up = st.sampled_from([True, True, True, True, False])
    interfaces = [Interface(name, has_device=has_devices, up=draw(up), has_carrier=draw(up)) for name in names]
    others = draw(st.lists(st.sampled_from([*CONTAINER, *TUNNELS]), max_size=3, unique=True))
    made = [Interface(name, up=draw(up)) for name in others]
    interfaces += [*made, Interface("lo", link_type=772)]
    odd: list[tuple[int, str, bool]] = draw(st.lists(st.sampled_from(ODD), max_size=2))
    for n, (link_type, kind, has_device) in enumerate(odd):
        is_device = has_device and has_devices
        interfaces.append(Interface(f"office{n}", link_type=link_type, kind=kind, has_device=is_device))
    ports = draw(
        st.lists(st.sampled_from([*names, *(n for n in others if n in CONTAINER)]), max_size=2, unique=True)
        if names or set(others) & set(CONTAINER)
        else st.just([])
    )
    interfaces.append(Interface("br0", kind="bridge", lower=tuple(ports)))
    if ports:
        interfaces.append(Interface("br0.7", kind="vlan", lower=("br0",)))
    present = [interface.name for interface in interfaces]
    found = [a for name in present for a in draw(st.lists(addresses(name), max_size=3, unique_by=lambda a: a.text))]
    listed = draw(st.lists(routes([*names * 3, *present], found), max_size=4))
    if len(names) > 1 and draw(st.integers(0, 3)) == 0:
        more, contesting = draw(contests(names))
        found, listed = sorted([*found, *more], key=lambda a: present.index(a.interface)), [*listed, *contesting]
    return Host(interfaces, found, listed, known_host=True, ways=draw(ways(names)))


def answers_of(host: Host) -> dict[str, str]:
    return {line: answer_of(host, line) for line in FOUR}


@settings(max_examples=1000, deadline=None)
@given(hosts())
def test_oracle(host: Host) -> None:
    """The core and the oracle answer alike."""
    oracle = Oracle(host)
    assert answers_of(host) == {line: oracle.answer(*line.split()) or "" for line in FOUR}
    strict = {line: answer_of(host, f"{line} --strict") for line in FOUR}
    assert strict == {line: oracle.answer(*line.split(), strict=True) or "" for line in FOUR}


@settings(max_examples=200, deadline=None)
@given(hosts(), st.randoms(use_true_random=False))
def test_order_does_not_matter(host: Host, random: Random) -> None:
    """The order in which interfaces and routes are listed does not change an answer."""
    interfaces, listed = list(host.interfaces.values()), host.routes[:]
    random.shuffle(interfaces)
    random.shuffle(listed)
    place = {interface.name: n for n, interface in enumerate(interfaces)}
    shuffled = sorted(host.addresses, key=lambda a: place[a.interface])
    assert answers_of(host) == answers_of(Host(interfaces, shuffled, listed, known_host=True, ways=host.ways))


@settings(max_examples=200, deadline=None)
@given(hosts(), st.data())
def test_made_interfaces_change_nothing(host: Host, data: st.DataObject) -> None:
    """A container interface or a tunnel of any name or kind, with any address and default route, changes no answer."""
    spare = [name for name in [*CONTAINER, *TUNNELS] if name not in host.interfaces]
    added = data.draw(
        st.sampled_from(
            [
                Interface(data.draw(st.sampled_from(spare))),
                Interface("odd", link_type=778),
                Interface("odd", kind="netkit"),
                Interface("odd", kind="vxlan", lower=tuple(host.interfaces)),
            ]
        )
    )
    address = data.draw(addresses(added.name))
    assume(address.text not in {route.source for route in host.routes})  # else it is a preferred source
    gateways = {route.gateway for route in host.routes} | {way.gateway for way in host.ways.values() if way}
    assume(address.text not in gateways)  # else a route leads to the host itself
    new = [
        Route(family, added.name, 0, "10.0.2.2", source=host.addresses[0].text if host.addresses else "")
        for family in BITS
    ]
    interfaces, found = [*host.interfaces.values(), added], [*host.addresses, address]
    more = Host(interfaces, found, [*host.routes, *new], known_host=True, ways=host.ways)
    assert answers_of(host) == answers_of(more)


@settings(max_examples=200, deadline=None)
@given(hosts())
def test_naming_the_interface_of_an_answer(host: Host) -> None:
    """An answer stays when its interface is named: what `--interface` leaves changes no fact about the host."""
    for line in FOUR:
        if address := select_address(host, make_query(line)).address:
            assert answer_of(host, f"{line} --interface {address.interface}") == address.text


@settings(max_examples=200, deadline=None)
@given(hosts(), st.data())
def test_excluded_answer(host: Host, data: st.DataObject) -> None:
    """An address that is excluded, or whose interface is, is never the answer."""
    line = data.draw(st.sampled_from(FOUR))
    if address := select_address(host, make_query(line)).address:
        assert answer_of(host, f"{line} --exclude {address.text}") != address.text
        other = select_address(host, make_query(f"{line} --exclude {address.interface}")).address
        assert other is None or other.interface != address.interface


@settings(max_examples=200, deadline=None)
@given(hosts())
def test_each_address_has_one_reason(host: Host) -> None:
    """In a selection each address of the family is a candidate or has one reason; in the list each has one line."""
    selections = [select_address(host, make_query(line)) for line in FOUR]
    for line, selection in zip(FOUR, selections, strict=True):
        found = [*selection.candidates, *(address for address, _ in selection.rejected)]
        assert sorted(map(id, found)) == sorted(id(a) for a in host.addresses if a.family == line.split()[1])
        assert all(reason.text for _, reason in selection.rejected)
    entries = take_inventory(host, selections)
    assert sorted(id(entry.address) for entry in entries) == sorted(map(id, host.addresses))
    assert all(entry.why for entry in entries)
    answered = [line for line, text in answers_of(host).items() if text]
    assert sorted(line for entry in entries for line in entry.answers) == answered


def test_classes_of_the_oracle() -> None:
    """The oracle's classes are those that the generator means: each block is of one class."""
    for family in BITS:
        for block in map(ip_network, BLOCKS[family].split()):
            assert len({class_of(str(ip_address(block[n]))) for n in (1, -1)}) == 1, block
