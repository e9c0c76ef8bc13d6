"""Interfaces and addresses, out of the kernel's two lists of them."""

from __future__ import annotations

from _struct import pack

from racknet.core.matching import format_address
from racknet.core.model import AF, DEPRECATED, Address, Interface
from racknet.core.rules import CONTAINER_NAMES, STACKED_KINDS
from racknet.host.netlink import READS, RTM_GETADDR, RTM_GETLINK, Kernel, KernelStruct, attributes, to_number, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from racknet.host.netlink import Attributes, Buffer

FAMILIES = {af: family for family, af in AF.items()}

# linux/if_link.h, linux/if_addr.h
IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO, IFLA_EXT_MASK = 3, 5, 10, 18, 29
IFLA_LINK_NETNSID, IFLA_PARENT_DEV_NAME = 37, 56
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_HSR_SLAVE1, IFLA_HSR_SLAVE2 = 1, 2, 1, 2
RTEXT_FILTER_SKIP_STATS, IFF_UP = 8, 0x1
IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS = 1, 2, 3, 8

IFINFOMSG = KernelStruct("=BxHiII", "family type index flags change")
IFADDRMSG = KernelStruct("=BBBBI", "family prefix_length flags scope index")
_DEVICE_MARK = pack("=H", IFLA_PARENT_DEV_NAME)


def read_interfaces(kernel: Kernel) -> dict[int, Interface]:
    """Read all interfaces, without their statistics; return them by their indexes. Raise OSError."""
    body = IFINFOMSG.pack() + pack("=HHI", 8, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
    for _ in range(READS):
        links = kernel.dump(RTM_GETLINK, body, _decode_link)
        found = {index: interface for index, interface, _, _ in links}
        if len({interface.name for interface in found.values()}) == len(links):
            break
    else:  # the kernel does not say that a name has changed while it was listing
        raise OSError("two interfaces have one name or index: they are renamed faster than they can be read")
    for _, interface, lower, master in links:
        interface.lower += tuple([found[index].name for index in lower if index in found])
        if master in found:
            found[master].lower += (interface.name,)
    return found


def read_addresses(kernel: Kernel, names: dict[int, str]) -> list[Address]:
    """Read the addresses of both families on the interfaces with these indexes and names. Raise OSError."""

    def decode(data: Buffer, start: int, end: int) -> Address | None:
        message = IFADDRMSG.read(data, start)
        family, interface = FAMILIES.get(message["family"]), names.get(message["index"])
        if family is None or interface is None:
            return None
        found = attributes(data, start + IFADDRMSG.size, end)
        local = found.get(IFA_LOCAL) or found[IFA_ADDRESS]  # the other one may be the peer's
        label = to_text(found.get(IFA_LABEL, b""))
        flags = to_number(found[IFA_FLAGS]) if IFA_FLAGS in found else message["flags"]
        text, number, length = format_address(family, local), int.from_bytes(local, "big"), message["prefix_length"]
        is_labelled, is_ipv6 = label != interface, family == "ipv6"
        return Address(
            interface,
            family,
            text,
            number,
            length,
            label=label * is_labelled,
            flags=flags if is_ipv6 else flags & DEPRECATED,
        )

    return kernel.dump(RTM_GETADDR, IFADDRMSG.pack(), decode)


def _decode_link(data: Buffer, start: int, end: int) -> tuple[int, Interface, list[int], int]:
    """Return the index of an interface, the interface, the indexes of what is below it, and that of its master, or 0.

    Of a container interface, of which there may be thousands, skip what changes no answer.
    """
    message, start = IFINFOMSG.read(data, start), start + IFINFOMSG.size
    name = to_text(attributes(data, start, end, until=IFLA_IFNAME)[IFLA_IFNAME])  # which comes first
    interface = Interface(name, up=bool(message["flags"] & IFF_UP), link_type=message["type"])
    if CONTAINER_NAMES.match(name) and data.find(_DEVICE_MARK, start, end) < 0:
        return message["index"], interface, [], 0
    found = attributes(data, start, end)
    info = _nested(found, IFLA_LINKINFO)
    interface.kind = to_text(info.get(IFLA_INFO_KIND, b""))
    interface.has_device = IFLA_PARENT_DEV_NAME in found
    is_stacked = interface.kind in STACKED_KINDS and IFLA_LINK_NETNSID not in found  # else it is another network's
    lower = [found.get(IFLA_LINK, b"")] if is_stacked else []
    if interface.kind == "hsr":  # it is no master of its two ports, and not all kernels tell one of them as its link
        slaves = _nested(info, IFLA_INFO_DATA)
        lower = [slaves.get(IFLA_HSR_SLAVE1, b""), slaves.get(IFLA_HSR_SLAVE2, b"")]
    return message["index"], interface, [*map(to_number, lower)], to_number(found.get(IFLA_MASTER, b""))


def _nested(found: Attributes, kind: int) -> Attributes:
    data = found.get(kind, b"")
    return attributes(data, 0, len(data))
