"""A host written down in lines: as facts for the pure rules, and as commands that lay it out in a container.

    nic eth0 104.130.0.127/24 2001:db8::1/64,deprecated 10.0.0.1/24@eth0:1      a card, with addresses
    bridge br0 10.20.30.40/24 over=eno1                                        likewise tun, tap, vxlan, macvlan
    default eth0 via 104.130.0.1 metric 100                                    a default route (-6: if no gateway tells)
    default eth0 via 10.0.0.1 eth1 via 10.0.0.2                                of several nexthops

What a line may say of a link: `down`, `nocarrier`, `over=LINK,…`, and, for the pure rules alone, since a namespace
cannot show it, `device`, `type=NUMBER`, `devtype=WORD`. Of an address: `deprecated`, `tentative`, `lease`, `mngtmpaddr`
(others are derived from it), and for the pure rules alone `temporary`, `optimistic`, `dadfailed`. A line `surely` says
that the network is known for a host's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_interface

from racknet.facts import DADFAILED, DEPRECATED, OPTIMISTIC, PERMANENT, TEMPORARY, TENTATIVE, Address, Host, Link, Route

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
KINDS = {
    "nic": (1, ""),
    "bridge": (1, "bridge"),
    "tun": (65534, "tun"),
    "tap": (1, "tun"),
    "vxlan": (1, "vxlan"),
    "macvlan": (1, "macvlan"),
}
PURE_WORDS = {"device", "surely"}
PURE_KEYS = {"type", "devtype"}
PURE_FLAGS = {"temporary", "optimistic", "dadfailed"}

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
    """The lines, read: facts, commands, and whether a namespace can show all of it."""

    links: dict[str, Link] = field(default_factory=lambda: {"lo": Link("lo", arphrd=772)})
    addresses: list[Address] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    surely: bool = False
    pure: bool = False
    commands: list[str] = field(default_factory=list)

    @property
    def host(self) -> Host:
        """The host as `interfaces` would read it."""
        return Host(list(self.links.values()), self.addresses, self.routes, surely=self.surely)

    @property
    def script(self) -> str:
        """The commands, for a privileged container without a network."""
        return PRELUDE + "\n".join(self.commands) + "\n"


def read(text: str) -> Layout:
    """Reads the lines of a layout."""
    layout = Layout()
    for line in filter(str.strip, text.splitlines()):
        verb, *words = line.partition("#")[0].split()
        layout.pure = layout.pure or verb in PURE_WORDS
        if verb == "surely":
            layout.surely = True
        elif verb == "default":
            _route(layout, words)
        else:
            _link(layout, verb, words)
    return layout


def _link(layout: Layout, verb: str, words: list[str]) -> None:
    name, *rest = words
    keys = dict(word.split("=", 1) for word in rest if "=" in word)
    plain = [word for word in rest if word in ("down", "nocarrier", "device")]
    addresses = [word for word in rest if "/" in word and "=" not in word]
    assert len(keys) + len(plain) + len(addresses) == len(rest), f"{name}: not understood: {rest}"
    layout.pure = layout.pure or bool(PURE_KEYS & set(keys)) or "device" in plain
    over = tuple(keys["over"].split(",")) if "over" in keys else ()
    arphrd, devtype = KINDS[verb]
    layout.links[name] = Link(
        name,
        up="down" not in plain,
        arphrd=int(keys.get("type", arphrd)),
        devtype=keys.get("devtype", devtype),
        device="device" in plain,
        bridge=verb == "bridge",
        lower=over,
    )
    n = len(layout.links)
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
    layout.commands.append(create)
    if verb == "bridge":
        layout.commands += [f"ip link set {port} master {name}" for port in over]
    layout.commands.append(f"ip link set {name} up")
    for word in addresses:
        _address(layout, name, word)
    if "down" in plain:
        layout.commands.append(f"ip link set {name} down")


def _address(layout: Layout, name: str, word: str) -> None:
    written, _, label = word.partition("@")
    cidr, _, flag = written.partition(",")
    interface = ip_interface(cidr)
    family = f"ipv{interface.version}"
    text, length = str(interface.ip), interface.network.prefixlen
    flags = FLAGS[flag] if family == "ipv6" else 0
    layout.addresses.append(Address(name, family, text, int(interface.ip), length, label, flags))
    layout.pure = layout.pure or flag in PURE_FLAGS
    add = f"ip addr add {cidr} dev {name}" + (f" label {label}" if label else "")
    if family == "ipv4":
        layout.commands.append(add)
    elif flag == "tentative":
        layout.commands.append(f"sysctl -qw net.ipv6.conf.{name}.accept_dad=1 net.ipv6.conf.{name}.dad_transmits=200")
        layout.commands.append(add)
    elif flag == "mngtmpaddr":
        layout.commands.append(f"sysctl -qw net.ipv6.conf.{name}.use_tempaddr=2")
        layout.commands.append(f"{add} nodad mngtmpaddr valid_lft 86400 preferred_lft 14400")
        temporary = (int(interface.ip) >> 64 << 64) + 0x1234
        derived = str(ip_interface(temporary).ip)
        layout.addresses.append(Address(name, family, derived, temporary, 64, "", TEMPORARY))
    else:
        lifetimes = {"deprecated": " preferred_lft 0", "lease": " valid_lft 3600 preferred_lft 3600"}.get(flag, "")
        layout.commands.append(f"{add} nodad{lifetimes}")


def _route(layout: Layout, words: list[str]) -> None:
    options: dict[str, str] = {}
    hops: list[tuple[str, str]] = []
    rest = [word for word in words if word not in ("-4", "-6")]
    while rest:
        word = rest.pop(0)
        if word in ("metric", "table", "via"):
            options[word] = rest.pop(0)
            if word == "via":
                hops[-1] = (hops[-1][0], options[word])
        elif word in ("blackhole", "unreachable", "prohibit"):
            options["kind"] = word
        else:
            hops.append((word, ""))
    family = "ipv6" if "-6" in words or any(":" in gateway for _, gateway in hops) else "ipv4"
    metric = int(options.get("metric", "1024" if family == "ipv6" else "0"))
    if options.get("table", "main") == "main" and "kind" not in options:
        layout.routes.append(Route(family, hops[0][0], metric, hops[0][1]))
    ip = f"ip -{family[-1]} route add {options.get('kind', '')} default".replace("  ", " ")
    tail = f" metric {metric}" + (f" table {options['table']}" if "table" in options else "")
    nexthops = [f"{f'via {gateway} ' if gateway else ''}dev {name}" for name, gateway in hops]
    onlink = [f"{hop} onlink" if " via " in f" {hop}" else hop for hop in nexthops]
    if len(hops) > 1:
        layout.commands.append(ip + tail + "".join(f" nexthop {hop}" for hop in onlink))
    else:
        layout.commands.append(f"{ip} {' '.join(onlink)}{tail}")
