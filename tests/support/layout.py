"""A host written down in lines: as facts for the pure core, and as commands that lay it out in a container.

    nic eth0 104.130.0.127/24 2001:db8::1/64,deprecated 10.0.0.1/24@eth0:1      a NIC, with addresses
    bridge br0 10.20.30.40/24 over=eno1                                        likewise tun, tap, vxlan, macvlan
    lo 10.244.0.1/32                                                           more addresses on the loopback interface
    default eth0 via 104.130.0.1 metric 100 src 104.130.0.127                  a default route (-6 without a gateway)
    default eth0 via 10.0.0.1 eth1 via 10.0.0.2                                of several nexthops
    default -4 eth0 via inet6 fe80::1                                          an IPv4 route by an IPv6 gateway
    route 10.176.0.0/12 eth1 via 10.208.0.1                                    another route of the main table
    default eth1 via 10.0.0.1 table 100                                        one of another table
    way 10.9.9.9 eth1 10.208.1.5                                               by which interface and source the kernel
                                                                               reaches an address with these routes
    internet eth1 via 10.0.0.1 src 10.0.0.7                                    by which it leads out, where that is not
                                                                               by the default route of the main table;
                                                                               or `internet tun0 -6`, `internet none -4`

What a line may say about an interface: `down`, `nocarrier` (`carrier` of a bridge without ports, or a tunnel),
`over=NAME,…` (what it is built on), `altname=NAME,…`, and, for the pure core alone, since a namespace cannot show it,
`device`, `type=NUMBER`, `kind=WORD`. About an address: `deprecated`, `tentative`, `lease`, `mngtmpaddr` (others are
derived from it), `link` and `host` (its scope), and for the pure core alone `temporary`, `optimistic`, `dadfailed`.
About a route, for the pure core alone: `pref high` or `pref low` of an IPv6 router, `dead`, `expired`. A line
`known` says that the network is known as a host's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface, ip_network

from racknet.core.facts import (
    DADFAILED,
    DEPRECATED,
    MAIN_TABLE,
    OPTIMISTIC,
    PERMANENT,
    SCOPE_HOST,
    SCOPE_LINK,
    TEMPORARY,
    TENTATIVE,
    Address,
    Host,
    Interface,
    Route,
    Way,
)
from racknet.core.known import INTERNET

FLAGS = {
    "": PERMANENT,
    "deprecated": PERMANENT | DEPRECATED,
    "tentative": PERMANENT | TENTATIVE,
    "lease": 0,
    "mngtmpaddr": 0,
    "temporary": TEMPORARY,
    "optimistic": PERMANENT | TENTATIVE | OPTIMISTIC,
    "dadfailed": PERMANENT | TENTATIVE | DADFAILED,
}
KINDS = {  # link type, kind
    "nic": (1, "veth"),
    "bridge": (1, "bridge"),
    "tun": (65534, "tun"),
    "tap": (1, "tun"),
    "vxlan": (1, "vxlan"),
    "macvlan": (1, "macvlan"),
}
PURE_WORDS = {"device", "known"}
PURE_KEYS = {"type", "kind"}
PURE_FLAGS = {"temporary", "optimistic", "dadfailed"}
SCOPES = {"link": SCOPE_LINK, "host": SCOPE_HOST}
PRIVATE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]
TABLES = {"main": MAIN_TABLE, "default": 253}
ROUTER_PREFERENCES = {"high": 1, "medium": 0, "low": -1}

PRELUDE = """\
set -e
ip netns add wire
ip link set lo up
for all in all default; do
  sysctl -qw net.ipv6.conf.$all.disable_ipv6=0 net.ipv6.conf.$all.accept_dad=0 net.ipv6.conf.$all.addr_gen_mode=1
