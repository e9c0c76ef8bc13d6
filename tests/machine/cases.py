"""The table of hosts that a network namespace cannot show: on NICs with drivers, in a machine's own network.

A script sets a host up with `ip`, and with `up INTERFACE [ADDRESS]...` of init.sh. The NICs are eth0 and eth1 (virtio),
eth2 and eth3 (e1000, on one wire), eth4 (e1000, on QEMU's user network). All are down at first, without addresses.
`usb` gives a host one more NIC, and `pull NIC` of init.sh pulls the cable out of one. Policy rules have the numbers 100
and 101: init.sh deletes these.

An answer is an address and its interface, or "" (no answer, status 1), or UNREADABLE (status 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNREADABLE = "status 3"
LIST = "list --json"


@dataclass(frozen=True)
class MachineCase:
    """A host. `also` maps command lines to answers; IPv6 is asked for everywhere, and none is the usual answer.

    `needs` names modules of the kernel; a kernel older than `since` cannot show the host. racknet runs `within` a
    command such as `ip netns exec x`. `boot` is an option of the kernel, for a machine of its own. Where `is_listed`,
    all that `racknet list` says is compared too, which costs time where QEMU translates.
    """

    name: str
    script: str
    public: str = ""
    service: str = ""
    public6: str = ""
    service6: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    since: tuple[int, int] = (0, 0)
    within: str = ""
    boot: str = ""
    is_listed: bool = True

    @property
    def answers(self) -> dict[str, str]:
        """Command lines, each with what must be answered."""
        return {
            "public ipv4": self.public,
            "public ipv6": self.public6,
            "service ipv4": self.service,
            "service ipv6": self.service6,
        } | dict(self.also)

    @property
    def queries(self) -> list[str]:
        return [*self.answers, LIST] if self.is_listed else [*self.answers]


RACKSPACE = """
    up eth0 104.130.0.127/24 2001:4802:7800:1:be76:4eff:fe20:b4c1/64
    up eth1 10.208.1.5/17 fe80::be76:4eff:fe20:b452/64
    ip route add default via 104.130.0.1
    ip -6 route add default via fe80::def dev eth0
    ip route add 10.176.0.0/12 via 10.208.0.1
    ip route add 10.208.0.0/12 via 10.208.0.1
    """
RACKSPACE_ANSWERS: dict[str, Any] = {
    "public": "104.130.0.127@eth0",
    "service": "10.208.1.5@eth1",
    "public6": "2001:4802:7800:1:be76:4eff:fe20:b4c1@eth0",
    "service6": "fe80::be76:4eff:fe20:b452@eth1",
}


def usb(name: str) -> str:
    """Return a script that plugs a USB NIC in, and names it."""
    return f"""
    insmod /modules/cdc_ether.ko
    await usb_nic
    nic=$(usb_nic)
    [ "${{nic##*/}}" = {name} ] || ip link set "${{nic##*/}}" name {name}
    """


NICS = [
    MachineCase(
        "kernel-names",
        RACKSPACE,
        **RACKSPACE_ANSWERS,
        also={
            "service --interface e*": "10.208.1.5@eth1",
            "service --reach 10.209.9.9": "10.208.1.5@eth1",
            "public --reach 198.51.100.1": "104.130.0.127@eth0",
            "service --interface eth0": "",
        },
    ),
    MachineCase(
        "renamed",
        """
        ip link set eth2 name ens3
        ip link set eth1 name enp0s31f6
        up ens3 203.0.113.7/24 2001:db8::7/64
        up enp0s31f6 10.1.0.7/24 fd12:3456::7/64 fe80::7/64
        ip route add default via 203.0.113.1
        """,
        public="203.0.113.7@ens3",
        public6="2001:db8::7@ens3",
        service="10.1.0.7@enp0s31f6",
        service6="fd12:3456::7@enp0s31f6",
    ),
    MachineCase(
        "alternative-names",
        """
        ip link property add dev eth0 altname enp0s3 altname office
        ip link property add dev eth2 altname docker0
        up eth0 203.0.113.7/24
        up eth2 10.1.0.7/24 fe80::7/64
        ip route add default via 203.0.113.1
        """,
        public="203.0.113.7@eth0",
        service="10.1.0.7@eth2",
        service6="fe80::7@eth2",
    ),
    MachineCase(
        "labels",
        """
        up eth0 203.0.113.7/24
        ip addr add 10.1.0.7/24 dev eth0 label eth0:b
        ip addr add 10.2.0.7/24 dev eth0 label eth0:a
        ip route add default via 203.0.113.1
        """,
        public="203.0.113.7@eth0",
        service="10.2.0.7@eth0",
        also={"service --interface eth0:b": "10.1.0.7@eth0"},
    ),
    MachineCase(
        "two-nics-that-tie",
        "up eth0 10.1.0.7/24 fe80::7/64\nup eth2 10.2.0.7/24 fe80::8/64",
        also={"service --interface eth2": "10.2.0.7@eth2"},
    ),
    MachineCase(
        "duplicate-address",
        """
        up eth0 203.0.113.7/24
        up eth2 2001:db8::7/64
        up eth3
        ip route add default via 203.0.113.1
        await has_carrier eth2
        await has_carrier eth3
        echo 1 >/proc/sys/net/ipv6/conf/eth3/accept_dad
        ip addr add 2001:db8::7/64 dev eth3
        await shows eth3 dadfailed
        ip addr flush dev eth2
        """,
        public="203.0.113.7@eth0",
    ),
    MachineCase(
        "wi-fi",
        """
        insmod /modules/mac80211_hwsim.ko radios=1
        up wlan0 192.168.1.20/24 fe80::20/64
        ip route add default via 192.168.1.1 metric 600
        """,
        service="192.168.1.20@wlan0",
        service6="fe80::20@wlan0",
        needs=("mac80211_hwsim",),
    ),
    MachineCase(
        "usb-nic",  # a board on its cable
        f"{usb('usb0')}\nup eth1 10.1.0.7/24 fe80::7/64\nup usb0 192.168.7.1/24 fe80::8/64",
        service="10.1.0.7@eth1",
        service6="fe80::7@eth1",
        also={"service --interface usb0": "192.168.7.1@usb0"},
        needs=("xhci_pci", "cdc_ether"),
    ),
    MachineCase(
        "usb-nic-with-the-default-route",  # an LTE stick that NATs
        f"{usb('usb0')}\nup eth1 10.1.0.7/24\nup usb0 192.168.8.100/24\nip route add default via 192.168.8.1",
        service="10.1.0.7@eth1",
        needs=("xhci_pci", "cdc_ether"),
    ),
    MachineCase(
        "usb-nic-alone",
        f"{usb('usb0')}\nup usb0 192.168.8.100/24\nip route add default via 192.168.8.1",
        service="192.168.8.100@usb0",
        needs=("xhci_pci", "cdc_ether"),
    ),
    MachineCase(
        "usb-nic-of-another-name",  # an adapter, as good as any NIC
        f"{usb('enx405400000005')}\nup eth1 10.1.0.7/24\nup enx405400000005 192.168.7.1/24",
        needs=("xhci_pci", "cdc_ether"),
    ),
    MachineCase(
        "usb-nic-of-another-name-beside-the-default-route",
        f"{usb('enx405400000005')}\nup eth1 10.1.0.7/24\nup enx405400000005 192.168.7.1/24\n"
        "ip route add default via 10.1.0.1",
        service="10.1.0.7@eth1",
        needs=("xhci_pci", "cdc_ether"),
    ),
]


def on_metal(mode: str) -> MachineCase:
    """A bare-metal server of Rackspace's: both networks are VLANs on one bond."""
    return MachineCase(
        f"on-metal-{mode}",
        f"""
        ip link add bond0 type bond mode {mode}
        ip link set eth0 master bond0
        ip link set eth2 master bond0
        up bond0
        ip link add link bond0 name bond0.101 type vlan id 101
        ip link add link bond0 name bond0.401 type vlan id 401
        up bond0.101 104.130.4.7/24 2001:4801:7824::7/64
        up bond0.401 10.184.0.7/20 fe80::7/64
        ip route add default via 104.130.4.1
        ip route add 10.176.0.0/12 via 10.184.0.1
        ip route add 10.208.0.0/12 via 10.184.0.1
        """,
        public="104.130.4.7@bond0.101",
        public6="2001:4801:7824::7@bond0.101",
        service="10.184.0.7@bond0.401",
        service6="fe80::7@bond0.401",
        needs=("bonding", "8021q"),
    )


