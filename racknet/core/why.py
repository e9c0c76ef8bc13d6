"""Why a candidate is the answer, or is not: what `--explain`, `list`, JSON and the errors quote.

The reasons to skip an address are in `rules`.
"""

from __future__ import annotations

from racknet.core.comparison import CONTRADICTION, TIE
from racknet.core.rules import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.core.comparison import Doubt
    from racknet.core.facts import Address
    from racknet.core.selection import Selection

ONLY, LAST = Reason("the only candidate"), Reason("the last candidate")
CONTAINER_OWN = Reason("of the container")


def why(selection: Selection, place: int) -> Reason:
    """Return why the candidate at a place comes before the next."""
    if selection.comparison is None:
        return selection.from_provider or ONLY
    return LAST if place + 1 == len(selection.candidates) else selection.comparison.deciding(place)


def why_not(selection: Selection, place: int) -> Reason:
    """Return why the candidate at a place is not the answer."""
    address = selection.candidates[place]
    if not selection.counts_as_host:
        return CONTAINER_OWN
    if selection.doubt and address in selection.doubt.candidates:
        return _why_in_doubt(address, selection.doubt)
    if place == 0 or selection.comparison is None:
        return Reason("not the answer")
    better = selection.candidates[place - 1]
    name = better.text if better.interface == address.interface else better.label or better.interface
    return Reason(f"{name} is preferred: {selection.comparison.deciding(place - 1).text}")


def _why_in_doubt(address: Address, doubt: Doubt) -> Reason:
    if doubt.kind == TIE:
        return Reason(f"ties with {', '.join(name for name in doubt.interfaces if name != address.interface)}")
    first, *others = doubt.candidates
    if doubt.against and doubt.kind == CONTRADICTION:
        return Reason(f"in doubt; for it: {(doubt.preference if address is first else doubt.against).text}")
    if not others:
        return Reason(f"not proven: {doubt.decided_by}")
    what = f"preferred to {others[0].text}" if address is first else f"{first.text} is preferred"
    return Reason(f"{what}, not proven: {doubt.decided_by}")
