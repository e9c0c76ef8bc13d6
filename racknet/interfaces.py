"""The one place that reads the host: netifaces or psutil, /proc, and by `links` and `netlink` /sys and the kernel."""

from __future__ import annotations

from racknet import netlink, walk
from racknet.facts import BITS, Address, Host, Link
from racknet.files import EINVAL, exists, text
from racknet.links import read_links, read_plumbing
from racknet.patterns import number
from racknet.rules import plumbing
from racknet.sight import is_host

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Iterable, Iterator

    from racknet.walk import Found


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
    owners, flags = netlink.ipv4_owners(), _ipv6_flags(f"{proc}/net/if_inet6")
    names = set(indexes) if whole else usual
    called = {
        label or by_index.get(n, "")
        for having in owners.values()
        for n, label in having.items()
        if by_index.get(n) in names
    }
    called |= {by_index[index] for index, _ in flags if by_index.get(index) in names}
    found = walk.by_psutil() if whole or len(called) > walk.MANY else walk.by_netifaces(called)
    addresses = [a for a in _addresses(found, indexes, by_index, owners, flags) if a.interface in names]
    surely = exists(f"{proc}/sys/net/core/netdev_max_backlog")
    return Host([links.get(name) or Link(name) for name in indexes], addresses, routes, surely=surely)


def _ipv6_flags(path: str) -> dict[tuple[int, int], int]:
    """The flags of the IPv6 addresses, by their interface's index and their number; no such file: no IPv6."""
    try:
        lines = [line.split() for line in text(path).split("\n") if line]
        return {(int(line[1], 16), int(line[0], 16)): int(line[4], 16) for line in lines}
    except (ValueError, IndexError) as error:
        raise OSError(EINVAL, "makes no sense", path) from error


def _addresses(
    found: Iterable[Found],
    indexes: dict[str, int],
    by_index: dict[int, str],
    owners: dict[int, dict[int, str]],
    flags: dict[tuple[int, int], int],
) -> Iterator[Address]:
    """Addresses with all that is known of them; those of which it is not known whose they are are left out."""
    for name, family, written, netmask in found:
        if not written:
            continue
        text = written.partition("%")[0]  # behind it is a zone
        value = number(family, text)
        if family == "ipv4":
            interface = _owner(name, {by_index[index] for index in owners.get(value, ()) if index in by_index})
        else:
            interface = name if (indexes.get(name, 0), value) in flags else ""
        if interface:
            mask = number(family, netmask.partition("/")[0]) if netmask else -1
            length = (mask & (1 << BITS[family]) - 1).bit_count()
            label = "" if name == interface else name
            yield Address(interface, family, text, value, length, label, flags.get((indexes[interface], value), 0))


def _owner(name: str, owners: set[str]) -> str:
    """Whose an IPv4 address is that goes by a name, or by a label such as `eth0:1`, of those that have it; or ""."""
    if len(owners) > 1:
        owners = {name} & owners or {owner for owner in owners if name.startswith(f"{owner}:")}
    return owners.pop() if len(owners) == 1 else ""


def _systemd(proc: str, run: str) -> bool:
    """Whether systemd runs here, as sd_booted(3) finds out, and is process 1."""
    return exists(f"{run}/systemd/system/") and text(f"{proc}/1/comm").strip() == "systemd"
