"""The table of hosts that a network namespace cannot show: on NICs with drivers, in a machine's own network.

A host is a line with its name and its answers, and lines of its script, with `ip` and with what init.sh has for it:
`up INTERFACE [ADDRESS]...` brings an interface up, `pull NIC` pulls its cable out. The NICs are eth0 and eth1 (virtio),
eth2 and eth3 (e1000, on one wire), eth4 (e1000, on QEMU's user network). All are down at first, without addresses.
`usb` gives a host one more. Policy rules have the numbers 100 and 101: init.sh deletes these.

The answers are those of `public ipv4`, `service ipv4`, `public ipv6` and `service ipv6`, each an address and its
interface, `-` (no answer, status 1), or `unreadable` (status 3). Those at the end that are missing are `-`. Between the
lines of the script are:

    ? LINE = ANSWER         another command line
    needs MODULE...         modules of the kernel, without which it cannot show the host
    since VERSION           an older kernel cannot show the host either
    within COMMAND          racknet runs within it
    boot OPTION             of the kernel, for a machine of its own
    unlisted                what `racknet list` says is not compared, which costs time where QEMU translates
    everywhere              all machines show the host, not only the oldest and the newest kernel of amd64: these hosts
                            hold every number of the kernel's
"""

from __future__ import annotations

from dataclasses import dataclass, field

UNREADABLE = "unreadable"
LIST = "list --json"
FOUR = ["public ipv4", "service ipv4", "public ipv6", "service ipv6"]


@dataclass
class MachineCase:
    """A host. `answers` maps command lines to answers, of which "" is none."""

    name: str
    answers: dict[str, str]
    script: str = ""
    needs: list[str] = field(default_factory=list)
    since: tuple[int, ...] = (0, 0)
    within: str = ""
    boot: str = ""
    is_listed: bool = True
    is_everywhere: bool = False

    @property
    def queries(self) -> list[str]:
        return [*self.answers, LIST] if self.is_listed else [*self.answers]

    def add(self, line: str) -> None:
        """Take a line of the table."""
        word, _, rest = line.partition(" ")
        match word:
            case "?":
                asked, _, answer = rest.partition(" = ")
                self.answers[asked] = "" if answer == "-" else answer
            case "needs":
                self.needs = rest.split()
            case "since":
                self.since = tuple(map(int, rest.split(".")))
            case "within" | "boot":
                setattr(self, word, rest)
            case "unlisted":
                self.is_listed = False
            case "everywhere":
                self.is_everywhere = True
            case _:
                self.script += f"{line}\n"


def parse(table: str) -> list[MachineCase]:
    """Return the hosts of a table."""
    cases: list[MachineCase] = []
    for line in filter(None, table.splitlines()):
        if line.startswith(" "):
            cases[-1].add(line.strip())
        else:
            name, _, answers = line.partition(" # ")[0].partition(":")
            found = [answer.removeprefix("-") for answer in answers.split()]
            cases.append(MachineCase(name, dict(zip(FOUR, [*found, *[""] * (4 - len(found))], strict=True))))
    return cases


