"""What a user reads beside an answer, or instead of one: what was asked, which addresses there are, why, what to do."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.matching import Query
from racknet.core.model import Address, Reason
from racknet.core.ranking import CONTAINER_OWN, Selection, natural
from racknet.core.selection import NOT_IN_BLOCK, NOT_NAMED, NOT_REACHED
from racknet.errors import ExitStatus, NoAddress, RacknetError
from racknet.output.stdio import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Sequence

    Row = tuple[str, str, str]  # a name, an address, a text

MOST_LINES = 10
# The reasons to skip, from those that may yet change to those that never do; the loopback interface is not listed.
ORDER = [rules.NOT_READY, rules.DOWN, rules.NOT_PHYSICAL, rules.TUNNEL, rules.EXCLUDED, rules.CONTAINER]
BY_FILTER = {NOT_NAMED, NOT_IN_BLOCK, NOT_REACHED, rules.EXCLUDED}

NOT_A_HOST = "this is a container's own network, not a host's"
NOT_A_HOST_HINT = "run it with --net=host (hostNetwork: true on Kubernetes)"
BEHIND_NAT_HINT = "on AWS, GCP and Azure the public address is not on the host: ask the provider; see racknet list"
ANCHOR_HINT = "add a private network to the host, such as a VPC of DigitalOcean; see racknet list"
NO_ADDRESS_HINT = "see racknet list, or choose with --interface or --cidr"
BOOTING_HINT = "is the host still booting? --wait 30 waits for an address; see also racknet list"
INTERNAL_HINT = "this is a fault of racknet's own, please report it"


def format_error(error: Exception, unknown: Sequence[str] = ()) -> str:
    """Return the text of any error; `unknown` are RACKNET_* variables to warn about."""
    if not isinstance(error, RacknetError):
        what = printable(f"{type(error).__name__}: {error}")
        return f"racknet: {what}\nhint: {INTERNAL_HINT}\n"
    hint = f"hint: {printable(error.hint)}\n" if error.hint else ""
    notes = unknown_variables(unknown) if error.status != ExitStatus.UNAVAILABLE else ""
    text = f"racknet: {printable(error.message)}\n{error.details}{hint}{notes}"
    return text + (format_error(error.also) if isinstance(error, NoAddress) and error.also else "")


def no_address(query: Query, selection: Selection) -> NoAddress:
    """Return the error for a selection without an answer."""
    filters = f" with {query.filters_text}" if query.filters_text else ""
    message = f"no {query} address on this host{filters}"
    rows = _rows(selection, [selection.why_not(place) for place in range(len(selection.candidates))])
    reasons = {reason for _, reason in selection.rejected}
    names = [name for name in selection.without_address if query.include is None or query.include(name)]
    if not selection.is_host:
        message, hint = f"no {query} address: {NOT_A_HOST}", NOT_A_HOST_HINT
    elif selection.tied:
        message = f"the {query} address on this host{filters} is ambiguous: {_listed(selection.tied)} tie"
        hint = f"choose one with --interface or --cidr, for instance: racknet {query} --interface {selection.tied[0]}"
    elif rules.ANCHOR in reasons:
        hint = ANCHOR_HINT
    elif query.reach and not reasons - {NOT_REACHED, rules.LOOPBACK, *ORDER}:
        hint = f"does a route lead to {query.reach}? see ip route get {query.reach}"
    elif names and not reasons - {rules.LOOPBACK, *ORDER[:4], rules.CONTAINER, *([NOT_NAMED] * bool(query.include))}:
        rows, hint = [(name, "-", f"no {query.family} address") for name in names] + rows, BOOTING_HINT
    elif query.filters_text and (query.include is not None or reasons & BY_FILTER):
        hint = f"{query.filters_text} leaves no address; see racknet list for those that there are"
    elif rules.BEHIND_NAT in reasons:
        hint = BEHIND_NAT_HINT
    else:
        hint = NO_ADDRESS_HINT
    return NoAddress(message, hint, _lines(rows))


def no_addresses(queries: Sequence[Query], selections: Sequence[Selection]) -> NoAddress:
    """Return the error where none of several queries has an answer: that for IPv4 of each network."""
    if not any(selection.is_host for selection in selections):
        return NoAddress(f"no address of this host: {NOT_A_HOST}", NOT_A_HOST_HINT)
    errors = [no_address(q, s) for q, s in zip(queries, selections, strict=True) if q.family == "ipv4"]
    first, second = errors
    first.also = second
    return first


def explanation(query: Query, selection: Selection) -> str:
    """Return which rule decided between the answer and the next, and why each other address is not the answer."""
    candidates = selection.candidates
    best = candidates[0].address
    deciding = selection.why(0).text
    if len(candidates) > 1:
        second = candidates[1].address
        deciding = f"{deciding}; the next is {second.text} on {second.interface}"
    others = [selection.why_not(place) for place in range(1, len(candidates))]
    filters = f" with {query.filters_text}" if query.filters_text else ""
    said = f"{query}{filters}: {best.text} on {best.interface}"
    lines = _lines(_rows(selection, [Reason("the answer"), *others]), most=None)
    return f"racknet: {printable(said)}\ndecided by: {printable(deciding)}\n{lines}"


def missing_variable(name: str, query: Query, selection: Selection) -> str:
    """Return a note on a variable without an answer, where the user would not expect that; else ""."""
    if selection.tied:
        return f"note: no {name}: ambiguous, {printable(_listed(selection.tied))} tie\n"
    is_filtered = query.filters_text and not selection.candidates
    return f"note: no {name}: {printable(query.filters_text)} leaves no address\n" if is_filtered else ""


def unknown_variables(names: Sequence[str]) -> str:
    """Return a note on each RACKNET_* variable that racknet does not know."""
    from difflib import get_close_matches

    from racknet.query import INPUT_VARS

    lines, known = [], {name.removeprefix("RACKNET_"): name for name in INPUT_VARS}
    for name in names:
        close = get_close_matches(name.removeprefix("RACKNET_"), known, 1)
        meant = f"; did you mean {known[close[0]]}?" if close else ""
        lines.append(f"note: racknet does not know the variable {printable(name)}{meant}\n")
    return "".join(lines)


def _rows(selection: Selection, reasons: list[Reason]) -> list[Row]:
    """Return names, addresses and reasons: the candidates first, container interfaces last."""
    rejected = [(address, reason) for address, reason in selection.rejected if reason is not rules.LOOPBACK]
    if not selection.is_host:
        rejected = [(address, reason if reason in ORDER else CONTAINER_OWN) for address, reason in rejected]

    def order(pair: tuple[Address, Reason]) -> tuple[object, ...]:
        address, reason = pair
        return ORDER.index(reason) if reason in ORDER else -1, natural(address.interface)

    candidates = [(candidate.address, why) for candidate, why in zip(selection.candidates, reasons, strict=True)]
    pairs = candidates + sorted(rejected, key=order)
    return [(address.label or address.interface, address.text, reason.text) for address, reason in pairs]


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _lines(rows: list[Row], most: int | None = MOST_LINES) -> str:
    """Return a line for each row, in columns."""
    shown = [(printable(name), address, printable(text)) for name, address, text in rows[:most]]
    names = max((len(name) for name, _, _ in shown), default=0)
    addresses = max((len(address) for _, address, _ in shown), default=0)
    lines = [f"  {name:{names}}  {address:{addresses}}   {text}\n" for name, address, text in shown]
    return "".join(lines) + (f"  and {len(rows) - len(shown)} more\n" if len(rows) > len(shown) else "")
