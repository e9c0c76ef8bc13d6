"""What racknet is compared with: a tool at its default, or with its best setting, as commands for a shell.

docs/comparison.md says the same in words. A tool that is part of a larger program is a script of the same steps, with
their source. A command with $NETWORK or $NEIGHBOUR is for somebody who knows the network: $NETWORK is the /16 of the
right address, $NEIGHBOUR an address beside it. Such a command is asked only where there is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rival:
    """A tool with one setting. Most know nothing of networks: without a command for `service`, theirs is the same."""

    name: str
    public: str  # {network} in it is what is asked for; "" where that cannot be asked
    service: str = ""

    def command(self, network: str) -> str:
        command = self.service if network == "service" and self.service else self.public
        return command.replace("{network}", network)

    @property
    def knows_the_network(self) -> bool:
        return "$NETWORK" in self.public or "$NEIGHBOUR" in self.public


# `source_to` is what a socket that is connected there has: projectcalico/calico .../autodetection/reachaddr.go, and
# flannel-io/flannel pkg/ip/iface.go, GetInterfaceBySpecificIPRouting.
# `global` prints lines of an interface and an address, of those that Go's net.IP calls global unicast.
FUNCTIONS = r"""
global() {
  ip -o -4 addr show "$@" |
    awk '{ sub("/.*", "", $4) } $4 !~ /^(0|127|169\.254|22[4-9]|23.)\./ { print $2, $4 }'
}
source_to() { ip -4 route get "$1" | sed -n 's/.* src \([0-9.]*\) .*/\1/p'; }
first_address() { awk 'NR == 1 { print $2 }'; }
"""
ORIGINAL = "ip -f inet addr show {} | grep -Po 'inet \\K[\\d.]+'"

# flannel-io/flannel pkg/ipmatch/match.go, LookupExtIface, and pkg/ip/iface.go, GetDefaultGatewayInterface: the first
# default route of the main table, refused if it has several nexthops; of its interface the first address.
FLANNEL = """
dev=$(ip -4 route show default | awk 'NR == 1 { for (i = 2; i < NF; i++) if ($i == "dev") print $(i + 1) }')
[ "$dev" ] && global dev "$dev" | first_address
"""
# kubernetes/kubernetes staging/src/k8s.io/apimachinery/pkg/util/net/interface.go, ChooseHostInterface: the
# default routes in the file's order, until the interface of one is up and has an address.
KUBELET = """
for dev in $(awk '$2 == "00000000" { print $1 }' /proc/net/route); do global dev "$dev" up; done | first_address
"""
# projectcalico/calico node/pkg/lifecycle/startup/autodetection/: filtered.go; interfaces.go, from the last interface to
# the first; the names are DEFAULT_INTERFACES_TO_EXCLUDE of autodetection_linux.go.
CALICO_SKIPS = (
    r"docker|cbr|dummy|virbr|lxcbr|veth|lo|cali|tunl|flannel|kube-ipvs|cni|(vxlan|vxlan-v6)\.calico"
    r"|(wireguard|wg-v6)\.cali|nodelocaldns"
)
CALICO = f"global | grep -Ev '^({CALICO_SKIPS})' | awk '!seen[$1]++' | tail -n 1 | first_address"
# moby/moby daemon/cluster/listen_addr_linux.go, resolveSystemAddr: the links without a kind, so no bridge, bond, VLAN,
# veth or tunnel; refused with a second address of a family, or a second interface with an address. The NICs of a host
# that is laid out are veths, so the names tell the others.
SWARM = r"""
ip -o link show up type veth | awk -F '[:@ ]+' '{ print $2 }' |
  grep -Ev '^(bond|br-|docker|dummy|ov[ns]|qvs|team|tun|veth|vlan|wg)|\.[0-9]+$' |
  while read -r dev; do ip -o addr show dev "$dev"; done |
  awk '{ sub("/.*", "", $4) } $4 ~ /^((0|127|169\.254|22[4-9]|23.)\.|fe80:|ff|::1$)/ { next }
    { many += n[$2, $3]++; devices[$2]; if ($3 == "inet") answer = $4 }
    END { if (length(devices) == 1 && !many) print answer }'
"""
# hashicorp/consul agent/config/builder.go, and ipaddr/detect.go, GetPrivateIPv4: the addresses of these blocks on
# interfaces that are up, without loopback's; refused if there are several.
CONSUL = r"""
ip -o -4 addr show up | awk '
  BEGIN { private = "^(10|100\\.(6[4-9]|[789].|1[01].|12[0-7])|127|169\\.254|172\\.(1[6-9]|2.|3[01])|192\\.168)\\." }
  $2 != "lo" && $4 ~ private { sub("/.*", "", $4); answer = $4; n++ } END { if (n == 1) print answer }'
"""
ALL = 'GetAllInterfaces | include "flags" "up" | include "type" "IPv4"'
NAMES = '| exclude "name" "^(br-|cali|cni|docker|flannel|lxc|lxdbr|tailscale|tun|veth|virbr|wg|zt)"'
FILTERED = f'go-sockaddr \'{ALL} {NAMES} | %s | sort "default" | attr "address"\''

RACKNET, STRICT, BEST = "racknet", "racknet --strict", "go-sockaddr, filtered"
RIVALS = [
    Rival(RACKNET, "racknet {network} ipv4"),
    Rival(STRICT, "racknet {network} ipv4 --strict"),
    Rival("ip addr", ORIGINAL.format("eth0"), ORIGINAL.format("eth1")),
    Rival("hostname", "hostname -I | awk '{ print $1 }'"),
    Rival("Ansible", "ansible_default_ipv4.address"),
    Rival("route get", "source_to 8.8.8.8"),
    Rival("kubelet", KUBELET),
    Rival("flannel", FLANNEL),
    Rival("Calico", CALICO),
    Rival("Swarm", SWARM),
    Rival("consul", "", CONSUL),
    Rival("go-sockaddr", "go-sockaddr GetPublicIP", "go-sockaddr GetPrivateIP"),
    Rival(BEST, FILTERED % 'exclude "rfc" "6890"', FILTERED % 'include "rfc" "1918"'),
    Rival("go-sockaddr, by network", FILTERED % """include "network" "'$NETWORK'" """),
    Rival("route get, by network", 'source_to "$NEIGHBOUR"'),
    Rival("racknet, by network", 'racknet {network} ipv4 --cidr "$NETWORK"'),
]