RACKSPACE = (
    "104.130.0.127@eth0 10.208.1.5@eth1 2001:4802:7800:1:be76:4eff:fe20:b4c1@eth0 fe80::be76:4eff:fe20:b452@eth1"
)
NICS = f"""
kernel-names: {RACKSPACE}
    rackspace
    ? service --interface e* = 10.208.1.5@eth1
    ? service --reach 10.209.9.9 = 10.208.1.5@eth1
    ? public --reach 198.51.100.1 = 104.130.0.127@eth0
    ? service --interface eth0 = -
    everywhere
renamed: 203.0.113.7@ens3 10.1.0.7@enp0s31f6 2001:db8::7@ens3 fd12:3456::7@enp0s31f6
    ip link set eth2 name ens3; ip link set eth1 name enp0s31f6
    up ens3 203.0.113.7/24 2001:db8::7/64; up enp0s31f6 10.1.0.7/24 fd12:3456::7/64 fe80::7/64
    ip route add default via 203.0.113.1
alternative-names: 203.0.113.7@eth0 10.1.0.7@eth2 - fe80::7@eth2
    ip link property add dev eth0 altname enp0s3 altname office; ip link property add dev eth2 altname docker0
    up eth0 203.0.113.7/24; up eth2 10.1.0.7/24 fe80::7/64; ip route add default via 203.0.113.1
    everywhere
labels: 203.0.113.7@eth0 10.2.0.7@eth0
    up eth0 203.0.113.7/24; ip addr add 10.1.0.7/24 dev eth0 label eth0:b
    ip addr add 10.2.0.7/24 dev eth0 label eth0:a; ip route add default via 203.0.113.1
    ? service --interface eth0:b = 10.1.0.7@eth0
    everywhere
two-nics-that-tie:
    up eth0 10.1.0.7/24 fe80::7/64; up eth2 10.2.0.7/24 fe80::8/64
    ? service --interface eth2 = 10.2.0.7@eth2
    everywhere
duplicate-address: 203.0.113.7@eth0
    up eth0 203.0.113.7/24; up eth2 2001:db8::7/64; up eth3; ip route add default via 203.0.113.1
    await has_carrier eth2; await has_carrier eth3; echo 1 >/proc/sys/net/ipv6/conf/eth3/accept_dad
    ip addr add 2001:db8::7/64 dev eth3; await shows eth3 dadfailed; ip addr flush dev eth2
    everywhere
nic-of-a-containers-name: # the only one in its network: what has no NIC is no host's
    ip netns add x; ip link set eth2 name docker7; ip link set docker7 netns x
    ip link add outside type veth peer name office netns x; up outside
    ip -n x link set docker7 up; ip -n x addr add 10.1.0.7/24 dev docker7
    ip -n x link set office up; ip -n x addr add 10.9.0.7/24 dev office
    ip -n x link add cali7 type bridge; ip -n x link property add dev cali7 altname pod
    ip -n x link set cali7 up; ip -n x addr add 10.9.1.7/24 dev cali7
    within ip netns exec x
    ? service --in-container = -
    ? service --in-container --interface pod = 10.9.1.7@cali7
    needs bridge veth
    unlisted
    everywhere
watched: - 10.2.0.7@eth0
    /racknet watch service >/tmp/watched &
    up eth0 10.1.0.7/24; await grep 10.1.0.7 /tmp/watched
    ip addr flush dev eth0; up eth0 10.2.0.7/24; await grep 10.2.0.7 /tmp/watched; kill $!
    unlisted
    everywhere
wi-fi: - 192.168.1.20@wlan0 - fe80::20@wlan0
    insmod /modules/mac80211_hwsim.ko radios=1
    up wlan0 192.168.1.20/24 fe80::20/64; ip route add default via 192.168.1.1 metric 600
    needs mac80211_hwsim
usb-nic: - 10.1.0.7@eth1 - fe80::7@eth1 # a board on its cable
    usb usb0; up eth1 10.1.0.7/24 fe80::7/64; up usb0 192.168.7.1/24 fe80::8/64
    ? service --interface usb0 = 192.168.7.1@usb0
    needs xhci_pci cdc_ether
usb-nic-with-the-default-route: - 10.1.0.7@eth1 # an LTE stick that NATs
    usb usb0; up eth1 10.1.0.7/24; up usb0 192.168.8.100/24; ip route add default via 192.168.8.1
    needs xhci_pci cdc_ether
usb-nic-alone: - 192.168.8.100@usb0
    usb usb0; up usb0 192.168.8.100/24; ip route add default via 192.168.8.1
    needs xhci_pci cdc_ether
usb-nic-of-another-name: # an adapter, as good as any NIC
    usb enx405400000005; up eth1 10.1.0.7/24; up enx405400000005 192.168.7.1/24
    needs xhci_pci cdc_ether
usb-nic-of-another-name-beside-the-default-route: - 10.1.0.7@eth1
    usb enx405400000005; up eth1 10.1.0.7/24; up enx405400000005 192.168.7.1/24; ip route add default via 10.1.0.1
    needs xhci_pci cdc_ether
"""

