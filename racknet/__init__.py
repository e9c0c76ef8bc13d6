"""The address of a host on the public network, or on the provider's internal network: the right one, or an error.

>>> racknet.service()
IPv4Address('10.208.1.5')

docs/python.md describes the functions and errors.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.api import Candidate, address, addresses, public, service
    from racknet.errors import Ambiguous, HostReadError, NoAddress, RacknetError, UsageError

__all__ = [
    "Ambiguous",
    "Candidate",
    "HostReadError",
    "NoAddress",
    "RacknetError",
    "UsageError",
    "address",
    "addresses",
    "public",
    "service",
]


if not TYPE_CHECKING:  # else type checkers would find any name here

    def __getattr__(name: str) -> object:
        """Load the Python interface when one of its names is used: the command, which needs none, starts faster."""
        if name not in __all__:
            raise AttributeError(f"module 'racknet' has no attribute '{name}'")
        from racknet import api, errors

        globals()[name] = getattr(errors, name, None) or getattr(api, name)
        return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
