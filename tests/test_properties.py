"""What holds on any host: the pure rules over generated hosts, against a short oracle of another making."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from question import question

from racknet import rules
from racknet.classify import classify
from racknet.facts import BITS, DEPRECATED, PERMANENT, TEMPORARY, Address, Candidate, Host, Link, Route
from racknet.listing import rows
from racknet.patterns import number
from racknet.ranking import decided_by, rank

QUESTIONS = ["public ipv4", "public ipv6", "service ipv4", "service ipv6"]

CARDS = "eth0 eth1 eth10 ens3 enp5s0f1 bond0.101 bond0.401 vlan0 vlan1 green0 br-lan tunis".split()
PLUMBING = "docker0 br-0123456789ab veth1a2b cni0 cali12 flannel.1 kube-ipvs0 virbr0 vnet3 lxdbr0".split()
TUNNELS = "tun0 tap1 wg0 gre1 sit0 tailscale0 ztabc dummy0 vxlan42".split()
KINDS = [(768, ""), (776, ""), (65534, ""), (1, "vxlan"), (1, "wireguard")]

BLOCKS = {
    "ipv4": "203.0.113.0/24 198.51.100.0/24 172.32.0.0/16 10.176.0.0/12 10.208.0.0/12 10.192.0.0/12 10.0.2.0/28 "
    "192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 198.18.0.0/15 127.0.0.0/8",
    "ipv6": "2001:db8::/64 2a00:1::/64 2002::/16 2001::/32 fd00::/64 fe80::/64 2001:10::/28 ff00::/8 64:ff9b::/96",
}


@st.composite
def addresses(draw: st.DrawFn, interface: str) -> Address:
    """An address of any class on an interface."""
    family = draw(st.sampled_from(["ipv4", "ipv4", "ipv6"]))
    block = ip_network(draw(st.sampled_from(BLOCKS[family].split())))
    text = str(block[draw(st.integers(1, min(block.num_addresses - 1, 40)))])
    flags = (
        draw(st.sampled_from([PERMANENT, PERMANENT, TEMPORARY, DEPRECATED | PERMANENT, 0])) if family == "ipv6" else 0
    )
    length = draw(st.sampled_from([BITS[family], BITS[family] // 2 + 8]))
    return Address(interface, family, text, number(family, text), length, "", flags)


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    """A host with cards, what is over them, and plumbing of each name and kind, all with addresses; surely a host."""
    names = draw(st.lists(st.sampled_from(CARDS), max_size=4, unique=True))
    links = [Link(name, arphrd=1, device=True) for name in names]
    with_bridge: bool = draw(st.booleans())
    if links and with_bridge:
        links.append(Link("br0", arphrd=1, bridge=True, lower=(links[0].name,)))
    others = draw(st.lists(st.sampled_from([*PLUMBING, *TUNNELS]), max_size=3, unique=True))
    links += [Link(name, arphrd=1) for name in others]
    kinds: list[tuple[int, str]] = draw(st.lists(st.sampled_from(KINDS), max_size=2))
    for n, (arphrd, devtype) in enumerate(kinds):
        links.append(Link(f"office{n}", arphrd=arphrd, devtype=devtype))
    links.append(Link("guests", arphrd=1, bridge=True))
    links.append(Link("lo", arphrd=772))
    found = [a for link in links for a in draw(st.lists(addresses(link.name), max_size=2, unique_by=lambda a: a.text))]
    routes = [
        Route(
            draw(st.sampled_from(["ipv4", "ipv6"])), draw(st.sampled_from(links)).name, draw(st.integers(0, 2)), gateway
        )
        for gateway in draw(st.lists(st.sampled_from(["10.0.2.2", "10.0.2.1", ""]), max_size=3))
    ]
    return Host(links, found, routes, surely=True)


def told(host: Host, line: str) -> str | None:
    answer = classify(host, question(line)).answer
    return answer.text if answer else None


# --- The oracle: the same rules, written down anew over Python's own ipaddress and regular expressions.

NO_CARD = re.compile(
    r"docker.*|br-[0-9a-f]{12}|veth.*|cni.*|cali.*|flannel.*|kube-.*|virbr.*|vnet\d+|lxdbr.*|"
    r"(tun|tap|wg|gre|sit|dummy|vxlan)\d+|tailscale.*|zt.*|lo"
)
CLASSES = {
    "never": "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 224.0.0.0/3 "
    "2001:2::/48 2001:10::/28 2001:20::/28",
    "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7",
    "link-local": "fe80::/10",
    "public": "0.0.0.0/0 2000::/3",
}


def among(text: str, blocks: str) -> bool:
    return any(ip_address(text) in ip_network(block) for block in blocks.split())


def oracle(host: Host, network: str, family: str) -> str | None:
    """The answer, by the design read line by line."""

    def usable(link: Link, *, routed: bool) -> bool:
        kind = link.arphrd in (768, 776) or link.devtype in ("vxlan", "wireguard") or link.arphrd == 65534
        real = link.device or any(host.links[name].device for name in link.lower)
        return not NO_CARD.fullmatch(link.name) and not kind and (real or routed)

    default = {}
    for f in ("ipv4", "ipv6"):
        routes = [r for r in host.routes if r.family == f and usable(host.links[r.interface], routed=True)]
        default[f] = {r.interface for r in routes if r.metric == min(r.metric for r in routes)}
    routed = default["ipv4"] | default["ipv6"]
    seen = [a for a in host.addresses if usable(host.links[a.interface], routed=a.interface in routed)]

    def of(name: str, f: str) -> list[Address]:
        return [
            a
            for a in seen
            if a.family == f and next((c for c, b in CLASSES.items() if among(a.text, b)), "never") == name
        ]

    is_public = bool(of("public", "ipv4"))

    def best(candidates: list[Address], f: str) -> Address | None:
        def key(a: Address) -> tuple[bool, ...]:
            whole = a.prefix_length == BITS[f] and (f == "ipv4" or bool(a.flags & PERMANENT))
            last = (bool(a.flags & DEPRECATED), bool(a.flags & TEMPORARY))
            out = a.interface not in default[f]
            if network == "public":
                odd = f == "ipv6" and among(a.text, "2002::/16 2001::/32")
                return (out, a.interface not in ("eth0", "bond0.101", "vlan0"), *last, odd, whole)
            gateways = [r.gateway for r in host.routes if (r.family, r.interface) == ("ipv4", a.interface)]
            return (
                f == "ipv4" and among(a.text, "100.64.0.0/10"),
                a.text == "10.0.2.15" and "10.0.2.2" in gateways,
                is_public and not (f == "ipv4" and among(a.text, "10.176.0.0/12 10.208.0.0/12")),
                a.interface in {b.interface for b in of("public", f)},
                is_public and a.interface not in ("eth1", "bond0.401", "vlan1"),
                out,
                *last,
                whole,
            )

        first = [a for a in candidates if key(a) == min(map(key, candidates))]
        if len({a.interface for a in first}) != 1:
            return None
        return first[0] if f == "ipv4" else min(first, key=lambda a: a.number)

    if (network, family) == ("service", "ipv6") and of("private", "ipv4"):
        base = best(of("private", "ipv4"), "ipv4")
        there = [
            [a for a in of(name, "ipv6") if base and a.interface == base.interface]
            for name in ("private", "link-local")
        ]
        answer = best(there[0] or there[1], "ipv6")
    else:
        answer = best(of("public" if network == "public" else "private", family), family)
    return answer.text if answer else None


@settings(max_examples=400, deadline=None)
@given(hosts())
def test_oracle(host: Host) -> None:
    """The rules and the oracle answer alike."""
    for line in QUESTIONS:
        assert told(host, line) == oracle(host, *line.split()), line


@settings(max_examples=150, deadline=None)
@given(hosts(), st.randoms(use_true_random=False))
def test_order_does_not_matter(host: Host, random: Random) -> None:
    """The order in which interfaces and routes come does not change an answer."""
    links, routes = list(host.links.values()), host.routes[:]
    random.shuffle(links)
    random.shuffle(routes)
    place = {link.name: n for n, link in enumerate(links)}
    shuffled = Host(links, sorted(host.addresses, key=lambda a: place[a.interface]), routes, surely=True)
    assert [told(host, line) for line in QUESTIONS] == [told(shuffled, line) for line in QUESTIONS]


@settings(max_examples=150, deadline=None)
@given(hosts())
def test_answers_are_of_their_class(host: Host) -> None:
    """An answer is an address of the host, of its family and never of the other network's class."""
    for line in QUESTIONS:
        if text := told(host, line):
            network, family = line.split()
            assert (family, text) in {(a.family, a.text) for a in host.addresses}
            assert among(text, CLASSES["private"]) == (network == "service" and not among(text, CLASSES["link-local"]))
            assert not among(text, CLASSES["never"])