# A bare-metal server of Rackspace's: both networks are VLANs on one bond.
ON_METAL = "".join(
    f"""
on-metal-{mode}: 104.130.4.7@bond0.101 10.184.0.7@bond0.401 2001:4801:7824::7@bond0.101 fe80::7@bond0.401
    ip link add bond0 type bond mode {mode}
    ip link set eth0 master bond0; ip link set eth2 master bond0; up bond0
    ip link add link bond0 name bond0.101 type vlan id 101; ip link add link bond0 name bond0.401 type vlan id 401
    up bond0.101 104.130.4.7/24 2001:4801:7824::7/64; up bond0.401 10.184.0.7/20 fe80::7/64
    ip route add default via 104.130.4.1
    ip route add 10.176.0.0/12 via 10.184.0.1; ip route add 10.208.0.0/12 via 10.184.0.1
    needs bonding 8021q
    {everywhere}
"""
    for mode, everywhere in (("802.3ad", ""), ("active-backup", "everywhere"))
)
BRIDGES = """
proxmox: 203.0.113.7@vmbr0 - 2001:db8::7@vmbr0
    ip link add vmbr0 type bridge; ip link set eth0 up master vmbr0
    up vmbr0 203.0.113.7/24 2001:db8::7/64; ip route add default via 203.0.113.1
    ip link add vmbr1 type bridge; ip tuntap add tap100i0 mode tap; ip link set tap100i0 up master vmbr1
    up vmbr1 10.10.10.1/24 fe80::1/64
    ? service --interface vmbr1 = 10.10.10.1@vmbr1
    needs bridge tun
proxmox-private: - 192.168.1.7@vmbr0
    ip link add vmbr0 type bridge; ip link set eth2 up master vmbr0; ip link add vmbr1 type bridge
    up vmbr0 192.168.1.7/24; up vmbr1 10.10.10.1/24; ip route add default via 192.168.1.1
    needs bridge
bridge-of-guests-alone:
    ip link add vmbr1 type bridge; ip link add guest type veth peer name inside; ip link set guest up master vmbr1
    up vmbr1 10.10.10.1/24; up inside 10.10.11.1/24
    needs bridge veth
"""

# What is built on a NIC, under a name that says nothing: it is the host's as the NIC is.
BUILT_ON_ETH1 = {
    "macvlan": ("macvlan", "ip link add link eth1 name office type macvlan mode bridge"),
    "macvtap": ("macvtap", "ip link add link eth1 name office type macvtap mode bridge"),
    "ipvlan": ("ipvlan", "ip link add link eth1 name office type ipvlan mode l2"),
    "ipvtap": ("ipvtap", "ip link add link eth1 name office type ipvtap mode l2"),
    "macsec": ("macsec", "ip link add link eth1 name office type macsec"),
    "vlan": ("8021q", "ip link add link eth1 name office type vlan id 7"),
    "team": ("team", "ip link set eth1 down; ip link add office type team; ip link set eth1 master office"),
    "bond": ("bonding", "ip link set eth1 down; ip link add office type bond; ip link set eth1 master office"),
    "bridge": ("bridge", "ip link add office type bridge; ip link set eth1 master office"),
    "hsr": ("hsr", "ip link set eth3 up; ip link add office type hsr slave1 eth1 slave2 eth3"),
}
BUILT = "".join(
    f"""
{kind}-on-a-nic: 203.0.113.7@eth0 10.1.0.7@office - fe80::7@office
    up eth0 203.0.113.7/24; up eth1; {command}; up office 10.1.0.7/24 fe80::7/64; ip route add default via 203.0.113.1
    needs {module}
{kind}-on-a-nic-with-the-default-route: 203.0.113.7@office 10.1.0.7@eth0 2001:db8::7@office
    up eth0 10.1.0.7/24; up eth1; {command}
    up office 203.0.113.7/24 2001:db8::7/64; ip route add default via 203.0.113.1
    needs {module}
"""
    for kind, (module, command) in BUILT_ON_ETH1.items()
)
ON_DUMMIES = "".join(
    f"""
{kind}-on-a-dummy: 203.0.113.7@eth0
    ip link add below type dummy; up below; ip link add link below name office type {kind}
    up eth0 203.0.113.7/24; up office 10.1.0.7/24; ip route add default via 203.0.113.1
    needs {module} dummy
"""
    for kind, module in (("macvlan", "macvlan"), ("vlan id 7", "8021q"))
)

