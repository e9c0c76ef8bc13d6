"""A provider's interface names, and other names, kinds and blocks: one a line, with who makes it.

A new container engine, VPN or provider is a line here and a host in tests/hosts/. Names of a kind of the kernel's are
those that it gives where nobody says another: `ip link add type gre` makes gre1.
"""

from __future__ import annotations

from racknet.core.matching import CidrBlock, NamePatterns, cidr_blocks

# --- Addresses

NEVER_BLOCKS = [
    CidrBlock("0.0.0.0/8"),  # this network: RFC 791
    CidrBlock("127.0.0.0/8"),  # loopback: RFC 1122
    CidrBlock("169.254.0.0/16"),  # link-local: RFC 3927
    CidrBlock("192.0.0.0/24"),  # protocol assignments, such as DS-Lite's: RFC 6890
    CidrBlock("192.88.99.0/24"),  # 6to4 relays: RFC 7526
    CidrBlock("198.18.0.0/15"),  # benchmarks: RFC 2544
    CidrBlock("224.0.0.0/4"),  # multicast: RFC 5771
    CidrBlock("240.0.0.0/4"),  # reserved, and broadcast: RFC 1112
    CidrBlock("16.1.15.0/30"),  # HPE: between a server and its own management controller (iLO's virtual NIC)
    CidrBlock("2001:2::/48"),  # benchmarks: RFC 5180
    CidrBlock("2001:10::/28"),  # ORCHID: RFC 4843
    CidrBlock("2001:20::/28"),  # ORCHIDv2: RFC 7343
]
PRIVATE_BLOCKS = [
    CidrBlock("10.0.0.0/8"),  # RFC 1918
    CidrBlock("172.16.0.0/12"),  # RFC 1918
    CidrBlock("192.168.0.0/16"),  # RFC 1918
    CidrBlock("100.64.0.0/10"),  # shared by the customers of a carrier's NAT: RFC 6598
    CidrBlock("fc00::/7"),  # unique local: RFC 4193
]
RFC_1918 = PRIVATE_BLOCKS[:3]
LINK_LOCAL = [CidrBlock("fe80::/10")]  # RFC 4291
PUBLIC_BLOCKS = [CidrBlock("0.0.0.0/0"), CidrBlock("2000::/3")]  # all others; global unicast, RFC 4291

SHARED = cidr_blocks("100.64.0.0/10")
SERVICE_NET = cidr_blocks("10.176.0.0/12 10.208.0.0/12")  # Rackspace's; 10.192.0.0/12, between them, is not
TRANSITIONAL = cidr_blocks("2002::/16 2001::/32")  # 6to4, RFC 3056; Teredo, RFC 4380
UNNUMBERED = cidr_blocks("169.254.0.0/16 fe80::/10")  # link-local: an interface with no other address has no number
ANCHOR_BLOCK, ANCHOR_PREFIX_LENGTH = CidrBlock("10.0.0.0/8"), 16  # DigitalOcean's, for a reserved public address
WIDE = 16  # the longest prefix of a wide private block, one that a provider's routes lead to

HYPERVISOR_PREFIX_LENGTH = 24  # of these networks; a wider one is somebody's LAN
HYPERVISOR_NATS = [  # a guest's address or all of its network, and the gateway that it is behind
    *[(CidrBlock(f"10.0.{n}.15"), f"10.0.{n}.2") for n in range(2, 10)],  # VirtualBox, its nth NIC; QEMU's user network
    (CidrBlock("192.168.121.0/24"), "192.168.121.1"),  # vagrant-libvirt
    (CidrBlock("192.168.122.0/24"), "192.168.122.1"),  # libvirt's network `default`
    (CidrBlock("192.168.64.0/24"), "192.168.64.1"),  # macOS's vmnet: Multipass, UTM, Tart
    (CidrBlock("10.211.55.0/24"), "10.211.55.1"),  # Parallels
    (CidrBlock("192.168.127.0/24"), "192.168.127.1"),  # gvisor-tap-vsock: podman machine, CRC
]

# Out on the Internet: the addresses of iana.org. Nothing is sent. Host routes to 1.1.1.1 or 8.8.8.8 are common, and
# documentation blocks are on hosts of the tests, and blocked on others.
INTERNET = {"ipv4": "192.0.43.8", "ipv6": "2001:500:88:200::8"}

# --- Interfaces

PUBLIC_NET_NAMES = ["eth0", "bond0.101", "vlan0"]  # Rackspace: cloud servers, OnMetal, and its older name
SERVICE_NET_NAMES = ["eth1", "bond0.401", "vlan1"]

