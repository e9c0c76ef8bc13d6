"""The one place that reads the host: netifaces or psutil, /proc, and by `links` and `netlink` /sys and the kernel."""

from __future__ import annotations

from _socket import inet_ntop

from racknet import netlink, walk
from racknet.facts import BITS, Address, Host, Link
from racknet.files import EINVAL, exists, text
from racknet.links import read_links, read_plumbing
from racknet.patterns import AF
from racknet.rules import plumbing
from racknet.sight import is_host

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Iterator

# netifaces walks all links and addresses for each name that it is asked about.
FEW = 32


class Unreadable(Exception):
    """A fact about the host cannot be read. Its text says which, and why."""


def read(*, whole: bool = False, proc: str = "/proc", sys: str = "/sys", run: str = "/run") -> Host:
    """The host as it is now; the roots of its file systems are parameters.

    Unless the whole is asked for, links with a name of container plumbing are there by their name alone: there may be
    thousands of them, and no answer hangs on their addresses. Raises Unreadable.
    """
    try:
        host = _read(whole=whole, proc=proc, sys=f"{sys}/class/net")
        if not is_host(host):
            host.surely = _systemd(proc, run)
    except OSError as error:
        raise Unreadable(f"cannot read {error.filename or 'the interfaces'}: {error.strerror or error}") from error
    except (SystemError, UnicodeError) as error:  # what netifaces-plus and psutil make of it
        raise Unreadable("cannot read the interfaces: one has a name or a label that is not UTF-8") from error
    return host


def _read(*, whole: bool, proc: str, sys: str) -> Host:
    # Links come and go meanwhile. What counts are those of the start, by their indexes; what is read of one that went
    # does no harm, as its addresses are read last, and an address whose interface is none of those is left out.
    seen = netlink.links()
    indexes = {name: index for name, (index, _) in seen.items()}
    by_index = {index: name for name, index in indexes.items()}
    usual = {name for name in indexes if not plumbing(name)}
    links = read_links(usual, indexes, sys)
    if links and (whole or not any(link.device for link in links.values())):
        plumbing_up = {name: up for name, (_, up) in seen.items() if name not in usual}
        links |= {link.name: link for link in read_plumbing(plumbing_up, sys)}
    routes = [route for family in BITS for route in netlink.default_routes(family, by_index)]
    names = set(indexes) if whole else usual
    addresses = [*netlink.ipv4_addresses(by_index), *_ipv6_addresses(f"{proc}/net/if_inet6", by_index)]
    addresses = [address for address in addresses if address.interface in names]
    if len(indexes) <= FEW:
        told = walk.told({address.label or address.interface for address in addresses})
        addresses = [a for a in addresses if (a.label or a.interface, a.family, a.number) in told]
    surely = exists(f"{proc}/sys/net/core/netdev_max_backlog")
    return Host([links.get(name) or Link(name) for name in indexes], addresses, routes, surely=surely)


def _ipv6_addresses(path: str, names: dict[int, str]) -> Iterator[Address]:
    """The IPv6 addresses, by the names that the interfaces' indexes have; no such file: no IPv6.

    Where an index has another name there, the file is another network's, or the interface is being renamed.
    """
    try:
        for line in text(path).split("\n"):
            if line:
                digits, index, length, _, flags, interface = line.split(maxsplit=5)
                address, bits = bytes.fromhex(digits), int(length, 16)
                if not 0 <= bits <= BITS["ipv6"]:
                    raise ValueError
                if names.get(int(index, 16)) == interface:
                    written = inet_ntop(AF["ipv6"], address)
                    yield Address(interface, "ipv6", written, int.from_bytes(address, "big"), bits, "", int(flags, 16))
    except ValueError as error:
        raise OSError(EINVAL, "makes no sense", path) from error


def _systemd(proc: str, run: str) -> bool:
    """Whether systemd runs here, as sd_booted(3) finds out, and is process 1."""
    return exists(f"{run}/systemd/system/") and text(f"{proc}/1/comm").strip() == "systemd"