DATAPATH = "up eth0 203.0.113.7/24; ip route add default via 203.0.113.1; ovs-dpctl add-dp ovs-system"
OPENVSWITCH = f"""
openvswitch: 203.0.113.7@eth0 10.9.0.5@vlan20 - fe80::5@vlan20
    {DATAPATH}; ip link set eth1 up; ovs-dpctl add-if ovs-system eth1
    ovs-dpctl add-if ovs-system vlan20,type=internal; up vlan20 10.9.0.5/24 fe80::5/64
    needs openvswitch
openvswitch-between-a-bond-and-a-vlan: 203.0.113.7@eth0 10.9.0.5@office.7 - fe80::5@office.7
    {DATAPATH}; ip link add bond0 type bond mode active-backup
    ip link set eth2 master bond0; ip link set bond0 up; ovs-dpctl add-if ovs-system bond0
    ovs-dpctl add-if ovs-system office,type=internal; ip link set office up
    ip link add link office name office.7 type vlan id 7; up office.7 10.9.0.5/24 fe80::5/64
    needs openvswitch bonding 8021q
openvswitch-of-guests-alone: 203.0.113.7@eth0
    {DATAPATH}; ip tuntap add tap100i0 mode tap; ip link set tap100i0 up; ovs-dpctl add-if ovs-system tap100i0
    ovs-dpctl add-if ovs-system vlan20,type=internal; up vlan20 10.9.0.5/24 fe80::5/64
    ? service --interface vlan20 = 10.9.0.5@vlan20
    needs openvswitch tun
openvswitch-of-two-bridges: 203.0.113.7@eth0 # one has no NIC; the kernel has one datapath for all bridges
    {DATAPATH}; ip link set eth1 up; ovs-dpctl add-if ovs-system eth1
    ovs-dpctl add-if ovs-system vlan20,type=internal; ovs-dpctl add-if ovs-system br-int,type=internal
    up vlan20 10.9.0.5/24; up br-int 10.10.10.1/24
    ? service --interface vlan20 = 10.9.0.5@vlan20
    needs openvswitch
openvswitch-with-the-default-route: 203.0.113.7@office 10.1.0.7@eth1 # which alone says that it leads anywhere
    ovs-dpctl add-dp ovs-system; ovs-dpctl add-if ovs-system office,type=internal
    up office 203.0.113.7/24; up eth1 10.1.0.7/24; ip route add default via 203.0.113.1
    needs openvswitch
"""

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
SINCE = {"gtp": "5.18"}  # before, a program had to open its sockets
OFFICE = "".join(
    f"""
office-{kind}: 203.0.113.7@eth0 10.1.0.7@eth1
    up eth0 203.0.113.7/24; up eth1 10.1.0.7/24; {command}
    up office 198.51.100.7/24 10.9.0.7/24 2001:db8:9::7/64; ip route add default via 203.0.113.1
    needs {module}
    since {SINCE.get(kind, "0.0")}
    unlisted
office-{kind}-with-the-default-route: - 10.1.0.7@eth1
    up eth1 10.1.0.7/24; {command}; up office 198.51.100.7/24 10.9.0.7/24 2001:db8:9::7/64
    ip route add default dev office; ip -6 route add default dev office
    needs {module}
    since {SINCE.get(kind, "0.0")}
    unlisted
"""
    for kind, (module, command) in TUNNELS.items()
)