@settings(max_examples=150, deadline=None)
@given(hosts(), st.data())
def test_plumbing_changes_nothing(host: Host, data: st.DataObject) -> None:
    """Plumbing of any name or kind, with any address and default route, does not change an answer."""
    spare = [name for name in [*PLUMBING, *TUNNELS] if name not in host.links]
    name = data.draw(st.sampled_from(spare))
    added = data.draw(
        st.sampled_from([Link(name), Link("odd", arphrd=778), Link("odd", devtype="vxlan", lower=tuple(host.links))])
    )
    routes = [Route(family, added.name, 0, "10.0.2.2") for family in BITS]
    more = Host(
        [*host.links.values(), added],
        [*host.addresses, data.draw(addresses(added.name))],
        [*host.routes, *routes],
        surely=True,
    )
    assert [told(host, line) for line in QUESTIONS] == [told(more, line) for line in QUESTIONS]


@settings(max_examples=150, deadline=None)
@given(hosts())
def test_best_of_all(host: Host) -> None:
    """The first of all candidates is the answer, unless two interfaces are level."""
    for line in QUESTIONS:
        verdict = classify(host, question(line))
        if verdict.level:
            assert verdict.answer is None
        elif verdict.candidates:
            assert verdict.answer is verdict.candidates[0].address