STACKED = [
    on_metal("802.3ad"),
    on_metal("active-backup"),
    MachineCase(
        "proxmox",
        """
        ip link add vmbr0 type bridge
        ip link set eth0 up master vmbr0
        up vmbr0 203.0.113.7/24 2001:db8::7/64
        ip route add default via 203.0.113.1
        ip link add vmbr1 type bridge
        ip tuntap add tap100i0 mode tap
        ip link set tap100i0 up master vmbr1
        up vmbr1 10.10.10.1/24 fe80::1/64
        """,
        public="203.0.113.7@vmbr0",
        public6="2001:db8::7@vmbr0",
        also={"service --interface vmbr1": "10.10.10.1@vmbr1"},
        needs=("bridge", "tun"),
    ),
    MachineCase(
        "proxmox-private",
        """
        ip link add vmbr0 type bridge
        ip link set eth2 up master vmbr0
        ip link add vmbr1 type bridge
        up vmbr0 192.168.1.7/24
        up vmbr1 10.10.10.1/24
        ip route add default via 192.168.1.1
        """,
        service="192.168.1.7@vmbr0",
        needs=("bridge",),
    ),
    MachineCase(
        "bridge-of-guests-alone",
        "ip link add vmbr1 type bridge\nip link add guest type veth peer name inside\n"
        "ip link set guest up master vmbr1\nup vmbr1 10.10.10.1/24\nup inside 10.10.11.1/24",
        needs=("bridge", "veth"),
    ),
]

