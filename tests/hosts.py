"""The table of hosts, first part: each made to pin rules. The second, `providers`, has hosts as people have them.

A row pins a rule when it fails with that rule taken out (or, for `near …`, drawn too wide): `test_pins.py` does so, for
each pin of each row, and wants each rule pinned. "" is no answer, with status 1. A new bug is a new row.
"""

from __future__ import annotations

from providers import PROVIDERS
from row import Row

PUBLIC_CARD = """
    nic ens3 203.0.113.7/24
    default ens3 via 203.0.113.1
    bridge docker0 172.17.0.1/16
"""


def beside(name: str, pins: list[str], *links: str) -> Row:
    """A host with a service network, and links that are none although they have addresses as if they were."""
    lines = "".join(f"nic {link} 10.{n}.0.1/24\n" for n, link in enumerate(links, 2))
    return Row(name, pins, f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\n{lines}", ("203.0.113.7",), ("10.1.0.7",))


def near_name(pattern: str, link: str) -> Row:
    """A host whose service network is on a card with a name that is almost one of plumbing or of a tunnel."""
    return Row(
        f"near-{pattern}-{link}",
        [f"near name {pattern}"],
        f"{PUBLIC_CARD}nic {link} 10.1.0.7/24",
        ("203.0.113.7",),
        ("10.1.0.7",),
    )


def near_block(block: str, address: str) -> Row:
    """A host whose public address is just outside of a block."""
    return Row(
        f"near-{block}", [f"near block {block}"], f"nic ens3 {address}/24\nbridge docker0 172.17.0.1/16", (address,)
    )


CLASSES = [
    Row(
        "rackspace",
        ["block 10.0.0.0/8", "block fe80::/10", "block 0.0.0.0/0", "block 2000::/3"],
        """
        nic eth0 104.130.0.127/24 2001:4802:7800:1:be76:4eff:fe20:b4c1/64
        nic eth1 10.208.1.5/17 fe80::be76:4eff:fe20:b452/64
        default eth0 via 104.130.0.1
        default eth0 via fe80::def
        bridge docker0 172.17.0.1/16
        """,
        ("104.130.0.127", "2001:4802:7800:1:be76:4eff:fe20:b4c1"),
        ("10.208.1.5", "fe80::be76:4eff:fe20:b452"),
        (("public", "104.130.0.127"), ("service", "10.208.1.5"), ("service inet", "10.208.1.5")),
    ),
    Row(
        "private-172",
        ["block 172.16.0.0/12"],
        "nic ens5 172.31.5.9/20\nbridge docker0 172.17.0.1/16",
        ("",),
        ("172.31.5.9",),
    ),
    Row(
        "private-192",
        ["block 192.168.0.0/16"],
        "nic ens5 192.168.5.9/20\nbridge docker0 172.17.0.1/16",
        ("",),
        ("192.168.5.9",),
    ),
    Row(
        "private-100",
        ["block 100.64.0.0/10"],
        "nic ens5 100.64.5.9/20\nbridge docker0 172.17.0.1/16",
        ("",),
        ("100.64.5.9",),
    ),
    Row(
        "unique-local",
        ["block fc00::/7", "structure: no private IPv4 address at all"],
        "nic ens5 fd12:3456::9/64\nbridge docker0",
        ("", ""),
        ("", "fd12:3456::9"),
    ),
    Row(
        "never-an-answer",
        [f"block {block}" for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24")]
        + ["block 198.18.0.0/15", "block 240.0.0.0/4", "block 2001:2::/48", "block 2001:10::/28", "block 2001:20::/28"],
        """
        nic ens3 0.1.2.3/24 127.5.0.1/24 169.254.9.9/16 192.0.0.5/24 192.88.99.7/24 198.19.0.1/24 240.1.2.3/24
        nic ens4 2001:2::7/64 2001:10::7/64 2001:20::7/64 64:ff9b::7/96
        bridge docker0 172.17.0.1/16
        """,
        ("", ""),
        ("", ""),
    ),
    Row("multicast-is-no-address", ["block 224.0.0.0/4"], "surely\nnic ens3 224.0.0.9/32"),
    near_block("0.0.0.0/8", "1.1.0.9"),
    near_block("10.0.0.0/8", "11.0.0.1"),
    near_block("100.64.0.0/10", "100.128.0.1"),
    near_block("127.0.0.0/8", "126.255.0.1"),
    near_block("169.254.0.0/16", "169.253.0.1"),
    near_block("172.16.0.0/12", "172.32.0.1"),
    near_block("192.0.0.0/24", "192.0.2.2"),
    near_block("192.88.99.0/24", "192.88.98.1"),
    near_block("192.168.0.0/16", "192.169.0.1"),
    near_block("198.18.0.0/15", "198.20.0.1"),
    near_block("224.0.0.0/4", "223.255.0.1"),
]

PASSED_OVER = [
    beside("docker", ["name docker*", "name br-", "name veth*"], "docker_gwbridge", "br-4f6b3a2c1d0e", "veth9f8e7d6"),
    beside("podman-nerdctl", ["name podman*", "name nerdctl*", "name cni*"], "podman0", "nerdctl0", "cni0"),
    beside(
        "kubernetes-plugins",
        [f"name {n}" for n in ("cali*", "cilium*", "lxc*", "flannel*", "weave*", "antrea*", "ovn-k8s-*", "ovs-*")],
        *(
            "cali1234567890a",
            "cilium_host",
            "lxc12345678",
            "flannel.1",
            "weave",
            "antrea-gw0",
            "ovn-k8s-mp0",
            "ovs-system",
        ),
    ),
    beside(
        "kubernetes-services", ["name kube-*", "name nodelocaldns", "name cbr0"], "kube-ipvs0", "nodelocaldns", "cbr0"
    ),
    beside(
        "kubernetes-clouds",
        ["name eni", "name gke*", "name azv*"],
        "eni0a1b2c3d4e5",
        "gke52b1c2d3e4f",
        "azv0a1b2c3d4e5",
    ),
    beside(
        "hypervisors",
        [f"name {n}" for n in ("lxdbr*", "incusbr*", "virbr*", "vnet", "vmnet*", "vboxnet*", "ve-*", "vb-*", "vz-*")],
        *("lxdbr0", "incusbr0", "virbr0", "vnet12", "vmnet8", "vboxnet0", "ve-web", "vb-web", "vz-web"),
    ),
    beside(
        "tunnels",
        [
            f"name {n}"
            for n in ("tun", "tap", "wg", "gre", "gretap", "erspan", "sit", "tunl", "ip6tnl", "ip6gre", "vxlan")
        ]
        + [f"name {n}" for n in ("genev", "dummy", "ifb", "tailscale*", "zt*")],
        *("tun0", "tap0", "wg0", "gre1", "gretap1", "erspan1", "sit1", "tunl1", "ip6tnl1", "ip6gre1", "vxlan100"),
        *("genev0", "dummy0", "ifb7", "tailscale0", "ztabcdefgh"),
    ),
    *[
        near_name(pattern, link)
        for pattern, link in (
            ("br-", "br-lan"),
            ("br-", "br-4f6b3a2c1d0"),
            ("cbr0", "cbr01"),
            ("nodelocaldns", "nodelocaldns2"),
            ("eni", "enigma"),
            ("eni", "eni0a1b2c3d4e"),
            ("vnet", "vnetwork"),
            ("tun", "tunis"),
            ("tap", "tapir0"),
            ("wg", "wgate"),
            ("gre", "green0"),
            ("gretap", "gretapes"),
            ("erspan", "erspank"),
            ("sit", "site1"),
            ("tunl", "tunlan"),
            ("ip6tnl", "ip6tnlx"),
            ("ip6gre", "ip6green"),
            ("vxlan", "vxlan-a"),
            ("genev", "geneva"),
            ("dummy", "dummynet"),
            ("ifb", "ifbond"),
        )
    ],
    Row("loopback-has-an-address", ["reason loopback"], "surely\nnic lo type=772 203.0.113.1/32 10.1.2.3/32"),
    Row(
        "down",
        ["reason down", "even if named: down"],
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\nnic ens5 10.2.0.7/24 down",
        ("203.0.113.7",),
        ("10.1.0.7",),
        (("service --interface ens5", ""), ("service --interface ens4", "10.1.0.7")),
    ),
    Row(
        "not-ready",
        ["reason not ready", "even if named: not ready"],
        "nic ens3 2001:db8::1/64,tentative\nbridge docker0",
        ("", ""),
        also=(("public ipv6 --interface ens3", ""),),
    ),
    Row(
        "not-ready-beside-links-without-an-address",
        ["reason not ready"],
        """
        nic ens3 2001:db8::1/64,tentative device
        nic ens4 203.0.113.7/24 device
        bridge br-ex
        bridge br-int
        default br-ex via 2001:db8::fe
        """,
        ("203.0.113.7", ""),
    ),
    Row("failed-duplicate", ["reason not ready"], "surely\nnic ens3 2001:db8::1/64,dadfailed", ("", "")),
    Row(
        "optimistic",
        ["structure: optimistic is ready"],
        "surely\nnic ens3 2001:db8::1/64,optimistic",
        ("", "2001:db8::1"),
    ),
    Row(
        "excluded",
        ["structure: --exclude"],
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\nnic pods 10.2.0.1/24",
        ("203.0.113.7",),
        ("",),
        (
            ("service --exclude pods", "10.1.0.7"),
            ("service --exclude pods --interface pods", ""),
            ("service --exclude p*", "10.1.0.7"),
        ),
    ),
    Row(
        "excluded-card",
        ["reason excluded"],
        "nic ens3 10.1.0.7/24 device\nnic ens4 10.2.0.7/24 device",
        also=(("service --exclude ens4", "10.1.0.7"), ("service --exclude ens4 --exclude ens3", "")),
    ),
    Row(
        "plumbing-with-a-default-route",
        ["reason container plumbing"],
        """
        nic ens3 10.1.0.7/24
        nic docker0 172.17.0.1/16 172.18.0.1/16@docker0:b
        nic cni0 10.42.0.1/24
        default docker0 via 172.17.0.2
        """,
        ("",),
        ("10.1.0.7",),
        (
            ("service --interface docker0", "172.17.0.1"),
            ("service --interface docker0 --interface cni0", "172.17.0.1"),
            ("service --interface docker0:*", "172.18.0.1"),
            ("service --interface *", "10.1.0.7"),
        ),
    ),
    Row(
        "vpn-with-the-default-route",
        ["reason tunnel"],
        """
        nic wlan0 192.168.1.20/24
        default wlan0 via 192.168.1.1 metric 600
        tun tun0 10.8.0.6/24
        default tun0 metric 50
        bridge docker0 172.17.0.1/16
        """,
        ("",),
        ("192.168.1.20",),
    ),
    Row(
        "tunnels-by-kind",
        [f"type {n}" for n in (768, 769, 776, 778, 823)]
        + ["type without a card 65534"]
        + [f"devtype {t}" for t in ("vxlan", "geneve", "gtp", "bareudp", "amt", "l2tpeth", "wireguard", "ovpn", "tun")],
        f"""{PUBLIC_CARD}
        nic ens4 10.1.0.7/24
        nic a 10.2.0.1/24 type=768
        nic b 10.3.0.1/24 type=769
        nic c 10.4.0.1/24 type=776
        nic d 10.5.0.1/24 type=778
        nic e 10.6.0.1/24 type=823
        nic f 10.7.0.1/24 type=65534
        nic g 10.8.0.1/24 devtype=vxlan
        nic h 10.9.0.1/24 devtype=wireguard
        nic i 10.10.0.1/24 devtype=geneve
        nic j 10.11.0.1/24 devtype=tun
        nic k 10.12.0.1/24 devtype=gtp
        nic l 10.13.0.1/24 devtype=bareudp
        nic m 10.14.0.1/24 devtype=amt
        nic n 10.15.0.1/24 devtype=l2tpeth
        nic o 10.16.0.1/24 devtype=ovpn
        """,
        ("203.0.113.7",),
        ("10.1.0.7",),
    ),
    Row(
        "tunnels-under-any-name",
        ["structure: a tunnel makes nothing real"],
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\ntun office 10.8.0.6/24\nvxlan overlay 10.9.0.1/24",
        ("203.0.113.7",),
        ("10.1.0.7",),
        (("service --interface office", "10.8.0.6"), ("service --interface o*", "")),
    ),
    Row(
        "modem",
        ["near type without a card 65534"],
        "nic wwan0 203.0.113.9/30 type=65534 device\ndefault wwan0\nnic eth0 192.168.1.1/24 device",
        ("203.0.113.9",),
        ("192.168.1.1",),
    ),
    Row(
        "pppoe",
        ["point-to-point 512"],
        "nic eno1 device\nnic ppp0 10.64.0.9/32 type=512\ndefault ppp0\nnic eno2 192.168.1.1/24 device",
        ("",),
        ("192.168.1.1",),
        (("service --interface ppp0", "10.64.0.9"),),
    ),
    Row(
        "virtual-machines",
        ["reason not a card of the host", "structure: over a card is real"],
        """
        nic eno1
        nic vnet0
        nic veth0123
        bridge br0 10.20.30.40/24 over=eno1,vnet0
        bridge mynet 172.20.0.1/16 over=veth0123
        bridge office 172.21.0.1/16
        """,
        ("",),
        ("10.20.30.40",),
    ),
    Row(
        "virtual-machines-seen-from-the-host",
        ["reason not a card of the host", "structure: over a card is real"],
        """
        nic eno1 device
        nic bond0 over=eno1
        nic bond0.401 over=bond0
        bridge br0 10.20.30.40/24 over=bond0.401,guest7
        nic guest7
        bridge mynet 172.20.0.1/16 over=guest8
        nic guest8 10.99.0.1/24
        """,
        ("",),
        ("10.20.30.40",),
    ),
    Row(
        "overlay-in-a-bridge",
        ["structure: a tunnel makes nothing real"],
        """
        nic ens3 203.0.113.7/24 device
        nic ens4 10.1.0.7/24 device
        nic overlay devtype=vxlan over=ens4
        bridge mesh 10.2.0.1/24 over=overlay
        """,
        ("203.0.113.7",),
        ("10.1.0.7",),
    ),
    Row(
        "links-over-each-other",
        ["reason not a card of the host"],
        "nic ens3 203.0.113.7/24 device\nnic one 10.1.0.1/24 over=two\nnic two over=one",
        ("203.0.113.7",),
    ),
    Row(
        "open-vswitch-has-the-default-route",
        ["structure: a default route makes a link count"],
        "nic ens3 device\nnic br-ex 10.1.0.7/24\ndefault br-ex via 10.1.0.1\nnic br-int 10.2.0.1/24",
        ("",),
        ("10.1.0.7",),
    ),
    Row(
        "default-route-of-the-other-family",
        ["structure: a default route makes a link count"],
        "nic ens3 device\nbridge br-ex 10.1.0.7/24 2001:db8::7/64\ndefault br-ex via 2001:db8::1",
        ("", "2001:db8::7"),
        ("10.1.0.7",),
    ),
]

ROUTES = [
    Row(
        "wired-and-wireless",
        ["service: default route of the family", "structure: the lowest metric"],
        """
        nic eth0 192.168.1.10/24
        nic wlan0 192.168.1.11/24
        default wlan0 via 192.168.1.1 metric 600
        default eth0 via 192.168.1.1 metric 100
        bridge docker0 172.17.0.1/16
        """,
        ("",),
        ("192.168.1.10",),
    ),
    Row(
        "default-routes-of-one-metric",
        ["structure: the lowest metric"],
        """
        nic ens3 198.51.100.5/24 2001:db8:1::5/64
        nic ens4 203.0.113.9/24 2001:db8:2::5/64
        default ens3 via 198.51.100.1 metric 200
        default ens4 via 203.0.113.1 metric 100
        default ens3 via 2001:db8:1::1 metric 100
        default ens4 via 2001:db8:2::1 metric 200
        bridge docker0 172.17.0.1/16
        """,
        ("203.0.113.9", "2001:db8:1::5"),
    ),
    Row(
        "default-routes-that-do-not-count",
        ["public: default route of the family"],
        """
        nic ens3 198.51.100.5/24 2001:db8:1::5/64
        nic ens4 203.0.113.9/24 2001:db8:2::5/64
        default ens3 via 198.51.100.1 metric 100
        default ens4 via 203.0.113.1 table 100
        default blackhole -4 metric 5
        default ens3 via 2001:db8:1::1 metric 300
        default ens4 via 2001:db8:2::1 table 100
        default unreachable -6 metric 200
        bridge docker0 172.17.0.1/16
        """,
        ("198.51.100.5", "2001:db8:1::5"),
    ),
    Row(
        "multipath",
        ["public: default route of the family"],
        """
        nic ens3 198.51.100.5/24
        nic ens4 203.0.113.9/24
        default ens4 via 203.0.113.1 ens3 via 198.51.100.1
        bridge docker0 172.17.0.1/16
        """,
        ("203.0.113.9",),
    ),
    Row(
        "multipath-ipv6",
        ["public: default route of the family"],
        """
        nic ens3 2001:db8:1::5/64
        nic ens4 2001:db8:2::5/64
        default ens4 via 2001:db8:2::1 ens3 via 2001:db8:1::1
        bridge docker0 172.17.0.1/16
        """,
        ("", "2001:db8:2::5"),
    ),
    Row(
        "default-route-without-a-gateway",
        ["public: default route of the family"],
        "nic ens3 198.51.100.5/24\nnic ens4 203.0.113.9/32\ndefault ens4\nbridge docker0 172.17.0.1/16",
        ("203.0.113.9",),
    ),
]

PUBLIC = [
    Row(
        "the-default-route-before-the-name",
        ["public: default route of the family"],
        "nic eth0 198.51.100.5/24\nnic eth1 203.0.113.9/24\ndefault eth1 via 203.0.113.1\nbridge docker0 172.17.0.1/16",
        ("203.0.113.9",),
        ("",),
        (("service --interface e*", ""),),
    ),
    *[
        Row(
            f"public-by-name-{name}",
            ["public: interface named for PublicNet", f"public name {name}"],
            f"nic ens3 198.51.100.5/24\nnic {name} 203.0.113.9/24\nbridge docker0 172.17.0.1/16",
            ("203.0.113.9",),
        )
        for name in ("eth0", "bond0.101", "vlan0")
    ],
    Row(
        "public-no-telling",
        ["structure: no telling which"],
        "nic ens3 198.51.100.5/24\nnic ens4 203.0.113.9/24\nbridge docker0 172.17.0.1/16",
        also=(
            ("public --interface ens4", "203.0.113.9"),
            ("public --cidr 198.51.100.0/24", "198.51.100.5"),
            ("public --cidr 198.51.100.9/24 --cidr 2001:db8::/32", "198.51.100.5"),
            ("public ipv6 --cidr 198.51.100.0/24", ""),
        ),
    ),
    Row(
        "deprecated",
        ["public: not deprecated"],
        "nic ens3 2001:db8::1/64,deprecated 2001:db8::2/64\nbridge docker0",
        ("", "2001:db8::2"),
    ),
    Row(
        "privacy-addresses",
        ["public: not temporary"],
        "nic ens3 2a02:8071:1:2:ffff:ffff:ffff:fff0/64,mngtmpaddr\ndefault ens3 via fe80::1\nbridge docker0",
        ("", "2a02:8071:1:2:ffff:ffff:ffff:fff0"),
    ),
    Row(
        "transitional",
        ["public: not transitional", "transitional 2002::/16", "transitional 2001::/32"],
        "nic ens3 2002:c000:204::1/64 2001:0:4136:e378::1/64 2400:db8::1/64\nbridge docker0",
        ("", "2400:db8::1"),
    ),
    Row(
        "virtual-address",
        ["public: no host prefix"],
        "nic ens3 203.0.113.100/32 203.0.113.7/24 2001:db8::1/128 2001:db8::7/64\nbridge docker0",
        ("203.0.113.7", "2001:db8::7"),
    ),
    Row(
        "dhcpv6-lease",
        ["structure: a lease is no virtual address"],
        "nic ens3 2001:db8::1/128,lease 2001:db8::7/64\nbridge docker0",
        ("", "2001:db8::1"),
    ),
    Row(
        "dhcpv6-temporary-addresses",
        ["structure: a lease is no virtual address"],
        "nic ens3 2001:db8::1/128,temporary 2001:db8::7/64,temporary\nbridge docker0",
        ("", "2001:db8::1"),
    ),
    Row(
        "the-kernels-order",
        ["structure: the order on an interface"],
        "nic ens3 203.0.113.9/24@ens3:a 203.0.113.8/25 203.0.113.7/26 2001:db8::9/64 2001:db8::7/64\nbridge docker0",
        ("203.0.113.8", "2001:db8::7"),
        also=(
            ("public --interface ens3:a", "203.0.113.9"),
            ("public --interface ens3:a --exclude ens4", "203.0.113.9"),
            ("public --interface ens4", ""),
            ("public --exclude ens3:a", "203.0.113.8"),
            ("public --exclude ens3:a --cidr 203.0.113.9", ""),
        ),
    ),
]

SERVICE = [
    Row(
        "shared-address-space",
        ["service: not in 100.64.0.0/10", "shared 100.64.0.0/10"],
        "nic ens3 100.64.3.4/22\ndefault ens3 via 100.64.0.1\nnic ens4 192.168.7.4/24\nbridge docker0 172.17.0.1/16",
        ("",),
        ("192.168.7.4",),
    ),
    Row(
        "vagrant",
        ["service: not a virtual machine monitor's NAT"],
        """
        nic enp0s3 10.0.2.15/24
        nic enp0s8 192.168.56.11/24
        default enp0s3 via 10.0.2.2
        bridge docker0 172.17.0.1/16
        """,
        ("",),
        ("192.168.56.11",),
    ),
    Row(
        "subnet-10.0.2",
        ["near monitor NAT"],
        "nic ens5 10.0.2.7/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.2\nbridge docker0 172.17.0.1/16",
        ("",),
        ("10.0.2.7",),
    ),
    Row(
        "subnet-10.0.2-lower",
        ["near monitor NAT"],
        "nic ens5 10.0.2.10/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.2\nbridge docker0 172.17.0.1/16",
        ("",),
        ("10.0.2.10",),
    ),
    Row(
        "10.0.2.15-of-a-provider",
        ["near monitor NAT"],
        "nic ens5 10.0.2.15/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.1\nbridge docker0 172.17.0.1/16",
        ("",),
        ("10.0.2.15",),
    ),
    *[
        Row(
            f"service-net-by-block-{block}",
            ["service: in a ServiceNet block", f"ServiceNet {block}"],
            f"{PUBLIC_CARD}nic ens4 192.168.3.4/24\nnic ens5 {address}/19",
            ("203.0.113.7",),
            (address,),
        )
        for block, address in (("10.176.0.0/12", "10.191.7.9"), ("10.208.0.0/12", "10.223.7.9"))
    ],
    Row(
        "between-the-service-net-blocks",
        ["near ServiceNet"],
        f"{PUBLIC_CARD}nic ens4 10.192.0.1/24\nnic ens5 192.168.3.4/24",
        ("203.0.113.7",),
    ),
    Row(
        "private-host-in-a-service-net-block",
        ["structure: ServiceNet is beside PublicNet"],
        "nic ens3 10.1.0.7/24\nnic eth1 10.180.0.7/24\ndefault ens3 via 10.1.0.1\nbridge docker0 172.17.0.1/16",
        ("",),
        ("10.1.0.7",),
    ),
    Row(
        "digitalocean-anchor",
        ["service: no public address on the interface"],
        """
        nic ens3 159.203.10.20/20 10.16.0.5/16
        nic ens4 10.132.0.7/16
        default ens3 via 159.203.0.1
        bridge docker0 172.17.0.1/16
        """,
        ("159.203.10.20",),
        ("10.132.0.7",),
    ),
    *[
        Row(
            f"service-by-name-{name}",
            ["service: interface named for ServiceNet", f"service name {name}"],
            f"{PUBLIC_CARD}nic ens4 10.30.0.10/24\nnic {name} 10.31.0.10/24",
            ("203.0.113.7",),
            ("10.31.0.10",),
        )
        for name in ("eth1", "bond0.401", "vlan1")
    ],
    Row(
        "service-no-telling",
        ["structure: no telling which"],
        f"{PUBLIC_CARD}nic ens4 10.30.0.10/24 fd00:4::1/64\nnic ens5 192.168.30.2/24 fd00:5::1/64",
        ("203.0.113.7",),
        ("", ""),
        (
            ("service --interface ens5", "192.168.30.2"),
            ("service ipv6 --interface ens5", "fd00:5::1"),
            ("service --cidr 10.0.0.0/8", "10.30.0.10"),
            ("service ipv6 --cidr 10.0.0.0/8", "fd00:4::1"),
            ("service ipv6 --cidr fd00:5::/32", "fd00:5::1"),
            ("service --cidr 203.0.113.0/24", "203.0.113.7"),
            ("service --cidr 10.31.0.0/16", ""),
            ("service ipv6 --cidr 10.31.0.0/16", ""),
        ),
    ),
    Row(
        "unique-local-preferences",
        ["service: not deprecated", "service: not temporary"],
        "surely\nnic ens3 10.1.0.7/24 fd00::1/64,deprecated fd00::2/64,temporary fd00::3/64",
        ("", ""),
        ("10.1.0.7", "fd00::3"),
        (("service ipv6 --cidr 10.31.0.0/16", ""),),
    ),
    Row(
        "virtual-service-address",
        ["service: no host prefix"],
        "nic ens4 10.1.0.100/32 10.1.0.7/24\nbridge docker0 172.17.0.1/16",
        ("",),
        ("10.1.0.7",),
    ),
    Row(
        "link-local-of-the-service-card",
        ["structure: service ipv6 is where service ipv4 is"],
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24 fe80::2/64 fe80::1/64\nnic ens5 fd00::5/64 fe80::5/64",
        ("203.0.113.7", ""),
        ("10.1.0.7", "fe80::1"),
    ),
    Row(
        "label-that-is-another-interface",
        ["service: no public address on the interface"],
        """
        nic eth1 203.0.113.9/24 10.30.0.5/24@eth10
        nic eth10 10.20.0.5/24
        default eth1 via 203.0.113.1
        bridge docker0 172.17.0.1/16
        """,
        ("203.0.113.9",),
        ("10.20.0.5",),
        (("service --interface eth1", "10.30.0.5"), ("service --interface eth10 --cidr 10.20.0.0/16", "10.20.0.5")),
    ),
    Row(
        "label-beside-a-public-address",
        ["service: no public address on the interface"],
        "nic ens3 203.0.113.5/24 10.16.0.5/16@ens3:1\nnic ens4 10.132.0.7/16\nbridge docker0 172.17.0.1/16",
        ("203.0.113.5",),
        ("10.132.0.7",),
        (("service --interface ens3:1 --interface ens4", "10.132.0.7"), ("service --interface ens3:*", "10.16.0.5")),
    ),
    Row(
        "point-to-point-named-among-others",
        ["service: not passed over, were it not for --interface"],
        "nic ppp0 10.64.0.9/24 10.65.0.9/24@ppp0:b type=512\ndefault ppp0\nnic eth1 10.1.0.7/24 device",
        ("",),
        ("10.1.0.7",),
        (("service --interface *", "10.1.0.7"), ("service --interface ppp0:*", "10.65.0.9")),
    ),
    Row(
        "device-under-a-name-of-plumbing",
        ["reason not a card of the host"],
        """
        surely
        nic gke0 169.254.1.1/32 device
        nic ens3 203.0.113.5/24
        nic guest 10.9.0.1/24
        default ens3 via 203.0.113.1
        """,
        ("203.0.113.5",),
    ),
    Row(
        "named-beside-cards",
        ["service: not passed over, were it not for --interface"],
        f"{PUBLIC_CARD}nic ens4 100.64.0.7/24\nnic cni0 10.42.0.1/24",
        ("203.0.113.7",),
        ("100.64.0.7",),
        (("service --interface *", "100.64.0.7"), ("service --interface cni*", "10.42.0.1")),
    ),
    Row(
        "named-beside-public-cards",
        ["public: not passed over, were it not for --interface"],
        "nic ens4 203.0.113.7/24\nnic docker0 198.51.100.1/24\ndefault docker0 via 198.51.100.2",
        ("203.0.113.7",),
        also=(("public --interface *", "203.0.113.7"),),
    ),
]

NETWORKS = [
    Row(
        "bridged-container",
        ["structure: a container's own network"],
        "nic eth0 172.17.0.5/16\nnic eth1 10.0.1.3/24\nnic tun0 10.8.0.1/24\ndefault eth0 via 172.17.0.1",
        ("", ""),
        ("", ""),
        (
            ("service --interface eth1", "10.0.1.3"),
            ("service --exclude veth*", ""),
            ("service --cidr 10.0.0.0/8", ""),
        ),
    ),
    Row(
        "bridged-container-with-public-ipv6",
        ["structure: a container's own network"],
        "nic eth0 172.17.0.5/16 2001:db8:d0c::5/64\ndefault eth0 via 2001:db8:d0c::1",
        ("", ""),
        ("", ""),
    ),
    Row(
        "no-address-yet",
        ["reason loopback"],
        "surely\nnic lo type=772 10.99.0.1/32\nnic eth0\nnic eth1",
    ),
    Row(
        "cable-out",
        ["service: in a ServiceNet block"],
        """
        nic ens3 104.130.3.3/24
        nic ens4 10.208.3.3/17 nocarrier
        nic ens5 192.168.3.4/24
        bridge docker0 172.17.0.1/16
        """,
        ("104.130.3.3",),
        ("10.208.3.3",),
    ),
]

HOSTS = [*CLASSES, *PASSED_OVER, *ROUTES, *PUBLIC, *SERVICE, *NETWORKS, *PROVIDERS]
