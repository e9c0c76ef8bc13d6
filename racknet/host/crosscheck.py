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

    Ask it once for each name, since each time it reads all interfaces of the host. Raise HostReadError where such a
    name is not UTF-8: netifaces takes no other.
    """
    numbers: dict[str, dict[str, set[int]]] = {}
    unconfirmed = []
    for address in addresses:
        name = address.label or address.interface
        if name.encode("utf-8", "ignore").decode("utf-8", "ignore") != name:  # the fast path has no other codecs
            from racknet.errors import HostReadError

            raise HostReadError(
                f"cannot check {address.text}: the name or label of its interface, '{name}', is not UTF-8",
                "rename it: ip link set dev OLD name NEW, or ip addr add … label NEW",
            )
        if name not in numbers:
            numbers[name] = _read_numbers(name)
        if address.number not in numbers[name][address.family]:
            unconfirmed.append(address)
    return unconfirmed


def _read_numbers(name: str) -> dict[str, set[int]]:
    """Return the addresses of an interface or label by their families, as numbers."""
    try:
        entries = netifaces.ifaddresses(name)
    except (ValueError, OSError, SystemError):  # the interface has gone, or netifaces cannot read
        entries = {}
    numbers = {}
    for family, number in AF.items():
        addresses = [entry.get("addr") or "" for entry in entries.get(number, [])]
        texts = [address.partition("%")[0] for address in addresses]  # behind it is a zone
        numbers[family] = {parse_address(family, text) for text in texts if text}
    return numbers
