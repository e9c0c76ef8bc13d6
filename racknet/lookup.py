"""Look the answers up: read the host, select the addresses, confirm them by the second reader, and wait for them."""

from __future__ import annotations

from racknet.core.rules import BEHIND_NAT
from racknet.core.selection import select_addresses
from racknet.errors import HostReadError
from racknet.host import read_host
from racknet.host.crosscheck import find_unconfirmed

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable, Sequence

    from racknet.core.matching import Query
    from racknet.core.model import Host
    from racknet.core.ranking import Selection

PAUSE = 0.2  # seconds between two looks at a host that is waited for


def look_up(queries: Sequence[Query], *, include_container_interfaces: bool = False) -> tuple[Host, list[Selection]]:
    """Read the host and select an address for each query. Raise HostReadError.

    netifaces confirms each address to print. Where it does not, the host has changed meanwhile: read it once more.
    """
    reach = {query.reach for query in queries if query.reach}
    include_all = include_container_interfaces or any(query.include or query.cidrs or query.reach for query in queries)
    for _ in range(2):
        host = read_host(reach, include_container_interfaces=include_all)
        selections = select_addresses(host, queries)
        unconfirmed = find_unconfirmed([address for selection in selections for address in selection.answers])
        if not unconfirmed:
            return host, selections
    address = unconfirmed[0]
    raise HostReadError(
        f"the kernel lists {address.text} on {address.label or address.interface}, and netifaces does not",
        "does the address change all the time? try again, or see ip addr",
    )


def wait_for(
    queries: Sequence[Query], seconds: float, is_done: Callable[[list[Selection]], bool], *, explain: bool = False
) -> list[Selection]:
    """Look up until `is_done`, or the time is over. Raise HostReadError.

    Skip container interfaces on the first pass. If it is not done, or to be explained, read everything, so that the
    message can list it.
    """
    from time import monotonic, sleep

    end = monotonic() + seconds
    while True:
        try:
            _, selections = look_up(queries, include_container_interfaces=explain)
            if is_done(selections):
                return selections
        except HostReadError:
            if monotonic() >= end:
                raise
        if monotonic() >= end:
            return _with_provider(look_up(queries, include_container_interfaces=True)[1])
        sleep(min(PAUSE, max(0, end - monotonic())))


def is_final(selection: Selection) -> bool:
    """Return whether waiting changes nothing: there is an answer, or this is not a host's network."""
    return bool(selection.answers) or not selection.is_host


def _with_provider(selections: list[Selection]) -> list[Selection]:
    """Add the provider where the public IPv4 address may be behind its NAT: the error names it. Read DMI only then."""
    translated = [
        selection
        for selection in selections
        if any(reason is BEHIND_NAT and address.family == "ipv4" for address, reason in selection.rejected)
    ]
    if translated:
        from racknet.core.providers import find_provider
        from racknet.host.dmi import read_dmi

        provider = find_provider(read_dmi())
        for selection in translated:
            selection.provider = provider
    return selections