# What is built on a NIC, under a name that says nothing: it is the host's as the NIC is.
BUILT_ON_ETH1 = {
    "macvlan": (("macvlan",), "ip link add link eth1 name office type macvlan mode bridge"),
    "macvtap": (("macvtap",), "ip link add link eth1 name office type macvtap mode bridge"),
    "ipvlan": (("ipvlan",), "ip link add link eth1 name office type ipvlan mode l2"),
    "ipvtap": (("ipvtap",), "ip link add link eth1 name office type ipvtap mode l2"),
    "macsec": (("macsec",), "ip link add link eth1 name office type macsec"),
    "vlan": (("8021q",), "ip link add link eth1 name office type vlan id 7"),
    "team": (("team",), "ip link set eth1 down\nip link add office type team\nip link set eth1 master office"),
    "bond": (("bonding",), "ip link set eth1 down\nip link add office type bond\nip link set eth1 master office"),
    "bridge": (("bridge",), "ip link add office type bridge\nip link set eth1 master office"),
    "hsr": (("hsr",), "ip link set eth3 up\nip link add office type hsr slave1 eth1 slave2 eth3"),
}
for kind, (modules, command) in BUILT_ON_ETH1.items():
    STACKED += [
        MachineCase(
            f"{kind}-on-a-nic",
            f"up eth0 203.0.113.7/24\nup eth1\n{command}\nup office 10.1.0.7/24 fe80::7/64\n"
            "ip route add default via 203.0.113.1",
            public="203.0.113.7@eth0",
            service="10.1.0.7@office",
            service6="fe80::7@office",
            needs=modules,
        ),
        MachineCase(
            f"{kind}-on-a-nic-with-the-default-route",
            f"up eth0 10.1.0.7/24\nup eth1\n{command}\nup office 203.0.113.7/24 2001:db8::7/64\n"
            "ip route add default via 203.0.113.1",
            public="203.0.113.7@office",
            public6="2001:db8::7@office",
            service="10.1.0.7@eth0",
            needs=modules,
        ),
    ]

STACKED += [
    MachineCase(
        f"{kind}-on-a-dummy",
        f"ip link add below type dummy\nup below\nip link add link below name office type {kind}\n"
        "up eth0 203.0.113.7/24\nup office 10.1.0.7/24\nip route add default via 203.0.113.1",
        public="203.0.113.7@eth0",
        needs=(module, "dummy"),
    )
    for kind, module in (("macvlan", "macvlan"), ("vlan id 7", "8021q"))
]

DATAPATH = "up eth0 203.0.113.7/24\nip route add default via 203.0.113.1\novs-dpctl add-dp ovs-system"
STACKED += [
    MachineCase(
        "openvswitch",
        f"""
        {DATAPATH}
        ip link set eth1 up
        ovs-dpctl add-if ovs-system eth1
        ovs-dpctl add-if ovs-system vlan20,type=internal
        up vlan20 10.9.0.5/24 fe80::5/64
        """,
        public="203.0.113.7@eth0",
        service="10.9.0.5@vlan20",
        service6="fe80::5@vlan20",
        needs=("openvswitch",),
    ),
    MachineCase(
        "openvswitch-between-a-bond-and-a-vlan",
        f"""
        {DATAPATH}
        ip link add bond0 type bond mode active-backup
        ip link set eth2 master bond0
        ip link set bond0 up
        ovs-dpctl add-if ovs-system bond0
        ovs-dpctl add-if ovs-system office,type=internal
        ip link set office up
        ip link add link office name office.7 type vlan id 7
        up office.7 10.9.0.5/24 fe80::5/64
        """,
        public="203.0.113.7@eth0",
        service="10.9.0.5@office.7",
        service6="fe80::5@office.7",
        needs=("openvswitch", "bonding", "8021q"),
    ),
    MachineCase(
        "openvswitch-of-guests-alone",
        f"""
        {DATAPATH}
        ip tuntap add tap100i0 mode tap
        ip link set tap100i0 up
        ovs-dpctl add-if ovs-system tap100i0
        ovs-dpctl add-if ovs-system vlan20,type=internal
        up vlan20 10.9.0.5/24 fe80::5/64
        """,
        public="203.0.113.7@eth0",
        also={"service --interface vlan20": "10.9.0.5@vlan20"},
        needs=("openvswitch", "tun"),
    ),
    MachineCase(
        "openvswitch-of-two-bridges",  # one of which has no NIC; the kernel has one datapath for all bridges
        f"""
        {DATAPATH}
        ip link set eth1 up
        ovs-dpctl add-if ovs-system eth1
        ovs-dpctl add-if ovs-system vlan20,type=internal
        ovs-dpctl add-if ovs-system br-int,type=internal
        up vlan20 10.9.0.5/24
        up br-int 10.10.10.1/24
        """,
        public="203.0.113.7@eth0",
        also={"service --interface vlan20": "10.9.0.5@vlan20"},
        needs=("openvswitch",),
    ),
    MachineCase(
        "openvswitch-with-the-default-route",  # nothing but that route says that it leads anywhere
        """
        ovs-dpctl add-dp ovs-system
        ovs-dpctl add-if ovs-system office,type=internal
        up office 203.0.113.7/24
        up eth1 10.1.0.7/24
        ip route add default via 203.0.113.1
        """,
        public="203.0.113.7@office",
        service="10.1.0.7@eth1",
        needs=("openvswitch",),
    ),
]

