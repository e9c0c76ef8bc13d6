"""Everything that can go wrong, each with a message, a hint and a status.

    RacknetError
    ├── NoAddress        1   there is no such address
    │   ├── NoAddresses  1   there is none on either network
    │   └── Ambiguous    1   there are several, and no proof which of them it is
    ├── UsageError       2   a word of the command line, or a variable, is wrong
    ├── HostReadError    3   the host cannot be read
    ├── OutputError      3   the answer cannot be written
    └── SwarmError       3   the swarm cannot be asked

`racknet.__main__` is the one place that turns an error into text and a status. The first four are in the Python
interface, too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    Rows = Sequence[tuple[str, str, str]]


class ExitStatus:
    """The statuses of the command. Plain numbers: loading `enum` takes longer than an answer."""

    ANSWERED, NO_ADDRESS, USAGE, UNAVAILABLE = 0, 1, 2, 3
    INTERNAL_ERROR = 70  # EX_SOFTWARE of sysexits.h
    NOT_EXECUTABLE, NOT_FOUND = 126, 127  # `exec`, as a shell has them
    INTERRUPTED = 130


class RacknetError(Exception):
    """An error for the user. `details` are lines between the message and the hint; `hint` may be ""."""

    status = ExitStatus.UNAVAILABLE

    def __init__(self, message: str, hint: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message, self.hint, self.details = message, hint, details


class NoAddress(RacknetError):
    """There is no such address on this host. `rows` are those that there are: name, address, and why it is not one."""

    status = ExitStatus.NO_ADDRESS

    def __init__(self, message: str, hint: str = "", details: str = "", rows: Rows = ()) -> None:
        super().__init__(message, hint, details)
        self.rows = rows


class NoAddresses(NoAddress):
    """There is no address on either network. `errors` has the error of each."""

    def __init__(self, errors: Sequence[NoAddress]) -> None:
        super().__init__(errors[0].message, errors[0].hint, errors[0].details, errors[0].rows)
        self.errors = errors


class Ambiguous(NoAddress):
    """There are several such addresses: `addresses`, best first, on `interfaces`, each once."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        details: str = "",
        addresses: tuple[str, ...] = (),  # the defaults are for `pickle`, which gives the message alone
        interfaces: tuple[str, ...] = (),
        rows: Rows = (),
    ) -> None:
        super().__init__(message, hint, details, rows)
        self.addresses, self.interfaces = addresses, interfaces


class UsageError(RacknetError):
    """A word of the command line, or a variable's value, is not what it should be. The message quotes it."""

    status = ExitStatus.USAGE


class HostReadError(RacknetError):
    """A fact about the host cannot be read. The message says which, and why."""


class OutputError(RacknetError):
    """Standard output does not take the answer. The message says why."""


class SwarmError(RacknetError):
    """The swarm cannot be asked."""