ROUTES = """
vrf-of-the-service-network: 203.0.113.7@eth0 10.1.0.7@eth1 - fe80::7@eth1
    ip link add blue type vrf table 10; up blue 10.255.0.9/32; ip link set eth1 master blue
    up eth0 203.0.113.7/24; up eth1 10.1.0.7/24 fe80::7/64
    ip route add default via 203.0.113.1; ip route add default via 10.1.0.1 table 10
    needs vrf
vrf-of-the-public-network: 203.0.113.7@eth0 10.1.0.7@eth1 2001:db8::7@eth0
    ip link add blue type vrf table 10; up blue; ip link set eth0 master blue
    up eth0 203.0.113.7/24 2001:db8::7/64; up eth1 10.1.0.7/24
    ip route add default via 203.0.113.1 table 10; ip -6 route add default via 2001:db8::1 table 10
    needs vrf
vrf-with-another-default-route: 203.0.113.7@eth2 - 2001:db8:2::7@eth2 # which is in no main table, and decides nothing
    ip link add blue type vrf table 10; up blue; ip link set eth0 master blue
    up eth0 198.51.100.7/24 2001:db8::7/64; up eth2 203.0.113.7/24 2001:db8:2::7/64
    ip route add default via 198.51.100.1 table 10; ip -6 route add default via 2001:db8::1 table 10
    ip route add default via 203.0.113.1 metric 4096; ip -6 route add default via 2001:db8:2::1 metric 4096
    ? public --interface eth0 = 198.51.100.7@eth0
    needs vrf
vrf-of-management: - 10.1.0.7@eth2 - fe80::8@eth2
    ip link add mgmt type vrf table 1001; up mgmt 127.0.0.1/8; ip link set eth0 master mgmt
    up eth0 10.255.0.7/24 fe80::7/64; up eth2 10.1.0.7/24 fe80::8/64
    ip route add default via 10.255.0.1 table 1001; ip route add default via 10.1.0.1
    ? service --interface eth0 = 10.255.0.7@eth0
    needs vrf
    everywhere
vrf-with-the-only-way-out: 203.0.113.7@eth2 # 11.0.0.0/8 is of a lab, on no Internet
    ip link add blue type vrf table 10; up blue; ip link set eth2 master blue
    up eth0 11.0.0.7/8; up eth2 203.0.113.7/24; ip route add default via 203.0.113.1 table 10
    ? public --interface eth0 = 11.0.0.7@eth0
    needs vrf
nexthop-object: 198.51.100.7@eth2 - 2001:db8:2::7@eth2
    up eth0 203.0.113.7/24 2001:db8::7/64; up eth2 198.51.100.7/24 2001:db8:2::7/64
    await has_carrier eth2 # else no nexthop is taken
    ip nexthop add id 7 via 198.51.100.1 dev eth2; ip route add default nhid 7
    ip nexthop add id 8 via 2001:db8:2::1 dev eth2; ip -6 route add default nhid 8
    everywhere
nexthop-group: 203.0.113.7@eth0
    up eth0 203.0.113.7/24; up eth2 198.51.100.7/24; await has_carrier eth2
    ip nexthop add id 7 via 198.51.100.1 dev eth2; ip nexthop add id 8 via 203.0.113.1 dev eth0
    ip nexthop add id 9 group 7/8; ip route add default nhid 9 src 203.0.113.7
nexthop-object-that-the-kernel-hides: unreadable unreadable unreadable unreadable
    up eth0 203.0.113.7/24; up eth2 198.51.100.7/24; await has_carrier eth2
    ip nexthop add id 7 via 198.51.100.1 dev eth2; ip route add default nhid 7
    sysctl -w net.ipv4.nexthop_compat_mode=0
    unlisted
multipath:
    up eth0 203.0.113.7/24; up eth2 198.51.100.7/24
    ip route add default nexthop via 198.51.100.1 dev eth2 nexthop via 203.0.113.1 dev eth0
    ? public --interface eth2 = 198.51.100.7@eth2
    everywhere
multipath-with-its-source-on-lo: 203.0.113.99@lo - 2001:db8::99@lo
    up eth0 10.1.0.7/31; up eth2 10.2.0.7/31; up lo 203.0.113.99/32 2001:db8::99/128
    ip route add default src 203.0.113.99 nexthop via 10.1.0.6 dev eth0 nexthop via 10.2.0.6 dev eth2
    ip -6 route add default src 2001:db8::99 via fe80::1 dev eth0
    ? service --interface eth0 = 10.1.0.7@eth0
    everywhere
unnumbered: 203.0.113.99@lo
    up eth0 fe80::7/64; up eth2 fe80::8/64; up lo 203.0.113.99/32
    ip -4 route add default nexthop via inet6 fe80::1 dev eth0 nexthop via inet6 fe80::2 dev eth2
    everywhere
virtual-address-on-lo: - 10.1.0.7@eth0 # a load balancer's
    up eth0 10.1.0.7/24; up lo 203.0.113.99/32; ip route add default via 10.1.0.1
"""

