"""The one place that reads the host: the kernel's lists over netlink, and a few signs of what kind of network it is."""

from __future__ import annotations

import posix  # what `os` is made of: `os` itself takes longer to load than an answer

from racknet.core.eligibility import is_host
from racknet.core.model import BITS, Host, Interface
from racknet.core.rules import CONTAINER_NAMES
from racknet.errors import HostReadError
from racknet.host.interfaces import read_addresses, read_interfaces
from racknet.host.netlink import Kernel
from racknet.host.routes import find_way, read_routes

REFUSED = (1, 13, 93, 97)  # EPERM, EACCES, EPROTONOSUPPORT, EAFNOSUPPORT
REFUSED_HINT = (
    "racknet asks the kernel over netlink: add AF_NETLINK to RestrictAddressFamilies= of the systemd unit, or allow it "
    "in the container's seccomp profile"
)
HINT = "try again; see ip -d link, ip addr and ip route"


def read_host(
    reach: set[str] | None = None,
    *,
    include_container_interfaces: bool = False,
    proc: str = "/proc",
    sys: str = "/sys",
    run: str = "/run",
) -> Host:
    """Read the host as it is now. Raise HostReadError.

    `reach` holds the addresses to which the way is asked. The addresses on container interfaces, of which there may be
    thousands, are read only if they are included. The roots of the file systems are parameters for the tests.
    """
    try:
        with Kernel() as kernel:
            by_index = read_interfaces(kernel)
            names = {index: interface.name for index, interface in by_index.items()}
            routes = [route for family in BITS for route in read_routes(kernel, family, names)]
            reached = {address: find_way(kernel, address, names) for address in reach or ()}
            if not include_container_interfaces:
                names = {index: name for index, name in names.items() if not CONTAINER_NAMES.match(name)}
            addresses = read_addresses(kernel, names)
        interfaces = list(by_index.values())
        if not any(interface.has_device for interface in interfaces) and not _lists_devices():
            _read_devices(by_index, f"{sys}/class/net")
        host = Host(interfaces, addresses, routes, reached=reached)
        if not is_host(host):
            host.known_host = bool(_inode(f"{proc}/sys/net/core/netdev_max_backlog")) or _is_systemd(proc, run)
    except OSError as error:
        what = error.filename or "the interfaces"
        hint = REFUSED_HINT if error.errno in REFUSED else HINT
        raise HostReadError(f"cannot read {what}: {error.strerror or error}", hint) from error
    return host


def _lists_devices() -> bool:
    """Return whether the kernel lists the interfaces' devices (IFLA_PARENT_DEV_NAME), as it does since Linux 5.14."""
    numbers = posix.uname().release.replace("-", ".").replace("+", ".").split(".")
    return [int(number) for number in numbers[:2] if number.isdigit()] >= [5, 14]


def _read_devices(by_index: dict[int, Interface], root: str) -> None:
    """Read out of /sys which interfaces have a device; the same index beside it shows that it is theirs."""
    for index, interface in by_index.items():
        if _inode(f"{root}/{interface.name}/device"):
            interface.has_device = read_start(f"{root}/{interface.name}/ifindex").strip() == str(index).encode()


def _is_systemd(proc: str, run: str) -> bool:
    """Return whether systemd has booted this system, as sd_booted(3) finds out, and is process 1, in this network.

    A container may see the host's processes and its /run. A network has its own files below /proc/PID/net.
    """
    network = _inode(f"{proc}/1/net/dev")
    is_booted = network and network == _inode(f"{proc}/self/net/dev") and _inode(f"{run}/systemd/system")
    return bool(is_booted) and read_start(f"{proc}/1/comm") == b"systemd\n"


def _inode(path: str) -> int:
    """Return the number of a file or folder, 0 where there is none."""
    try:
        return posix.stat(path).st_ino
    except OSError:
        return 0


def read_start(path: str) -> bytes:
    """Return the first bytes of a file. Raise OSError."""
    descriptor = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)  # `open` takes codecs, and `_io` long to load
    try:
        return posix.read(descriptor, 64)
    except OSError as error:
        error.filename = path
        raise
    finally:
        posix.close(descriptor)