# Tunnels and what else is no NIC, under a name that says nothing. eth1 has 10.1.0.7.
ENDS = "local 10.1.0.7 remote 10.1.0.8"
ENDS6 = "local fd12::7 remote fd12::8"
TUNNELS = {
    "wireguard": ("wireguard", "ip link add office type wireguard"),
    "gre": ("ip_gre", f"ip link add office type gre {ENDS}"),
    "gretap": ("ip_gre", f"ip link add office type gretap {ENDS}"),
    "erspan": ("ip_gre", f"ip link add office type erspan {ENDS} seq key 1 erspan_ver 1 erspan 9"),
    "ip6gre": ("ip6_gre", f"ip link add office type ip6gre {ENDS6}"),
    "ip6gretap": ("ip6_gre", f"ip link add office type ip6gretap {ENDS6}"),
    "ip6erspan": ("ip6_gre", f"ip link add office type ip6erspan {ENDS6} seq key 1 erspan_ver 1 erspan 9"),
    "sit": ("sit", f"ip link add office type sit {ENDS}"),
    "ipip": ("ipip", f"ip link add office type ipip {ENDS}"),
    "ip6tnl": ("ip6_tunnel", f"ip link add office type ip6tnl {ENDS6}"),
    "vti": ("ip_vti", f"ip link add office type vti {ENDS} key 9"),
    "vti6": ("ip6_vti", f"ip link add office type vti6 {ENDS6} key 9"),
    "xfrm": ("xfrm_interface", "ip link add office type xfrm dev eth1 if_id 9"),
    "vxlan": ("vxlan", "ip link add office type vxlan id 9 dev eth1 remote 10.1.0.8 dstport 4789"),
    "geneve": ("geneve", "ip link add office type geneve id 9 remote 10.1.0.8"),
    "gtp": ("gtp", "ip link add office type gtp role sgsn"),
    "bareudp": ("bareudp", "ip link add office type bareudp dstport 6635 ethertype ipv4"),
    "amt": ("amt", "ip link add office type amt mode gateway local 10.1.0.7 discovery 10.1.0.8 dev eth1"),
    "ovpn": ("ovpn", "ip link add office type ovpn"),
    "tun": ("tun", "ip tuntap add office mode tun"),
    "tap": ("tun", "ip tuntap add office mode tap"),
    "dummy": ("dummy", "ip link add office type dummy"),
    "ifb": ("ifb", "ip link add office type ifb"),
    "netkit": ("netkit", "ip link add office type netkit peer name inside"),
}
SINCE = {"gtp": (5, 18)}  # before, a program had to open its sockets
OFFICE = []
for kind, (module, command) in TUNNELS.items():
    OFFICE += [
        MachineCase(
            f"office-{kind}",
            f"""
            up eth0 203.0.113.7/24
            up eth1 10.1.0.7/24
            {command}
            up office 198.51.100.7/24 10.9.0.7/24 2001:db8:9::7/64
            ip route add default via 203.0.113.1
            """,
            public="203.0.113.7@eth0",
            service="10.1.0.7@eth1",
            needs=(module,),
            since=SINCE.get(kind, (0, 0)),
            is_listed=False,
        ),
        MachineCase(
            f"office-{kind}-with-the-default-route",
            f"""
            up eth1 10.1.0.7/24
            {command}
            up office 198.51.100.7/24 10.9.0.7/24 2001:db8:9::7/64
            ip route add default dev office
            ip -6 route add default dev office
            """,
            service="10.1.0.7@eth1",
            needs=(module,),
            since=SINCE.get(kind, (0, 0)),
            is_listed=False,
        ),
    ]

