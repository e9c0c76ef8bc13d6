"""A host whose public addresses are replaced by documentation ones, for a report that anybody may read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network

from racknet.core import rules
from racknet.core.eligibility import address_class
from racknet.core.facts import BITS, Address, Host, Route, Way
from racknet.core.matching import family_of

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence
    from typing import TypeVar

    IPAddress = IPv4Address | IPv6Address
    IPNetwork = IPv4Network | IPv6Network
    Fact = TypeVar("Fact", Address, Route, Way)

# RFC 5737, RFC 3849; what is transitional stays so: 6to4 of 192.0.2.0/24, and Teredo by a server there. A network is
# replaced by one of at least this prefix length, in which its addresses fit.
DOCUMENTATION = {
    "ipv4": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    "ipv6": ("2001:db8::/32",),
    "6to4": ("2002:c000:200::/40",),
    "teredo": ("2001:0:c000:200::/56",),
}
SMALLEST = {"ipv4": 24, "ipv6": 48, "6to4": 48, "teredo": 64}
TRANSITIONAL_NETWORKS = {"6to4": ip_network("2002::/16"), "teredo": ip_network("2001::/32")}
FIRST_NUMBER = 0x1000  # in the place of an identifier of a NIC; lower ones are routers' and people's
NO_ROOM = "the host has more public addresses than there is room for in the documentation blocks"


def disguise(host: Host) -> Host:
    """Return the host with documentation addresses in the place of public ones. Raise OverflowError for too many.

    What the rules look at stays: which addresses are in one network, their order, their prefix lengths, and which of
    them gateways and sources are. An identifier of a NIC (EUI-64) in another IPv6 address is replaced by a number.
    """
    new = _replacements(host)

    def disguised(fact: Fact, *names: str) -> Fact:
        """Return a fact with new texts in the place of those that its attributes of these names have."""
        fields = {name: getattr(fact, name) for name in fact.__slots__}
        fields |= {name: new.get(fields[name], fields[name]) for name in names}
        if "number" in fields:
            fields["number"] = int(ip_address(fields["text"]))
        return type(fact)(**fields)

    addresses = [disguised(address, "text") for address in host.addresses]
    routes = [disguised(route, "gateway", "source") for route in host.routes]
    ways = {to: way and disguised(way, "gateway", "source") for to, way in host.ways.items()}
    return Host(list(host.interfaces.values()), addresses, routes, known_host=host.known_host, ways=ways)


def _replacements(host: Host) -> dict[str, str]:
    """Return what takes the place of each address that is not to be seen."""
    new: dict[str, str] = {}
    for family in BITS:
        mentioned = sorted(_mentioned(host, family), key=int)
        public = [ip for ip in mentioned if _is_public(family, ip)]
        new |= _documented(host, family, public)
        new |= _numbered([ip for ip in mentioned if ip not in public])
    return new


def _documented(host: Host, family: str, ips: Sequence[IPAddress]) -> dict[str, str]:
    """Return a documentation address for each public one. Those of a network stay in one, and in their order."""
    members: dict[IPNetwork, list[IPAddress]] = {}
    networks = [ip_interface(f"{a.text}/{a.prefix_length}").network for a in host.addresses if a.family == family]
    widest = sorted(networks, key=lambda network: network.prefixlen)
    for ip in ips:
        network = next((network for network in widest if ip in network), ip_network(ip))
        members.setdefault(network, []).append(ip)
    free = {kind: FreeBlocks(kind) for kind in DOCUMENTATION}
    new: dict[str, str] = {}
    # Of IPv4 there is little room: largest first. Of IPv6 the lower number may decide: it stays the lower one.
    by_size = sorted(members, key=lambda network: network.prefixlen) if family == "ipv4" else members
    for network in by_size:
        found = members[network]
        kind = next((kind for kind, block in TRANSITIONAL_NETWORKS.items() if found[0] in block), family)
        length = max(network.prefixlen, SMALLEST[kind])
        first, size = free[kind].take(length), 1 << (BITS[family] - length)
        if len(found) > size:
            raise OverflowError(NO_ROOM)
        new |= {str(ip): str(first + n) for n, ip in enumerate(found, 1 if len(found) < size else 0)}
    return new


def _numbered(ips: Sequence[IPAddress]) -> dict[str, str]:
    """Return a number in the place of each identifier of a NIC, and of others beside it: they keep their order."""
    with_nic = {ip.packed[:8] for ip in ips if ip.packed[11:13] == b"\xff\xfe"}
    taken: dict[bytes, list[IPAddress]] = {prefix: [] for prefix in with_nic}
    for ip in ips:
        if ip.packed[:8] in taken and int.from_bytes(ip.packed[8:], "big") >= FIRST_NUMBER:
            taken[ip.packed[:8]].append(ip)
    return {
        str(ip): str(IPv6Address(int.from_bytes(prefix, "big") << 64 | FIRST_NUMBER + n))
        for prefix, found in taken.items()
        for n, ip in enumerate(found)
    }


def _mentioned(host: Host, family: str) -> set[IPAddress]:
    """Return the addresses of a family that interfaces, routes and ways name."""
    texts = {address.text for address in host.addresses}
    texts |= {text for route in host.routes for text in (route.gateway, route.source)}
    texts |= {text for way in host.ways.values() if way for text in (way.gateway, way.source)}
    return {ip_address(text) for text in texts - {""} if family_of(text) == family}


def _is_public(family: str, ip: IPAddress) -> bool:
    return address_class(Address("", family, str(ip), int(ip), BITS[family])) == rules.PUBLIC


class FreeBlocks:
    """The documentation blocks of a kind, of which parts are given away."""

    def __init__(self, kind: str) -> None:
        self._blocks = [ip_network(text) for text in DOCUMENTATION[kind]]
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
        raise OverflowError(NO_ROOM)
