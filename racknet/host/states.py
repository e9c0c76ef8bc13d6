"""How interfaces do, for `racknet list`: psutil tells speed, carrier and MTU."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

with redirect_stderr(StringIO()):  # psutil prints a traceback as it is loaded where there is no /proc/stat
    import psutil


class InterfaceState:
    """Whether an interface has a carrier (None: unknown), its speed in Mbit/s and its MTU in bytes (0: unknown)."""

    __slots__ = ("has_carrier", "mtu", "speed")

    def __init__(self, *, has_carrier: bool | None = None, speed: int = 0, mtu: int = 0) -> None:
        self.has_carrier, self.speed, self.mtu = has_carrier, speed, mtu


def read_states() -> dict[str, InterfaceState]:
    """Read the states by the interfaces' names, as far as they are known."""
    try:
        stats = psutil.net_if_stats()
    except (OSError, SystemError, UnicodeError):  # a kernel without SIOCETHTOOL, no /proc, an odd name
        return {}
    return {name: InterfaceState(has_carrier=s.isup, speed=s.speed, mtu=s.mtu) for name, s in stats.items()}
