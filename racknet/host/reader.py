"""The one place that reads the host. A new fact is an attribute in `core/facts.py`, and is read by `read_host`."""

from __future__ import annotations

import posix  # what `os` is made of: `os` itself takes longer to load than an answer

from racknet.core.eligibility import is_host
from racknet.core.facts import BITS, Host
from racknet.core.known import INTERNET
from racknet.host.interfaces import decode_address, make_interfaces, read_addresses, read_links
from racknet.host.netlink import READS, Groups, Kernel
from racknet.host.routes import find_way, gateways_of, read_routes

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from racknet.core.facts import Way
    from racknet.errors import HostReadError
    from racknet.host.interfaces import Link

REFUSED = (1, 13, 93, 97)  # EPERM, EACCES, EPROTONOSUPPORT, EAFNOSUPPORT
REFUSED_HINT = (
    "racknet asks the kernel over netlink: add AF_NETLINK to RestrictAddressFamilies= of the systemd unit, or allow it "
    "in the container's seccomp profile"
)
HINT = "try again; see ip -d link, ip addr and ip route"


class Reading:
    """One reading of the host. `host` has no addresses on container interfaces, which no answer needs; `whole` has.

    `names` are those of the interfaces by their indexes.
    """

    __slots__ = ("_later", "host", "names")

    def __init__(self, host: Host, names: dict[int, str], later: list[bytes]) -> None:
        self.host, self.names, self._later = host, names, later

    def whole(self) -> Host:
        """Return the host with all its addresses."""
        decoded = [decode_address(self.names, message, 0, len(message)) for message in self._later]
        addresses = [*self.host.addresses, *(address for address in decoded if address)]
        interfaces = list(self.host.interfaces.values())
        return Host(interfaces, addresses, self.host.routes, known_host=self.host.known_host, ways=self.host.ways)


def read_host(reach: Iterable[str] = (), *, proc: str = "/proc", sys: str = "/sys", run: str = "/run") -> Reading:
    """Read the host as it is at one moment. Raise HostReadError.

    `reach` holds the addresses to which the way is asked, beside those out on the Internet. The roots of the file
    systems are parameters for the tests.
    """
    try:
        with Groups() as groups, Kernel() as kernel:
            for _ in range(READS):
                links = read_links(kernel)
                names = {index: link.name for index, link in links.items()}
                routes = [route for family in BITS for route in read_routes(kernel, family, names)]
                ways = {address: find_way(kernel, address, names) for address in (*INTERNET.values(), *reach)}
                addresses, later = read_addresses(kernel, names, gateways_of(routes))
                if not _have_changed(groups.receive(), names, ways):
                    break
            else:
                raise OSError("they change faster than they can be read")
        interfaces = make_interfaces(links, _with_device(links, f"{sys}/class/net"))
        host = Host(interfaces, addresses, routes, ways=ways)
        if not is_host(host):
            is_initial = bool(_inode(f"{proc}/sys/net/core/netdev_max_backlog"))
            host = Host(interfaces, addresses, routes, ways=ways, known_host=is_initial or _is_systemd(proc, run))
    except OSError as error:
        raise read_error(error) from error
    return Reading(host, names, later)


def read_error(error: OSError) -> HostReadError:
    """Return the error for the user, where the kernel does not tell about the host."""
    from racknet.errors import HostReadError

    hint = REFUSED_HINT if error.errno in REFUSED else HINT
    return HostReadError(f"cannot read {error.filename or 'the interfaces'}: {error.strerror or error}", hint)


def _have_changed(messages: Sequence[bytes], names: dict[int, str], ways: Mapping[str, Way | None]) -> bool:
    """Return whether a message tells that the lists may disagree. On a quiet host there is none."""
    if not messages:
        return False
    from racknet.host.changes import Changes

    return Changes(names, ways).concern(messages)


def _with_device(links: dict[int, Link], root: str) -> Callable[[Link], bool]:
    """Return what says whether a link has a device.

    Only where the kernel tells of none, and does not list devices (IFLA_PARENT_DEV_NAME, since Linux 5.14), /sys may
    have them. The same index beside a device shows that it is of this network.
    """
    release = posix.uname().release.replace("-", ".").replace("+", ".").split(".")
    if any(link.has_device for link in links.values()) or [int(n) for n in release[:2] if n.isdigit()] >= [5, 14]:
        return lambda link: link.has_device

    def is_in_sys(link: Link) -> bool:
        folder = f"{root}/{link.name}"
        return bool(_inode(f"{folder}/device")) and read_start(f"{folder}/ifindex").strip() == str(link.index).encode()

    return is_in_sys


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
    descriptor = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)  # `open` needs codecs, which take long to load
    try:
        return posix.read(descriptor, 64)
    except OSError as error:
        error.filename = path
        raise
    finally:
        posix.close(descriptor)
