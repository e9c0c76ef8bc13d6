"""The table of hosts: those in this file are made to pin rules, the others are as people have them, or of others.

A host pins a rule when it fails with that rule taken out, or, for `near …`, drawn too wide. `test_pins.py` does so for
each pin of each host, and requires a pin for each rule. "" is no answer, with status 1. A new bug is a new host.
"""

from __future__ import annotations

from support.host_case import HostCase
from support.hosts_of_others import HOSTS_OF_OTHERS
from support.hosts_of_providers import PROVIDERS

TUNNEL_KINDS = (
    "vxlan geneve gtp bareudp amt wireguard ovpn tun ipip sit gre gretap ip6gre ip6gretap erspan ip6erspan ip6tnl vti "
    "vti6 xfrm dummy ifb nlmon vcan vxcan"
).split()
PUBLIC_CARD = """
    nic ens3 203.0.113.7/24
    default ens3 via 203.0.113.1
    bridge docker0 172.17.0.1/16
"""


def beside(name: str, pins: list[str], *links: str) -> HostCase:
    """A host with a service network, and links that are none although they have addresses as if they were."""
    lines = "".join(f"nic {link} 10.{n}.0.1/24\n" for n, link in enumerate(links, 2))
    return HostCase(
        name,
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\n{lines}",
        public="203.0.113.7",
        service="10.1.0.7",
        pins=pins,
    )


def near_name(pattern: str, link: str) -> HostCase:
    """A host whose service network is on a card with a name that is almost one of plumbing or of a tunnel."""
    return HostCase(
        f"near-{pattern}-{link}",
        f"{PUBLIC_CARD}nic {link} 10.1.0.7/24",
        public="203.0.113.7",
        service="10.1.0.7",
        pins=[f"near name {pattern}"],
    )


def near_block(block: str, address: str) -> HostCase:
    """A host whose public address is just outside of a block."""
    return HostCase(
        f"near-{block}",
        f"nic ens3 {address}/24\nbridge docker0 172.17.0.1/16",
        public=address,
        pins=[f"near block {block}"],
    )


