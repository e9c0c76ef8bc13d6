"""The rules, in their order, as data: which address is which. A new provider is a line here and a host in the tests."""

from __future__ import annotations

from racknet.core import model
from racknet.core.matching import CidrBlock, NamePatterns, cidr_blocks, in_blocks
from racknet.core.model import Address, Exclusion, Interface, Preference, Reason

# --- 1. Classes of address: the first with a block that fits. An address in none of them is never an answer.
# Python's is_private and is_global change between versions and mean other things.

NEVER, PRIVATE, LINK_LOCAL, PUBLIC = "never an answer", "private", "link-local", "public"

CLASSES = [
    (NEVER, cidr_blocks("0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 224.0.0.0/4 "
                        "240.0.0.0/4 2001:2::/48 2001:10::/28 2001:20::/28")),
    (PRIVATE, cidr_blocks("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7")),
    (LINK_LOCAL, cidr_blocks("fe80::/10")),
    (PUBLIC, cidr_blocks("0.0.0.0/0 2000::/3")),
]  # fmt: skip

CLASS_OF = {"public": PUBLIC, "service": PRIVATE}
OTHER_CLASS = {name: Reason(name) for name, _ in CLASSES}
BEHIND_NAT = Reason("private; the host may sit behind NAT")

SHARED = cidr_blocks("100.64.0.0/10")  # carrier-grade NAT, RFC 6598
SERVICE_NET = cidr_blocks("10.176.0.0/12 10.208.0.0/12")  # Rackspace's; 10.192.0.0/12 between them is not
TRANSITIONAL = cidr_blocks("2002::/16 2001::/32")  # 6to4, RFC 3056; Teredo, RFC 4380
LINK_LOCAL_BLOCKS = cidr_blocks("169.254.0.0/16 fe80::/10")  # RFC 3927, RFC 4291
ANCHOR_BLOCK, ANCHOR_PREFIX_LENGTH = CidrBlock("10.0.0.0/8"), 16  # DigitalOcean's, for a reserved public address
ANCHOR = Reason("anchor of a public address: what listens there listens on the Internet")

# --- 2. Skipped: the first reason that fits. The names are those that engines, orchestrators, hypervisors and VPNs give
# to their own interfaces; the kinds are IFLA_INFO_KIND, the numbers ARPHRD_* of linux/if_arp.h.

CONTAINER_NAMES = NamePatterns(
    "docker*", "br-<12 hex digits>", "veth*", "cni*", "podman*", "nerdctl*", "cali*", "cilium*", "lxc*", "lxdbr*",
    "incusbr*", "flannel*", "weave*", "kube-*", "nodelocaldns", "cbr0", "antrea*", "ovn-k8s-*", "ovs-*",
    "eni<11 hex digits>", "gke*", "azv*", "virbr*", "vnet<digits>", "vmnet*", "vboxnet*", "ve-*", "vb-*", "vz-*",
)  # fmt: skip
CONTAINER_KINDS = ["netkit"]
TUNNEL_NAMES = NamePatterns(
    "tun<digits>", "tap<digits>", "wg<digits>", "gre<digits>", "gretap<digits>", "erspan<digits>", "sit<digits>",
    "tunl<digits>", "ip6tnl<digits>", "ip6gre<digits>", "vxlan<digits>", "genev<digits>", "dummy<digits>",
    "ifb<digits>", "l2tpeth<digits>", "tailscale*", "zt*",
)  # fmt: skip
TUNNEL_KINDS = (
    "vxlan geneve gtp bareudp amt wireguard ovpn tun ipip sit gre gretap ip6gre ip6gretap erspan ip6erspan ip6tnl "
    "vti vti6 xfrm dummy ifb nlmon vcan vxcan"
).split()
TUNNEL_TYPES = [768, 769, 776, 778, 823]  # TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE
TUNNEL_TYPES_WITHOUT_DEVICE = [65534]  # NONE, no link layer: a modem where there is a device, else a VPN
POINT_TO_POINT_TYPES, POINT_TO_POINT = [512], Reason("point-to-point link")  # PPP: a way out, no network between hosts
STACKED_KINDS = "vlan macvlan macvtap ipvlan ipvtap macsec dsa".split()  # on the interface of their IFLA_LINK


def is_container_interface(interface: Interface) -> bool:
    """Return whether a container engine, an orchestrator or a hypervisor made an interface."""
    return CONTAINER_NAMES.match(interface.name) or interface.kind in CONTAINER_KINDS


