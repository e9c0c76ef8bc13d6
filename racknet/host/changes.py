"""What changes while the host is read: the kernel's messages on links, addresses and routes, and what they concern."""

from __future__ import annotations

from racknet.core.eligibility import is_host
from racknet.core.facts import BITS, FAMILIES, Host
from racknet.core.known import CONTAINER_NAMES, WIDE
from racknet.core.matching import family_of, matches_glob, parse_address
from racknet.core.query import Query, names_interface
from racknet.host.interfaces import IFADDRMSG, IFINFOMSG, IFLA_IFNAME
from racknet.host.netlink import NLMSGHDR, RTM_NEWADDR, RTM_NEWLINK, RTM_NEWROUTE, attributes, to_text
from racknet.host.routes import RTA_DST, RTMSG, gateways_of, is_private, read_nexthops

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Collection, Sequence

    from racknet.core.facts import Interface
    from racknet.host.netlink import Buffer
    from racknet.host.reader import Reading


def changes_since(reading: Reading, queries: Sequence[Query], *, counts_as_host: bool) -> Changes:
    """Return what tells which messages since a reading may change an answer to a query."""
    interfaces = reading.host.interfaces.values()
    containers = [interface for interface in interfaces if CONTAINER_NAMES.match(interface.name)]
    others = [interface for interface in interfaces if interface not in containers]
    return Changes(
        reading.names,
        reading.host.ways,
        # A container interface that comes shows that a network is a host's.
        _counting_globs(queries, containers, others) if counts_as_host else ["*"],
        gateways_of(reading.host.routes),
        are_only_sign=not is_host(Host(others, [], [], known_host=reading.host.known_host)),
    )


def _counting_globs(
    queries: Sequence[Query], containers: Sequence[Interface], others: Sequence[Interface]
) -> Sequence[str]:
    """Return globs of the container interfaces that count: those that a filter may name, or all."""
    globs = [glob for query in queries for glob in query.include]
    # A glob that names none of the others may be a label, or a name of a container interface.
    counts_all = not all(any(names_interface((glob,), interface) for interface in others) for glob in globs)
    counts_all |= any(query.reach or any(block.is_bare for block in query.cidrs) for query in queries)
    counts_all |= bool(globs) and any(interface.alternative_names for interface in containers)
    return ["*"] if counts_all else globs


class Changes:
    """Tells which messages may change an answer. What is about container interfaces changes none.

    `names` are those of the interfaces by their indexes, `looked_up` the addresses to which the way was asked. `named`
    are globs of container interfaces that count all the same, and so does an address of `gateways`, in network order.
    Where container interfaces are the only sign of a host, each counts that goes.
    """

    def __init__(
        self,
        names: dict[int, str],
        looked_up: Collection[str],
        named: Sequence[str] = (),
        gateways: Collection[bytes] = (),
        *,
        are_only_sign: bool = False,
    ) -> None:
        self._named, self._gateways, self._are_only_sign = named, gateways, are_only_sign
        self._containers = {index for index, name in names.items() if self._is_container_name(name)}
        self._others = names.keys() - self._containers
        self._looked_up = looked_up

    def concern(self, messages: Sequence[Buffer]) -> bool:
        """Return whether one of the messages may change an answer. They come in their order."""
        return any(map(self._is_concerned, messages))

    def _is_concerned(self, data: Buffer) -> bool:
        if not data:
            return True  # some were lost
        length, kind, _, _, _ = NLMSGHDR.unpack(data, 0)
        start, end = NLMSGHDR.size, min(length, len(data))
        if kind in (RTM_NEWLINK, RTM_NEWLINK + 1):  # RTM_DEL… is one above
            is_container_interface = self._is_container_interface(data, start, end)
            return not is_container_interface or (kind != RTM_NEWLINK and self._are_only_sign)
        if kind in (RTM_NEWADDR, RTM_NEWADDR + 1):
            is_on_container = IFADDRMSG.unpack(data, start)[-1] in self._containers
            return not is_on_container or any(gateway in data for gateway in self._gateways)
        if kind in (RTM_NEWROUTE, RTM_NEWROUTE + 1):
            return self._is_route_concerned(data, start, end)
        return True

    def _is_container_interface(self, data: Buffer, start: int, end: int) -> bool:
        """Return whether a link is a container interface, and was not listed as another."""
        index = IFINFOMSG.read(data, start)["index"]
        name = attributes(data, start + IFINFOMSG.size, end, until=IFLA_IFNAME).get(IFLA_IFNAME, b"")
        if self._is_container_name(to_text(name)):
            self._containers.add(index)
        elif name:
            self._containers.discard(index)  # renamed
        return index in self._containers and index not in self._others

    def _is_container_name(self, name: str) -> bool:
        return CONTAINER_NAMES.match(name) and not matches_glob(name, self._named)

    def _is_route_concerned(self, data: Buffer, start: int, end: int) -> bool:
        """Return whether a route is one of those that are read, or leads to an address that was looked up."""
        message = RTMSG.read(data, start)
        family, length = FAMILIES.get(message["family"], ""), message["destination_length"]
        found = attributes(data, start + RTMSG.size, end)
        interfaces = {index for index, _, _ in read_nexthops(family or "ipv4", found)}
        if not family or (interfaces and interfaces <= self._containers):
            return False
        destination = found.get(RTA_DST, b"")
        if not length or (length <= WIDE and is_private(family, destination, length)):
            return True
        shift, number = BITS[family] - length, int.from_bytes(destination, "big")
        texts = [text for text in self._looked_up if family_of(text) == family]
        return any(parse_address(family, text) >> shift == number >> shift for text in texts)
