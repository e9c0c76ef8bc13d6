"""What a user reads beside an answer, or instead of one: what was asked, what was seen, why, what to do."""

from __future__ import annotations

from racknet.classify import NOT_IN_BLOCK, NOT_NAMED
from racknet.ranking import CONTAINED, decided_by, natural, why_not
from racknet.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Sequence

    from racknet.question import Question, Verdict

MOST = 10  # lines
# Passed over, from what may yet become an answer to what never will; the loopback interface goes unsaid.
ORDER = ["not ready", "down", "not a card of the host", "tunnel", "excluded", "container plumbing"]
LOOPBACK = "loopback"
NARROWED = [NOT_NAMED, NOT_IN_BLOCK, "excluded"]  # what the user has asked for

CONTAINER = "this is a container's own network, not a host's"
CONTAINER_HINT = "run it with --net=host (hostNetwork: true on Kubernetes)"
LEVEL_HINT = "choose with --interface or --cidr"
NO_ANSWER_HINT = "see racknet list, or choose with --interface or --cidr"
NO_ADDRESS_HINT = "is the host still coming up? --wait 30 waits for an address; see also racknet list"
NARROWED_HINT = "see racknet list for what there is; nothing of it is left by"
UNREADABLE_HINT = "racknet reads /proc/net/if_inet6 and /sys/class/net, and asks the kernel over netlink"


def no_answer(question: Question, verdict: Verdict) -> str:
    """The error for a verdict without an answer."""
    asked = f"{question} address"
    here = "on this host" + (f" with {question.narrowed}" if question.narrowed else "")
    seen = _seen(verdict, [why_not(question.network, verdict, place) for place in range(len(verdict.candidates))])
    if verdict.container:
        said, hint = f"no {asked}: {CONTAINER}", CONTAINER_HINT
    elif verdict.level:
        said, hint = f"no telling which {asked} {here}: {' and '.join(verdict.level)} are level", LEVEL_HINT
    elif any(why in NARROWED for _, _, why in seen):
        said, hint = f"no {asked} {here}", f"{NARROWED_HINT} {question.narrowed}"
    elif any(why not in ORDER for _, _, why in seen) or not verdict.bare:
        said, hint = f"no {asked} {here}", NO_ANSWER_HINT
    else:
        seen = [(name, "-", f"no {question.family} address") for name in verdict.bare] + seen
        said, hint = f"no {asked} {here}", NO_ADDRESS_HINT
    more = f"  and {len(seen) - MOST} more\n" if len(seen) > MOST else ""
    return f"racknet: {printable(said)}\n{_lines(seen[:MOST])}{more}hint: {printable(hint)}\n"


def no_answers(questions: Sequence[Question], verdicts: Sequence[Verdict]) -> str:
    """The error where none of several questions has an answer: that for the first of each network."""
    if all(verdict.container for verdict in verdicts):
        return f"racknet: no address of this host: {CONTAINER}\nhint: {CONTAINER_HINT}\n"
    ipv4 = [pair for pair in zip(questions, verdicts, strict=True) if pair[0].family == "ipv4"]
    return "".join(no_answer(question, verdict) for question, verdict in ipv4)


def explanation(question: Question, verdict: Verdict) -> str:
    """Which rule decided between the answer and the next, and what became of all the others."""
    network, candidates = question.network, verdict.candidates
    best = candidates[0].address
    decision = "the only candidate"
    if len(candidates) > 1:
        second = candidates[1].address
        decision = f"{decided_by(network, *candidates[:2])}; the next is {second.text} on {second.interface}"
    lost = [why_not(network, verdict, place) for place in range(1, len(candidates))]
    seen = _seen(verdict, ["the answer", *lost])
    said = f"{question}{f' with {question.narrowed}' if question.narrowed else ''}: {best.text} on {best.interface}"
    return f"racknet: {printable(said)}\ndecided by: {printable(decision)}\n{_lines(seen)}"


def wrong(text: str, names: Sequence[str], command: str = "") -> str:
    """The error for a wrong word or value, of a command if it is known which."""
    return f"racknet: {printable(text)}\n{unknown(names)}hint: see racknet {f'{command} ' if command else ''}--help\n"


def missing(name: str, question: Question, verdict: Verdict) -> str:
    """A word on an answer that is missing, to whose surprise: there is no telling, or nothing of what was asked for."""
    if verdict.level:
        return f"note: no {name}: no telling which, {printable(' and '.join(verdict.level))} are level\n"
    narrowed = question.narrowed and not verdict.candidates
    return f"note: no {name}: nothing is left by {printable(question.narrowed)}\n" if narrowed else ""


def fault(error: Exception) -> str:
    """The error for what should not happen."""
    what = printable(f"{type(error).__name__}: {error}")
    return f"racknet: {what}\nhint: this is a fault of racknet's own, please report it\n"


def unknown(names: Sequence[str]) -> str:
    """A word on variables that mean nothing to racknet, and look as if they did."""
    if not names:
        return ""
    from difflib import get_close_matches

    from racknet.options import ASKED

    lines = []
    for name in names:
        close = get_close_matches(name, ASKED, 1)
        lines.append(f"note: {printable(name)} means nothing to racknet{f'; {close[0]} does' if close else ''}\n")
    return "".join(lines)


def _seen(verdict: Verdict, whys: list[str]) -> list[tuple[str, str, str]]:
    """Names, addresses and why: the candidates first, plumbing last."""
    candidates = [(c.address, why) for c, why in zip(verdict.candidates, whys, strict=True)]
    rest = [(address, why) for address, why in verdict.others if why != LOOPBACK]
    if verdict.container:
        rest = [(address, why if why in ORDER else CONTAINED) for address, why in rest]
    rest.sort(key=lambda other: (ORDER.index(other[1]) if other[1] in ORDER else -1, natural(other[0].interface)))
    return [(address.label or address.interface, address.text, why) for address, why in candidates + rest]


def _lines(seen: list[tuple[str, str, str]]) -> str:
    shown = [(printable(name), address, printable(why)) for name, address, why in seen]
    names = max((len(name) for name, _, _ in shown), default=0)
    addresses = max((len(address) for _, address, _ in shown), default=0)
    return "".join(f"  {name:{names}}  {address:{addresses}}   {why}\n" for name, address, why in shown)