def is_tunnel(interface: Interface) -> bool:
    """Return whether an interface is a tunnel, whatever it is built on."""
    return (
        TUNNEL_NAMES.match(interface.name)
        or interface.kind in TUNNEL_KINDS
        or interface.link_type in TUNNEL_TYPES
        or (interface.link_type in TUNNEL_TYPES_WITHOUT_DEVICE and not interface.has_device)
    )


def _is_tentative(flags: int) -> bool:
    return bool(flags & model.TENTATIVE) and not flags & model.OPTIMISTIC


LOOPBACK = Exclusion("loopback", lambda c: c.interface.link_type == 772)
DOWN = Exclusion("down", lambda c: not c.interface.up)
NOT_READY = Exclusion("not ready", lambda c: bool(c.flags & model.DADFAILED) or _is_tentative(c.flags))
EXCLUDED = Exclusion("excluded", lambda c: c.excluded)
CONTAINER = Exclusion("container interface", lambda c: is_container_interface(c.interface))
TUNNEL = Exclusion("tunnel", lambda c: is_tunnel(c.interface))
NOT_PHYSICAL = Exclusion(
    "not a physical interface", lambda c: not c.has_default_route and not c.is_physical(c.interface)
)
EXCLUSIONS = [LOOPBACK, DOWN, NOT_READY, EXCLUDED, CONTAINER, TUNNEL, NOT_PHYSICAL]
EVEN_IF_NAMED = [DOWN, NOT_READY, EXCLUDED]  # the user's naming overrules the others
OVERRULED_BY_ROUTES = [LOOPBACK, TUNNEL, NOT_PHYSICAL]

# --- 3. Preferences: candidates are compared by these in turn; a later one counts only where those before it tie.

PUBLIC_NET_NAMES = ["eth0", "bond0.101", "vlan0"]  # Rackspace: cloud servers, OnMetal, and its older name
SERVICE_NET_NAMES = ["eth1", "bond0.401", "vlan1"]
HYPERVISOR_NATS = [  # what guests have, behind which default gateway
    (CidrBlock("10.0.2.15"), "10.0.2.2"),  # VirtualBox, QEMU
    (CidrBlock("192.168.121.0/24"), "192.168.121.1"),  # vagrant-libvirt
    (CidrBlock("192.168.122.0/24"), "192.168.122.1"),  # libvirt
]


def has_host_prefix(address: Address) -> bool:
    """Return whether an address has no network of its own. A lease of DHCPv6 is a /128 too, but not permanent."""
    is_permanent = address.family == "ipv4" or bool(address.flags & model.PERMANENT)
    return is_permanent and address.prefix_length == model.BITS[address.family]


NOT_OVERRULED = Preference("not skipped without being named", lambda c: not c.overruled)
REACHES = Preference("source address for --reach", lambda c: c.reaches)
DEFAULT_ROUTE = Preference("default route of the family", lambda c: c.default_route)
PREFERRED_SOURCE = Preference("preferred source of the default route", lambda c: c.preferred_source)
NOT_DEPRECATED = Preference("not deprecated", lambda c: not c.address.flags & model.DEPRECATED)
NOT_TEMPORARY = Preference("not temporary", lambda c: not c.address.flags & model.TEMPORARY)
NO_HOST_PREFIX = Preference("no host prefix", lambda c: not has_host_prefix(c.address))

PREFERENCES = {
    "public": [
        REACHES,
        NOT_OVERRULED,
        DEFAULT_ROUTE,
        PREFERRED_SOURCE,
        Preference("interface named for PublicNet", lambda c: c.address.interface in PUBLIC_NET_NAMES),
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        Preference("not transitional", lambda c: not in_blocks(c.address, TRANSITIONAL)),
        NO_HOST_PREFIX,
    ],
    "service": [
        REACHES,
        NOT_OVERRULED,
        Preference("not in 100.64.0.0/10", lambda c: not in_blocks(c.address, SHARED)),
        Preference(
            "not a hypervisor's NAT",
            lambda c: not any(c.address in block and gateway in c.gateways for block, gateway in HYPERVISOR_NATS),
        ),
        Preference(
            "in a ServiceNet block, with routes to ServiceNet",
            lambda c: c.service_net_route and in_blocks(c.address, SERVICE_NET),
        ),
        Preference("in a ServiceNet block", lambda c: c.host_is_public and in_blocks(c.address, SERVICE_NET)),
        Preference("no public address on the interface", lambda c: not c.beside_public),
        Preference(
            "interface named for ServiceNet",
            lambda c: c.host_is_public and c.address.interface in SERVICE_NET_NAMES,
        ),
        DEFAULT_ROUTE,
        PREFERRED_SOURCE,
        NOT_DEPRECATED,
        NOT_TEMPORARY,
        NO_HOST_PREFIX,
    ],
}
