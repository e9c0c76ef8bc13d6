"""Interfaces and addresses, out of the kernel's two lists of them."""

from __future__ import annotations

from _struct import pack

from racknet.core.facts import BITS, DEPRECATED, FAMILIES, Address, Interface
from racknet.core.known import CONTAINER_NAMES, STACKED_KINDS
from racknet.core.matching import format_address
from racknet.host.netlink import (
    READS,
    RTATTR,
    RTM_GETADDR,
    RTM_GETLINK,
    Kernel,
    KernelStruct,
    attribute_finder,
    attributes,
    to_number,
    to_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Iterable, Sequence

    from racknet.host.netlink import Attributes, Buffer, Finder

# linux/if_link.h, linux/if_addr.h
IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO, IFLA_EXT_MASK = 3, 5, 10, 18, 29
IFLA_LINK_NETNSID, IFLA_PROP_LIST, IFLA_ALT_IFNAME, IFLA_PARENT_DEV_NAME = 37, 52, 53, 56
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_INFO_SLAVE_KIND, IFLA_HSR_SLAVE1, IFLA_HSR_SLAVE2 = 1, 2, 4, 1, 2
RTEXT_FILTER_SKIP_STATS, IFF_UP, IFF_LOWER_UP = 8, 0x1, 0x10000
OPEN_VSWITCH = "openvswitch"
IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS = 1, 2, 3, 8

IFINFOMSG = KernelStruct("=BxHiII", "family type index flags change")
IFADDRMSG = KernelStruct("=BBBBI", "family prefix_length flags scope index")
LINK_ATTRIBUTES = (
    *(IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO),
    *(IFLA_LINK_NETNSID, IFLA_PROP_LIST, IFLA_PARENT_DEV_NAME),
)
ADDRESS_ATTRIBUTES = IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS


class Link:
    """A link as one message has it. Others are named by their indexes, 0 for none."""

    __slots__ = (
        *("alternative_names", "flags", "has_device", "index", "kind", "link_type", "lower", "master", "name"),
        "slave_kind",
    )

    def __init__(
        self,
        name: str,
        index: int,
        link_type: int,
        flags: int,
        *,
        kind: str = "",
        slave_kind: str = "",
        has_device: bool = False,
        lower: Sequence[int] = (),
        master: int = 0,
        alternative_names: tuple[str, ...] = (),
    ) -> None:
        self.name, self.index, self.link_type, self.flags = name, index, link_type, flags
        self.kind, self.slave_kind, self.has_device = kind, slave_kind, has_device
        self.lower, self.master, self.alternative_names = lower, master, alternative_names


def read_links(kernel: Kernel) -> dict[int, Link]:
    """Read all links, without their statistics; return them by their indexes. Raise OSError."""
    body = IFINFOMSG.pack() + pack("=HHI", 8, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
    find = attribute_finder(*LINK_ATTRIBUTES)

    def decode(data: Buffer, start: int, end: int) -> Link:
        _, link_type, index, flags, _ = IFINFOMSG.unpack(data, start)
        return _make_link(index, link_type, flags, find(data, start + IFINFOMSG.size, end))

    for _ in range(READS):
        links = kernel.dump(RTM_GETLINK, body, decode)
        found = {link.index: link for link in links}
        if len({link.name for link in found.values()}) == len(links):
            return found
    # the kernel does not say that a name has changed while it was listing
    raise OSError("two interfaces have one name or index: they are renamed faster than they can be read")


def make_interfaces(links: dict[int, Link], with_device: Callable[[Link], bool]) -> list[Interface]:
    """Return the interfaces of the links. `with_device` says which have a device."""
    lower = {index: [links[i].name for i in link.lower if i in links] for index, link in links.items()}
    for link in links.values():
        if link.master in lower:
            lower[link.master].append(link.name)
    # An internal port of Open vSwitch is built on the other ports of its datapath. They have a master, and it has none.
    ports = [link.name for link in links.values() if link.slave_kind == OPEN_VSWITCH]
    return [
        Interface(
            link.name,
            up=bool(link.flags & IFF_UP),
            has_carrier=bool(link.flags & IFF_LOWER_UP),
            link_type=link.link_type,
            kind=link.kind,
            has_device=with_device(link),
            lower=(*lower[index], *(ports if link.kind == OPEN_VSWITCH else ())),
            alternative_names=link.alternative_names,
        )
        for index, link in links.items()
    ]


def read_addresses(
    kernel: Kernel, names: dict[int, str], gateways: Iterable[bytes] = ()
) -> tuple[list[Address], list[bytes]]:
    """Read the addresses of both families on the interfaces with these indexes and names. Raise OSError.

    Return beside them the messages on container interfaces, of which there may be thousands: `decode_address` decodes
    them where they are needed. Those of the gateways are: a gateway that is the host's own leads nowhere.
    """
    containers = {index for index, name in names.items() if CONTAINER_NAMES.match(name)}
    find = attribute_finder(*ADDRESS_ATTRIBUTES)

    def decode(data: Buffer, start: int, end: int) -> Address | bytes | None:
        if containers and IFADDRMSG.unpack(data, start)[-1] in containers:
            message = bytes(data[start:end])
            if not any(gateway in message for gateway in gateways):
                return message
        return decode_address(names, data, start, end, find)

    found = kernel.dump(RTM_GETADDR, IFADDRMSG.pack(), decode)
    addresses = [address for address in found if isinstance(address, Address)]
    return addresses, [message for message in found if isinstance(message, bytes)]


def decode_address(
    names: dict[int, str], data: Buffer, start: int, end: int, find: Finder = attributes
) -> Address | None:
    """Return the address of a message; None for one of another family, or on none of the named interfaces."""
    number, prefix_length, flags, scope, index = IFADDRMSG.unpack(data, start)
    family, interface = FAMILIES.get(number), names.get(index)
    if family is None or interface is None:
        return None
    found = find(data, start + IFADDRMSG.size, end)
    local = found.get(IFA_LOCAL) or found[IFA_ADDRESS]
    has_peer = found.get(IFA_ADDRESS, local) != local  # whose network the prefix length is then about
    label = to_text(found.get(IFA_LABEL, b""))
    if IFA_FLAGS in found:
        flags = to_number(found[IFA_FLAGS])
    return Address(
        interface,
        family,
        format_address(family, local),
        int.from_bytes(local, "big"),
        BITS[family] if has_peer else prefix_length,
        label=label if label != interface else "",
        flags=flags if family == "ipv6" else flags & DEPRECATED,
        scope=scope,
    )


def _make_link(index: int, link_type: int, flags: int, found: Attributes) -> Link:
    """Return the link of a message with these fields and attributes.

    Of a container interface, of which there may be thousands, skip what changes no answer.
    """
    name = to_text(found[IFLA_IFNAME])
    if CONTAINER_NAMES.match(name) and IFLA_PARENT_DEV_NAME not in found and IFLA_PROP_LIST not in found:
        return Link(name, index, link_type, flags)
    info = _nested(found, IFLA_LINKINFO)
    kind = to_text(info.get(IFLA_INFO_KIND, b""))
    lower = []
    if kind in STACKED_KINDS and IFLA_LINK_NETNSID not in found:  # with it, the other interface is of another network
        lower = [found.get(IFLA_LINK, b"")]
    if kind == "hsr":  # not the master of its two ports; and not all kernels name one of them as IFLA_LINK
        slaves = _nested(info, IFLA_INFO_DATA)
        lower = [slaves.get(IFLA_HSR_SLAVE1, b""), slaves.get(IFLA_HSR_SLAVE2, b"")]
    return Link(
        name,
        index,
        link_type,
        flags,
        kind=kind,
        slave_kind=to_text(info.get(IFLA_INFO_SLAVE_KIND, b"")),
        has_device=IFLA_PARENT_DEV_NAME in found,
        lower=[*map(to_number, lower)],
        master=to_number(found.get(IFLA_MASTER, b"")),
        alternative_names=_alternative_names(found[IFLA_PROP_LIST]) if IFLA_PROP_LIST in found else (),
    )


def _alternative_names(properties: Buffer) -> tuple[str, ...]:
    """Return the names in a link's list of properties: attributes of one type, one behind the other."""
    names, start = [], 0
    while start < len(properties):
        (name,) = attributes(properties, start, len(properties), until=IFLA_ALT_IFNAME).values()
        names.append(to_text(name))
        start += (RTATTR.size + len(name) + 3) & ~3
    return tuple(names)


def _nested(found: Attributes, kind: int) -> Attributes:
    data = found.get(kind, b"")
    return attributes(data, 0, len(data))
