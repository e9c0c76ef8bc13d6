"""The rules, in their order, as data: which address is which. A new provider is a line here and a host in the tests."""

from __future__ import annotations

from racknet.facts import BITS, DADFAILED, DEPRECATED, OPTIMISTIC, PERMANENT, TEMPORARY, TENTATIVE, Address, Link
from racknet.patterns import Block, Name, beginnings

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading `typing` would take longer than an answer
    from collections.abc import Callable

# --- 1. Classes of address: the first with a block that fits; an address in none of them is never an answer.
# Python's is_private and is_global change between versions and mean other things.

NEVER, PRIVATE, LINK_LOCAL, PUBLIC = "never an answer", "private", "link-local", "public"

CLASSES = [
    (NEVER, [Block(block) for block in (
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "224.0.0.0/4", "240.0.0.0/4", "2001:2::/48", "2001:10::/28", "2001:20::/28",
    )]),
    (PRIVATE, [Block(block) for block in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7",
    )]),
    (LINK_LOCAL, [Block("fe80::/10")]),
    (PUBLIC, [Block("0.0.0.0/0"), Block("2000::/3")]),
]  # fmt: skip

CLASS_OF = {"public": PUBLIC, "service": PRIVATE}

SHARED = [Block("100.64.0.0/10")]  # carrier-grade NAT, RFC 6598
SERVICE_NET = [Block("10.176.0.0/12"), Block("10.208.0.0/12")]  # Rackspace's; 10.192.0.0/12 between them is not
TRANSITIONAL = [Block("2002::/16"), Block("2001::/32")]  # 6to4, RFC 3056; Teredo, RFC 4380

# --- 2. Passed over: the first reason that fits. The names are those that container engines, orchestrators,
# hypervisors and VPNs give to links of their own; the numbers are ARPHRD_* of the kernel's linux/if_arp.h.

PLUMBING = [
    Name("docker*"), Name("br-", "12 hex digits"), Name("veth*"), Name("cni*"), Name("podman*"), Name("nerdctl*"),
    Name("cali*"), Name("cilium*"), Name("lxc*"), Name("lxdbr*"), Name("incusbr*"), Name("flannel*"), Name("weave*"),
    Name("kube-*"), Name("nodelocaldns"), Name("cbr0"), Name("antrea*"), Name("ovn-k8s-*"), Name("ovs-*"),
    Name("eni", "11 hex digits"), Name("gke*"), Name("azv*"), Name("virbr*"), Name("vnet", "digits"), Name("vmnet*"),
    Name("vboxnet*"), Name("ve-*"), Name("vb-*"), Name("vz-*"),
]  # fmt: skip

TUNNELS = [
    Name("tun", "digits"), Name("tap", "digits"), Name("wg", "digits"), Name("gre", "digits"), Name("gretap", "digits"),
    Name("erspan", "digits"), Name("sit", "digits"), Name("tunl", "digits"), Name("ip6tnl", "digits"),
    Name("ip6gre", "digits"), Name("vxlan", "digits"), Name("genev", "digits"), Name("dummy", "digits"),
    Name("ifb", "digits"), Name("tailscale*"), Name("zt*"),
]  # fmt: skip
TUNNEL_TYPES = [768, 769, 776, 778, 823]  # TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE
TUNNEL_TYPES_WITHOUT_A_CARD = [65534]  # NONE, no link layer: a modem where there is a device, a VPN where there is none
TUNNEL_DEVTYPES = ["vxlan", "geneve", "gtp", "bareudp", "amt", "l2tpeth", "wireguard", "ovpn", "tun"]
POINT_TO_POINT = [512]  # PPP: a way out to the Internet, never a network between hosts


class Rule:
    """A rule: its name, as `--explain`, `list` and the errors quote it, and whether it holds for its subject."""

    __slots__ = ("holds", "name")

    def __init__(self, name: str, holds: Callable[..., bool]) -> None:
        self.name, self.holds = name, holds


PLUMBING_BEGINNINGS, TUNNEL_BEGINNINGS = beginnings(PLUMBING), beginnings(TUNNELS)


