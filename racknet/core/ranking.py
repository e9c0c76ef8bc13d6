"""Which candidate comes first, and why: section 3 of the rules, applied."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.model import Address, Candidate, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from racknet.core.providers import Provider

ONLY, LAST = Reason("the only candidate"), Reason("the last candidate")
NAME_ORDER, KERNEL_ORDER = Reason("ambiguous: in the order of the interfaces' names"), Reason("the kernel's order")
LOWER_NUMBER = Reason("the lower number")
CONTAINER_OWN = Reason("of the container")


class Selection:
    """The candidates, best first; `tied`, the interfaces that tie for the first place; the rejected with their reasons.

    `is_host` is false in a container's own network, whose addresses are no host's. `without_address` names the eligible
    interfaces without an address of the family; `awaits_address` is true where one may still come. `provider` may have
    the public address behind its NAT. `all_candidates`: the query asks for all of them.
    """

    provider: Provider | None = None

    def __init__(self, network: str, candidates: list[Candidate], rejected: list[tuple[Address, Reason]]) -> None:
        self.network, self.rejected = network, rejected
        preferences = rules.PREFERENCES[network]
        losses = {id(c): [not preference.holds(c) for preference in preferences] for c in candidates}
        self.candidates = sorted(candidates, key=lambda c: (losses[id(c)], *_order(c.address)))
        self._first = [c for c in self.candidates if losses[id(c)] == losses[id(self.candidates[0])]]
        interfaces = list(dict.fromkeys(c.address.interface for c in self._first))
        self.tied = interfaces if len(interfaces) > 1 else []
        self.is_host, self.awaits_address, self.all_candidates = True, False, False
        self.without_address: list[str] = []

    @property
    def address(self) -> Address | None:
        """The answer, or None where there is none or it is ambiguous."""
        return self.candidates[0].address if self.candidates and self.is_host and not self.tied else None

    @property
    def answers(self) -> list[Address]:
        """The addresses to print: the answer, or all candidates if the query asks for all, even where they tie."""
        if self.all_candidates and self.is_host:
            return [candidate.address for candidate in self.candidates]
        return [self.address] if self.address else []

    def why(self, place: int) -> Reason:
        """Return why the candidate at a place comes before the next."""
        if place + 1 == len(self.candidates):
            return ONLY if place == 0 else LAST
        return self._deciding(place)

    def why_not(self, place: int) -> Reason:
        """Return why the candidate at a place is not the answer."""
        candidate = self.candidates[place]
        if not self.is_host:
            return CONTAINER_OWN
        if self.tied and candidate in self._first:
            others = [name for name in self.tied if name != candidate.address.interface]
            return Reason(f"ties with {', '.join(others)}")
        better = self.candidates[place - 1].address
        return Reason(f"{better.label or better.interface} is preferred: {self._deciding(place - 1).text}")

    def _deciding(self, place: int) -> Reason:
        """Return the first preference in which a candidate and the next differ, or else what orders them."""
        better, worse = self.candidates[place : place + 2]
        ordered = LOWER_NUMBER if better.address.family == "ipv6" else KERNEL_ORDER
        if better.address.interface != worse.address.interface:
            ordered = NAME_ORDER
        return next((p for p in rules.PREFERENCES[self.network] if p.holds(better) != p.holds(worse)), ordered)


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people do: eth2 before eth10."""
    runs, run = [], ""
    for c in name:
        if run and ("0" <= c <= "9") != ("0" <= run[-1] <= "9"):
            runs.append(run)
            run = ""
        run += c
    return [(int(run), run) if "0" <= run[:1] <= "9" else (-1, run) for run in [*runs, run]]


def _order(address: Address) -> tuple[object, ...]:
    """Return the order of addresses that tie: by interface, by label (none first), IPv6 by number; then as listed."""
    number = address.number if address.family == "ipv6" else 0
    return natural(address.interface), natural(address.label), number
