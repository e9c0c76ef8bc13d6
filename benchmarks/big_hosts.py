"""Hosts that are large in one way each: as commands that set them up in a container without a network."""

from __future__ import annotations

# The kernel would add IPv6 addresses for seconds after the commands have ended.
NO_LINK_LOCAL = "sysctl -qw net.ipv6.conf.default.addr_gen_mode=1\n"

# The NIC with the answer, 10.77.0.1, and the default route. Its peer is named as a container's interface.
NIC = """\
link add ens0 type veth peer name veth0
link set ens0 up
link set veth0 up
addr add 10.77.0.1/24 dev ens0
route add default via 10.77.0.2 dev ens0
link add docker0 type bridge
"""


def with_veths(count: int) -> str:
    """Return the commands for a host with veths, in pairs; one of each pair has an address."""
    lines = [
        f"link add veth{n}a type veth peer name veth{n}b\naddr add 10.{n // 250}.{n % 250}.1/32 dev veth{n}a\n"
        for n in range(1, count // 2 + 1)
    ]
    return _batch(NIC + "".join(lines))


def with_nics(count: int) -> str:
    """Return the commands for a host with NICs that are up, each with an address."""
    pairs = [f"link add ens{n} type veth peer name ens{n + 1}\n" for n in range(1, count, 2)]
    nics = [
        f"link set ens{n} up\naddr add 10.{100 + n // 250}.{n % 250}.1/24 dev ens{n}\n" for n in range(1, count + 1)
    ]
    return _batch(NIC + "".join(pairs + nics))


def with_addresses(count: int) -> str:
    """Return the commands for a host with many addresses on its NIC."""
    return _batch(NIC + "".join(f"addr add 10.78.{n // 250}.{n % 250 + 1}/16 dev ens0\n" for n in range(count)))


def with_routes(count: int) -> str:
    """Return the commands for a router: a NIC, and a BGP table in the main table. At most 2,097,152 routes."""
    route = '"route add %d.%d.%d.0/24 via 10.77.0.2 dev ens0 proto bgp\\n", 32 + n / 65536, n / 256 % 256, n % 256'
    return _batch(NIC) + f"awk 'BEGIN {{ for (n = 0; n < {count}; n++) printf {route} }}' | ip -batch -\n"


def _batch(lines: str) -> str:
    return f"set -e\n{NO_LINK_LOCAL}ip -batch - <<'END'\n{lines}END\n"
