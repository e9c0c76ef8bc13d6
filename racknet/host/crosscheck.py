"""The second reader: before an address is printed, netifaces must see it where the kernel's lists have it."""

from __future__ import annotations

import netifaces

from racknet.core.facts import AF, Address
from racknet.core.matching import parse_address

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence


def find_unconfirmed(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses that netifaces does not name when asked for their interfaces or labels.

    Raise HostReadError where such a name is not UTF-8: netifaces takes no other.
    """
    numbers: dict[tuple[str, str], set[int]] = {}
    unconfirmed = []
    for address in addresses:
        place = name, family = address.label or address.interface, address.family
        if name.encode("utf-8", "ignore").decode("utf-8", "ignore") != name:  # the fast path has no other codecs
            from racknet.errors import HostReadError

            raise HostReadError(
                f"cannot check {address.text}: the name or label of its interface, '{name}', is not UTF-8",
                "rename it: ip link set dev OLD name NEW, or ip addr add … label NEW",
            )
        if place not in numbers:
            numbers[place] = _read_numbers(name, family)
        if address.number not in numbers[place]:
            unconfirmed.append(address)
    return unconfirmed


def _read_numbers(name: str, family: str) -> set[int]:
    """Return the addresses of an interface or label, as numbers."""
    try:
        entries = netifaces.ifaddresses(name).get(AF[family], [])
    except (ValueError, OSError, SystemError):  # the interface has gone, or netifaces cannot read
        return set()
    texts = [(entry.get("addr") or "").partition("%")[0] for entry in entries]  # behind it is a zone
    return {parse_address(family, text) for text in texts if text}
