"""The strings with which a machine's firmware names its maker, which for a virtual machine is the provider."""

from __future__ import annotations

from racknet.core.clouds import DMI_FILES
from racknet.host.reader import read_start


def read_dmi(sys: str = "/sys") -> dict[str, str]:
    """Return the DMI strings, by their files; nothing where there are none. The root of /sys is for the tests."""
    strings = {}
    for name in DMI_FILES:
        try:
            strings[name] = read_start(f"{sys}/class/dmi/id/{name}").decode("utf-8", "replace").strip()
        except OSError:
            pass  # the machine has no DMI, or a container hides it: the hint then names no provider
    return strings