CLASSES = [
    HostCase(
        "rackspace",
        """
        nic eth0 104.130.0.127/24 2001:4802:7800:1:be76:4eff:fe20:b4c1/64
        nic eth1 10.208.1.5/17 fe80::be76:4eff:fe20:b452/64
        default eth0 via 104.130.0.1
        default eth0 via fe80::def
        bridge docker0 172.17.0.1/16
        """,
        public="104.130.0.127",
        public6="2001:4802:7800:1:be76:4eff:fe20:b4c1",
        service="10.208.1.5",
        service6="fe80::be76:4eff:fe20:b452",
        also={"public": "104.130.0.127", "service": "10.208.1.5", "service inet": "10.208.1.5"},
        pins=["block 10.0.0.0/8", "block fe80::/10", "block 0.0.0.0/0", "block 2000::/3"],
    ),
    HostCase(
        "private-172",
        "nic ens5 172.31.5.9/20\nbridge docker0 172.17.0.1/16",
        service="172.31.5.9",
        pins=["block 172.16.0.0/12"],
    ),
    HostCase(
        "private-192",
        "nic ens5 192.168.5.9/20\nbridge docker0 172.17.0.1/16",
        service="192.168.5.9",
        pins=["block 192.168.0.0/16"],
    ),
    HostCase(
        "private-100",
        "nic ens5 100.64.5.9/20\nbridge docker0 172.17.0.1/16",
        service="100.64.5.9",
        pins=["block 100.64.0.0/10"],
    ),
    HostCase(
        "unique-local",
        "nic ens5 fd12:3456::9/64\nbridge docker0",
        public6="",
        service6="fd12:3456::9",
        pins=["block fc00::/7", "structure: no private IPv4 address at all"],
    ),
    HostCase(
        "never-an-answer",
        """
        nic ens3 0.1.2.3/24 127.5.0.1/24 169.254.9.9/16 192.0.0.5/24 192.88.99.7/24 198.19.0.1/24 240.1.2.3/24
        nic ens4 2001:2::7/64 2001:10::7/64 2001:20::7/64 64:ff9b::7/96
        bridge docker0 172.17.0.1/16
        """,
        public6="",
        service6="",
        pins=[
            f"block {block}"
            for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24")
        ]
        + ["block 198.18.0.0/15", "block 240.0.0.0/4", "block 2001:2::/48", "block 2001:10::/28", "block 2001:20::/28"],
    ),
    HostCase(
        "multicast-is-no-address",
        "known\nnic ens3 224.0.0.9/32",
        pins=["block 224.0.0.0/4"],
    ),
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

SKIPPED = [
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
        + [f"name {n}" for n in ("genev", "dummy", "ifb", "l2tpeth", "tailscale*", "zt*")],
        *("tun0", "tap0", "wg0", "gre1", "gretap1", "erspan1", "sit1", "tunl1", "ip6tnl1", "ip6gre1", "vxlan100"),
        *("genev0", "dummy0", "ifb7", "l2tpeth0", "tailscale0", "ztabcdefgh"),
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
            ("l2tpeth", "l2tpether"),
        )
    ],
    HostCase(
        "loopback-has-an-address",
        "known\nnic lo type=772 203.0.113.1/32 10.1.2.3/32",
        pins=["reason loopback"],
    ),
    HostCase(
        "down",
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\nnic ens5 10.2.0.7/24 down",
        public="203.0.113.7",
        service="10.1.0.7",
        also={"service --interface ens5": "", "service --interface ens4": "10.1.0.7"},
        pins=["reason down", "even if named: down"],
    ),
    HostCase(
        "not-ready",
        "nic ens3 2001:db8::1/64,tentative\nbridge docker0",
        public6="",
        also={"public ipv6 --interface ens3": ""},
        pins=["reason not ready", "even if named: not ready"],
    ),
    HostCase(
        "not-ready-beside-interfaces-without-an-address",
        """
        nic ens3 2001:db8::1/64,tentative device
        nic ens4 203.0.113.7/24 device
        bridge br-ex
        bridge br-int
        default br-ex via 2001:db8::fe
        """,
        public="203.0.113.7",
        public6="",
        pins=["reason not ready"],
    ),
    HostCase(
        "failed-duplicate",
        "known\nnic ens3 2001:db8::1/64,dadfailed",
        public6="",
        pins=["reason not ready"],
    ),
    HostCase(
        "optimistic",
        "known\nnic ens3 2001:db8::1/64,optimistic",
        public6="2001:db8::1",
        pins=["structure: optimistic is ready"],
    ),
    HostCase(
        "excluded",
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\nnic pods 10.2.0.1/24",
        public="203.0.113.7",
        also={
            "service --exclude pods": "10.1.0.7",
            "service --exclude pods --interface pods": "",
            "service --exclude p*": "10.1.0.7",
        },
        pins=["structure: --exclude", "even if named: excluded"],
    ),
    HostCase(
        "excluded-nic",
        "nic ens3 10.1.0.7/24 device\nnic ens4 10.2.0.7/24 device",
        also={"service --exclude ens4": "10.1.0.7", "service --exclude ens4 --exclude ens3": ""},
        pins=["reason excluded"],
    ),
    HostCase(
        "container-interface-with-a-default-route",
        """
        nic ens3 10.1.0.7/24
        nic docker0 172.17.0.1/16 172.18.0.1/16@docker0:b
        nic cni0 10.42.0.1/24
        default docker0 via 172.17.0.2
        """,
        service="10.1.0.7",
        also={
            "service --interface docker0": "172.17.0.1",
            "service --interface docker0 --interface cni0": "",
            "service --interface docker0:*": "172.18.0.1",
            "service --interface *": "10.1.0.7",
        },
        pins=["reason container interface"],
    ),
    HostCase(
        "vpn-with-the-default-route",
        """
        nic wlan0 192.168.1.20/24
        default wlan0 via 192.168.1.1 metric 600
        tun tun0 10.8.0.6/24
        default tun0 metric 50
        bridge docker0 172.17.0.1/16
        """,
        service="192.168.1.20",
        pins=["reason tunnel"],
    ),
    HostCase(
        "tunnels-by-link-type",
        f"""{PUBLIC_CARD}
        nic ens4 10.1.0.7/24
        nic a 10.2.0.1/24 type=768
        nic b 10.3.0.1/24 type=769
        nic c 10.4.0.1/24 type=776
        nic d 10.5.0.1/24 type=778
        nic e 10.6.0.1/24 type=823
        nic f 10.7.0.1/24 type=65534
        """,
        public="203.0.113.7",
        service="10.1.0.7",
        pins=[f"type {n}" for n in (768, 769, 776, 778, 823)] + ["type without a device 65534"],
    ),
    *[
        HostCase(
            f"tunnel-called-office-{kind}",
            f"nic ens3 10.1.0.7/24 device\nnic office 203.0.113.9/24 kind={kind}\ndefault office via 203.0.113.1",
            service="10.1.0.7",
            also={"public --interface office": "203.0.113.9"},
            pins=[f"kind {kind}"],
        )
        for kind in TUNNEL_KINDS
    ],
    HostCase(
        "netkit-called-office",
        "nic ens3 10.1.0.7/24 device\nnic office 203.0.113.9/24 kind=netkit\ndefault office via 203.0.113.1",
        service="10.1.0.7",
        pins=["container kind netkit"],
    ),
    HostCase(
        "netkit-in-a-pod",
        "nic eth0 10.42.0.7/32 kind=netkit\nnic net1 10.9.0.7/24\ndefault eth0",
        pins=["near container's own network: netkit"],
    ),
    HostCase(
        "tunnels-under-any-name",
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24\ntun office 10.8.0.6/24\nvxlan overlay 10.9.0.1/24",
        public="203.0.113.7",
        service="10.1.0.7",
        also={"service --interface office": "10.8.0.6", "service --interface o*": ""},
        pins=["structure: a tunnel makes nothing physical"],
    ),
    HostCase(
        "modem",
        "nic wwan0 203.0.113.9/30 type=65534 device\ndefault wwan0\nnic eth0 192.168.1.1/24 device",
        public="203.0.113.9",
        service="192.168.1.1",
        pins=["near type without a device 65534"],
    ),
    HostCase(
        "pppoe",
        "nic eno1 device\nnic ppp0 10.64.0.9/32 type=512\ndefault ppp0\nnic eno2 192.168.1.1/24 device",
        service="192.168.1.1",
        also={"service --interface ppp0": "10.64.0.9"},
        pins=["point-to-point 512"],
    ),
    HostCase(
        "virtual-machines",
        """
        nic eno1
        nic vnet0
        nic veth0123
        bridge br0 10.20.30.40/24 over=eno1,vnet0
        bridge mynet 172.20.0.1/16 over=veth0123
        bridge office 172.21.0.1/16
        """,
        service="10.20.30.40",
        pins=["reason not a physical interface", "structure: built on a physical interface is physical"],
    ),
    HostCase(
        "virtual-machines-seen-from-the-host",
        """
        nic eno1 device
        nic bond0 over=eno1
        nic bond0.401 over=bond0
        bridge br0 10.20.30.40/24 over=bond0.401,guest7
        nic guest7
        bridge mynet 172.20.0.1/16 over=guest8
        nic guest8 10.99.0.1/24
        """,
        service="10.20.30.40",
        pins=["reason not a physical interface", "structure: built on a physical interface is physical"],
    ),
    HostCase(
        "overlay-in-a-bridge",
        """
        nic ens3 203.0.113.7/24 device
        nic ens4 10.1.0.7/24 device
        nic overlay kind=vxlan over=ens4
        bridge mesh 10.2.0.1/24 over=overlay
        """,
        public="203.0.113.7",
        service="10.1.0.7",
        pins=["structure: a tunnel makes nothing physical"],
    ),
    HostCase(
        "interfaces-built-on-each-other",
        "nic ens3 203.0.113.7/24 device\nnic one 10.1.0.1/24 over=two\nnic two over=one",
        public="203.0.113.7",
        pins=["reason not a physical interface"],
    ),
    HostCase(
        "open-vswitch-has-the-default-route",
        "nic ens3 device\nnic br-ex 10.1.0.7/24\ndefault br-ex via 10.1.0.1\nnic br-int 10.2.0.1/24",
        service="10.1.0.7",
        pins=["structure: a default route makes an interface eligible"],
    ),
    HostCase(
        "default-route-of-the-other-family",
        "nic ens3 device\nbridge br-ex 10.1.0.7/24 2001:db8::7/64\ndefault br-ex via 2001:db8::1",
        public6="2001:db8::7",
        service="10.1.0.7",
        pins=["structure: a default route makes an interface eligible"],
    ),
]

