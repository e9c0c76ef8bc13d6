"""A host whose public addresses are replaced by documentation ones, for a report that anybody may read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network

from racknet.core import known, rules
from racknet.core.eligibility import address_class
from racknet.core.facts import BITS, Address, Host, Route, Way

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Iterator

    IPAddress = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

# RFC 5737, RFC 3849. A network is replaced by one of at least this prefix length, in which its addresses fit.
DOCUMENTATION = {"ipv4": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"), "ipv6": ("2001:db8::/32",)}
SMALLEST = {"ipv4": 24, "ipv6": 48}


def disguise(host: Host) -> Host:
    """Return the host with documentation addresses in the place of public ones. Raise OverflowError for too many.

    What the rules look at stays: which addresses are in one network, their order, their prefix lengths, and which of
    them gateways and sources are. An identifier of a NIC (EUI-64) in another IPv6 address is replaced by a number.
    """
    new = _replacements(host)
    addresses = [
        Address(
            a.interface,
            a.family,
            new.get(a.text, a.text),
            int(ip_address(new.get(a.text, a.text))),
            a.prefix_length,
            label=a.label,
            flags=a.flags,
            scope=a.scope,
        )
        for a in host.addresses
    ]
    routes = [
        Route(
            r.family,
            r.interface,
            r.metric,
            new.get(r.gateway, r.gateway),
            source=new.get(r.source, r.source),
            destination=r.destination,
            table=r.table,
            preference=r.preference,
            state=r.state,
        )
        for r in host.routes
    ]
    ways = {
        to: way and Way(way.interface, new.get(way.source, way.source), new.get(way.gateway, way.gateway))
        for to, way in host.ways.items()
    }
    return Host(list(host.interfaces.values()), addresses, routes, known_host=host.known_host, ways=ways)


def _replacements(host: Host) -> dict[str, str]:
    """Return what takes the place of each address that is not to be seen."""
    new: dict[str, str] = {}
    for family in BITS:
        members: dict[Network, set[IPAddress]] = {}
        networks = [ip_interface(f"{a.text}/{a.prefix_length}").network for a in host.addresses if a.family == family]
        widest = sorted(networks, key=lambda network: network.prefixlen)
        for ip in _mentioned(host, family):
            own = ip_network(ip)
            network = next((network for network in widest if ip in network), own)
            members.setdefault(network, set()).add(ip)
        free = FreeBlocks(family)
        for network in sorted(members, key=lambda network: (network.prefixlen, network.network_address)):
            ips = sorted(members[network])
            if _is_public(family, ips[0]):
                first = free.take(max(network.prefixlen, SMALLEST[family]))
                start = 0 if network.prefixlen == BITS[family] else 1
                new |= {str(ip): str(first + n) for n, ip in enumerate(ips, start)}
            elif family == "ipv6":
                prefix = ip_address(int(network.network_address))
                taken = [ip for ip in ips if ip.packed[11:13] == b"\xff\xfe"]
                new |= {str(ip): str(prefix + 0x1000 + n) for n, ip in enumerate(taken)}
    return new


def _mentioned(host: Host, family: str) -> Iterator[IPAddress]:
    """Yield the addresses of a family that interfaces, routes and ways name."""
    texts = {address.text for address in host.addresses}
    texts |= {text for route in host.routes for text in (route.gateway, route.source)}
    texts |= {text for way in host.ways.values() if way for text in (way.gateway, way.source)}
    for text in texts - {""}:
        if (":" in text) == (family == "ipv6"):
            yield ip_address(text)


def _is_public(family: str, ip: IPAddress) -> bool:
    is_known = str(ip) in known.INTERNET.values()
    return not is_known and address_class(Address("", family, str(ip), int(ip), BITS[family])) == rules.PUBLIC


class FreeBlocks:
    """The documentation blocks of a family, of which parts are given away, the largest first."""

    def __init__(self, family: str) -> None:
        self._blocks = [ip_network(text) for text in DOCUMENTATION[family]]
        self._used = 0  # addresses, of all blocks in a row

    def take(self, length: int) -> IPAddress:
        """Return the first address of the next free part with a prefix length. Raise OverflowError."""
        size = 1 << (self._blocks[0].max_prefixlen - length)
        start = -(-self._used // size) * size
        self._used = start + size
        for block in self._blocks:
            if start < block.num_addresses:
                return block[start]
            start -= block.num_addresses
        raise OverflowError("the host has more public networks than there are documentation blocks")
