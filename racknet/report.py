"""What a user reads where there is no answer: what was asked, what was seen, what to do."""

from __future__ import annotations

from racknet.classify import Question, Verdict, natural
from racknet.streams import printable

MOST = 10  # lines
# Passed over, from what may yet become an answer to what never will; the loopback interface goes unsaid.
ORDER = ["not ready", "down", "not a card of the host", "tunnel", "excluded", "container plumbing"]
LOOPBACK = "loopback"

CONTAINER_HINT = "run it with --net=host (hostNetwork: true on Kubernetes)"
LEVEL_HINT = "choose with --interface or --cidr"
NO_ANSWER_HINT = "see racknet list, or choose with --interface or --cidr"
NO_ADDRESS_HINT = "where the host is still coming up, wait for an address: --wait 30"


def no_answer(question: Question, verdict: Verdict) -> str:
    """The error for a verdict without an answer."""
    asked = f"{question.network} {question.family} address"
    seen = _seen(verdict)
    if verdict.container:
        said, hint = f"no {asked}: this is a container's own network, not a host's", CONTAINER_HINT
    elif verdict.level:
        said, hint = f"no telling which {asked} is the one: {' and '.join(verdict.level)} are level", LEVEL_HINT
    elif any(why not in ORDER for _, _, why in seen):
        said, hint = f"no {asked} on this host", NO_ANSWER_HINT
    else:
        seen = [(name, "-", f"no {question.family} address") for name in verdict.bare] + seen
        said, hint = f"no {asked} on this host", NO_ADDRESS_HINT
    return f"racknet: {printable(said)}\n{_lines(seen)}hint: {hint}\n"


def _seen(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Names, addresses and why not: the best candidates first, plumbing last."""
    candidates = [(c.address, _why_not(c.address.interface, verdict)) for c in verdict.candidates]
    rest = [(address, why) for address, why in verdict.others if why != LOOPBACK]
    rest.sort(key=lambda other: (ORDER.index(other[1]) if other[1] in ORDER else -1, natural(other[0].interface)))
    return [(address.label or address.interface, address.text, why) for address, why in candidates + rest]


def _why_not(interface: str, verdict: Verdict) -> str:
    """Why an address that could be the answer is not."""
    if verdict.container:
        return "of the container"
    if interface in verdict.level:
        return f"level with {', '.join(name for name in verdict.level if name != interface)}"
    return "less preferred"


def _lines(seen: list[tuple[str, str, str]]) -> str:
    shown = [(printable(name), address, why) for name, address, why in seen[:MOST]]
    names = max((len(name) for name, _, _ in shown), default=0)
    addresses = max((len(address) for _, address, _ in shown), default=0)
    lines = [f"  {name:{names}}  {address:{addresses}}   {printable(why)}\n" for name, address, why in shown]
    if len(seen) > MOST:
        lines.append(f"  and {len(seen) - MOST} more\n")
    return "".join(lines)