@settings(max_examples=150, deadline=None)
@given(hosts())
def test_each_address_has_one_reason(host: Host) -> None:
    """In each verdict an address of the family is a candidate or has one reason; in the list it has one line."""
    for line in QUESTIONS:
        verdict = classify(host, question(line))
        told_of = [*(c.address for c in verdict.candidates), *(address for address, _ in verdict.others)]
        assert sorted(map(id, told_of)) == sorted(id(a) for a in host.addresses if a.family == line.split()[1])
        assert all(why for _, why in verdict.others)
    listed, is_host = rows(host, [question(line) for line in QUESTIONS])
    assert is_host
    assert sorted(id(row.address) for row in listed) == sorted(map(id, host.addresses))
    assert all(row.why for row in listed)
    assert sorted(line for row in listed for line in row.answers) == [line for line in QUESTIONS if told(host, line)]


def candidates(family: str) -> st.SearchStrategy[Candidate]:
    """A candidate on one of two interfaces, with any facts."""
    return st.builds(
        Candidate,
        st.sampled_from(["eth0", "eth1", "ens3"]).flatmap(addresses).filter(lambda a: a.family == family),
        passed_over=st.sampled_from(["", "tunnel"]),
        default_route=st.booleans(),
        gateways=st.sampled_from([(), ("10.0.2.2",)]),
        beside_public=st.booleans(),
        host_is_public=st.just(True),
    )


def swap(one: Any, other: Any, *names: str) -> None:
    for name in names:
        mine, its = getattr(one, name), getattr(other, name)
        setattr(one, name, its)
        setattr(other, name, mine)


FACTS = {  # what each preference looks at: of the candidate, of its address
    "not passed over, were it not for --interface": (["passed_over"], []),
    "default route of the family": (["default_route"], []),
    "interface named for PublicNet": ([], ["interface"]),
    "interface named for ServiceNet": ([], ["interface"]),
    "not deprecated": ([], ["flags"]),
    "not temporary": ([], ["flags"]),
    "not transitional": ([], ["number"]),
    "no host prefix": ([], ["prefix_length", "flags"]),
    "not in 100.64.0.0/10": ([], ["number", "text"]),
    "not a virtual machine monitor's NAT": (["gateways"], ["number", "text"]),
    "in a ServiceNet block": ([], ["number"]),
    "no public address on the interface": (["beside_public"], []),
}


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(["public", "service"]), st.data())
def test_explained_fact_decides(network: str, data: st.DataObject) -> None:
    """What is said to have decided has: with just that fact swapped, the other candidate is the first."""
    family = data.draw(st.sampled_from(["ipv4", "ipv6"]))
    pair = [data.draw(candidates(family)), data.draw(candidates(family))]
    assume(pair[0].address.interface != pair[1].address.interface)
    (first, second), level = rank(network, pair)
    assume(not level)
    decision = decided_by(network, first, second)
    before = [rule for rule in rules.PREFERENCES[network] if rule.name != decision]
    of_candidate, of_address = FACTS[decision]
    swap(first, second, *of_candidate)
    swap(first.address, second.address, *of_address)
    earlier = before[: [rule.name for rule in rules.PREFERENCES[network]].index(decision)]
    assume(all(rule.holds(first) == rule.holds(second) for rule in earlier))
    assert rank(network, pair)[0][0] is second


def test_every_preference_has_its_fact() -> None:
    """The test above knows all preferences."""
    assert {rule.name for preferences in rules.PREFERENCES.values() for rule in preferences} == set(FACTS)