ROUTES = [
    MachineCase(
        "vrf-of-the-service-network",
        """
        ip link add blue type vrf table 10
        up blue 10.255.0.9/32
        ip link set eth1 master blue
        up eth0 203.0.113.7/24
        up eth1 10.1.0.7/24 fe80::7/64
        ip route add default via 203.0.113.1
        ip route add default via 10.1.0.1 table 10
        """,
        public="203.0.113.7@eth0",
        service="10.1.0.7@eth1",
        service6="fe80::7@eth1",
        needs=("vrf",),
    ),
    MachineCase(
        "vrf-of-the-public-network",
        """
        ip link add blue type vrf table 10
        up blue
        ip link set eth0 master blue
        up eth0 203.0.113.7/24 2001:db8::7/64
        up eth1 10.1.0.7/24
        ip route add default via 203.0.113.1 table 10
        ip -6 route add default via 2001:db8::1 table 10
        """,
        public="203.0.113.7@eth0",
        public6="2001:db8::7@eth0",
        service="10.1.0.7@eth1",
        needs=("vrf",),
    ),
    MachineCase(
        "vrf-with-another-default-route",  # which is in no main table, and decides nothing
        """
        ip link add blue type vrf table 10
        up blue
        ip link set eth0 master blue
        up eth0 198.51.100.7/24 2001:db8::7/64
        up eth2 203.0.113.7/24 2001:db8:2::7/64
        ip route add default via 198.51.100.1 table 10
        ip -6 route add default via 2001:db8::1 table 10
        ip route add default via 203.0.113.1 metric 4096
        ip -6 route add default via 2001:db8:2::1 metric 4096
        """,
        public="203.0.113.7@eth2",
        public6="2001:db8:2::7@eth2",
        also={"public --interface eth0": "198.51.100.7@eth0"},
        needs=("vrf",),
    ),
    MachineCase(
        "vrf-of-management",
        """
        ip link add mgmt type vrf table 1001
        up mgmt 127.0.0.1/8
        ip link set eth0 master mgmt
        up eth0 10.255.0.7/24 fe80::7/64
        up eth2 10.1.0.7/24 fe80::8/64
        ip route add default via 10.255.0.1 table 1001
        ip route add default via 10.1.0.1
        """,
        service="10.1.0.7@eth2",
        service6="fe80::8@eth2",
        also={"service --interface eth0": "10.255.0.7@eth0"},
        needs=("vrf",),
    ),
    MachineCase(
        "vrf-with-the-only-way-out",  # 11.0.0.0/8 is of a lab, on no Internet
        """
        ip link add blue type vrf table 10
        up blue
        ip link set eth2 master blue
        up eth0 11.0.0.7/8
        up eth2 203.0.113.7/24
        ip route add default via 203.0.113.1 table 10
        """,
        public="203.0.113.7@eth2",
        also={"public --interface eth0": "11.0.0.7@eth0"},
        needs=("vrf",),
    ),
    MachineCase(
        "nexthop-object",
        """
        up eth0 203.0.113.7/24 2001:db8::7/64
        up eth2 198.51.100.7/24 2001:db8:2::7/64
        await has_carrier eth2 # else no nexthop is taken
        ip nexthop add id 7 via 198.51.100.1 dev eth2
        ip route add default nhid 7
        ip nexthop add id 8 via 2001:db8:2::1 dev eth2
        ip -6 route add default nhid 8
        """,
        public="198.51.100.7@eth2",
        public6="2001:db8:2::7@eth2",
    ),
    MachineCase(
        "nexthop-group",
        """
        up eth0 203.0.113.7/24
        up eth2 198.51.100.7/24
        await has_carrier eth2 # else no nexthop is taken
        ip nexthop add id 7 via 198.51.100.1 dev eth2
        ip nexthop add id 8 via 203.0.113.1 dev eth0
        ip nexthop add id 9 group 7/8
        ip route add default nhid 9 src 203.0.113.7
        """,
        public="203.0.113.7@eth0",
    ),
    MachineCase(
        "nexthop-object-that-the-kernel-hides",
        """
        up eth0 203.0.113.7/24
        up eth2 198.51.100.7/24
        await has_carrier eth2 # else no nexthop is taken
        ip nexthop add id 7 via 198.51.100.1 dev eth2
        ip route add default nhid 7
        sysctl -w net.ipv4.nexthop_compat_mode=0
        """,
        public=UNREADABLE,
        public6=UNREADABLE,
        service=UNREADABLE,
        service6=UNREADABLE,
        is_listed=False,
    ),
    MachineCase(
        "multipath",
        """
        up eth0 203.0.113.7/24
        up eth2 198.51.100.7/24
        ip route add default nexthop via 198.51.100.1 dev eth2 nexthop via 203.0.113.1 dev eth0
        """,
        also={"public --interface eth2": "198.51.100.7@eth2"},
    ),
    MachineCase(
        "multipath-with-its-source-on-lo",
        """
        up eth0 10.1.0.7/31
        up eth2 10.2.0.7/31
        up lo 203.0.113.99/32 2001:db8::99/128
        ip route add default src 203.0.113.99 nexthop via 10.1.0.6 dev eth0 nexthop via 10.2.0.6 dev eth2
        ip -6 route add default src 2001:db8::99 via fe80::1 dev eth0
        """,
        public="203.0.113.99@lo",
        public6="2001:db8::99@lo",
        also={"service --interface eth0": "10.1.0.7@eth0"},
    ),
    MachineCase(
        "unnumbered",
        """
        up eth0 fe80::7/64
        up eth2 fe80::8/64
        up lo 203.0.113.99/32
        ip -4 route add default nexthop via inet6 fe80::1 dev eth0 nexthop via inet6 fe80::2 dev eth2
        """,
        public="203.0.113.99@lo",
    ),
    MachineCase(
        "virtual-address-on-lo",  # a load balancer's
        "up eth0 10.1.0.7/24\nup lo 203.0.113.99/32\nip route add default via 10.1.0.1",
        service="10.1.0.7@eth0",
    ),
]