# Two NICs with public addresses, of which the main table prefers eth0; and the same with private addresses.
TWO_PUBLIC = "up eth0 203.0.113.7/24 2001:db8::7/64; up eth2 198.51.100.7/24 2001:db8:2::7/64"
BY_ETH0 = "ip route add default via 203.0.113.1; ip -6 route add default via 2001:db8::1"
ETH0, ETH2 = "203.0.113.7@eth0 - 2001:db8::7@eth0", "198.51.100.7@eth2 - 2001:db8:2::7@eth2"
TWO_PRIVATE = "up eth0 10.1.0.7/24 fe80::7/64; up eth2 10.2.0.7/24 fe80::8/64"
TABLE_100 = "ip route add default via 198.51.100.1 table 100; ip -6 route add default via 2001:db8:2::1 table 100"
HALVES = "\n    ".join(f"ip route add {half} via 198.51.100.1" for half in ("0.0.0.0/1", "128.0.0.0/1"))
HALVES += "\n    ip -6 route add 2000::/3 via 2001:db8:2::1"

# By their metrics eth2 is the way. The bytes of 100 and 256, in the other order, would have it the other way round.
METRICS = "\n    ".join(
    f"ip {family} route add default via {gateway} metric {metric}"
    for family, gateway, metric in (
        ("-4", "203.0.113.1", 256),
        ("-4", "198.51.100.1", 100),
        ("-6", "2001:db8::1", 256),
        ("-6", "2001:db8:2::1", 100),
    )
)