CONTROLLER_NAMES = NamePatterns(
    "idrac*",  # Dell's iDRAC: a USB NIC to the server's own controller, which even sends router advertisements
)
CABLE_NAMES = NamePatterns(  # to one device, and no network
    "usb<digits>",  # a board, a phone or an LTE stick that translates addresses: the kernel's usbnet
    "rndis<digits>",  # the same by Microsoft's protocol, as Android has it
    "l4tbr<digits>",  # NVIDIA Jetson: the bridge of its USB device ports
)
CONTAINER_NAMES = NamePatterns(
    "docker*",  # Docker: docker0, docker_gwbridge
    "br-<12 hex digits>",  # Docker's networks
    "veth*",  # a container's end on the host: Docker, LXC, the CNI's bridge
    "cni*",  # Kubernetes, CNI's bridge: cni0
    "podman*",  # podman's networks
    "nerdctl*",  # nerdctl's networks
    "cali*",  # Calico
    "cilium*",  # Cilium: cilium_host, cilium_net
    "lxc*",  # LXC: lxcbr0; Cilium's ends of pods
    "lxdbr*",  # LXD
    "incusbr*",  # Incus
    "flannel*",  # flannel: flannel.1
    "weave*",  # Weave Net
    "kube-*",  # kube-router's bridge, kube-proxy's kube-ipvs0
    "nodelocaldns",  # Kubernetes: NodeLocal DNSCache
    "cbr0",  # kubenet's bridge
    "antrea*",  # Antrea: antrea-gw0
    "ovn-k8s-*",  # OVN-Kubernetes: ovn-k8s-mp0
    "ovs-*",  # Open vSwitch's own: ovs-system, ovs-netdev
    "eni<11 hex digits>",  # Amazon's VPC CNI (amazon-vpc-cni-k8s, AWS_VPC_K8S_CNI_VETHPREFIX): a pod's end
    "gke*",  # Google Kubernetes Engine: a pod's end
    "azv*",  # Azure's CNI (azure-container-networking, azv and 11 hex digits): a pod's end
    "virbr*",  # libvirt's networks
    "vnet<digits>",  # libvirt: a guest's tap
    "vmnet*",  # VMware Workstation
    "vboxnet*",  # VirtualBox's host-only networks
    "ve-*",  # systemd-nspawn --network-veth: a container's end on the host (systemd-nspawn(1))
    "vb-*",  # systemd-nspawn --network-bridge: such an end, on a bridge
    "vz-*",  # systemd-nspawn --network-zone: the bridge of a zone
)
CONTAINER_KINDS = ["netkit"]  # Cilium's pods

TUNNEL_NAMES = NamePatterns(
    "tun<digits>",  # the kernel's tun: OpenVPN and others
    "tap<digits>",  # the same, with Ethernet: OpenVPN, QEMU
    "wg<digits>",  # WireGuard
    "gre<digits>",  # the kernel's ip_gre: IP over GRE
    "gretap<digits>",  # the same: Ethernet over GRE
    "erspan<digits>",  # the same: mirrored packets, for a remote analyser
    "sit<digits>",  # the kernel's sit: IPv6 over IPv4
    "tunl<digits>",  # the kernel's ipip: IPv4 over IPv4; Calico's tunl0
    "ip6tnl<digits>",  # the kernel's ip6_tunnel
    "ip6gre<digits>",  # the kernel's ip6_gre
    "vxlan<digits>",  # the kernel's vxlan
    "genev<digits>",  # the kernel's geneve
    "dummy<digits>",  # the kernel's dummy: leads nowhere
    "ifb<digits>",  # the kernel's ifb: shapes what comes in, for tc
    "l2tpeth<digits>",  # the kernel's l2tp_eth: Ethernet over L2TP
    "tailscale*",  # Tailscale
    "zt*",  # ZeroTier
)
TUNNEL_KINDS = (
    "vxlan geneve gtp bareudp amt wireguard ovpn tun ipip sit gre gretap ip6gre ip6gretap erspan ip6erspan ip6tnl "
    "vti vti6 xfrm dummy ifb nlmon vcan vxcan"
).split()
TUNNEL_TYPES = [768, 769, 776, 778, 823]  # TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE
TUNNEL_TYPES_WITHOUT_DEVICE = [65534]  # NONE, no link layer: a modem where there is a device, else a VPN
POINT_TO_POINT_TYPES = [512]  # PPP: a way out, no network between hosts
LOOPBACK_TYPE = 772
STACKED_KINDS = "vlan macvlan macvtap ipvlan ipvtap macsec dsa".split()  # on the interface of their IFLA_LINK