# Two NICs with public addresses, of which the main table prefers eth0; and the same with private addresses.
TWO_PUBLIC = """
    up eth0 203.0.113.7/24 2001:db8::7/64
    up eth2 198.51.100.7/24 2001:db8:2::7/64
    """
BY_ETH0 = "ip route add default via 203.0.113.1\nip -6 route add default via 2001:db8::1"
BY_ETH0_ANSWERS: dict[str, Any] = {"public": "203.0.113.7@eth0", "public6": "2001:db8::7@eth0"}
BY_ETH2_ANSWERS: dict[str, Any] = {"public": "198.51.100.7@eth2", "public6": "2001:db8:2::7@eth2"}
TWO_PRIVATE = "up eth0 10.1.0.7/24 fe80::7/64\nup eth2 10.2.0.7/24 fe80::8/64"
TABLE_100 = """
    ip route add default via 198.51.100.1 table 100
    ip -6 route add default via 2001:db8:2::1 table 100
    """
HALVES = """
    ip route add 0.0.0.0/1 via 198.51.100.1
    ip route add 128.0.0.0/1 via 198.51.100.1
    ip -6 route add 2000::/3 via 2001:db8:2::1
    """

# What decides beside the main table's default route: the kernel asks its rules first, and takes the longest prefix.
RULES = [
    MachineCase(
        "rule-to-another-nic",
        f"{TWO_PUBLIC}\n{BY_ETH0}\n{TABLE_100}\nip rule add pref 100 lookup 100\nip -6 rule add pref 100 lookup 100",
        also={"public --interface eth2": "198.51.100.7@eth2", "public --reach 192.0.2.1": "198.51.100.7@eth2"},
    ),
    MachineCase(
        "rule-to-another-nic-of-private-addresses",
        f"{TWO_PRIVATE}\nip route add default via 10.1.0.1\nip route add default via 10.2.0.1 table 100\n"
        "ip rule add pref 100 lookup 100",
    ),
    MachineCase(
        "rule-to-the-only-default-route",
        f"{TWO_PUBLIC}\n{TABLE_100}\nip rule add pref 100 lookup 100\nip -6 rule add pref 100 lookup 100",
        **BY_ETH2_ANSWERS,
    ),
    MachineCase(
        "rule-to-the-only-default-route-of-private-addresses",
        f"{TWO_PRIVATE}\nip route add default via 10.2.0.1 table 100\nip rule add pref 100 lookup 100",
        service="10.2.0.7@eth2",
        service6="fe80::8@eth2",
    ),
    MachineCase(
        "rules-for-some-packets",  # answers go out by the NIC on which the questions came
        f"""
        {TWO_PUBLIC}
        {BY_ETH0}
        {TABLE_100}
        ip rule add pref 100 from 198.51.100.7 lookup 100
        ip rule add pref 101 fwmark 7 lookup 100
        ip -6 rule add pref 100 from 2001:db8:2::7 lookup 100
        ip -6 rule add pref 101 fwmark 7 lookup 100
        """,
        **BY_ETH0_ANSWERS,
    ),
    MachineCase(
        "rule-to-a-tunnel",  # as wg-quick sets it up
        f"""
        {TWO_PUBLIC}
        {BY_ETH0}
        ip link add office type wireguard
        up office 10.8.0.7/32
        ip route add default dev office table 51820
        ip rule add pref 101 not fwmark 51820 lookup 51820
        ip rule add pref 100 lookup main suppress_prefixlength 0
        """,
        **BY_ETH0_ANSWERS,
        needs=("wireguard",),
    ),
    MachineCase(
        "rule-without-a-way",
        f"{TWO_PUBLIC}\n{BY_ETH0}\nip rule add pref 100 unreachable\nip -6 rule add pref 100 prohibit",
        **BY_ETH0_ANSWERS,
    ),
    MachineCase(
        "table-named-default",
        f"{TWO_PUBLIC}\nip route add default via 198.51.100.1 table default\nip -6 route add default via 2001:db8:2::1",
        **BY_ETH2_ANSWERS,
    ),
    MachineCase(
        "table-named-default-of-private-addresses",
        f"{TWO_PRIVATE}\nip route add default via 10.2.0.1 table default",
        service="10.2.0.7@eth2",
        service6="fe80::8@eth2",
    ),
    MachineCase("halves-of-the-internet", f"{TWO_PUBLIC}\n{HALVES}", **BY_ETH2_ANSWERS),
    MachineCase("halves-of-the-internet-beside-the-default-route", f"{TWO_PUBLIC}\n{BY_ETH0}\n{HALVES}"),
    MachineCase(
        "halves-of-the-internet-by-a-tunnel",  # as OpenVPN sets them up
        f"""
        {TWO_PUBLIC}
        {BY_ETH0}
        ip tuntap add office mode tun
        up office 10.8.0.7/24
        ip route add 0.0.0.0/1 via 10.8.0.1
        ip route add 128.0.0.0/1 via 10.8.0.1
        ip -6 route add 2000::/3 dev office
        """,
        **BY_ETH0_ANSWERS,
        needs=("tun",),
    ),
]