# What decides beside the main table's default route: the kernel asks its rules first, and takes the longest prefix.
RULES = f"""
default-routes-of-two-metrics: {ETH2}
    {TWO_PUBLIC}
    {METRICS}
    unlisted
    everywhere
default-route-that-expires: 203.0.113.7@eth0 - 2001:db8:2::7@eth2 # in more seconds than the kernel can tell
    {TWO_PUBLIC}; ip -6 route add default via 2001:db8::1 metric 2048
    ip -6 route add default via 2001:db8:2::1 expires 100000000
    unlisted
    everywhere
private-routes-by-a-gateway-of-ipv6: - 10.3.0.7@eth2
    up eth2 10.2.0.7/24 10.3.0.7/24; ip route add 10.0.0.0/8 via inet6 fe80::1 dev eth2 src 10.3.0.7
    unlisted
    everywhere
rule-to-another-nic:
    {TWO_PUBLIC}; {BY_ETH0}
    {TABLE_100}; ip rule add pref 100 lookup 100; ip -6 rule add pref 100 lookup 100
    ? public --interface eth2 = 198.51.100.7@eth2
    ? public --reach 192.0.2.1 = 198.51.100.7@eth2
rule-to-another-nic-of-private-addresses:
    {TWO_PRIVATE}; ip route add default via 10.1.0.1
    ip route add default via 10.2.0.1 table 100; ip rule add pref 100 lookup 100
rule-to-the-only-default-route: {ETH2}
    {TWO_PUBLIC}; {TABLE_100}; ip rule add pref 100 lookup 100; ip -6 rule add pref 100 lookup 100
rule-to-the-only-default-route-of-private-addresses: - 10.2.0.7@eth2 - fe80::8@eth2
    {TWO_PRIVATE}; ip route add default via 10.2.0.1 table 100; ip rule add pref 100 lookup 100
rules-for-some-packets: {ETH0} # answers go out by the NIC on which the questions came
    {TWO_PUBLIC}; {BY_ETH0}; {TABLE_100}
    ip rule add pref 100 from 198.51.100.7 lookup 100; ip rule add pref 101 fwmark 7 lookup 100
    ip -6 rule add pref 100 from 2001:db8:2::7 lookup 100; ip -6 rule add pref 101 fwmark 7 lookup 100
rule-to-a-tunnel: {ETH0} # as wg-quick sets it up
    {TWO_PUBLIC}; {BY_ETH0}; ip link add office type wireguard; up office 10.8.0.7/32
    ip route add default dev office table 51820; ip rule add pref 101 not fwmark 51820 lookup 51820
    ip rule add pref 100 lookup main suppress_prefixlength 0
    needs wireguard
rule-without-a-way: {ETH0}
    {TWO_PUBLIC}; {BY_ETH0}; ip rule add pref 100 unreachable; ip -6 rule add pref 100 prohibit
table-named-default: {ETH2}
    {TWO_PUBLIC}; ip route add default via 198.51.100.1 table default; ip -6 route add default via 2001:db8:2::1
table-named-default-of-private-addresses: - 10.2.0.7@eth2 - fe80::8@eth2
    {TWO_PRIVATE}; ip route add default via 10.2.0.1 table default
halves-of-the-internet: {ETH2}
    {TWO_PUBLIC}
    {HALVES}
halves-of-the-internet-beside-the-default-route:
    {TWO_PUBLIC}; {BY_ETH0}
    {HALVES}
    everywhere
halves-of-the-internet-by-a-tunnel: {ETH0} # as OpenVPN sets them up
    {TWO_PUBLIC}; {BY_ETH0}; ip tuntap add office mode tun; up office 10.8.0.7/24
    ip route add 0.0.0.0/1 via 10.8.0.1; ip route add 128.0.0.0/1 via 10.8.0.1; ip -6 route add 2000::/3 dev office
    needs tun
"""

IGNORED = "echo 1 >/proc/sys/net/ipv4/conf/eth1/ignore_routes_with_linkdown"
CABLES = f"""
cable-pulled-out-of-one-of-two-in-a-network: 203.0.113.8@eth0 - 2001:db8::8@eth0
    up eth0 203.0.113.8/24 2001:db8::8/64; up eth1 203.0.113.7/24 2001:db8::7/64
    ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 203.0.113.1 dev eth0
    ip -6 route add default nexthop via 2001:db8::1 dev eth1 nexthop via 2001:db8::1 dev eth0
    pull eth1
    everywhere
cable-pulled-out-of-the-default-route: - 10.1.0.8@eth0 - fe80::8@eth0
    up eth0 10.1.0.8/24 fe80::8/64; up eth1 10.1.0.7/24 fe80::7/64
    ip route add default via 10.1.0.1 dev eth1; pull eth1
cable-pulled-out-beside-another-network: - 10.1.0.7@eth1 2001:db8::7@eth1 # the address is still the one
    up eth1 10.1.0.7/24 2001:db8::7/64; up eth2 10.2.0.7/24 2001:db8:2::7/64
    ip route add default via 10.1.0.1; ip -6 route add default via 2001:db8::1; pull eth1
cable-pulled-out-and-its-routes-ignored:
    {IGNORED}; {IGNORED.replace("ipv4", "ipv6")}
    up eth1 10.1.0.7/24 2001:db8::7/64; up eth2 10.2.0.7/24 2001:db8:2::7/64
    ip route add default via 10.1.0.1; ip -6 route add default via 2001:db8::1; pull eth1
    ip route show default | grep 'dead linkdown'; ip -6 route show default | grep 'dead linkdown'
    everywhere
multipath-by-a-nic-that-is-down: 203.0.113.7@eth1
    up eth0 192.0.2.7/24; up eth1 203.0.113.7/24; up eth2 198.51.100.7/24
    ip route add default nexthop via 198.51.100.1 dev eth2 nexthop via 203.0.113.1 dev eth1
    ip link set eth2 down; ip route show default | grep dead
    everywhere
multipath-by-a-nic-whose-cable-is-pulled-out: # the kernel still takes it
    up eth1 203.0.113.7/24; up eth2 198.51.100.7/24
    ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 198.51.100.1 dev eth2; pull eth1
multipath-by-a-nic-whose-routes-are-ignored: 198.51.100.7@eth2
    {IGNORED}; up eth1 203.0.113.7/24; up eth2 198.51.100.7/24; await has_carrier eth2 # else no nexthop is left
    ip route add default nexthop via 203.0.113.1 dev eth1 nexthop via 198.51.100.1 dev eth2; pull eth1
    ip route show default | grep 'dead linkdown'
"""

