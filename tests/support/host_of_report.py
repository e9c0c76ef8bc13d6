"""Turn a file of `racknet report` into a row of tests/hosts/, with today's answers: host_of_report.py FILE [NAME].

Check the answers, say in `why` what is right where one is wrong, and add the row.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from racknet.core.facts import (
    DADFAILED,
    DEPRECATED,
    OPTIMISTIC,
    PERMANENT,
    TEMPORARY,
    TENTATIVE,
    Address,
    Host,
    Interface,
    Route,
    Way,
)
from racknet.core.known import INTERNET, LOOPBACK_TYPE
from racknet.core.matching import parse_address
from support.layout import ROUTER_PREFERENCES, SCOPES, TABLES, parse_layout
from support.queries import FOUR, answer_of

MANAGES_TEMPORARY = 0x100  # IFA_F_MANAGETEMPADDR
VERBS = {("bridge", 1): "bridge", ("tun", 65534): "tun", ("tun", 1): "tap", ("vxlan", 1): "vxlan"}


def read_report(text: str) -> Host:
    """Return the host of a report."""
    report = json.loads(text)
    interfaces = [
        Interface(**{**fields, **{name: tuple(fields.get(name, ())) for name in ("lower", "alternative_names")}})
        for fields in report["interfaces"]
    ]
    addresses = [_make_address(**fields) for fields in report["addresses"]]
    routes = [Route(**fields) for fields in report["routes"]]
    ways = {to: way and Way(**way) for to, way in report["ways"].items()}
    return Host(interfaces, addresses, routes, known_host=report["known_host"], ways=ways)


def _make_address(interface: str, family: str, address: str, prefix_length: int, **more: Any) -> Address:
    return Address(interface, family, address, parse_address(family, address), prefix_length, **more)


def layout_of(host: Host) -> str:
    """Return the lines of a host: what parse_layout makes the same host of."""
    lines = ["known"] if host.known_host else []
    lines += [" ".join(_interface_words(host, interface)) for interface in _in_order(host)]
    lines += [line for line in map(" ".join, _route_lines(host)) if line]
    text = "\n".join(filter(None, lines)) + "\n"
    ways = parse_layout(text).host.ways
    for family, address in INTERNET.items():
        way, other = host.ways.get(address), ways[address]
        if way is None and other is not None:
            text += f"internet none -{family[-1]}\n"
        elif way and (other is None or _parts(way) != _parts(other)):
            via = f"via {way.gateway}" if way.gateway else f"-{family[-1]}"
            text += f"internet {way.interface} {via}{f' src {way.source}' if way.source else ''}\n"
    return text


def _parts(way: Way) -> tuple[str, str, str]:
    return way.interface, way.gateway, way.source


def _in_order(host: Host) -> list[Interface]:
    """Return the interfaces, each after those that it is built on."""
    left, placed = list(host.interfaces.values()), []
    while left:
        ready = [i for i in left if not {other.name for other in left if other is not i} & set(i.lower)]
        placed += ready or left
        left = [i for i in left if i not in placed]
    return placed


def _interface_words(host: Host, interface: Interface) -> Iterator[str]:
    addresses = [_address_word(host, a) for a in host.addresses if a.interface == interface.name]
    addresses = list(filter(None, addresses))
    if interface.link_type == LOOPBACK_TYPE:
        addresses = [word for word in addresses if word not in ("127.0.0.1/8,host", "::1/128,host")]
        yield from ["lo", *addresses] if addresses else []
        return
    verb = VERBS.get((interface.kind, interface.link_type), "nic")
    verb = "macvlan" if interface.kind == "macvlan" and interface.lower else verb
    yield from (verb, interface.name, *addresses)
    if verb == "nic":
        yield from [f"type={interface.link_type}"] if interface.link_type != 1 else []
        yield from [f"kind={interface.kind}"] if interface.kind not in ("", "veth") else []
    yield from [f"over={','.join(interface.lower)}"] if interface.lower else []
    yield from [f"altname={','.join(interface.alternative_names)}"] if interface.alternative_names else []
    yield from ["device"] if interface.has_device else []
    yield from ["down"] if not interface.up else []
    plain = parse_layout(f"nic {interface.name}" if verb == "nic" else f"{verb} {interface.name} down")
    usual = plain.interfaces[interface.name].has_carrier or bool(interface.lower and verb == "bridge")
    if interface.up and interface.has_carrier != usual:
        yield "carrier" if interface.has_carrier else "nocarrier"


def _address_word(host: Host, address: Address) -> str:
    """Return an address with its flags, "" where the kernel derives it from another."""
    known = PERMANENT | TEMPORARY | DEPRECATED | TENTATIVE | OPTIMISTIC | DADFAILED
    flags, flag = address.flags & known, ""
    if address.family == "ipv6":
        beside = [a for a in host.addresses if a.interface == address.interface and a.flags & MANAGES_TEMPORARY]
        if flags & TEMPORARY and beside:
            return ""
        if address.flags & MANAGES_TEMPORARY:
            flag = "mngtmpaddr"
        elif flags & DADFAILED:
            flag = "dadfailed"
        elif flags & TENTATIVE:
            flag = "optimistic" if flags & OPTIMISTIC else "tentative"
        else:
            flag = {TEMPORARY: "temporary", 0: "lease", PERMANENT: ""}.get(flags & ~DEPRECATED, "")
            flag = "deprecated" if flags & DEPRECATED else flag
    elif flags & DEPRECATED:
        flag = "deprecated"
    scope = next((word for word, number in SCOPES.items() if number == address.scope), "")
    if scope and not address.text.startswith("fe80:"):
        flag = scope
    label = f"@{address.label}" if address.label else ""
    return f"{address.text}/{address.prefix_length}{f',{flag}' if flag else ''}{label}"


def _route_lines(host: Host) -> Iterator[list[str]]:
    """Yield the words of each route; nexthops that differ in nothing else stand in one line."""
    groups: dict[tuple[object, ...], list[Route]] = {}
    for r in host.routes:
        key = r.family, r.destination, r.metric, r.source, r.table, r.preference, r.state
        groups.setdefault(key, []).append(r)
    for first, *others in groups.values():
        words = ["route", first.destination] if first.destination else ["default"]
        is_ipv6, gateways = first.family == "ipv6", [route.gateway for route in (first, *others)]
        if is_ipv6 and not any(gateways):
            words.append("-6")
        if not is_ipv6 and any(":" in gateway for gateway in gateways):
            words.append("-4")
        for route in (first, *others):
            inet6 = ["inet6"] if ":" in route.gateway and not is_ipv6 else []
            words += [route.interface, *(["via", *inet6, route.gateway] if route.gateway else [])]
        if first.metric != (1024 if is_ipv6 else 0):
            words += ["metric", str(first.metric)]
        words += ["src", first.source] if first.source else []
        tables = {number: word for word, number in TABLES.items()}
        words += ["table", tables.get(first.table, str(first.table))] if first.table != TABLES["main"] else []
        preferences = {number: word for word, number in ROUTER_PREFERENCES.items()}
        words += ["pref", preferences[first.preference]] if first.preference else []
        yield [*words, *([first.state] if first.state else [])]


def format_row(name: str, host: Host) -> str:
    """Return the row of a host, with today's answers."""
    answers = {line: answer_of(host, line) for line in FOUR}
    networks = [
        f'{network} = {{ ipv4 = "{answers[f"{network} ipv4"]}", ipv6 = "{answers[f"{network} ipv6"]}" }}\n'
        for network in ("public", "service")
    ]
    return f'[[host]]\nname = "{name}"\nlayout = """\n{layout_of(host)}"""\n{"".join(networks)}'


if __name__ == "__main__":
    path = Path(sys.argv[1])
    print(format_row(sys.argv[2] if len(sys.argv) > 2 else path.stem, read_report(path.read_text())), end="")
