"""The state of interfaces, for `racknet list`: psutil reads carrier, speed and MTU."""

from contextlib import redirect_stderr
from io import StringIO

from racknet.core.inventory import InterfaceState

with redirect_stderr(StringIO()):  # psutil prints a traceback as it is loaded where there is no /proc/stat
    import psutil


def read_states() -> dict[str, InterfaceState]:
    """Read the states by the interfaces' names, as far as they are known."""
    try:
        return {name: InterfaceState(s.isup, s.speed, s.mtu) for name, s in psutil.net_if_stats().items()}
    except (OSError, SystemError, UnicodeError):  # a kernel without SIOCETHTOOL, no /proc, an odd name
        return {}