ADVERTISED = "2001:db8:5:0:5054:ff:fe00:2"
SURROUNDINGS = f"""
ppp-to-the-internet: 203.0.113.7@ppp0 10.1.0.7@eth1
    up eth1 10.1.0.7/24; ppp 203.0.113.7
    needs ppp_generic ppp_async
ppp-to-a-private-network:
    ppp 10.64.0.7
    ? service --interface ppp0 = 10.64.0.7@ppp0
    needs ppp_generic ppp_async
router-advertisement: - - {ADVERTISED}@eth2 # with privacy extensions, RFC 8981
    router; shows eth2 {ADVERTISED}/64; ip -6 route show default | grep 'proto ra'
nat-of-qemu-alone: - 10.0.2.15@eth4
    lease
    ? service --reach 10.9.9.9 = 10.0.2.15@eth4
nat-of-qemu-beside-a-network: - 192.168.56.10@eth1 - fe80::10@eth1
    lease; up eth1 192.168.56.10/24 fe80::10/64
nic-in-a-namespace: 203.0.113.7@eth2 10.1.0.7@eth2
    ip netns add x; ip link set eth2 netns x; up eth0 198.51.100.7/24; ip route add default via 198.51.100.1
    ip -n x link set eth2 up addrgenmode none; ip -n x addr add 203.0.113.7/24 dev eth2
    ip -n x addr add 10.1.0.7/24 dev eth2; ip -n x route add default via 203.0.113.1
    within ip netns exec x
namespace-without-a-nic: # a container's own network
    up eth0 198.51.100.7/24; ip route add default via 198.51.100.1
    ip netns add x; ip link add office type veth peer name eth0 netns x; up office 10.9.0.1/24
    ip -n x link set eth0 up; ip -n x addr add 10.9.0.7/24 dev eth0; ip -n x addr add 203.0.113.7/24 dev eth0
    ip -n x route add default via 10.9.0.1
    within ip netns exec x
    ? public --interface eth0 = -
    ? public --cidr 203.0.113.7 = -
    ? public --in-container = 203.0.113.7@eth0
    ? service --in-container = 10.9.0.7@eth0
    needs veth
macvlan-in-a-namespace: # of a NIC that is in another network
    up eth0 198.51.100.7/24; up eth2; ip netns add x
    ip link add link eth2 name office netns x type macvlan mode bridge
    ip -n x link set office up; ip -n x addr add 203.0.113.7/24 dev office
    within ip netns exec x
    needs macvlan
without-proc-and-sys: {RACKSPACE}
    rackspace; ip link add docker0 type bridge; up docker0 172.17.0.1/16; umount /sys; umount /proc
    needs bridge
without-proc-and-sys-by-devices-alone: {RACKSPACE} # which older kernels list in /sys alone
    rackspace; umount /sys; umount /proc
    since 5.14
as-process-1: {RACKSPACE}
    rackspace
    within unshare -p -f
without-ipv6: 104.130.0.127@eth0 10.208.1.5@eth1
    up eth0 104.130.0.127/24; up eth1 10.208.1.5/17
    ip route add default via 104.130.0.1; ip route add 10.176.0.0/12 via 10.208.0.1
    boot ipv6.disable=1
"""

STACKED = ON_METAL + BRIDGES + BUILT + ON_DUMMIES + OPENVSWITCH
CASES = parse(NICS + STACKED + OFFICE + ROUTES + RULES + CABLES + SURROUNDINGS)
