"""The second reader: before an address is printed, netifaces must see it where the kernel's lists have it."""

from __future__ import annotations

import netifaces

from racknet.core.matching import parse_address
from racknet.core.model import AF, Address
from racknet.errors import HostReadError


def is_confirmed(address: Address) -> bool:
    """Return whether netifaces, asked for an address's interface or label, names the address.

    Raise HostReadError where the name is not UTF-8: netifaces takes no other.
    """
    name = address.label or address.interface
    if name.encode("utf-8", "ignore").decode("utf-8", "ignore") != name:  # the fast path has no other codecs
        raise HostReadError(
            f"cannot check {address.text}: the name or label of its interface, '{name}', is not UTF-8",
            "rename it: ip link set dev OLD name NEW, or ip addr add … label NEW",
        )
    try:
        entries = netifaces.ifaddresses(name).get(AF[address.family], [])
    except (ValueError, OSError, SystemError):  # the interface has gone, or netifaces cannot read
        return False
    texts = [(entry.get("addr") or "").partition("%")[0] for entry in entries]  # behind it is a zone
    return address.number in [parse_address(address.family, text) for text in texts if text]
