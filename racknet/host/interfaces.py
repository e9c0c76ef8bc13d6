"""Interfaces and addresses, out of the kernel's two lists of them."""

from __future__ import annotations

from _struct import pack

from racknet.core.matching import format_address
from racknet.core.model import AF, Address, Interface
from racknet.core.rules import CONTAINER_NAMES, STACKED_KINDS
from racknet.host.netlink import RTM_GETADDR, RTM_GETLINK, Kernel, KernelStruct, attributes, to_number, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from racknet.host.netlink import Buffer

FAMILIES = {af: family for family, af in AF.items()}

# linux/if_link.h, linux/if_addr.h
IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO, IFLA_EXT_MASK = 3, 5, 10, 18, 29
IFLA_LINK_NETNSID, IFLA_PARENT_DEV_NAME, IFLA_INFO_KIND = 37, 56, 1
RTEXT_FILTER_SKIP_STATS, IFF_UP = 8, 0x1
IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_FLAGS = 1, 2, 3, 8

IFINFOMSG = KernelStruct(
    16, (0, "B", "family"), (2, "H", "type"), (4, "i", "index"), (8, "I", "flags"), (12, "I", "change")
)
IFADDRMSG = KernelStruct(
    8, (0, "B", "family"), (1, "B", "prefix_length"), (2, "B", "flags"), (3, "B", "scope"), (4, "I", "index")
)
_link = IFINFOMSG.unpacker("type", "index", "flags")
_address = IFADDRMSG.unpacker("family", "prefix_length", "flags", "index")
_DEVICE_MARK = pack("=H", IFLA_PARENT_DEV_NAME)


def read_interfaces(kernel: Kernel) -> dict[int, Interface]:
    """Read all interfaces, without their statistics; return them by their indexes. Raise OSError."""
    body = IFINFOMSG.pack() + pack("=HHI", 8, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)
    links = kernel.dump(RTM_GETLINK, body, _decode_link)
    found = {index: interface for index, interface, _, _ in links}
    for _, interface, lower, master in links:
        if lower in found:
            interface.lower += (found[lower].name,)
        if master in found:
            found[master].lower += (interface.name,)
    return found


def read_addresses(kernel: Kernel, names: dict[int, str]) -> list[Address]:
    """Read the addresses of both families on the interfaces with these indexes and names. Raise OSError."""

    def decode(data: Buffer, start: int, end: int) -> Address | None:
        number, prefix_length, flags, index = _address(data, start)
        if number not in FAMILIES or index not in names:
            return None
        family, interface = FAMILIES[number], names[index]
        found = attributes(data, start + IFADDRMSG.size, end)
        local = found.get(IFA_LOCAL) or found[IFA_ADDRESS]  # the other one may be the peer's
        label = to_text(found.get(IFA_LABEL, b""))
        flags = to_number(found[IFA_FLAGS]) if IFA_FLAGS in found else flags
        return Address(
            interface,
            family,
            format_address(family, local),
            int.from_bytes(local, "big"),
            prefix_length,
            "" if label == interface else label,
            flags if family == "ipv6" else 0,
        )

    return kernel.dump(RTM_GETADDR, IFADDRMSG.pack(), decode)


def _decode_link(data: Buffer, start: int, end: int) -> tuple[int, Interface, int, int]:
    """Return the index of an interface, the interface, and the indexes of what is below it and above it, or 0.

    Of a container interface, of which there may be thousands, skip what changes no answer.
    """
    link_type, index, flags = _link(data, start)
    start += IFINFOMSG.size
    found = attributes(data, start, end, until=IFLA_IFNAME)  # which comes first
    name, is_up = to_text(found[IFLA_IFNAME]), bool(flags & IFF_UP)
    if CONTAINER_NAMES.match(name) and data.find(_DEVICE_MARK, start, end) < 0:
        return index, Interface(name, up=is_up, link_type=link_type), 0, 0
    found = attributes(data, start, end)
    info = found.get(IFLA_LINKINFO, b"")
    kind = to_text(attributes(info, 0, len(info)).get(IFLA_INFO_KIND, b""))
    has_device = IFLA_PARENT_DEV_NAME in found
    interface = Interface(name, up=is_up, link_type=link_type, kind=kind, has_device=has_device)
    is_stacked = kind in STACKED_KINDS and IFLA_LINK_NETNSID not in found  # else the index is another network's
    lower = to_number(found.get(IFLA_LINK, b"")) if is_stacked else 0
    return index, interface, lower, to_number(found.get(IFLA_MASTER, b""))
