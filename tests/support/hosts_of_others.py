"""Hosts that other projects wrote down, in tests, documents and bug reports: facts of theirs, answers by our rules.

What their text leaves out is said in a comment: a prefix length that is assumed, a route that is left out, a link that
a namespace cannot show. The bridge `docker0` is ours, where they have neither a bridge nor a container interface.
"""

from __future__ import annotations

from support.host_case import HostCase

HOSTS_OF_OTHERS = [
    # --- Those that racknet's own list of hosts has taken over.
    # BGP to the host: uplinks with link-local addresses only, and the default route's preferred source is on lo.
    HostCase(
        "kubernetes-95779-bgp-unnumbered",
        """
        lo 10.244.0.1/32
        nic ens15f0.300 fe80::a236:9fff:fe80:8258/64
        nic ens15f1.300 fe80::a236:9fff:fe80:825a/64
        default -4 ens15f0.300 via inet6 fe80::1 ens15f1.300 via inet6 fe80::1 src 10.244.0.1 metric 20
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.244.0.1",
        source="kubernetes/kubernetes issue 95779",
        theirs="the address on the loopback interface",
        difference="",
    ),
    HostCase(
        "ohai-bgp-loopback-src",
        """
        lo 10.116.201.76/32
        nic eth0 10.117.201.76/24
        nic eth1 10.117.202.76/24
        default eth0 via 10.117.201.1 eth1 via 10.117.202.1 src 10.116.201.76 metric 20
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.116.201.76",
        source="chef/ohai spec/unit/plugins/linux/network_spec.rb",
        theirs="ipaddress 10.116.201.76",
        difference="",
    ),
    # The routes of ServiceNet come before the default route, which leads to a network of the customer's own.
    HostCase(
        "rackspace-publicnet-removed",
        """
        nic eth1 10.182.21.219/17
        nic eth2 192.168.1.3/24
        default eth2 via 192.168.1.1
        route 10.176.0.0/12 eth1 via 10.182.0.1
        route 10.208.0.0/12 eth1 via 10.182.0.1
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.182.21.219",
        source="racknet's list of hosts: a Rackspace server without PublicNet (it names no page)",
        theirs="ServiceNet is where its routes lead",
        difference="",
    ),
    HostCase(
        "moby-25327-digitalocean-anchor",
        """
        nic eth0 178.62.215.154/18 10.18.0.12/16
        default eth0 via 178.62.192.1
        bridge docker0 172.17.0.1/16
        bridge docker_gwbridge 172.18.0.1/16
        """,
        public="178.62.215.154",
        service="",
        source="moby/moby issue 25327",
        theirs="eth0 has more than one IPv4 address: refused",
        difference="",
    ),
    HostCase(
        "cloud-init-configdrive-two-gateways",
        """
        nic nic0 172.17.48.18/25 fdb8:52d0:9d14:0:f816:3eff:fe9f:70d/64
        nic enp0s1 172.16.48.13/25
        default nic0 via 172.17.48.1
        default enp0s1 via 172.16.48.1
        route 172.16.0.0/16 enp0s1 via 172.16.48.1
        bridge docker0 192.168.250.1/24
        """,
        public="",
        service="",
        service6="",
        source="canonical/cloud-init tests/unittests/sources/test_configdrive.py NETWORK_DATA_3",
        theirs="both are configured",
        difference="",
    ),
    HostCase(
        "flannel-dummy",
        """
        nic dummy0 1.10.100.1/32 192.168.200.128/32 172.16.30.18/32 172.16.31.200/32 172.16.32.100/32 2001:db8::1/64
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        public6="",
        service6="",
        source="flannel-io/flannel pkg/ipmatch/match_test.go",
        theirs="dummy0 by its name: 1.10.100.1",
        difference="A dummy counts only where it is named, or holds the default route's source.",
    ),
    # The virtual address, added by hand, comes before the leased one: the default route's source tells.
    HostCase(
        "kube-vip-1385",
        """
        nic ens192 10.10.15.112/21 10.10.10.236/21
        default ens192 via 10.10.8.1 metric 100 src 10.10.10.236
        bridge cni0 10.42.0.1/24
        """,
        public="",
        service="10.10.10.236",
        source="kube-vip/kube-vip issue 1385",
        theirs="10.10.15.112 is virtual, 10.10.10.236 the leased one",
        difference="",
    ),
    HostCase(
        "k0sctl-179",
        """
        nic eth0 192.168.121.83/24
        nic eth1 10.10.0.10/24
        default eth0 via 192.168.121.1 metric 100 src 192.168.121.83
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.10.0.10",
        source="k0sproject/k0sctl issue 179",
        theirs="eth0 is vagrant-libvirt's NAT",
        difference="",
    ),
    # --- chef/ohai. Of its big host are left out: the link foo:veth0@eth0, which is down and whose name no kernel of
    # today takes, and venet0. tun0's peer is left out.
    # Of two default routes the one of metric 9 counts, and names .74, which is the third address of eth0. 1111::/16 is
    # not in 2000::/3: no answer, so the only public IPv6 address is eth0's.
    HostCase(
        "ohai-source-of-the-lower-metric",
        """
        nic eth0 10.116.201.76/24 10.116.201.75/32 10.116.201.74/24 192.168.5.1/24@eth0:5 2001:44b8:4160:8f00:a00:27ff:fe13:eacd/64,lease
        nic eth0.11 192.168.0.16/24 1111:2222:3333:4444::2/64 1111:2222:3333:4444::3/64
        nic eth0.151 10.151.0.16/24 10.151.1.16/24
        nic eth0.152 10.152.1.16/22
        nic eth0.153 10.153.1.16/22
        nic eth3
        nic xapi1 192.168.13.34/24
        nic fwdintf
        tun tun0 172.16.19.39/32
        default eth0 via 10.116.201.1 metric 10
        default eth0 via 10.116.201.254 metric 9 src 10.116.201.74
        default eth0.11 via 1111:2222:3333:4444::1 metric 1024
        default eth0.11 via 1111:2222:3333:4444::ffff metric 1023 src 1111:2222:3333:4444::2
        bridge docker0 172.17.0.1/16
        """,  # noqa: E501
        public="",
        service="10.116.201.74",
        public6="2001:44b8:4160:8f00:a00:27ff:fe13:eacd",
        source="chef/ohai spec/unit/plugins/linux/network_spec.rb: a mixed setup of routes",
        theirs="ipaddress 10.116.201.74, ip6address 1111:2222:3333:4444::2",
        difference="1111::/16 is outside the block of global addresses, 2000::/3: never an answer.",
    ),
    # Without a default route nothing tells eth0 from its VLANs and xapi1: the /32 falls behind, the others tie.
    HostCase(
        "ohai-no-default-route",
        """
        nic eth0 10.116.201.76/24 10.116.201.75/32 10.116.201.74/24 192.168.5.1/24@eth0:5 2001:44b8:4160:8f00:a00:27ff:fe13:eacd/64,lease
        nic eth0.11 192.168.0.16/24 1111:2222:3333:4444::2/64 1111:2222:3333:4444::3/64
        nic eth0.151 10.151.0.16/24 10.151.1.16/24
        nic eth0.152 10.152.1.16/22
        nic eth0.153 10.153.1.16/22
        nic eth3
        nic xapi1 192.168.13.34/24
        nic fwdintf
        tun tun0 172.16.19.39/32
        bridge docker0 172.17.0.1/16
        """,  # noqa: E501
        public="",
        service="",
        public6="2001:44b8:4160:8f00:a00:27ff:fe13:eacd",
        source="chef/ohai spec/unit/plugins/linux/network_spec.rb: with no default route",
        theirs="neither ipaddress nor ip6address",
        difference="The one public IPv6 address is the answer, whether or not a route leads out by it.",
    ),
    # OpenVZ: the default route has no gateway, the address is under a label, beside one of 127.0.0.0/8 that never
    # counts. In truth venet0 is a link of type void, which no namespace can show.
    HostCase(
        "ohai-openvz",
        """
        nic venet0 127.0.0.2/32 10.116.201.76/24@venet0:0 2001:44b8:4160:8f00:a00:27ff:fe13:eacd/64,lease
        default venet0
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.116.201.76",
        public6="2001:44b8:4160:8f00:a00:27ff:fe13:eacd",
        source="chef/ohai spec/unit/plugins/linux/network_spec.rb: with openvz setup",
        theirs="default interface venet0:0, with 10.116.201.76",
        difference="",
    ),
    # --- Kubernetes' choice of a node's address. docker0 and virbr0 have routes there; their .1 is the engines' custom.
    # 2001::/32 is transitional, and still the only public address.
    HostCase(
        "kubernetes-utilnet-dual-stack",
        """
        nic eth3 2001::10/64 10.254.71.145/17
        default eth3 via 10.254.0.1 metric 1024
        default eth3 via 2001:1::1 metric 100
        bridge docker0 172.17.0.1/16
        bridge virbr0 192.168.122.1/24
        """,
        public="",
        service="10.254.71.145",
        public6="2001::10",
        source="kubernetes/kubernetes staging/src/k8s.io/apimachinery/pkg/util/net/interface_test.go: dual stack",
        theirs="10.254.71.145, or 2001::10 where IPv6 is preferred",
        difference="",
    ),
    # No preferred source: lo counts because eth3, of the default routes, has link-local addresses only (169.254.0.0/16
    # is IPv4's link-local block).
    HostCase(
        "kubernetes-utilnet-loopback-with-global",
        """
        lo 10.1.1.1/32 fd00:1:1::1/128
        nic eth3 169.254.162.166/16 fe80::200/10
        default eth3 via 10.254.0.1 metric 1024
        default eth3 via 2001:1::1 metric 100
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.1.1.1",
        service6="fd00:1:1::1",
        source="kubernetes/kubernetes staging/src/k8s.io/apimachinery/pkg/util/net/interface_test.go: "
        "LLA and loopback with global",
        theirs="10.1.1.1, or fd00:1:1::1 where IPv6 is preferred",
        difference="",
    ),
    HostCase(
        "kubernetes-utilnet-interface-and-loopback",
        """
        lo 10.1.1.1/32 fd00:1:1::1/128
        nic eth3 169.254.162.166/16 fe80::200/10 192.168.1.1/31 fd00::200/127
        default eth3 via 10.254.0.1 metric 1024
        default eth3 via 2001:1::1 metric 100
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="192.168.1.1",
        service6="fd00::200",
        source="kubernetes/kubernetes staging/src/k8s.io/apimachinery/pkg/util/net/interface_test.go: "
        "interface and loopback with global",
        theirs="192.168.1.1, or fd00::200 where IPv6 is preferred",
        difference="",
    ),
    # Scaleway with a VPN. The gateway is the other end of the /31, as it is on the other node.
    HostCase(
        "kubernetes-82943-vpn",
        """
        nic ens2 10.64.214.163/31 2001:bc8:47a8:1b51::1/64
        tun tun0 10.8.0.10/32
        default ens2 via 10.64.214.162
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.64.214.163",
        public6="2001:bc8:47a8:1b51::1",
        source="kubernetes/kubernetes issue 82943",
        theirs="the user wants the VPN's 10.8.0.10",
        difference="A VPN is a tunnel: the provider's network is the NIC's; --interface tun0 names it.",
    ),
    # --- Calico. VirtualBox's NAT: 10.0.2.15; its gateway 10.0.2.2 is not in the text.
    HostCase(
        "calicoctl-122-virtual-address",
        """
        nic enp0s3 10.0.2.15/24
        nic enp0s8 192.168.77.21/24 192.168.77.201/32
        default enp0s3 via 10.0.2.2
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="192.168.77.21",
        source="projectcalico/calicoctl issue 122",
        theirs="--ip=192.168.77.21: enp0s8 is the real interface",
        difference="",
    ),
    # As above; 172.17.8.102 looks like Docker's network, and is the machines' own.
    HostCase(
        "calicoctl-1150-vagrant",
        """
        nic enp0s3 10.0.2.15/24
        nic enp0s8 172.17.8.102/24 fd80:24e2:f998:72d7::2/112
        default enp0s3 via 10.0.2.2
        bridge docker0 172.18.0.1/16
        """,
        public="",
        service="172.17.8.102",
        service6="fd80:24e2:f998:72d7::2",
        source="projectcalico/calicoctl pull request 1150",
        theirs="enp0s8",
        difference="",
    ),
    # No IPv4 at all but docker0's, which is skipped: a unique local address by the preferences, no host prefix.
    # The node's address is the one that its list of nodes tells; the routes are left out.
    HostCase(
        "calico-4870-virtual-ipv6",
        """
        nic eth0 fd00:eccd:81:1111::123/128 fd00:eccd:81:1111::3/64
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        public6="",
        service6="fd00:eccd:81:1111::3",
        source="projectcalico/calico issue 4870",
        theirs="the node's fd00:eccd:81:1111::3, not the virtual ::123",
        difference="",
    ),
    # --- Docker Swarm. Prefix lengths are assumed, and VirtualBox's gateway is not in the text.
    # 10.0.2.15 is behind; nothing tells the two others apart, the name eth1 only where there is a public address.
    HostCase(
        "moby-25279-three-interfaces",
        """
        nic eth0 10.0.2.15/24
        nic eth1 192.168.137.250/24
        nic eth2 192.168.137.48/24
        default eth0 via 10.0.2.2
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        source="moby/moby pull request 25279",
        theirs="could not choose an IP address to advertise",
        difference="",
    ),
    # The same host after `ip addr add dev eth0 5.5.5.5/32`: now it has a public address, and eth1 is a name that tells.
    HostCase(
        "moby-25279-with-a-public-address",
        """
        nic eth0 10.0.2.15/24 5.5.5.5/32
        nic eth1 192.168.137.250/24
        nic eth2 192.168.137.48/24
        default eth0 via 10.0.2.2
        bridge docker0 172.17.0.1/16
        """,
        public="5.5.5.5",
        service="192.168.137.250",
        source="moby/moby pull request 25279",
        theirs="could not choose an IP address to advertise",
        difference="Where the host has a public address, the NIC named eth1 is taken for the service network's.",
    ),
    # Neither prefix lengths nor routes are in the text.
    HostCase(
        "moby-34635-two-interfaces",
        """
        nic ens33 192.168.253.101/24
        nic ens38 172.21.0.184/24
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        source="moby/moby issue 34635",
        theirs="could not choose an IP address to advertise",
        difference="",
    ),
    # --- HashiCorp. The addresses of dummy0 are in another part of the issue, and its routes are left out.
    HostCase(
        "go-sockaddr-31-dummy",
        """
        nic ens5 172.25.26.131/20 2600:1f1c:61e:1701:d208:ba80:cf7c:9e9e/128
        nic dummy0
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="172.25.26.131",
        public6="2600:1f1c:61e:1701:d208:ba80:cf7c:9e9e",
        source="hashicorp/go-sockaddr issue 31",
        theirs="GetInterfaceIP ens5: 172.25.26.131",
        difference="",
    ),
    # No private IPv4 address on the host: a unique local one by the preferences. The default route is left out.
    HostCase(
        "go-sockaddr-60-ipv6-only",
        """
        nic ens192 fd0c:80bd:192:0:250:56ff:fe9e:c72/64
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        public6="",
        service6="fd0c:80bd:192:0:250:56ff:fe9e:c72",
        source="hashicorp/go-sockaddr issue 60",
        theirs="the default route is ens192's",
        difference="",
    ),
    HostCase(
        "nomad-3675-linode",
        """
        nic eth0 72.14.190.210/24 192.168.167.74/17@eth0:1
        default eth0 via 72.14.190.1
        bridge docker0 172.17.0.1/16
        """,
        public="72.14.190.210",
        service="192.168.167.74",
        source="hashicorp/nomad issue 3675",
        theirs="the user wants the private 192.168.167.74 for services",
        difference="",
    ),
    # eth0 and eth4 tie: both of 100.64.0.0/10, no routes. eth1 is down; its IPv6 network is left out. The documentation
    # block stands in for public addresses.
    HostCase(
        "nomad-fingerprint-interfaces",
        """
        nic eth0 100.64.0.11/10 2001:db8:85a3::8a2e:370:7334/64
        nic eth1 100.64.0.10/10 down
        nic eth2
        nic eth3 169.254.155.20/32
        nic eth4 169.254.155.20/32 100.64.0.10/10
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="",
        public6="2001:db8:85a3::8a2e:370:7334",
        source="hashicorp/nomad client/fingerprint/network_test.go",
        theirs="eth4 by its name: not the link-local 169.254.155.20",
        difference="",
    ),
    # --- One interface, several addresses; no routes in the text. The kernel's order decides.
    HostCase(
        "notqmail-95-two-addresses",
        """
        nic eth0 nocarrier
        nic wlan0 172.16.198.3/16 192.168.18.19/24
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="172.16.198.3",
        source="notqmail/notqmail issue 95",
        theirs="ipmeprint is to tell both",
        difference="",
    ),
    # libvirt's NAT falls behind others, and here there is no other.
    HostCase(
        "ansible-20051-libvirt",
        """
        nic eth0 192.168.122.22/24
        default eth0 via 192.168.122.1 metric 100
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="192.168.122.22",
        source="ansible/ansible issue 20051",
        theirs="ansible_default_ipv4 192.168.122.22",
        difference="",
    ),
    # A dummy for a loopback, beside a default route that does not name it as its source.
    HostCase(
        "frr-361-dummy-for-a-loopback",
        """
        nic dummy0 10.10.100.21/32
        nic enp5s0 192.168.10.21/24
        nic enp3s0f0
        nic enp3s0f1
        nic enp4s0f1
        default enp5s0 via 192.168.10.1
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="192.168.10.21",
        source="FRRouting/frr issue 361",
        theirs="the user wants 10.10.100.21 as the source of BGP's routes",
        difference="A dummy counts only as the preferred source of the default route, and that one names none.",
    ),
    # The gateway is not in the text, and the prefix lengths are assumed.
    HostCase(
        "k3s-11476-wireguard",
        """
        nic eth0 192.168.66.200/24
        nic wg0 172.30.0.1/24
        default eth0
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="192.168.66.200",
        source="k3s-io/k3s issue 11476",
        theirs="the user wants the VPN's 172.30.0.1",
        difference="A VPN is a tunnel: the provider's network is the NIC's; --interface wg0 names it.",
    ),
    # --- cloud-init: providers as they describe their servers.
    # The anchor of a reserved address is on the public NIC, and there is no other NIC.
    HostCase(
        "cloud-init-digitalocean-without-private",
        """
        nic eth0 45.55.249.133/18 10.17.0.5/16
        default eth0 via 45.55.192.1
        bridge docker0 172.17.0.1/16
        """,
        public="45.55.249.133",
        service="",
        source="canonical/cloud-init tests/unittests/sources/test_digitalocean.py DO_META_2",
        theirs="eth0 public 45.55.249.133, anchor 10.17.0.5",
        difference="",
    ),
    # The floating address has a /32. eth1 and eth3 tie but for the name eth1: UpCloud's utility network is the
    # provider's, eth3 is the customer's. The NICs' other gateways are taken for no default routes.
    HostCase(
        "cloud-init-upcloud",
        """
        nic eth0 94.237.105.53/22 94.237.105.50/32
        nic eth1 10.6.3.27/22
        nic eth2 2a04:3545:1000:720:38d6:baff:fe4a:63e7/64
        nic eth3 172.30.1.10/24
        default eth0 via 94.237.104.1
        default eth2 via 2a04:3545:1000:720::1
        bridge docker0 172.17.0.1/16
        """,
        public="94.237.105.53",
        service="10.6.3.27",
        public6="2a04:3545:1000:720:38d6:baff:fe4a:63e7",
        source="canonical/cloud-init tests/unittests/sources/test_upcloud.py",
        theirs="eth0 public, eth1 utility 10.6.3.27, eth3 private 172.30.1.10",
        difference="",
    ),
    # 2002::/16 is transitional, and comes after the stable address on the same NIC. IPv6's default route is left out.
    HostCase(
        "cloud-init-vultr-private",
        """
        nic eth0 45.76.7.171/23 2001:19f0:5:28a7:5400:3ff:fe1b:4eca/64 2002:19f0:5:28a7::/64
        nic eth1 10.1.112.3/20
        default eth0 via 45.76.6.1
        bridge docker0 172.17.0.1/16
        """,
        public="45.76.7.171",
        service="10.1.112.3",
        public6="2001:19f0:5:28a7:5400:3ff:fe1b:4eca",
        source="canonical/cloud-init tests/unittests/sources/test_vultr.py VULTR_V1_2",
        theirs="eth0 public 45.76.7.171, eth1 private 10.1.112.3",
        difference="",
    ),
    # The other way round than the names say: eth0 is the private NIC, eth1 the public one.
    HostCase(
        "cloud-init-ibmcloud",
        """
        nic eth0 10.82.43.2/26
        nic eth1 108.168.194.252/29
        default eth1 via 108.168.194.249
        route 10.0.0.0/8 eth0 via 10.82.43.1
        route 161.26.0.0/16 eth0 via 10.82.43.1
        bridge docker0 172.17.0.1/16
        """,
        public="108.168.194.252",
        service="10.82.43.2",
        source="canonical/cloud-init tests/unittests/sources/test_ibmcloud.py",
        theirs="eth0 10.82.43.2, the default route by eth1",
        difference="",
    ),
    HostCase(
        "cloud-init-configdrive-two-public",
        """
        nic eth0 2.2.2.10/29
        nic eth1 3.3.3.24/27
        default eth0 via 2.2.2.9
        bridge docker0 172.17.0.1/16
        """,
        public="2.2.2.10",
        service="",
        source="canonical/cloud-init tests/unittests/sources/test_configdrive.py NETWORK_DATA_2",
        theirs="the default route by 2.2.2.9",
        difference="",
    ),
    HostCase(
        "cloud-init-configdrive-bond",
        """
        nic oeth0
        nic oeth1
        nic bond0
        nic bond0.602 2.2.2.13/29
        nic bond0.612 10.0.1.5/29
        default bond0.602 via 2.2.2.9
        route 192.168.1.0/32 bond0.612 via 10.0.1.1
        bridge docker0 172.17.0.1/16
        """,
        public="2.2.2.13",
        service="10.0.1.5",
        source="canonical/cloud-init tests/unittests/sources/test_configdrive.py NETWORK_DATA_BOND",
        theirs="VLANs 602 and 612 on bond0",
        difference="",
    ),
    # The first of each family on net0: no host prefix for IPv4, the lower number for IPv6 (both transitional). The
    # second IPv6 gateway, 2001::2, and net1's, 10.210.1.210, are left out: net0 is the primary NIC.
    HostCase(
        "cloud-init-smartos-both-families",
        """
        nic net0 2001::10/64 8.12.42.51/24 2001::11/64 8.12.42.52/32
        nic net1 10.210.1.217/24
        default net0 via 8.12.42.1
        default net0 via 2001::1
        bridge docker0 172.17.0.1/16
        """,
        public="8.12.42.51",
        service="10.210.1.217",
        public6="2001::10",
        source="canonical/cloud-init tests/unittests/sources/test_smartos.py SDC_NICS_IPV4_IPV6",
        theirs="net0 external 8.12.42.51, net1 internal 10.210.1.217",
        difference="",
    ),
    # A host prefix is no drawback where there is no other address.
    HostCase(
        "cloud-init-3233-ovh",
        """
        nic ens3 54.36.113.86/32
        default ens3 via 54.36.112.1
        bridge docker0 172.17.0.1/16
        """,
        public="54.36.113.86",
        service="",
        source="canonical/cloud-init issue 3233",
        theirs="lease of 54.36.113.86/255.255.255.255",
        difference="",
    ),
    # --- facter: the preferred source of the default route, in their text the one sign of the address.
    HostCase(
        "facter-ip-route-show",
        """
        nic ens192 10.16.125.217/20
        default ens192 via 10.16.112.1 metric 100 src 10.16.125.217
        bridge docker0 172.17.0.1/16
        """,
        public="",
        service="10.16.125.217",
        source="puppetlabs/facter spec/fixtures/ip_route_show",
        theirs="ens192 10.16.125.217",
        difference="",
    ),
    # --- Rackspace, as its agent within the servers writes it down.
    HostCase(
        "nova-agent-three-interfaces",
        """
        nic eth0 104.130.169.159/24 2001:4802:7803:104:be76:4eff:fe20:5eb2/64
        nic eth1 10.176.195.183/19
        nic eth2 192.168.5.4/24
        default eth0 via 104.130.169.1
        default eth0 via fe80::def
        route 10.208.0.0/12 eth1 via 10.176.192.1
        route 10.176.0.0/12 eth1 via 10.176.192.1
        bridge docker0 172.17.0.1/16
        """,
        public="104.130.169.159",
        service="10.176.195.183",
        public6="2001:4802:7803:104:be76:4eff:fe20:5eb2",
        source="Rackspace-DOT/nova-agent tests/fixtures/network.py ALL_INTERFACES",
        theirs="eth0 public, eth1 private, eth2 the customer's own",
        difference="",
    ),
    # On one NIC the address without a label comes first, and of IPv6 the lower number.
    HostCase(
        "nova-agent-two-public-addresses",
        """
        nic eth0 104.130.4.72/24 104.130.4.73/24@eth0:1 2001:4802:7802:104:be76:4eff:fe20:7572/64 2001:4802:7802:104:be76:4eff:fe20:7573/64
        nic eth1 10.208.227.239/19
        default eth0 via 104.130.4.1
        default eth0 via fe80::def
        route 10.208.0.0/12 eth1 via 10.208.224.1
        route 10.176.0.0/12 eth1 via 10.208.224.1
        bridge docker0 172.17.0.1/16
        """,  # noqa: E501
        public="104.130.4.72",
        service="10.208.227.239",
        public6="2001:4802:7802:104:be76:4eff:fe20:7572",
        source="Rackspace-DOT/nova-agent tests/fixtures/network.py DEBIAN_INTERFACES_CONFIG",
        theirs="eth0 public 104.130.4.72, eth1 private 10.208.227.239",
        difference="",
    ),
    # Hetzner: the private NIC has no address yet. The default route is left out.
    HostCase(
        "kube-hetzner-626-private-network-down",
        """
        nic eth0 5.75.178.42/32
        nic eth1 down
        bridge docker0 172.17.0.1/16
        """,
        public="5.75.178.42",
        service="",
        source="mysticaltech/terraform-hcloud-kube-hetzner issue 626",
        theirs="eth1, of the private network, is down and has no address",
        difference="",
    ),
    # --- Proxmox VE: the host's address is on a bridge over its NIC; a bridge of guests has no NIC in it.
    HostCase(
        "proxmox-bridged",
        """
        nic eth0
        bridge vmbr0 192.168.10.2/24 over=eth0
        default vmbr0 via 192.168.10.1
        """,
        public="",
        service="192.168.10.2",
        source="pve.proxmox.com/wiki/Network_Model: default configuration (bridged)",
        theirs="vmbr0 192.168.10.2",
        difference="",
    ),
    HostCase(
        "proxmox-routed",
        """
        nic eth0 192.168.10.2/24
        bridge vmbr0 10.10.10.1/24
        default eth0 via 192.168.10.1
        """,
        public="",
        service="192.168.10.2",
        source="pve.proxmox.com/wiki/Network_Model: routed configuration",
        theirs="eth0 192.168.10.2, which stands for a public address",
        difference="192.168.10.2 is an example there; it is in a private block.",
    ),
    # --- Containers' own networks: no bridge, no container interface, nothing that a host has.
    HostCase(
        "kube-vip-961-kind-node",
        """
        nic eth0 172.18.0.4/16 192.0.3.103/17
        """,
        public="",
        service="",
        source="kube-vip/kube-vip pull request 961",
        theirs="the prefix length of 192.0.3.103/17 for a virtual address",
        difference="It is the network of a container, whose addresses are no host's.",
    ),
    HostCase(
        "tailscale-14528-pod",
        """
        tun tailscale0 100.100.0.20/32 fd7a:115c:a1e0::14/128
        nic eth0 100.64.3.105/32
        """,
        public="",
        service="",
        source="tailscale/tailscale issue 14528",
        theirs="an endpoint on each of a pod's interfaces",
        difference="It is the network of a pod, whose addresses are no host's.",
    ),
]
