"""Pure: which candidate comes first, and why: section 3 of the rules, applied."""

from __future__ import annotations

from itertools import groupby

from racknet import rules
from racknet.facts import Address, Candidate
from racknet.question import Verdict

CONTAINED = "of the container"


def rank(network: str, candidates: list[Candidate]) -> tuple[list[Candidate], list[str]]:
    """The candidates, best first, and the interfaces between which there is no telling, or none."""
    losses = {id(c): [not rule.holds(c) for rule in rules.PREFERENCES[network]] for c in candidates}
    ranked = sorted(candidates, key=lambda c: (losses[id(c)], *_order(c.address)))
    level = dict.fromkeys(c.address.interface for c in ranked if losses[id(c)] == losses[id(ranked[0])])
    return ranked, list(level) if len(level) > 1 else []


def why(network: str, candidates: list[Candidate], place: int) -> str:
    """Why the candidate at a place comes before the next."""
    if place + 1 == len(candidates):
        return "the only candidate" if place == 0 else "the last candidate"
    return decided_by(network, candidates[place], candidates[place + 1])


def why_not(network: str, verdict: Verdict, place: int) -> str:
    """Why the candidate at a place is not the answer."""
    interface = verdict.candidates[place].address.interface
    if verdict.container:
        return CONTAINED
    if interface in verdict.level:
        return f"level with {', '.join(name for name in verdict.level if name != interface)}"
    return f"behind: {decided_by(network, *verdict.candidates[place - 1 : place + 1])}"


def decided_by(network: str, better: Candidate, worse: Candidate) -> str:
    """The first preference in which two candidates differ, or what orders them where they differ in none."""
    differ = (rule.name for rule in rules.PREFERENCES[network] if rule.holds(better) != rule.holds(worse))
    if better.address.interface != worse.address.interface:
        return next(differ, "no telling: in the order of the interfaces' names")
    return next(differ, "the lower number" if better.address.family == "ipv6" else "the kernel's order")


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names as people do: eth2 before eth10."""
    runs = ("".join(run) for _, run in groupby(name, lambda c: c.isascii() and c.isdigit()))
    return [(int(run), run) if run.isascii() and run.isdigit() else (-1, run) for run in runs]


def _order(address: Address) -> tuple[object, ...]:
    """The order of addresses between which the preferences do not decide: without a label first; then the kernel's."""
    number = address.number if address.family == "ipv6" else 0
    return natural(address.interface), natural(address.label), number