ROUTES = [
    HostCase(
        "wired-and-wireless",
        """
        nic eth0 192.168.1.10/24
        nic wlan0 192.168.1.11/24
        default wlan0 via 192.168.1.1 metric 600
        default eth0 via 192.168.1.1 metric 100
        bridge docker0 172.17.0.1/16
        """,
        service="192.168.1.10",
        pins=["service: default route of the family", "structure: the lowest metric"],
    ),
    HostCase(
        "default-routes-of-one-metric",
        """
        nic ens3 198.51.100.5/24 2001:db8:1::5/64
        nic ens4 203.0.113.9/24 2001:db8:2::5/64
        default ens3 via 198.51.100.1 metric 200
        default ens4 via 203.0.113.1 metric 100
        default ens3 via 2001:db8:1::1 metric 100
        default ens4 via 2001:db8:2::1 metric 200
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.9",
        public6="2001:db8:1::5",
        pins=["structure: the lowest metric"],
    ),
    HostCase(
        "default-routes-that-do-not-count",
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
        public="198.51.100.5",
        public6="2001:db8:1::5",
        pins=["public: default route of the family"],
    ),
    HostCase(
        "multipath",
        """
        nic ens3 198.51.100.5/24
        nic ens4 203.0.113.9/24
        default ens4 via 203.0.113.1 ens3 via 198.51.100.1
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.9",
        pins=["public: default route of the family"],
    ),
    HostCase(
        "multipath-ipv6",
        """
        nic ens3 2001:db8:1::5/64
        nic ens4 2001:db8:2::5/64
        default ens4 via 2001:db8:2::1 ens3 via 2001:db8:1::1
        bridge docker0 172.17.0.1/16
        """,
        public6="2001:db8:2::5",
        pins=["public: default route of the family"],
    ),
    HostCase(
        "default-route-without-a-gateway",
        "nic ens3 198.51.100.5/24\nnic ens4 203.0.113.9/32\ndefault ens4\nbridge docker0 172.17.0.1/16",
        public="203.0.113.9",
        pins=["public: default route of the family"],
    ),
]