IGNORED = "echo 1 >/proc/sys/net/ipv4/conf/eth1/ignore_routes_with_linkdown"
IGNORED6 = "echo 1 >/proc/sys/net/ipv6/conf/eth1/ignore_routes_with_linkdown"
CABLES = [
    MachineCase(
        "cable-pulled-out-of-one-of-two-in-a-network",
        """
        up eth0 203.0.113.8/24 2001:db8::8/64
        up eth1 203.0.113.7/24 2001:db8::7/64
        ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 203.0.113.1 dev eth0
        ip -6 route add default nexthop via 2001:db8::1 dev eth1 nexthop via 2001:db8::1 dev eth0
        pull eth1
        """,
        public="203.0.113.8@eth0",
        public6="2001:db8::8@eth0",
    ),
    MachineCase(
        "cable-pulled-out-of-the-default-route",
        "up eth0 10.1.0.8/24 fe80::8/64\nup eth1 10.1.0.7/24 fe80::7/64\n"
        "ip route add default via 10.1.0.1 dev eth1\npull eth1",
        service="10.1.0.8@eth0",
        service6="fe80::8@eth0",
    ),
    MachineCase(
        "cable-pulled-out-beside-another-network",  # the address is still the one
        """
        up eth1 10.1.0.7/24 2001:db8::7/64
        up eth2 10.2.0.7/24 2001:db8:2::7/64
        ip route add default via 10.1.0.1
        ip -6 route add default via 2001:db8::1
        pull eth1
        """,
        public6="2001:db8::7@eth1",
        service="10.1.0.7@eth1",
    ),
    MachineCase(
        "cable-pulled-out-and-its-routes-ignored",
        f"""
        {IGNORED}
        {IGNORED6}
        up eth1 10.1.0.7/24 2001:db8::7/64
        up eth2 10.2.0.7/24 2001:db8:2::7/64
        ip route add default via 10.1.0.1
        ip -6 route add default via 2001:db8::1
        pull eth1
        ip route show default | grep 'dead linkdown'
        ip -6 route show default | grep 'dead linkdown'
        """,
    ),
    MachineCase(
        "multipath-by-a-nic-that-is-down",
        """
        up eth0 192.0.2.7/24
        up eth1 203.0.113.7/24
        up eth2 198.51.100.7/24
        ip route add default nexthop via 198.51.100.1 dev eth2 nexthop via 203.0.113.1 dev eth1
        ip link set eth2 down
        ip route show default | grep dead
        """,
        public="203.0.113.7@eth1",
    ),
    MachineCase(
        "multipath-by-a-nic-whose-cable-is-pulled-out",  # the kernel still takes it
        """
        up eth1 203.0.113.7/24
        up eth2 198.51.100.7/24
        ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 198.51.100.1 dev eth2
        pull eth1
        """,
    ),
    MachineCase(
        "multipath-by-a-nic-whose-routes-are-ignored",
        f"""
        {IGNORED}
        up eth1 203.0.113.7/24
        up eth2 198.51.100.7/24
        await has_carrier eth2 # else no nexthop is left
        ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 198.51.100.1 dev eth2
        pull eth1
        ip route show default | grep 'dead linkdown'
        """,
        public="198.51.100.7@eth2",
    ),
]

LEASE = """
    cat >/tmp/lease <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
printf '%s\\n' "addr add $ip/$mask dev $interface" "route add default via $router" | /usr/sbin/ip -batch -
END
    chmod +x /tmp/lease
    ip link set eth4 up
    await has_carrier eth4
    udhcpc -i eth4 -n -q -t 20 -T 1 -s /tmp/lease
    """

# A router in another namespace, on the wire of eth2 and eth3.
ADVERTISED = "2001:db8:5:0:5054:ff:fe00:2"
ROUTER = """
    ip netns add x
    ip link set eth3 netns x
    ip -n x link set eth3 up
    ip -n x addr add fe80::1/64 dev eth3 nodad
    ip netns exec x sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    cat >/tmp/radvd.conf <<'END'
interface eth3 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix 2001:db8:5::/64 { }; };
END
    ip netns exec x radvd -C /tmp/radvd.conf -p /tmp/radvd.pid -m stderr_clean
    cd /proc/sys/net/ipv6/conf/eth2
    echo 0 >addr_gen_mode
    echo 2 >accept_ra
    echo 2 >use_tempaddr
    ip link set eth2 up
    await shows eth2 'scope global temporary'
    """


