"""Hosts as people have them: providers, hypervisors, orchestrators, VPNs; rows with where each is found."""

from __future__ import annotations

from support.host_case import HostCase

DOCKER = "\nbridge docker0 172.17.0.1/16"

PROVIDERS = [
    HostCase(
        "rackspace-dfw",
        """
        nic eth0 104.130.22.225/24 2001:4802:7801:103:be76:4eff:fe20:1111/64
        nic eth1 10.208.225.205/19
        nic eth2 192.168.3.4/24
        default eth0 via 104.130.22.1
        default eth0 via fe80::def
        """
        + DOCKER,
        public="104.130.22.225",
        public6="2001:4802:7801:103:be76:4eff:fe20:1111",
        service="10.208.225.205",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Rackspace DFW, performance server (rackspace docs: ServiceNet)",
    ),
    HostCase(
        "rackspace-lon",
        """
        nic eth0 162.13.5.9/24
        nic eth1 10.181.5.9/17
        nic eth2 10.0.0.4/8
        default eth0 via 162.13.5.1
        """
        + DOCKER,
        public="162.13.5.9",
        service="10.181.5.9",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Rackspace LON, with a Cloud Network that is wider (rackspace docs: ServiceNet)",
    ),
    HostCase(
        "rackspace-ord-names",
        """
        nic ens3 166.78.10.20/24
        nic ens4 10.183.7.9/19
        nic ens5 192.168.3.4/24
        default ens3 via 166.78.10.1
        """
        + DOCKER,
        public="166.78.10.20",
        service="10.183.7.9",
        pins=["service: in a ServiceNet block"],
        source="Rackspace ORD, an image with predictable names (rackspace docs: ServiceNet)",
    ),
    HostCase(
        "rackspace-shared-interface",
        """
        nic ens3 166.78.10.20/24 10.209.7.9/19
        nic ens4 192.168.3.4/24
        default ens3 via 166.78.10.1
        """
        + DOCKER,
        public="166.78.10.20",
        service="10.209.7.9",
        pins=["service: in a ServiceNet block"],
        source="Rackspace: ServiceNet beside PublicNet on one NIC",
    ),
    HostCase(
        "rackspace-onmetal",
        """
        nic eno1 device
        nic eno2 device
        nic bond0 over=eno1,eno2
        nic bond0.101 23.253.157.70/24 2001:4802:7803:104::10/64 over=bond0 kind=vlan
        nic bond0.401 10.184.8.9/20 over=bond0 kind=vlan
        nic bond0.402 10.99.8.9/20 over=bond0 kind=vlan
        default bond0.101 via 23.253.157.1
        """,
        public="23.253.157.70",
        public6="2001:4802:7803:104::10",
        service="10.184.8.9",
        pins=["structure: built on a physical interface is physical"],
        source="OnMetal: bonded NICs, a VLAN for each network (rackspace docs: OnMetal)",
    ),
    HostCase(
        "rackspace-isolated",
        """
        nic eth1 10.208.7.9/19
        nic eth2 192.168.3.4/24
        default eth2 via 192.168.3.1
        """
        + DOCKER,
        service="192.168.3.4",
        pins=["service: default route of the family"],
        source="Rackspace without PublicNet, the way out by a Cloud Network (rackspace docs: isolated networks)",
    ),
    HostCase(
        "carina",
        """
        nic eth0 172.99.65.30/24
        nic eth1 10.176.226.219/19
        default eth0 via 172.99.65.1
        nic docker_gwbridge 172.18.0.1/16
        nic br-4f6b3a2c1d0e 10.176.1.1/24
        """
        + DOCKER,
        public="172.99.65.30",
        service="10.176.226.219",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Carina: a segment of a cluster, with overlay networks (carina tutorial)",
    ),
    HostCase(
        "digitalocean",
        """
        nic eth0 159.203.10.20/20 10.16.0.5/16 2604:a880:800:10::1:2001/64
        nic eth1 10.132.0.7/16
        default eth0 via 159.203.0.1
        """
        + DOCKER,
        public="159.203.10.20",
        public6="2604:a880:800:10::1:2001",
        service="10.132.0.7",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="DigitalOcean droplet: anchor address on the public NIC (digitalocean docs: anchor IP)",
    ),
    HostCase(
        "linode",
        """
        nic eth0 172.104.5.6/24 192.168.150.9/17@eth0:1 2600:3c03::f03c:91ff:fe18:1/64
        default eth0 via 172.104.5.1
        """
        + DOCKER,
        public="172.104.5.6",
        public6="2600:3c03::f03c:91ff:fe18:1",
        service="192.168.150.9",
        pins=["block 192.168.0.0/16", "block 0.0.0.0/0"],
        source="Linode: both on one NIC, the private one under a label (linode docs: private IP)",
    ),
    HostCase(
        "vultr",
        """
        nic enp1s0 45.76.10.20/23 2001:19f0:5:1::64/64,mngtmpaddr
        nic enp6s0 10.1.96.3/20
        default enp1s0 via 45.76.10.1 metric 100
        """
        + DOCKER,
        public="45.76.10.20",
        public6="2001:19f0:5:1::64",
        service="10.1.96.3",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Vultr with a VPC network (vultr docs: VPC)",
    ),
    HostCase(
        "hetzner-cloud",
        """
        nic eth0 116.203.10.20/32 2a01:4f8:c2c:123::1/64
        nic enp7s0 10.0.0.2/32
        default eth0 via 172.31.1.1
        default eth0 via fe80::1
        """
        + DOCKER,
        public="116.203.10.20",
        public6="2a01:4f8:c2c:123::1",
        service="10.0.0.2",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Hetzner Cloud: /32 and a gateway outside of it (hetzner docs: static IP)",
    ),
    HostCase(
        "hetzner-floating",
        """
        nic eth0 116.203.10.20/32 78.46.5.5/32
        default eth0 via 172.31.1.1
        """
        + DOCKER,
        public="116.203.10.20",
        pins=["block 0.0.0.0/0"],
        source="Hetzner Cloud with a floating address, a second /32 (hetzner docs: floating IP)",
    ),
    HostCase(
        "hetzner-vswitch",
        """
        nic enp0s31f6 136.243.10.20/26 device
        nic enp0s31f6.4000 192.168.100.2/24 over=enp0s31f6 kind=vlan
        nic guests 192.168.101.1/24
        default enp0s31f6 via 136.243.10.1
        """,
        public="136.243.10.20",
        service="192.168.100.2",
        pins=["reason not a physical interface", "structure: built on a physical interface is physical"],
        source="Hetzner dedicated with a vSwitch VLAN (hetzner docs: vSwitch)",
    ),
    HostCase(
        "equinix-metal",
        """
        nic bond0 147.75.80.11/31 10.99.10.3/31@bond0:0 2604:1380:1:5f00::3/127
        default bond0 via 147.75.80.10
        """
        + DOCKER,
        public="147.75.80.11",
        public6="2604:1380:1:5f00::3",
        service="10.99.10.3",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Equinix Metal: /31, /127 and a private /31 under a label (equinix docs: IP addresses)",
    ),
    HostCase(
        "ovh-public-cloud",
        """
        nic ens3 51.77.10.20/32 2001:41d0:304:200::1f3a/128
        nic ens4 192.168.0.5/24
        default ens3 via 51.77.8.1
        """
        + DOCKER,
        public="51.77.10.20",
        public6="2001:41d0:304:200::1f3a",
        service="192.168.0.5",
        pins=["block 192.168.0.0/16", "block 0.0.0.0/0"],
        source="OVH: /32 and /128, vRack on another NIC (ovh docs: vRack)",
    ),
    HostCase(
        "ovh-failover",
        """
        nic eno1 54.36.10.20/24 51.255.3.3/32@eno1:0 178.33.2.2/32@eno1:1
        default eno1 via 54.36.10.254
        """
        + DOCKER,
        public="54.36.10.20",
        pins=["block 0.0.0.0/0"],
        source="OVH dedicated with failover addresses (ovh docs: IP aliasing)",
    ),
    HostCase(
        "scaleway",
        """
        nic ens2 51.15.20.30/32 2001:bc8:1:2::1/64
        nic ens5 172.16.4.3/22
        default ens2 via 62.210.0.1
        """
        + DOCKER,
        public="51.15.20.30",
        public6="2001:bc8:1:2::1",
        service="172.16.4.3",
        pins=["block 172.16.0.0/12", "block 0.0.0.0/0"],
        source="Scaleway with a private network (scaleway docs: private networks)",
    ),
    HostCase(
        "upcloud",
        """
        nic eth0 94.237.10.20/22
        nic eth1 10.5.6.7/22
        default eth0 via 94.237.8.1
        """
        + DOCKER,
        public="94.237.10.20",
        service="10.5.6.7",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="UpCloud: three networks, the utility one is meant (upcloud docs: utility network)",
    ),
    HostCase(
        "aws",
        """
        nic ens5 172.31.5.9/20 2600:1f18:1:2::3/128,lease
        default ens5 via 172.31.0.1 metric 100
        default ens5 via fe80::1 metric 100
        """
        + DOCKER,
        public6="2600:1f18:1:2::3",
        service="172.31.5.9",
        pins=["block 172.16.0.0/12", "block 2000::/3"],
        source="AWS, one NIC, dual stack: no public IPv4 address on the host (aws docs: IP addressing)",
    ),
    HostCase(
        "aws-two-nics",
        """
        nic ens5 172.31.5.9/20
        nic ens6 172.31.40.7/20
        default ens5 via 172.31.0.1 metric 512
        default ens6 via 172.31.32.1 metric 522
        """
        + DOCKER,
        service="172.31.5.9",
        pins=["service: default route of the family"],
        source="AWS, two NICs, both by DHCP (amazon-ec2-net-utils)",
    ),
    HostCase(
        "aws-secondary-address",
        """
        nic ens5 172.31.5.9/20 172.31.5.8/20
        default ens5 via 172.31.0.1
        """
        + DOCKER,
        service="172.31.5.9",
        pins=["block 172.16.0.0/12"],
        source="AWS, a secondary address beside the primary (aws docs: secondary IP)",
    ),
    HostCase(
        "eks",
        """
        nic eth0 10.0.1.5/24
        nic eth1 10.0.30.7/24
        nic eni0a1b2c3d4e5 10.0.1.66/32
        default eth0 via 10.0.1.1
        default eth1 via 10.0.30.1 table 2
        """
        + DOCKER,
        service="10.0.1.5",
        pins=["service: default route of the family"],
        source="EKS: second NICs and links for pods (amazon-vpc-cni)",
    ),
    HostCase(
        "eks-custom-networking",
        """
        nic ens5 10.0.1.5/24
        nic ens6 100.64.30.7/19
        nic eni0a1b2c3d4e5
        """
        + DOCKER,
        service="10.0.1.5",
        pins=["service: not in 100.64.0.0/10"],
        source="EKS, pods in 100.64.0.0/10 on the second NIC (amazon-vpc-cni: custom networking)",
    ),
    HostCase(
        "gcp",
        """
        nic ens4 10.128.0.2/32
        default ens4 via 10.128.0.1
        """
        + DOCKER,
        service="10.128.0.2",
        pins=["block 10.0.0.0/8"],
        source="GCP: a peer address, as google's agent once set it (google guest agent)",
    ),
    HostCase(
        "gke",
        """
        nic eth0 10.128.0.9/32
        nic gke52b1c2d3e4f 10.4.0.1/32
        nic cbr0 10.4.0.1/24
        default eth0 via 10.128.0.1 metric 1024
        """
        + DOCKER,
        service="10.128.0.9",
        pins=["block 10.0.0.0/8"],
        source="GKE: links of pods on the node (gke docs)",
    ),
    HostCase(
        "azure",
        """
        nic eth0 10.0.0.4/24 device over=enP1s1
        nic enP1s1 device
        default eth0 via 10.0.0.1 metric 100
        """,
        service="10.0.0.4",
        pins=["block 10.0.0.0/8"],
        source="Azure with accelerated networking: a NIC under another with the same MAC (azure docs)",
    ),
    HostCase(
        "aks",
        """
        nic eth0 10.240.0.4/16
        nic azv1a2b3c4d5e6 10.240.0.40/32
        """
        + DOCKER,
        service="10.240.0.4",
        pins=["block 10.0.0.0/8"],
        source="AKS: links of pods, by Azure's own plugin (azure-container-networking)",
    ),
    HostCase(
        "oracle",
        """
        nic ens3 10.0.0.5/24
        nic ens5 10.0.1.5/24
        default ens3 via 10.0.0.1 metric 100
        """
        + DOCKER,
        service="10.0.0.5",
        pins=["service: default route of the family"],
        source="Oracle Cloud with a second VNIC (oracle docs: secondary VNIC)",
    ),
    HostCase(
        "alibaba",
        """
        nic eth0 172.16.10.5/20
        nic eth1 100.100.7.5/16
        """
        + DOCKER,
        service="172.16.10.5",
        pins=["service: not in 100.64.0.0/10"],
        source="Alibaba Cloud with 100.100.0.0/16 on a second NIC (alibaba docs: VPC)",
    ),
    HostCase(
        "openstack",
        """
        nic ens3 10.20.0.7/24
        nic ens4 10.30.0.7/24
        default ens3 via 10.20.0.1
        """
        + DOCKER,
        service="10.20.0.7",
        pins=["service: default route of the family"],
        source="OpenStack with a floating address: it is not on the host (openstack docs: floating IP)",
    ),
    HostCase(
        "vmware-backup-network",
        """
        nic ens192 10.1.0.5/24
        nic ens224 10.99.0.5/24
        default ens192 via 10.1.0.1 metric 100
        """
        + DOCKER,
        service="10.1.0.5",
        pins=["service: default route of the family"],
        source="VMware with a backup network (vmware docs)",
    ),
    HostCase(
        "openvz",
        """
        known
        nic venet0 127.0.0.1/32 203.0.113.5/32@venet0:0 10.5.0.5/32@venet0:1 type=65535
        default venet0
        """,
        public="203.0.113.5",
        service="10.5.0.5",
        pins=["block 127.0.0.0/8", "block 10.0.0.0/8"],
        source="OpenVZ: both addresses under labels of a link with 127.0.0.1 (openvz wiki: venet)",
    ),
    HostCase(
        "proxmox",
        """
        nic eno1
        bridge vmbr0 136.243.10.30/26 over=eno1
        nic veth100i0
        bridge vmbr1 10.10.10.1/24 over=veth100i0
        default vmbr0 via 136.243.10.1
        """,
        public="136.243.10.30",
        pins=["name veth*", "reason not a physical interface"],
        source="Proxmox: the host on a bridge over its NIC, guests behind NAT on another (proxmox wiki: network)",
    ),
    HostCase(
        "libvirt",
        """
        nic enp3s0
        nic vnet0
        bridge br0 192.168.10.5/24 over=enp3s0,vnet0
        nic virbr0 192.168.122.1/24
        default br0 via 192.168.10.1
        """,
        service="192.168.10.5",
        pins=["block 192.168.0.0/16"],
        source="libvirt: guests on virbr0, one of them plugged into a NIC's bridge (libvirt wiki: networking)",
    ),
    HostCase(
        "xen",
        """
        nic eth0
        bridge xenbr0 10.2.3.4/24 over=eth0
        bridge guests 10.2.4.1/24
        """,
        service="10.2.3.4",
        pins=["reason not a physical interface", "structure: built on a physical interface is physical"],
        source="Xen: the host on xenbr0 over its NIC (xen wiki: network)",
    ),
    HostCase(
        "lxd",
        """
        nic enp5s0 10.20.0.9/24
        nic lxdbr0 10.100.0.1/24 fd42:1::1/64
        nic veth1234abcd
        """
        + DOCKER,
        service="10.20.0.9",
        service6="",
        pins=["name lxdbr*"],
        source="LXD: containers on lxdbr0 (lxd docs: networks)",
    ),
    HostCase(
        "nspawn",
        """
        nic enp5s0 10.20.0.9/24
        nic ve-web 10.0.0.1/28
        nic vz-lab 10.0.1.1/24
        nic vb-db 10.0.2.1/24
        """
        + DOCKER,
        service="10.20.0.9",
        pins=["name ve-*", "name vb-*", "name vz-*"],
        source="systemd-nspawn: links to machines and zones (systemd.network)",
    ),
    HostCase(
        "lxc-container",
        """
        known
        nic eth0 10.0.3.55/24
        nic office 10.8.0.2/24 type=65534
        default eth0 via 10.0.3.1
        """,
        service="10.0.3.55",
        pins=["block 10.0.0.0/8"],
        source="an LXC container as the host, with systemd (sd_booted(3))",
    ),
    HostCase(
        "wsl2",
        """
        nic lo type=772 10.255.255.254/32
        nic eth0 172.29.112.5/20 device
        default eth0 via 172.29.112.1
        """,
        service="172.29.112.5",
        pins=["block 172.16.0.0/12"],
        source="WSL2: an address of its own on lo (microsoft/WSL issue 10803)",
    ),
    HostCase(
        "vagrant-old-names",
        """
        nic eth0 10.0.2.15/24
        nic eth1 192.168.40.11/24
        default eth0 via 10.0.2.2
        nic veth77aa
        bridge bridge0 172.17.42.1/24 over=veth77aa
        """,
        service="192.168.40.11",
        pins=["service: not a hypervisor's NAT"],
        source="Vagrant on VirtualBox (vagrant docs: private network)",
    ),
    HostCase(
        "vagrant-libvirt",
        """
        nic eth0 192.168.121.7/24
        nic eth1 192.168.33.10/24
        default eth0 via 192.168.121.1 metric 100
        """
        + DOCKER,
        service="192.168.33.10",
        pins=["service: not a hypervisor's NAT", "hypervisor NAT 192.168.121.0/24"],
        source="Vagrant on libvirt: the management network has the way out (vagrant-libvirt)",
    ),
    HostCase(
        "raspberry-pi",
        """
        nic eth0 192.168.1.10/24 2a02:8071:1:2::10/64,mngtmpaddr
        nic wlan0 192.168.1.11/24 2a02:8071:1:2::11/64,mngtmpaddr
        default eth0 via 192.168.1.1 metric 202
        default wlan0 via 192.168.1.1 metric 303
        default eth0 via fe80::1 metric 202
        default wlan0 via fe80::1 metric 303
        """
        + DOCKER,
        public6="2a02:8071:1:2::10",
        service="192.168.1.10",
        pins=["service: default route of the family"],
        source="a Raspberry Pi on wire and Wi-Fi (raspberrypi docs)",
    ),
    HostCase(
        "hotspot",
        """
        nic eth0 192.168.1.10/24
        nic wlan0 10.42.0.1/24
        default eth0 via 192.168.1.1 metric 100
        """
        + DOCKER,
        service="192.168.1.10",
        pins=["service: default route of the family"],
        source="a hotspot: the wire is the way out (networkmanager docs: shared)",
    ),
    HostCase(
        "laptop-on-vpn",
        """
        nic wlp2s0 192.168.1.20/24 2a02:8071:1:2::20/64
        default wlp2s0 via 192.168.1.1 metric 600
        tun mullvad 10.64.0.9/32 fc00:bbbb::9/128
        default mullvad metric 50
        """
        + DOCKER,
        public6="2a02:8071:1:2::20",
        service="192.168.1.20",
        pins=["reason tunnel"],
        source="a laptop whose VPN takes the default route (wg-quick(8))",
    ),
    HostCase(
        "router-pppoe",
        """
        nic eth0 device
        nic ppp0 203.0.113.9/32 type=512
        default ppp0
        nic eth1 192.168.1.1/24 device
        """,
        public="203.0.113.9",
        service="192.168.1.1",
        pins=["structure: a default route makes an interface eligible"],
        source="a router on PPPoE (rp-pppoe)",
    ),
    HostCase(
        "lte-qmi",
        """
        nic wwan0 type=65534 device
        nic qmimux0 203.0.113.9/30 type=65534
        default qmimux0
        nic eth0 192.168.1.1/24 device
        """,
        service="192.168.1.1",
        also={"public --interface qmimux0": "203.0.113.9"},
        pins=["type without a device 65534"],
        source="LTE by a raw-IP modem, multiplexed: netlink does not say that it is built on one (kernel: qmi_wwan)",
    ),
    HostCase(
        "carrier-grade-nat",
        """
        nic eth0 100.70.3.4/20
        nic eth1 192.168.1.1/24
        default eth0 via 100.70.0.1
        """
        + DOCKER,
        service="192.168.1.1",
        pins=["service: not in 100.64.0.0/10"],
        source="a router behind carrier-grade NAT (RFC 6598)",
    ),
    HostCase(
        "flannel",
        """
        nic ens3 51.15.20.30/24
        nic ens4 10.0.0.4/24
        default ens3 via 51.15.20.1
        nic flannel.1 10.42.0.0/32
        nic cni0 10.42.0.1/24
        """
        + DOCKER,
        public="51.15.20.30",
        service="10.0.0.4",
        pins=["name cni*"],
        source="Kubernetes with flannel (flannel docs)",
    ),
    HostCase(
        "calico",
        """
        nic ens3 10.0.0.4/24
        nic tunl0 192.168.14.0/32
        vxlan vxlan.calico 192.168.15.0/32
        tun wireguard.cali 192.168.16.0/32
        nic cali0123456789a
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["block 10.0.0.0/8"],
        source="Kubernetes with Calico, IPIP, VXLAN and WireGuard (calico docs)",
    ),
    HostCase(
        "cilium",
        """
        nic ens3 10.0.0.4/24
        nic cilium_net
        nic cilium_host 10.0.1.7/32
        vxlan cilium_vxlan
        nic lxc_health 10.0.1.8/32
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["block 10.0.0.0/8"],
        source="Kubernetes with Cilium (cilium docs)",
    ),
    HostCase(
        "weave",
        """
        nic ens3 10.0.0.4/24
        nic weave 10.32.0.1/12
        vxlan vxlan-6784
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["name weave*"],
        source="Kubernetes with Weave Net (weave docs)",
    ),
    HostCase(
        "kube-router",
        """
        nic ens3 10.0.0.4/24
        nic kube-bridge 10.42.0.1/24
        nic kube-dummy-if 10.96.0.10/32
        nic kube-ipvs0 10.96.0.1/32
        nic nodelocaldns 10.96.0.11/32
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["name kube-*"],
        source="Kubernetes with kube-router and services by IPVS (kube-router docs)",
    ),
    HostCase(
        "ovn-kubernetes",
        """
        nic ens3 device
        nic br-ex 10.0.0.4/24 10.0.0.2/32
        default br-ex via 10.0.0.1 metric 48
        nic ovn-k8s-mp0 10.128.0.2/23
        nic br-int
        nic genev_sys_6081 kind=geneve
        """,
        service="10.0.0.4",
        pins=["structure: a default route makes an interface eligible"],
        source="OVN-Kubernetes: the node's address is on br-ex (ovn-kubernetes docs)",
    ),
    HostCase(
        "antrea",
        """
        nic ens3 10.0.0.4/24
        nic antrea-gw0 10.10.0.1/24
        nic antrea-egress0 10.0.0.99/32
        nic ovs-system down
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["name antrea*"],
        source="Kubernetes with Antrea (antrea docs)",
    ),
    HostCase(
        "swarm",
        """
        nic ens3 203.0.113.7/24
        nic ens4 10.0.0.4/24
        default ens3 via 203.0.113.1
        bridge docker0 172.17.0.1/16
        nic docker_gwbridge 172.18.0.1/16
        nic veth9f8e7d6
        bridge backend 172.20.0.1/16 over=veth9f8e7d6
        """,
        public="203.0.113.7",
        service="10.0.0.4",
        pins=["name docker*", "name veth*", "reason not a physical interface"],
        source="Docker Swarm: ingress and gateway bridge, a bridge named by its user (docker docs: ingress)",
    ),
    HostCase(
        "macvlan-shim",
        """
        nic ens4 10.0.0.4/24
        macvlan shim 10.0.0.250/32 over=ens4
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["service: no host prefix"],
        source="a macvlan shim on the host, to reach macvlan containers (docker docs: macvlan)",
    ),
    HostCase(
        "podman",
        """
        nic ens3 10.0.0.4/24
        nic cni-podman0 10.88.0.1/16
        nic podman1 10.89.0.1/24
        """
        + DOCKER,
        service="10.0.0.4",
        pins=["name cni*", "name podman*"],
        source="Podman, rootful, by CNI and by netavark (podman docs)",
    ),
    HostCase(
        "tailscale",
        """
        nic ens3 45.33.1.1/24
        nic ens4 100.64.9.4/22
        default ens3 via 45.33.1.254
        nic tailscale0 100.101.102.103/32 fd7a:115c:a1e0::1/128
        """
        + DOCKER,
        public="45.33.1.1",
        service="100.64.9.4",
        pins=["block 100.64.0.0/10", "block 0.0.0.0/0"],
        source="Tailscale beside a private network (tailscale docs)",
    ),
    HostCase(
        "vpns-by-name",
        """
        nic ens3 45.33.1.1/24
        nic ens4 10.0.0.4/24
        default ens3 via 45.33.1.254
        nic wg0 10.6.0.1/24
        nic tun1 10.8.0.1/24
        nic tap2 10.9.0.1/24
        nic ztks5vpzp2 10.147.17.5/24
        """
        + DOCKER,
        public="45.33.1.1",
        service="10.0.0.4",
        pins=["name tun", "name tap", "name wg"],
        source="WireGuard, OpenVPN and ZeroTier by their usual names (wg-quick(8), openvpn(8))",
    ),
    HostCase(
        "vpns-under-any-name",
        """
        nic ens3 45.33.1.1/24
        nic ens4 10.0.0.4/24
        default ens3 via 45.33.1.254
        tun nebula1 192.168.100.5/24
        tun office 10.8.0.6/24
        """
        + DOCKER,
        public="45.33.1.1",
        service="10.0.0.4",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="Nebula, tinc and an office's OpenVPN (nebula docs)",
    ),
    HostCase(
        "transition",
        """
        nic eth0 192.0.2.4/24 2002:c000:204::1/64
        tun teredo 2001:0:4136:e378:8000:63bf:3fff:fdd2/32
        default eth0 via 192.0.2.1
        """
        + DOCKER,
        public="192.0.2.4",
        public6="2002:c000:204::1",
        pins=["block 0.0.0.0/0", "block 2000::/3"],
        source="6to4 and Teredo beside nothing better (RFC 3056, RFC 4380)",
    ),
    HostCase(
        "keepalived",
        """
        nic ens3 203.0.113.7/24 203.0.113.100/24
        nic ens4 10.1.0.7/24 10.1.0.100/24
        default ens3 via 203.0.113.1
        """
        + DOCKER,
        public="203.0.113.7",
        service="10.1.0.7",
        pins=["block 10.0.0.0/8", "block 0.0.0.0/0"],
        source="keepalived: a virtual address in the network's own size (keepalived.conf(5))",
    ),
    HostCase(
        "keepalived-first",
        """
        nic ens3 203.0.113.100/32 203.0.113.7/24
        nic ens4 10.1.0.100/32 10.1.0.7/24
        default ens3 via 203.0.113.1
        """
        + DOCKER,
        public="203.0.113.7",
        service="10.1.0.7",
        pins=["public: no host prefix", "service: no host prefix"],
        source="keepalived's /32 before the host's own address (keepalived.conf(5))",
    ),
    HostCase(
        "metallb-bgp",
        """
        nic eth0 203.0.113.7/24
        default eth0 via 203.0.113.1
        nic dummy0 198.51.100.9/32
        """
        + DOCKER,
        public="203.0.113.7",
        pins=["block 0.0.0.0/0"],
        source="a service address on a NIC of its own, announced by BGP (metallb docs)",
    ),
    HostCase(
        "link-local-only",
        """
        nic eth0 169.254.8.9/16 fe80::1/64
        """
        + DOCKER,
        public6="",
        service6="",
        pins=["block 169.254.0.0/16"],
        source="link-local addresses alone: DHCP has failed (RFC 3927)",
    ),
    HostCase(
        "link-local-service",
        """
        nic eth0 203.0.113.7/24
        nic eth1 10.1.0.7/24 fe80::be76:4eff:fe20:b452/64
        default eth0 via 203.0.113.1
        """
        + DOCKER,
        public="203.0.113.7",
        public6="",
        service="10.1.0.7",
        service6="fe80::be76:4eff:fe20:b452",
        pins=["structure: no private IPv4 address at all", "structure: service ipv6 is where service ipv4 is"],
        source="an internal network without unique local addresses",
    ),
    HostCase(
        "ipv6-only",
        """
        nic ens3 2001:db8::7/64
        nic ens4 fd00:1::7/64
        default ens3 via fe80::1
        """
        + DOCKER,
        public6="2001:db8::7",
        service6="fd00:1::7",
        pins=["structure: no private IPv4 address at all", "structure: no private IPv4 address at all"],
        source="a host with IPv6 alone, public and unique local (RFC 4193)",
    ),
    HostCase(
        "renumbered",
        """
        nic ens3 2001:db8:1::7/64,deprecated 2001:db8:2::7/64
        default ens3 via fe80::1
        """
        + DOCKER,
        public6="2001:db8:2::7",
        pins=["public: not deprecated"],
        source="a prefix that went out of use, beside today's (RFC 4862)",
    ),
    HostCase(
        "anycast-on-loopback",
        """
        nic lo type=772 198.51.100.9/32
        nic ens3 203.0.113.7/24 device
        default ens3 via 203.0.113.1
        """,
        public="203.0.113.7",
        pins=["block 0.0.0.0/0"],
        source="an address of a service on lo (kube-vip docs)",
    ),
    HostCase(
        "hundreds-of-veths",
        "nic ens3 10.0.0.4/24\n" + "\n".join(f"nic veth{n:07x} 10.3.{n}.1/24" for n in range(200)),
        service="10.0.0.4",
        pins=["name veth*"],
        source="a busy Docker host (scale)",
    ),
]
