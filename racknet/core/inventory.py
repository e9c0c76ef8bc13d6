"""Every address of a host, what racknet takes it for, and why: what `racknet list` shows."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.eligibility import address_class
from racknet.core.text import natural
from racknet.core.why import why, why_not

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.facts import Address, Host
    from racknet.core.selection import Selection


# What an address is to a query, the most telling first: LAST is what no answer ever is.
ANSWER, CANDIDATE, OF_CLASS, OTHER, LAST = range(5)


class Entry:
    """An address, its class, the queries that it answers, and the one reason for that, or against it.

    `is_proven` says whether all these answers are proven, None without any. `rank` is one of those above.
    """

    __slots__ = ("address", "address_class", "answers", "is_proven", "rank", "why")

    def __init__(
        self, address: Address, address_class: str, answers: list[str], is_proven: bool | None, why: str, rank: int
    ) -> None:
        self.address, self.address_class, self.answers = address, address_class, answers
        self.is_proven, self.why, self.rank = is_proven, why, rank


class InterfaceState:
    """Whether an interface has a carrier (None: unknown), its speed in Mbit/s and its MTU in bytes (0: unknown)."""

    __slots__ = ("has_carrier", "mtu", "speed")

    def __init__(self, has_carrier: bool | None = None, speed: int = 0, mtu: int = 0) -> None:
        self.has_carrier, self.speed, self.mtu = has_carrier, speed, mtu


class _Note:
    """What one query has to say of an address."""

    __slots__ = ("is_proven", "query", "rank", "why")

    def __init__(self, rank: int, why: str, query: str = "", *, is_proven: bool = True) -> None:
        self.rank, self.why, self.query, self.is_proven = rank, why, query, is_proven


def take_inventory(host: Host, selections: Sequence[Selection]) -> list[Entry]:
    """Return an entry for each address: answers first, then candidates, then in the natural order of the interfaces."""
    notes: dict[Address, list[_Note]] = {address: [] for address in host.addresses}
    for selection in selections:
        for place, candidate in enumerate(selection.candidates):
            notes[candidate].append(_note_on_candidate(selection, place))
        for address, reason in selection.rejected:
            rank = OF_CLASS if selection.is_of_class(address) else OTHER
            if reason in (rules.CONTAINER, rules.LOOPBACK):
                rank = LAST
            notes[address].append(_Note(rank, reason.text))
    entries = []
    for address, found in notes.items():
        answers = [note for note in found if note.query]
        best = min(found, key=lambda note: note.rank)  # the most telling
        proven = all(note.is_proven for note in answers) if answers else None
        queries = [note.query for note in answers]
        entries.append(Entry(address, address_class(address), queries, proven, best.why, best.rank))
    return sorted(entries, key=_order)


def _note_on_candidate(selection: Selection, place: int) -> _Note:
    if place > 0 or selection.address is None:
        return _Note(CANDIDATE, why_not(selection, place).text)
    decided = f"{selection.unproven.decided_by}, not proven" if selection.unproven else why(selection, 0).text
    return _Note(ANSWER, decided, str(selection.query), is_proven=selection.is_proven)


def _order(entry: Entry) -> tuple[object, ...]:
    """Return the place in the list: answers, candidates, others, container interfaces and loopback."""
    return OF_CLASS if entry.rank == OTHER else entry.rank, natural(entry.address.interface)