def plumbing(name: str) -> bool:
    """Whether an interface's name is one of container plumbing."""
    return name.startswith(PLUMBING_BEGINNINGS) and any(pattern.matches(name) for pattern in PLUMBING)


def tunnel(link: Link) -> bool:
    """Whether a link is a tunnel by its name or its kind, card or no card."""
    return (
        (link.name.startswith(TUNNEL_BEGINNINGS) and any(pattern.matches(link.name) for pattern in TUNNELS))
        or link.arphrd in TUNNEL_TYPES
        or link.devtype in TUNNEL_DEVTYPES
    )


REASONS = [
    Rule("loopback", lambda s: s.link.loopback),
    Rule("down", lambda s: not s.link.up),
    Rule("not ready", lambda s: s.flags & DADFAILED or (s.flags & TENTATIVE and not s.flags & OPTIMISTIC)),
    Rule("excluded", lambda s: s.excluded),
    Rule("container plumbing", lambda s: plumbing(s.link.name)),
    Rule("tunnel", lambda s: tunnel(s.link) or (s.link.arphrd in TUNNEL_TYPES_WITHOUT_A_CARD and not s.card)),
    Rule("not a card of the host", lambda s: not s.real and not s.default_route),
]
EVEN_IF_NAMED = ["down", "not ready"]  # `--interface` overrules the other reasons

# What an address of another class is told; the classes speak for themselves but for this.
OTHER_CLASS = {("public", PRIVATE): "private; the host may sit behind NAT"}

# --- 3. Preferences: candidates are compared by these in turn; a later one counts only where those before it tie.

PUBLIC_NAMES = ["eth0", "bond0.101", "vlan0"]  # Rackspace: cloud servers, OnMetal, and its older name
SERVICE_NAMES = ["eth1", "bond0.401", "vlan1"]
MONITOR_NAT = ("10.0.2.15", "10.0.2.2")  # VirtualBox's and QEMU's: every guest's address, and its gateway


def within(address: Address, blocks: list[Block]) -> bool:
    """Whether an address is in one of the blocks."""
    return any(address in block for block in blocks)


def host_prefix(address: Address) -> bool:
    """Whether an address has no network of its own, often a virtual one; a DHCPv6 lease is a /128 and not permanent."""
    whole = address.prefix_length == BITS[address.family]
    return whole and (address.family == "ipv4" or bool(address.flags & PERMANENT))


NOT_PASSED_OVER = Rule("not passed over, were it not for --interface", lambda c: not c.passed_over)
DEFAULT_ROUTE = Rule("default route of the family", lambda c: c.default_route)
NOT_DEPRECATED = Rule("not deprecated", lambda c: not c.address.flags & DEPRECATED)
NOT_TEMPORARY = Rule("not temporary", lambda c: not c.address.flags & TEMPORARY)
NO_HOST_PREFIX = Rule("no host prefix", lambda c: not host_prefix(c.address))

PREFERENCES = {
    "public": [
        NOT_PASSED_OVER,
        DEFAULT_ROUTE,
        Rule("interface named for PublicNet", lambda c: c.address.interface in PUBLIC_NAMES),
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        Rule("not transitional", lambda c: not within(c.address, TRANSITIONAL)),
        NO_HOST_PREFIX,
    ],
    "service": [
        NOT_PASSED_OVER,
        Rule("not in 100.64.0.0/10", lambda c: not within(c.address, SHARED)),
        Rule(
            "not a virtual machine monitor's NAT",
            lambda c: c.address.text != MONITOR_NAT[0] or MONITOR_NAT[1] not in c.gateways,
        ),
        Rule("in a ServiceNet block", lambda c: c.host_is_public and within(c.address, SERVICE_NET)),
        Rule("no public address on the interface", lambda c: not c.beside_public),
        Rule("interface named for ServiceNet", lambda c: c.host_is_public and c.address.interface in SERVICE_NAMES),
        DEFAULT_ROUTE,
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        NO_HOST_PREFIX,
    ],
}