done
"""


@dataclass
class Layout:
    """The lines, parsed: facts, commands, and whether only the pure core can show all of it."""

    interfaces: dict[str, Interface] = field(default_factory=lambda: {"lo": Interface("lo", link_type=772)})
    addresses: list[Address] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    ways: dict[str, Way | None] = field(default_factory=dict)
    known: bool = False
    pure: bool = False
    commands: list[str] = field(default_factory=list)

    @property
    def host(self) -> Host:
        """The host as `racknet.host` would read it."""
        interfaces = list(self.interfaces.values())
        routes = [route for route in self.routes if _is_read(route)]
        ways = {address: self._way_out(family) for family, address in INTERNET.items()} | self.ways
        return Host(interfaces, self.addresses, routes, known_host=self.known, ways=ways)

    def _way_out(self, family: str) -> Way | None:
        """Return the way that the kernel takes to the Internet where no rules say otherwise."""
        target = ip_address(INTERNET[family])
        everything = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}[family]
        routes = [
            route
            for route in self.routes
            if route.family == family
            and not route.state
            and self.interfaces[route.interface].up
            and target in ip_network(route.destination or everything)
        ]
        for table in TABLES.values():
            found = [route for route in routes if route.table == table]
            found.sort(key=lambda r: (-ip_network(r.destination or everything).prefixlen, r.metric, -r.preference))
            if found:
                first = [a.text for a in self.addresses if (a.family, a.interface) == (family, found[0].interface)]
                return Way(found[0].interface, found[0].source or next(iter(first), ""), found[0].gateway)
        return None

    @property
    def script(self) -> str:
        """The commands, for a privileged container without a network."""
        return PRELUDE + "\n".join(self.commands) + "\n"


def parse_layout(text: str) -> Layout:
    """Parse the lines of a layout."""
    layout = Layout()
    for line in filter(str.strip, text.splitlines()):
        verb, *words = line.partition("#")[0].split()
        layout.pure = layout.pure or verb in PURE_WORDS
        if verb == "known":
            layout.known = True
        elif verb == "lo":
            for word in words:
                _add_address(layout, "lo", word)
        elif verb == "way":
            layout.ways[words[0]] = Way("", words[1]) if len(words) == 2 else Way(words[1], words[2])
        elif verb == "internet":
            _add_way_out(layout, words)
        elif verb == "default":
            _add_route(layout, "", words)
        elif verb == "route":
            _add_route(layout, words[0], words[1:])
        else:
            _add_interface(layout, verb, words)
    return layout


def _add_interface(layout: Layout, verb: str, words: list[str]) -> None:
    name, *rest = words
    keys = dict(word.split("=", 1) for word in rest if "=" in word)
    plain = [word for word in rest if word in ("down", "carrier", "nocarrier", "device")]
    addresses = [word for word in rest if "/" in word and "=" not in word]
    assert len(keys) + len(plain) + len(addresses) == len(rest), f"{name}: not understood: {rest}"
    layout.pure = layout.pure or bool(PURE_KEYS & set(keys)) or "device" in plain
    over = tuple(keys["over"].split(",")) if "over" in keys else ()
    alternative_names = tuple(keys["altname"].split(",")) if "altname" in keys else ()
    link_type, kind = KINDS[verb]
    layout.interfaces[name] = Interface(
        name,
        up="down" not in plain,
        has_carrier=_has_carrier(layout, verb, plain, over),
        link_type=int(keys.get("type", link_type)),
        kind=keys.get("kind", kind),
        has_device="device" in plain,
        lower=over,
        alternative_names=alternative_names,
    )
    n = len(layout.interfaces)
    create = {
        "nic": f"ip link add {name} type veth peer name w{n} netns wire && ip -n wire link set w{n} up",
        "bridge": f"ip link add {name} type bridge",
        "tun": f"ip tuntap add {name} mode tun",
        "tap": f"ip tuntap add {name} mode tap",
        "vxlan": f"ip link add {name} type vxlan id {n} dstport 4789",
        "macvlan": f"ip link add {name} link {over[0] if over else '-'} type macvlan mode bridge",
    }[verb]
    if "nocarrier" in plain:
        create = create.partition(" && ")[0]
    layout.pure = layout.pure or "carrier" in plain or ("nocarrier" in plain and verb != "nic")
    layout.commands.append(create)
    if verb == "bridge":
        layout.commands += [f"ip link set {port} master {name}" for port in over]
    layout.commands += [f"ip link property add dev {name} altname {each}" for each in alternative_names]
    layout.commands.append(f"ip link set {name} up")
    for word in addresses:
        _add_address(layout, name, word)
    if "down" in plain:
        layout.commands.append(f"ip link set {name} down")


def _has_carrier(layout: Layout, verb: str, plain: list[str], over: tuple[str, ...]) -> bool:
    """Return whether an interface has a carrier: a bridge has that of its ports, a tunnel that of its program."""
    if {"down", "nocarrier"} & set(plain):
        return False
    if verb == "bridge" and "carrier" not in plain:
        return any(layout.interfaces[name].has_carrier for name in over if name in layout.interfaces)
    return verb not in ("tun", "tap") or "carrier" in plain


def _add_way_out(layout: Layout, words: list[str]) -> None:
    """Let the kernel lead out by an interface, without a route that the rules look at: by a host route."""
    name, options = words[0], dict(zip(words[1::2], words[2::2], strict=False))
    gateway = options.get("via", "")
    family = "ipv6" if ":" in gateway or "-6" in words else "ipv4"
    target = INTERNET[family]
    first = next((a.text for a in layout.addresses if (a.family, a.interface) == (family, name)), "")
    source = options.get("src", first)
    layout.ways[target] = None if name == "none" else Way(name, source, gateway)
    way = f"unreachable {target}" if name == "none" else f"{target} dev {name}"
    way += f" via {gateway} onlink" if gateway else ""
    layout.commands.append(f"ip route add {way}{f' src {source}' if 'src' in options else ''}")


def _is_read(route: Route) -> bool:
    """Return whether the reader keeps a route: default routes, and those of the main table to wide private blocks."""
    if not route.destination:
        return True
    return route.table == MAIN_TABLE and is_wide_private(route.destination)


def is_wide_private(destination: str) -> bool:
    """Return whether a block is private and wide, by Python's own ipaddress."""
    block = ip_network(destination)
    private = [each for each in PRIVATE if each.version == block.version]
    return block.prefixlen <= 16 and any(block.subnet_of(each) for each in private)  # type: ignore[arg-type]


