"""What netifaces and psutil tell: addresses by the names they go by, and how links do. Part of reading the host."""

from __future__ import annotations

import netifaces

from racknet.facts import State
from racknet.patterns import AF

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Iterator
    from types import ModuleType

    Found = tuple[str, str, str | None, str | None]  # an interface or label, a family, an address and its netmask

# netifaces walks all addresses once for each interface it is asked about; psutil walks once, and takes 35 ms to load.
MANY = 32


def by_netifaces(names: set[str]) -> Iterator[Found]:
    """The addresses of some interfaces and labels."""
    for name in names:
        try:
            entries = netifaces.ifaddresses(name)
        except UnicodeError:
            raise
        except ValueError:  # it is gone
            continue
        for family in AF:
            for entry in entries.get(AF[family], []):
                yield name, family, entry.get("addr"), entry.get("netmask")


def by_psutil() -> Iterator[Found]:
    """All addresses."""
    families = {af: family for family, af in AF.items()}
    for name, entries in _psutil().net_if_addrs().items():
        for entry in entries:
            if entry.family in families:
                yield name, families[entry.family], entry.address, entry.netmask


def states() -> dict[str, State]:
    """How the links do, as far as it is known."""
    try:
        stats = _psutil().net_if_stats()
    except (OSError, SystemError, UnicodeError):  # a kernel without SIOCETHTOOL, no /proc, an odd name
        return {}
    return {name: State(running=stat.isup, speed=stat.speed, mtu=stat.mtu) for name, stat in stats.items()}


def _psutil() -> ModuleType:
    """psutil, without the traceback that it prints as it is loaded where there is no /proc/stat."""
    from contextlib import redirect_stderr
    from io import StringIO

    with redirect_stderr(StringIO()):
        import psutil
    return psutil