PUBLIC = [
    HostCase(
        "the-default-route-before-the-name",
        "nic eth0 198.51.100.5/24\nnic eth1 203.0.113.9/24\ndefault eth1 via 203.0.113.1\nbridge docker0 172.17.0.1/16",
        public="203.0.113.9",
        also={"service --interface e*": ""},
        pins=["public: default route of the family"],
    ),
    *[
        HostCase(
            f"public-by-name-{name}",
            f"nic ens3 198.51.100.5/24\nnic {name} 203.0.113.9/24\nbridge docker0 172.17.0.1/16",
            public="203.0.113.9",
            pins=["public: interface named for PublicNet", f"public name {name}"],
        )
        for name in ("eth0", "bond0.101", "vlan0")
    ],
    HostCase(
        "public-ambiguous",
        "nic ens3 198.51.100.5/24\nnic ens4 203.0.113.9/24\nbridge docker0 172.17.0.1/16",
        also={
            "public --interface ens4": "203.0.113.9",
            "public --cidr 198.51.100.0/24": "198.51.100.5",
            "public --cidr 198.51.100.9/24 --cidr 2001:db8::/32": "198.51.100.5",
            "public ipv6 --cidr 198.51.100.0/24": "",
        },
        pins=["structure: ambiguous"],
    ),
    HostCase(
        "deprecated",
        "nic ens3 2001:db8::1/64,deprecated 2001:db8::2/64\nbridge docker0",
        public6="2001:db8::2",
        pins=["public: not deprecated"],
    ),
    HostCase(
        "privacy-addresses",
        "nic ens3 2a02:8071:1:2:ffff:ffff:ffff:fff0/64,mngtmpaddr\ndefault ens3 via fe80::1\nbridge docker0",
        public6="2a02:8071:1:2:ffff:ffff:ffff:fff0",
        pins=["public: not temporary"],
    ),
    HostCase(
        "transitional",
        "nic ens3 2002:c000:204::1/64 2001:0:4136:e378::1/64 2400:db8::1/64\nbridge docker0",
        public6="2400:db8::1",
        pins=["public: not transitional", "transitional 2002::/16", "transitional 2001::/32"],
    ),
    HostCase(
        "virtual-address",
        "nic ens3 203.0.113.100/32 203.0.113.7/24 2001:db8::1/128 2001:db8::7/64\nbridge docker0",
        public="203.0.113.7",
        public6="2001:db8::7",
        pins=["public: no host prefix"],
    ),
    HostCase(
        "dhcpv6-lease",
        "nic ens3 2001:db8::1/128,lease 2001:db8::7/64\nbridge docker0",
        public6="2001:db8::1",
        pins=["structure: a lease is no virtual address"],
    ),
    HostCase(
        "dhcpv6-temporary-addresses",
        "nic ens3 2001:db8::1/128,temporary 2001:db8::7/64,temporary\nbridge docker0",
        public6="2001:db8::1",
        pins=["structure: a lease is no virtual address"],
    ),
    HostCase(
        "the-kernels-order",
        "nic ens3 203.0.113.9/24@ens3:a 203.0.113.8/25 203.0.113.7/26 2001:db8::9/64 2001:db8::7/64\nbridge docker0",
        public="203.0.113.8",
        public6="2001:db8::7",
        also={
            "public --interface ens3:a": "203.0.113.9",
            "public --interface ens3:a --exclude ens4": "203.0.113.9",
            "public --interface ens4": "",
            "public --exclude ens3:a": "203.0.113.8",
            "public --exclude ens3:a --cidr 203.0.113.9": "",
        },
        pins=["structure: the order on an interface"],
    ),
]

