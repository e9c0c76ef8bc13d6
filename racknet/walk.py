"""What netifaces and psutil tell: addresses by the names they go by, and how links do. Part of reading the host."""

from __future__ import annotations

import netifaces

from racknet.facts import State
from racknet.patterns import AF, number

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from types import ModuleType


def told(names: set[str]) -> set[tuple[str, str, int]]:
    """The addresses that netifaces tells of interfaces and labels: such a name, a family, the address's number.

    UnicodeError where a name is not UTF-8. It is not left to netifaces, as it takes codecs: `at_once` has none.
    """
    found = set()
    for name in names:
        if name.encode("utf-8", "ignore").decode("utf-8", "ignore") != name:
            raise UnicodeError
        try:
            entries = netifaces.ifaddresses(name)
        except UnicodeError:
            raise
        except ValueError:  # it is gone
            continue
        for family, af in AF.items():
            written = (entry.get("addr") or "" for entry in entries.get(af, []))
            addresses = (address.partition("%")[0] for address in written)  # behind it is a zone
            found |= {(name, family, number(family, address)) for address in addresses if address}
    return found


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
