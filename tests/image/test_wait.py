"""`--wait` on a host that boots: two networks with a DHCP server each, one of which is seconds slower."""

from __future__ import annotations

import json

import pytest
from support import engine
from support.forms import copy_executable

# NICs are veths, their networks namespaces. The servers are BusyBox's, and give out one address each.
SCRIPT = """
set -eo pipefail
ip link add docker0 type bridge
cat >/bound <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route add default via "$router" dev "$interface"
END
chmod +x /bound
plug() { # NIC, ADDRESS in its network: makes it, and asks for a lease
  ip netns add "of-$1"
  ip link add "$1" type veth peer name wire netns "of-$1"
  ip link set "$1" up
  ip -n "of-$1" link set wire up
  ip -n "of-$1" addr add "$2" dev wire
  busybox udhcpc -i "$1" -f -q -t 40 -T 1 -s /bound >/dev/null 2>&1 &
}
serve() { # NIC, ADDRESS that it gets, [OPTION]: starts the server in its network
  printf '%s\\n' "start $2" "end $2" "interface wire" "lease_file /leases-$1" "pidfile /server-$1" \
    "option subnet 255.255.255.0" "$3" >"/server-$1.conf"
  : >"/leases-$1"
  ip netns exec "of-$1" busybox udhcpd -f "/server-$1.conf" >/dev/null 2>&1 &
}
ask() { # NAME, WORD...: asks racknet
  name=$1 began=$(date +%s%N)
  shift
  status=0
  "$@" >"/out-$name" 2>"/err-$name" || status=$?
  jq -n --arg name "$name" --arg out "$(cat "/out-$name")" --arg err "$(cat "/err-$name")" \
    --argjson status $status --argjson ms $((($(date +%s%N) - began) / 1000000)) '$ARGS.named' >"/result-$name"
}
has() { for _ in $(seq 150); do if ip addr show "$1" | grep -q 'inet '; then return; fi; sleep 0.1; done; return 1; }
"""
ASK = """
ask waits /bare/racknet service --wait 20 & waits=$!
RACKNET_WAIT=20 ask exec /bare/racknet exec echo '$RACKNET_SERVICE_IPV4' & exec=$!
ask chosen /bare/racknet service --interface {quick} --wait 20 & chosen=$!
has {quick}
ask now /bare/racknet service
sleep 1
serve {slow}
wait $waits
wait $exec
wait $chosen
jq -cs '.[]' /result-*
"""
# The networks; the NIC whose server is quick, and what the slow one serves; the first answer and the last.
HOSTS = {
    "the second NIC's server is quick, and the first has the default route": (
        "plug eth0 10.0.0.1/24; plug eth1 192.168.9.1/24; serve eth1 192.168.9.9",
        ("eth1", "eth0 10.0.0.5 'option router 10.0.0.1'"),
        ("192.168.9.9", "10.0.0.5"),
    ),
    "Rackspace, where ServiceNet's is slow": (
        """plug eth1 10.208.1.1/24; plug eth2 192.168.3.1/24; serve eth2 192.168.3.3
        ip netns add out; ip link add eth0 type veth peer name wire netns out; ip link set eth0 up
        ip -n out link set wire up; ip addr add 104.130.0.127/24 dev eth0; ip route add default via 104.130.0.1""",
        ("eth2", "eth1 10.208.1.5"),
        ("192.168.3.3", "10.208.1.5"),
    ),
}


@pytest.mark.parametrize("name", HOSTS)
def test_slow_server(name: str) -> None:
    """The first address is not the answer while a NIC has none; without --wait, and with --interface, it is at once."""
    before, (quick, slow), (first, last) = HOSTS[name]
    with engine.host_container("") as container:
        copy_executable(container)
        script = f"{SCRIPT}\n{before}\n{ASK.format(quick=quick, slow=slow)}"
        result = engine.bash(container, script, timeout=60)
    assert (result.err, result.status) == ("", 0)
    results = {found["name"]: found for found in map(json.loads, result.out.splitlines())}
    answers = {asked: (found["out"], found["status"]) for asked, found in results.items()}
    assert answers == {"waits": (last, 0), "exec": (last, 0), "chosen": (first, 0), "now": (first, 0)}
    assert results["chosen"]["ms"] + 900 < results["waits"]["ms"] < 15_000