SERVICE = [
    HostCase(
        "shared-address-space",
        "nic ens3 100.64.3.4/22\ndefault ens3 via 100.64.0.1\nnic ens4 192.168.7.4/24\nbridge docker0 172.17.0.1/16",
        service="192.168.7.4",
        pins=["service: not in 100.64.0.0/10", "shared 100.64.0.0/10"],
    ),
    HostCase(
        "vagrant",
        """
        nic enp0s3 10.0.2.15/24
        nic enp0s8 192.168.56.11/24
        default enp0s3 via 10.0.2.2
        bridge docker0 172.17.0.1/16
        """,
        service="192.168.56.11",
        pins=["service: not a hypervisor's NAT"],
    ),
    HostCase(
        "subnet-10.0.2",
        "nic ens5 10.0.2.7/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.2\nbridge docker0 172.17.0.1/16",
        service="10.0.2.7",
        pins=["near hypervisor NAT"],
    ),
    HostCase(
        "subnet-10.0.2-lower",
        "nic ens5 10.0.2.10/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.2\nbridge docker0 172.17.0.1/16",
        service="10.0.2.10",
        pins=["near hypervisor NAT"],
    ),
    HostCase(
        "10.0.2.15-of-a-provider",
        "nic ens5 10.0.2.15/24\nnic ens6 10.0.30.7/24\ndefault ens5 via 10.0.2.1\nbridge docker0 172.17.0.1/16",
        service="10.0.2.15",
        pins=["near hypervisor NAT: another gateway"],
    ),
    *[
        HostCase(
            f"service-net-by-block-{block}",
            f"{PUBLIC_CARD}nic ens4 192.168.3.4/24\nnic ens5 {address}/19",
            public="203.0.113.7",
            service=address,
            pins=["service: in a ServiceNet block", f"ServiceNet {block}"],
        )
        for block, address in (("10.176.0.0/12", "10.191.7.9"), ("10.208.0.0/12", "10.223.7.9"))
    ],
    HostCase(
        "between-the-service-net-blocks",
        f"{PUBLIC_CARD}nic ens4 10.192.0.1/24\nnic ens5 192.168.3.4/24",
        public="203.0.113.7",
        pins=["near ServiceNet"],
    ),
    HostCase(
        "private-host-in-a-service-net-block",
        "nic ens3 10.1.0.7/24\nnic eth1 10.180.0.7/24\ndefault ens3 via 10.1.0.1\nbridge docker0 172.17.0.1/16",
        service="10.1.0.7",
        pins=["structure: ServiceNet is beside PublicNet"],
    ),
    HostCase(
        "private-address-beside-the-public-one",
        """
        nic ens3 159.203.10.20/20 10.16.0.5/24
        nic ens4 10.132.0.7/16
        default ens3 via 159.203.0.1
        bridge docker0 172.17.0.1/16
        """,
        public="159.203.10.20",
        service="10.132.0.7",
        pins=["service: no public address on the interface"],
    ),
    *[
        HostCase(
            f"service-by-name-{name}",
            f"{PUBLIC_CARD}nic ens4 10.30.0.10/24\nnic {name} 10.31.0.10/24",
            public="203.0.113.7",
            service="10.31.0.10",
            pins=["service: interface named for ServiceNet", f"service name {name}"],
        )
        for name in ("eth1", "bond0.401", "vlan1")
    ],
    HostCase(
        "service-ambiguous",
        f"{PUBLIC_CARD}nic ens4 10.30.0.10/24 fd00:4::1/64\nnic ens5 192.168.30.2/24 fd00:5::1/64",
        public="203.0.113.7",
        service6="",
        also={
            "service --interface ens5": "192.168.30.2",
            "service ipv6 --interface ens5": "fd00:5::1",
            "service --cidr 10.0.0.0/8": "10.30.0.10",
            "service ipv6 --cidr 10.0.0.0/8": "fd00:4::1",
            "service ipv6 --cidr fd00:5::/32": "fd00:5::1",
            "service --cidr 203.0.113.0/24": "203.0.113.7",
            "service --cidr 10.31.0.0/16": "",
            "service ipv6 --cidr 10.31.0.0/16": "",
        },
        pins=["structure: ambiguous"],
    ),
    HostCase(
        "unique-local-preferences",
        "known\nnic ens3 10.1.0.7/24 fd00::1/64,deprecated fd00::2/64,temporary fd00::3/64",
        public6="",
        service="10.1.0.7",
        service6="fd00::3",
        also={"service ipv6 --cidr 10.31.0.0/16": ""},
        pins=["service: not deprecated", "service: not temporary"],
    ),
    HostCase(
        "virtual-service-address",
        "nic ens4 10.1.0.100/32 10.1.0.7/24\nbridge docker0 172.17.0.1/16",
        service="10.1.0.7",
        pins=["service: no host prefix"],
    ),
    HostCase(
        "link-local-of-the-service-interface",
        f"{PUBLIC_CARD}nic ens4 10.1.0.7/24 fe80::2/64 fe80::1/64\nnic ens5 fd00::5/64 fe80::5/64",
        public="203.0.113.7",
        public6="",
        service="10.1.0.7",
        service6="fe80::1",
        pins=["structure: service ipv6 is where service ipv4 is"],
    ),
    HostCase(
        "label-that-is-another-interface",
        """
        nic eth1 203.0.113.9/24 10.30.0.5/24@eth10
        nic eth10 10.20.0.5/24
        default eth1 via 203.0.113.1
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.9",
        service="10.20.0.5",
        also={"service --interface eth1": "10.30.0.5", "service --interface eth10 --cidr 10.20.0.0/16": "10.20.0.5"},
        pins=["service: no public address on the interface"],
    ),
    HostCase(
        "label-beside-a-public-address",
        "nic ens3 203.0.113.5/24 10.16.0.5/24@ens3:1\nnic ens4 10.132.0.7/16\nbridge docker0 172.17.0.1/16",
        public="203.0.113.5",
        service="10.132.0.7",
        also={"service --interface ens3:1 --interface ens4": "10.132.0.7", "service --interface ens3:*": "10.16.0.5"},
        pins=["service: no public address on the interface"],
    ),
    HostCase(
        "point-to-point-named-among-others",
        "nic ppp0 10.64.0.9/24 10.65.0.9/24@ppp0:b type=512\ndefault ppp0\nnic eth1 10.1.0.7/24 device",
        service="10.1.0.7",
        also={"service --interface *": "10.1.0.7", "service --interface ppp0:*": "10.65.0.9"},
        pins=["service: not skipped without being named"],
    ),
    HostCase(
        "device-under-a-container-name",
        """
        known
        nic gke0 169.254.1.1/32 device
        nic ens3 203.0.113.5/24
        nic guest 10.9.0.1/24
        default ens3 via 203.0.113.1
        """,
        public="203.0.113.5",
        pins=["reason not a physical interface"],
    ),
    HostCase(
        "named-beside-nics",
        f"{PUBLIC_CARD}nic ens4 100.64.0.7/24\nnic cni0 10.42.0.1/24",
        public="203.0.113.7",
        service="100.64.0.7",
        also={"service --interface *": "100.64.0.7", "service --interface cni*": "10.42.0.1"},
        pins=["service: not skipped without being named"],
    ),
    HostCase(
        "named-beside-public-nics",
        "nic ens4 203.0.113.7/24\nnic docker0 198.51.100.1/24\ndefault docker0 via 198.51.100.2",
        public="203.0.113.7",
        also={"public --interface *": "203.0.113.7"},
        pins=["public: not skipped without being named"],
    ),
]

NETWORKS = [
    HostCase(
        "bridged-container",
        "nic eth0 172.17.0.5/16\nnic eth1 10.0.1.3/24\nnic tun0 10.8.0.1/24\ndefault eth0 via 172.17.0.1",
        public6="",
        service6="",
        also={"service --interface eth1": "10.0.1.3", "service --exclude veth*": "", "service --cidr 10.0.0.0/8": ""},
        pins=["structure: a container's own network"],
    ),
    HostCase(
        "bridged-container-with-public-ipv6",
        "nic eth0 172.17.0.5/16 2001:db8:d0c::5/64\ndefault eth0 via 2001:db8:d0c::1",
        public6="",
        service6="",
        pins=["structure: a container's own network"],
    ),
    HostCase(
        "no-address-yet",
        "known\nnic lo type=772 10.99.0.1/32\nnic eth0\nnic eth1",
        pins=["reason loopback"],
    ),
    HostCase(
        "cable-out",
        """
        nic ens3 104.130.3.3/24
        nic ens4 10.208.3.3/17 nocarrier
        nic ens5 192.168.3.4/24
        bridge docker0 172.17.0.1/16
        """,
        public="104.130.3.3",
        service="10.208.3.3",
        pins=["service: in a ServiceNet block"],
    ),
]

# The routes decide: preferred sources, unnumbered hosts, ServiceNet, `--reach`.
BY_ROUTE = [
    HostCase(
        "public-preferred-source",
        """
        nic ens3 203.0.113.100/24 203.0.113.7/24 2001:db8::1/64 2001:db8::7/64
        default ens3 via 203.0.113.1 src 203.0.113.7
        default ens3 via fe80::1 src 2001:db8::7
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.7",
        public6="2001:db8::7",
        pins=["public: preferred source of the default route"],
    ),
    HostCase(
        "service-preferred-source",
        """
        nic ens3 10.1.0.100/24 10.1.0.7/24
        default ens3 via 10.1.0.1 src 10.1.0.7
        bridge docker0 172.17.0.1/16
        """,
        service="10.1.0.7",
        pins=["service: preferred source of the default route"],
    ),
    HostCase(
        "preferred-source-on-loopback",
        """
        lo 203.0.113.9/32 10.99.0.9/32 2001:db8:f::9/128
        nic ens3 10.1.0.7/31 2001:db8:1::7/64
        default ens3 via 10.1.0.6 src 203.0.113.9
        default ens3 via fe80::1 src 2001:db8:f::9
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.9",
        public6="2001:db8:f::9",
        service="10.1.0.7",
        pins=["structure: a preferred source is eligible", "overruled by routes: loopback"],
    ),
    HostCase(
        "preferred-source-on-dummy",
        """
        nic dummy0 10.50.0.1/32
        nic ens3 10.60.1.1/31
        nic ens4 10.60.2.1/31
        default ens3 via 10.60.1.0 ens4 via 10.60.2.0 src 10.50.0.1
        bridge docker0 172.17.0.1/16
        """,
        service="10.50.0.1",
        pins=["overruled by routes: tunnel", "structure: a default route is its preferred source's too"],
    ),
    HostCase(
        "preferred-source-on-an-empty-bridge",
        """
        bridge mine 10.50.0.1/32
        nic ens3 10.60.1.1/31
        default ens3 via 10.60.1.0 src 10.50.0.1
        """,
        service="10.50.0.1",
        pins=["overruled by routes: not a physical interface"],
    ),
    HostCase(
        "preferred-source-on-docker0",
        "nic ens3 10.1.0.7/24\nbridge docker0 172.17.0.1/16\ndefault ens3 via 10.1.0.1 src 172.17.0.1",
        service="10.1.0.7",
        pins=["near overruled by routes: container interface"],
    ),
    HostCase(
        "preferred-source-of-another-metric",
        """
        lo 10.99.0.9/32
        nic ens3 10.1.0.7/24
        default ens3 via 10.1.0.1 metric 100
        default ens3 via 10.1.0.2 metric 200 src 10.99.0.9
        bridge docker0 172.17.0.1/16
        """,
        service="10.1.0.7",
        pins=["near preferred source: of a route that does not count"],
    ),
    HostCase(
        "preferred-source-of-a-vpn",
        """
        lo 10.99.0.9/32
        nic ens3 10.1.0.7/24
        default ens3 via 10.1.0.1 metric 100
        tun tun0 10.8.0.2/24
        default tun0 via 10.8.0.1 src 10.99.0.9
        bridge docker0 172.17.0.1/16
        """,
        service="10.1.0.7",
        pins=["near preferred source: of a route that does not count"],
    ),
    HostCase(
        "preferred-source-that-the-host-has-not",
        "known\nlo 10.99.0.9/24\nnic ens3 10.1.0.7/24\ndefault ens3 via 10.1.0.1 src 10.77.0.1",
        service="10.1.0.7",
        pins=["near preferred source: another address"],
    ),
    HostCase(
        "unnumbered",
        """
        lo 10.244.0.1/32 203.0.113.9/32 2001:db8::9/128
        nic ens3 fe80::2/64
        nic ens4 fe80::3/64
        default -4 ens3 via inet6 fe80::1
        default -6 ens3 via fe80::1
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.9",
        public6="2001:db8::9",
        service="10.244.0.1",
        pins=["structure: the loopback address of an unnumbered host"],
    ),
    HostCase(
        "unnumbered-but-for-link-local-addresses",
        """
        lo 10.244.0.1/32
        nic ens3 169.254.7.2/30
        default ens3 via 169.254.7.1
        bridge docker0 172.17.0.1/16
        """,
        service="10.244.0.1",
        pins=["structure: a link-local address numbers nothing"],
    ),
    HostCase(
        "unnumbered-beside-a-management-network",
        """
        lo 10.255.0.1/32 203.0.113.7/32
        nic ens3 fe80::2/64
        nic ens4 192.168.100.5/24 198.51.100.5/24
        default -4 ens3 via inet6 fe80::1
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.7",
        service="10.255.0.1",
        pins=["structure: a default route without a source is the loopback address's"],
    ),
    HostCase(
        "virtual-address-on-loopback",
        """
        lo 10.0.0.100/32 203.0.113.100/32 2001:db8::100/128
        nic ens3 10.1.0.7/24 fd00::7/64
        default ens3 via 10.1.0.1
        default ens3 via fe80::1
        bridge docker0 172.17.0.1/16
        """,
        public6="",
        service="10.1.0.7",
        pins=["near unnumbered"],
    ),
    *[
        HostCase(
            f"service-net-by-its-route-{block}",
            f"""
            nic eth1 10.182.21.219/17
            nic eth2 192.168.1.3/24
            default eth2 via 192.168.1.1
            route {block} eth1 via 10.182.0.1
            bridge docker0 172.17.0.1/16
            """,
            service="10.182.21.219",
            pins=["service: in a ServiceNet block, with routes to ServiceNet", f"ServiceNet {block}"],
        )
        for block in ("10.176.0.0/12", "10.208.0.0/12")
    ],
    *[
        HostCase(
            f"service-net-routes-of-a-company-{name}",
            f"""
            nic ens3 10.1.0.7/24
            nic ens4 10.180.0.7/24
            default ens3 via 10.1.0.1
            route {route}
            bridge docker0 172.17.0.1/16
            """,
            service="10.1.0.7",
            pins=[f"near ServiceNet's routes: {pin}"],
        )
        for name, route, pin in (
            ("longer", "10.180.0.0/14 ens4 via 10.180.0.1", "other blocks"),
            ("half", "10.176.0.0/13 ens4 via 10.180.0.1", "other blocks"),
            ("without-gateway", "10.176.0.0/12 ens4", "without a gateway"),
            ("on-another-interface", "10.176.0.0/12 ens3 via 10.1.0.9", "on another interface"),
        )
    ],
    HostCase(
        "service-net-routes-to-another-block",
        """
        nic ens3 10.1.0.7/24
        nic ens4 192.168.7.7/24
        default ens3 via 10.1.0.1
        route 10.176.0.0/12 ens4 via 192.168.7.1
        bridge docker0 172.17.0.1/16
        """,
        service="10.1.0.7",
        pins=["near ServiceNet's routes: from another block"],
    ),
    HostCase(
        "reach",
        f"""{PUBLIC_CARD}
        nic ens4 10.30.0.10/24
        nic ens5 192.168.30.2/24 192.168.30.3/24 fd00:5::1/64
        nic wg0 10.6.0.1/24
        route 10.9.0.0/16 ens5 via 192.168.30.1 src 192.168.30.3
        route 9.9.0.0/16 ens3 via 203.0.113.1
        way 10.9.9.9 ens5 192.168.30.3
        way 10.6.0.9 wg0 10.6.0.1
        way 9.9.9.9 ens3 203.0.113.7
        """,
        public="203.0.113.7",
        also={
            "service --reach 10.9.9.9": "192.168.30.3",
            "service ipv6 --reach 10.9.9.9": "fd00:5::1",
            "service --reach 10.6.0.9": "10.6.0.1",
            "service --reach 9.9.9.9": "",
            "service --reach 10.9.9.9 --interface ens4": "",
            "service --reach 10.9.9.9 --exclude 192.168.30.3": "192.168.30.2",
            "public --reach 9.9.9.9": "203.0.113.7",
            "public --reach 10.9.9.9": "",
        },
        pins=["service: source address for --reach", "structure: --reach", "structure: --exclude CIDR"],
    ),
    HostCase(
        "reach-from-a-second-public-address",
        """
        nic ens3 203.0.113.7/24 203.0.113.8/24
        default ens3 via 203.0.113.1
        route 9.9.0.0/16 ens3 via 203.0.113.1 src 203.0.113.8
        way 9.9.9.9 ens3 203.0.113.8
        bridge docker0 172.17.0.1/16
        """,
        public="203.0.113.7",
        also={"public --reach 9.9.9.9": "203.0.113.8"},
        pins=["public: source address for --reach"],
    ),
    HostCase(
        "reach-from-an-address-on-loopback",
        """
        lo 10.99.0.9/32
        nic ens3 10.1.0.7/24
        default ens3 via 10.1.0.1
        route 10.9.0.0/16 ens3 via 10.1.0.2 src 10.99.0.9
        way 10.9.9.9 ens3 10.99.0.9
        bridge docker0 172.17.0.1/16
        """,
        service="10.1.0.7",
        also={"service --reach 10.9.9.9": "10.99.0.9"},
        pins=["structure: --reach takes the source wherever it is"],
    ),
    HostCase(
        "reach-of-an-address-of-its-own",
        """
        lo 203.0.113.50/32 10.99.0.1/32
        nic eth0 104.130.0.127/24
        nic eth1 10.1.2.3/24
        default eth0 via 104.130.0.1
        way 10.1.2.3  10.1.2.3
        bridge docker0 172.17.0.1/16
        """,
        public="104.130.0.127",
        service="10.1.2.3",
        also={"public --reach 10.1.2.3": "", "service --reach 10.1.2.3": "10.1.2.3"},
        pins=["structure: --reach"],
    ),
    HostCase(
        "reach-inside-a-container",
        "nic eth0 172.17.0.5/16\ndefault eth0 via 172.17.0.1\nway 10.9.9.9 eth0 172.17.0.5",
        also={
            "service --reach 10.9.9.9": "",
            "service --cidr 172.17.0.5": "",
            "service --interface eth0": "172.17.0.5",
        },
        pins=["structure: a container's own network"],
    ),
]

# Addresses that look like a service address, and what the user names.
ANCHORS_AND_NAMES = [
    HostCase(
        "anchor-alone",
        """
        nic eth0 178.62.215.154/18 10.18.0.12/16
        default eth0 via 178.62.192.1
        bridge docker0 172.17.0.1/16
        """,
        public="178.62.215.154",
        service6="",
        also={
            "service --interface eth0": "",
            "service --cidr 10.0.0.0/8": "",
            "service --cidr 10.18.0.12": "",
            "service --exclude 178.62.215.154": "",
        },
        pins=["structure: an anchor is never service"],
    ),
    HostCase(
        "no-anchor-without-a-public-address-beside-it",
        f"{PUBLIC_CARD}nic ens4 10.18.0.12/16",
        public="203.0.113.7",
        service="10.18.0.12",
        pins=["near anchor: beside no public address"],
    ),
    *[
        HostCase(
            f"no-anchor-{address}",
            f"nic ens3 203.0.113.7/24 {address}\nbridge docker0 172.30.0.1/16",
            public="203.0.113.7",
            service=address.partition("/")[0],
            pins=["near anchor: another shape"],
        )
        for address in ("192.168.150.9/17", "10.18.0.12/17", "10.18.0.12/15", "172.16.0.12/16")
    ],
    *[
        HostCase(
            f"guest-behind-{gateway}",
            f"""
            nic ens3 {guest}/24
            nic ens4 10.44.0.7/24
            default ens3 via {gateway}
            bridge docker0 172.17.0.1/16
            """,
            service=answer,
            pins=pins,
        )
        for guest, gateway, answer, pins in (
            ("10.0.2.15", "10.0.2.2", "10.44.0.7", ["hypervisor NAT 10.0.2.15"]),
            ("192.168.121.83", "192.168.121.1", "10.44.0.7", ["hypervisor NAT 192.168.121.0/24"]),
            ("192.168.122.83", "192.168.122.1", "10.44.0.7", ["hypervisor NAT 192.168.122.0/24"]),
            ("192.168.121.84", "192.168.121.254", "192.168.121.84", ["near hypervisor NAT: another gateway"]),
            ("192.168.122.84", "192.168.122.254", "192.168.122.84", ["near hypervisor NAT: another gateway"]),
            ("192.168.123.84", "192.168.123.1", "192.168.123.84", ["near hypervisor NAT: another block"]),
        )
    ],
    HostCase(
        "facts-of-the-host",
        """
        nic eth0 104.130.0.127/24
        nic ens4 10.30.0.10/24
        nic ens5 10.180.7.9/19
        default eth0 via 104.130.0.1
        bridge docker0 172.17.0.1/16
        """,
        public="104.130.0.127",
        service="10.180.7.9",
        also={"service --interface ens*": "10.180.7.9"},
        pins=["structure: facts of the whole host"],
    ),
    HostCase(
        "label-with-the-name-of-another-interface",
        f"{PUBLIC_CARD}nic ens4 10.9.9.9/24@ens10\nnic ens10 10.10.10.10/24",
        public="203.0.113.7",
        also={"service --interface ens10": "10.10.10.10", "service --exclude ens10": "10.9.9.9"},
        pins=["structure: the name of an interface is no label"],
    ),
    HostCase(
        "bare-address",
        """
        nic dummy0 172.16.30.18/32 172.16.31.200/32 2001:db8::1/128
        nic ens3 2001:db8::1:7/64
        bridge docker0 172.17.0.1/16
        """,
        public6="2001:db8::1:7",
        also={
            "service --cidr 172.16.30.18": "172.16.30.18",
            "service --cidr 172.16.30.18/32": "",
            "service --cidr 172.16.30.18 --exclude dummy0": "",
            "service --cidr 172.16.30.18 --interface ens3": "",
            "public ipv6 --cidr 2001:db8::1": "2001:db8::1",
        },
        pins=["structure: a bare address names itself"],
    ),
    HostCase(
        "exclude-addresses",
        f"{PUBLIC_CARD}nic ens4 10.30.0.10/24\nnic ens5 192.168.30.2/24",
        public="203.0.113.7",
        also={
            "service --exclude 192.168.0.0/16": "10.30.0.10",
            "service --exclude 10.30.0.10": "192.168.30.2",
            "service --exclude 10.30.0.10 --interface ens4": "",
            "service --exclude 10.30.0.10 --cidr 10.30.0.10": "",
            "public --exclude 203.0.113.0/24": "",
        },
        pins=["structure: --exclude CIDR"],
    ),
]

MADE = [*CLASSES, *SKIPPED, *ROUTES, *PUBLIC, *SERVICE, *NETWORKS, *BY_ROUTE, *ANCHORS_AND_NAMES]
HOSTS = {case.name: case for case in [*MADE, *PROVIDERS, *HOSTS_OF_OTHERS]}
assert len(HOSTS) == len(MADE) + len(PROVIDERS) + len(HOSTS_OF_OTHERS), "two hosts have one name"
