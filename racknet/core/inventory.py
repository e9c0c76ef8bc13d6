"""Every address of a host, what racknet takes it for, and why: what `racknet list` shows."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.eligibility import address_class
from racknet.core.ranking import natural

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Sequence

    from racknet.core.matching import Query
    from racknet.core.model import Address, Host
    from racknet.core.ranking import Selection


class Entry:
    """An address, its class, the queries that it answers, and the one reason for that, or against it.

    `rank` is 0 for an answer, 1 for another candidate, more for the others.
    """

    __slots__ = ("address", "address_class", "answers", "rank", "why")

    def __init__(self, address: Address, address_class: str, answers: list[str], why: str, rank: int) -> None:
        self.address, self.address_class, self.answers = address, address_class, answers
        self.why, self.rank = why, rank


class InterfaceState:
    """Whether an interface has a carrier (None: unknown), its speed in Mbit/s and its MTU in bytes (0: unknown)."""

    __slots__ = ("has_carrier", "mtu", "speed")

    def __init__(self, has_carrier: bool | None = None, speed: int = 0, mtu: int = 0) -> None:
        self.has_carrier, self.speed, self.mtu = has_carrier, speed, mtu


def take_inventory(host: Host, queries: Sequence[Query], selections: Sequence[Selection]) -> list[Entry]:
    """Return an entry for each address: answers first, then candidates, then in the natural order of the interfaces."""
    notes: dict[int, list[tuple[int, str, str]]] = {id(address): [] for address in host.addresses}
    for query, selection in zip(queries, selections, strict=True):
        for place, candidate in enumerate(selection.candidates):
            is_answer = candidate.address is selection.address
            why = selection.why(place) if is_answer else selection.why_not(place)
            notes[id(candidate.address)].append((0, str(query), why.text) if is_answer else (1, "", why.text))
        for address, reason in selection.rejected:
            is_of_class = address_class(address) == rules.CLASS_OF[query.network]
            last = 4 if reason in (rules.CONTAINER, rules.LOOPBACK) else 2 if is_of_class else 3
            notes[id(address)].append((last, "", reason.text))
    entries = []
    for address in host.addresses:
        found = sorted(notes[id(address)], key=lambda note: note[0])  # the most telling first
        answers = [query for _, query, _ in found if query]
        entries.append(Entry(address, address_class(address), answers, found[0][2], found[0][0]))
    return sorted(entries, key=_order)


def _order(entry: Entry) -> tuple[object, ...]:
    """Return the place in the list: answers, candidates, others, container interfaces and loopback."""
    return 2 if entry.rank == 3 else entry.rank, natural(entry.address.interface)
