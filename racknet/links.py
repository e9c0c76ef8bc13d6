"""Links, as /sys/class/net/NAME/ describes them. Part of reading the host."""

from __future__ import annotations

from _socket import if_nametoindex

from racknet.facts import UNKNOWN, Link
from racknet.files import entries, exists, number, text

IFF_UP = 0x1  # linux/if.h


def read_links(names: set[str], indexes: dict[str, int], root: str) -> dict[str, Link]:
    """What /sys says of links, out of those in sight with their indexes; what is not there is unknown.

    All of it is unknown where /sys is another network's: an index differs, or there is a link that is not in sight.
    """
    links = {}
    strange = (name for name in entries(root) if name not in indexes and exists(f"{root}/{name}/"))
    if any(not _index_now(name) for name in strange):
        return {}
    for name in names:
        folder = f"{root}/{name}"
        index = number(f"{folder}/ifindex", 10, indexes[name])
        if index != indexes[name] and index != _index_now(name):
            return {}
        if inside := entries(folder):
            uevent = dict(line.partition("=")[::2] for line in text(f"{folder}/uevent").split("\n"))
            links[name] = Link(
                name,
                up=bool(number(f"{folder}/flags", 16, IFF_UP) & IFF_UP),
                arphrd=number(f"{folder}/type", 10, UNKNOWN),
                devtype=uevent.get("DEVTYPE", "tun" if "tun_flags" in inside else ""),
                device="device" in inside,
                bridge="bridge" in inside,
                lower=tuple(entry.removeprefix("lower_") for entry in inside if entry.startswith("lower_")),
            )
    return links


def read_plumbing(up: dict[str, bool], root: str) -> list[Link]:
    """Links with a name of container plumbing, by whether they are up; there may be thousands. Have they a device?

    The rest of what could be known of them changes nothing.
    """
    virtual = set(entries(f"{root}/../../devices/virtual/net"))
    device = {name for name in up if name not in virtual and exists(f"{root}/{name}/device")}
    return [Link(name, up=is_up, device=name in device) for name, is_up in up.items()]


def _index_now(name: str) -> int:
    """The index of a link that may have gone, and come back, since its name was read; 0 without one."""
    try:
        return if_nametoindex(name)
    except OSError:
        return 0