def _add_address(layout: Layout, name: str, word: str) -> None:
    written, _, label = word.partition("@")
    cidr, _, flag = written.partition(",")
    interface = ip_interface(cidr)
    family = f"ipv{interface.version}"
    text, length = str(interface.ip), interface.network.prefixlen
    scope = SCOPES.get(flag, SCOPE_LINK if interface.ip.is_link_local and family == "ipv6" else 0)
    flags = FLAGS["" if flag in SCOPES else flag] if family == "ipv6" else DEPRECATED * (flag == "deprecated")
    layout.addresses.append(
        Address(name, family, text, int(interface.ip), length, label=label, flags=flags, scope=scope)
    )
    layout.pure = layout.pure or flag in PURE_FLAGS
    add = f"ip addr add {cidr} dev {name}" + (f" label {label}" if label else "")
    add += f" scope {flag}" if flag in SCOPES else ""
    if family == "ipv4":
        layout.commands.append(f"{add} preferred_lft 0" if flag == "deprecated" else add)
    elif flag == "tentative":
        layout.commands.append(f"sysctl -qw net.ipv6.conf.{name}.accept_dad=1 net.ipv6.conf.{name}.dad_transmits=200")
        layout.commands.append(add)
    elif flag == "mngtmpaddr":
        layout.commands.append(f"sysctl -qw net.ipv6.conf.{name}.use_tempaddr=2")
        layout.commands.append(f"{add} nodad mngtmpaddr valid_lft 86400 preferred_lft 14400")
        temporary = (int(interface.ip) >> 64 << 64) + 0x1234
        derived = str(ip_interface(temporary).ip)
        layout.addresses.append(Address(name, family, derived, temporary, 64, flags=TEMPORARY))
    else:
        lifetimes = {"deprecated": " preferred_lft 0", "lease": " valid_lft 3600 preferred_lft 3600"}.get(flag, "")
        layout.commands.append(f"{add} nodad{lifetimes}")


def _add_route(layout: Layout, destination: str, words: list[str]) -> None:
    options: dict[str, str] = {}
    hops: list[tuple[str, str]] = []  # interfaces and gateways
    rest = [word for word in words if word not in ("-4", "-6", "inet6")]
    while rest:
        word = rest.pop(0)
        if word in ("metric", "table", "src", "pref"):
            layout.pure = layout.pure or word == "pref"
            options[word] = rest.pop(0)
        elif word == "via":
            hops[-1] = (hops[-1][0], rest.pop(0))
        elif word in ("blackhole", "unreachable", "prohibit"):
            options["type"] = word
        elif word in ("dead", "expired"):
            options["state"] = word
            layout.pure = True
        else:
            hops.append((word, ""))
    is_ipv6 = "-6" in words or any(":" in gateway for _, gateway in hops) or ":" in destination
    family = "ipv6" if is_ipv6 and "-4" not in words else "ipv4"
    metric = int(options.get("metric", "1024" if family == "ipv6" else "0"))
    table = options.get("table", "main")
    if "type" not in options:
        layout.routes += [
            Route(
                family,
                name,
                metric,
                gateway,
                source=options.get("src", ""),
                destination=destination,
                table=TABLES[table] if table in TABLES else int(table),
                preference=ROUTER_PREFERENCES[options.get("pref", "medium")],
                state=options.get("state", ""),
            )
            for name, gateway in hops
        ]
    verb = "append" if family == "ipv4" else "add"  # a second route of one metric, too
    ip = f"ip -{family[-1]} route {verb} {options.get('type', '')} {destination or 'default'}".replace("  ", " ")
    tail = (
        "".join(f" {name} {options[name]}" for name in ("table", "src", "pref") if name in options)
        + f" metric {metric}"
    )
    via = "via inet6" if "inet6" in words else "via"
    nexthops = [f"{via} {gateway} dev {name} onlink" if gateway else f"dev {name}" for name, gateway in hops]
    if len(hops) > 1:
        layout.commands.append(ip + tail + "".join(f" nexthop {hop}" for hop in nexthops))
    else:
        # The kernel takes no gateway of its own: such a route was there before the address.
        own = f"ip addr add {hops[0][1] if hops and hops[0][1] else None}/"
        places = [n for n, command in enumerate(layout.commands) if command.startswith(own)]
        place = places[0] if places else len(layout.commands)
        layout.commands.insert(place, f"{ip} {' '.join(nexthops)}{tail}")