def ppp(address: str) -> str:
    """Return a script that brings ppp0 up over a pty, with the default route. The other end is in another namespace."""
    options = "noauth local noccp novj noipv6"
    return f"""
    ip netns add x
    pppd {options} {address}:192.0.2.1 pty '/usr/sbin/ip netns exec x pppd {options} notty 192.0.2.1:{address}'
    await shows ppp0 'inet {address}'
    ip route add default dev ppp0
    """


SURROUNDINGS = [
    MachineCase(
        "ppp-to-the-internet",
        f"up eth1 10.1.0.7/24\n{ppp('203.0.113.7')}",
        public="203.0.113.7@ppp0",
        service="10.1.0.7@eth1",
        needs=("ppp_generic", "ppp_async"),
    ),
    MachineCase(
        "ppp-to-a-private-network",
        ppp("10.64.0.7"),
        also={"service --interface ppp0": "10.64.0.7@ppp0"},
        needs=("ppp_generic", "ppp_async"),
    ),
    MachineCase(
        "router-advertisement",  # with privacy extensions, RFC 8981
        f"{ROUTER}\nshows eth2 {ADVERTISED}/64\nip -6 route show default | grep 'proto ra'",
        public6=f"{ADVERTISED}@eth2",
    ),
    MachineCase(
        "nat-of-qemu-alone", LEASE, service="10.0.2.15@eth4", also={"service --reach 10.9.9.9": "10.0.2.15@eth4"}
    ),
    MachineCase(
        "nat-of-qemu-beside-a-network",
        f"{LEASE}\nup eth1 192.168.56.10/24 fe80::10/64",
        service="192.168.56.10@eth1",
        service6="fe80::10@eth1",
    ),
    MachineCase(
        "nic-in-a-namespace",
        """
        ip netns add x
        ip link set eth2 netns x
        up eth0 198.51.100.7/24
        ip route add default via 198.51.100.1
        ip -n x link set eth2 up addrgenmode none
        ip -n x addr add 203.0.113.7/24 dev eth2
        ip -n x addr add 10.1.0.7/24 dev eth2
        ip -n x route add default via 203.0.113.1
        """,
        public="203.0.113.7@eth2",
        service="10.1.0.7@eth2",
        within="ip netns exec x",
    ),
    MachineCase(
        "namespace-without-a-nic",  # a container's own network
        """
        up eth0 198.51.100.7/24
        ip route add default via 198.51.100.1
        ip netns add x
        ip link add office type veth peer name eth0 netns x
        up office 10.9.0.1/24
        ip -n x link set eth0 up
        ip -n x addr add 10.9.0.7/24 dev eth0
        ip -n x addr add 203.0.113.7/24 dev eth0
        ip -n x route add default via 10.9.0.1
        """,
        within="ip netns exec x",
        also={
            "public --interface eth0": "",
            "public --cidr 203.0.113.7": "",
            "public --in-container": "203.0.113.7@eth0",
            "service --in-container": "10.9.0.7@eth0",
        },
        needs=("veth",),
    ),
    MachineCase(
        "macvlan-in-a-namespace",  # of a NIC that is in another network
        """
        up eth0 198.51.100.7/24
        up eth2
        ip netns add x
        ip link add link eth2 name office netns x type macvlan mode bridge
        ip -n x link set office up
        ip -n x addr add 203.0.113.7/24 dev office
        """,
        within="ip netns exec x",
        needs=("macvlan",),
    ),
    MachineCase(
        "without-proc-and-sys",
        f"{RACKSPACE}\nip link add docker0 type bridge\nup docker0 172.17.0.1/16\numount /sys\numount /proc",
        **RACKSPACE_ANSWERS,
        needs=("bridge",),
    ),
    MachineCase(
        "without-proc-and-sys-by-devices-alone",  # which older kernels list in /sys alone
        f"{RACKSPACE}\numount /sys\numount /proc",
        **RACKSPACE_ANSWERS,
        since=(5, 14),
    ),
    MachineCase("as-process-1", RACKSPACE, **RACKSPACE_ANSWERS, within="unshare -p -f"),
    MachineCase(
        "without-ipv6",
        """
        up eth0 104.130.0.127/24
        up eth1 10.208.1.5/17
        ip route add default via 104.130.0.1
        ip route add 10.176.0.0/12 via 10.208.0.1
        """,
        public="104.130.0.127@eth0",
        service="10.208.1.5@eth1",
        boot="ipv6.disable=1",
    ),
]

CASES = [*NICS, *STACKED, *OFFICE, *ROUTES, *RULES, *CABLES, *SURROUNDINGS]
