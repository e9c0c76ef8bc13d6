"""What a user reads beside an answer, or instead of one: what was asked, which addresses there are, why, what to do."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.matching import Query
from racknet.core.model import Address, Reason
from racknet.core.ranking import CONTAINER_OWN, Selection, natural
from racknet.core.selection import AMBIGUOUS_IPV4, NOT_IN_BLOCK, NOT_NAMED, NOT_REACHED
from racknet.errors import Ambiguous, ExitStatus, NoAddress, RacknetError
from racknet.output import hints, notes
from racknet.output.notes import listed
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


def format_error(error: Exception, unknown: Sequence[str] = ()) -> str:
    """Return the text of any error; `unknown` are RACKNET_* variables to warn about."""
    if not isinstance(error, RacknetError):
        what = printable(f"{type(error).__name__}: {error}")
        return f"racknet: {what}\nhint: {hints.INTERNAL}\n"
    hint = f"hint: {printable(error.hint)}\n" if error.hint else ""
    notes_text = notes.unknown_variables(unknown) if error.status != ExitStatus.UNAVAILABLE else ""
    text = f"racknet: {printable(error.message)}\n{error.details}{hint}{notes_text}"
    return text + (format_error(error.also) if isinstance(error, NoAddress) and error.also else "")


def no_address(query: Query, selection: Selection, way: str = "option") -> NoAddress:
    """Return the error for a selection without an answer. `way` is how the user can choose: `hints.choose` has them."""
    filters = f" with {query.filters_text}" if query.filters_text else ""
    message = f"no {query} address on this host{filters}"
    rows = _rows(selection, [selection.why_not(place) for place in range(len(selection.candidates))])
    reasons = {reason for _, reason in selection.rejected}
    names = [name for name in selection.without_address if query.include is None or query.include(name)]
    if not selection.is_host:
        message, hint = f"no {query} address: {NOT_A_HOST}", hints.HOST_NETWORK
    elif selection.tied:
        return _ambiguous(query, selection, rows, way)
    elif rules.ANCHOR in reasons:
        hint = hints.anchor()
    elif query.reach and not reasons - {NOT_REACHED, rules.LOOPBACK, *ORDER}:
        hint = hints.no_route(query.reach)
    elif names and not reasons - {rules.LOOPBACK, *ORDER[:4], rules.CONTAINER, *([NOT_NAMED] * bool(query.include))}:
        rows, hint = [(name, "-", f"no {query.family} address") for name in names] + rows, hints.booting(way)
    elif query.filters_text and (query.include is not None or reasons & BY_FILTER):
        hint = hints.filtered(query.filters_text)
    elif rules.BEHIND_NAT in reasons and query.family == "ipv4":
        hint = hints.behind_nat(selection.provider)
    else:
        hint = hints.other(query, way)
    return NoAddress(message, hint, _lines(rows))


def _ambiguous(query: Query, selection: Selection, rows: list[Row], way: str) -> Ambiguous:
    """Return the error for a tie. The hint names an interface that would have the answer, if one has."""
    filters = f" with {query.filters_text}" if query.filters_text else ""
    addresses = [candidate.address for candidate in selection.candidates]
    addresses += [address for address, reason in selection.rejected if reason is AMBIGUOUS_IPV4]
    having = [name for name in selection.tied if any(address.interface == name for address in addresses)]
    error = Ambiguous(
        f"the {query} address on this host{filters} is ambiguous: {listed(selection.tied)} tie",
        hints.choose(query, having[0], way) if having else hints.other(query, way),
        _lines(rows),
    )
    error.interfaces = tuple(selection.tied)
    return error


def no_addresses(queries: Sequence[Query], selections: Sequence[Selection]) -> NoAddress:
    """Return the error where none of the variables has an answer: that for IPv4 of each network."""
    if not any(selection.is_host for selection in selections):
        return NoAddress(f"no address of this host: {NOT_A_HOST}", hints.HOST_NETWORK)
    errors = [
        no_address(query, selection, way="variable")
        for query, selection in zip(queries, selections, strict=True)
        if query.family == "ipv4"
    ]
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


def _lines(rows: list[Row], most: int | None = MOST_LINES) -> str:
    """Return a line for each row, in columns."""
    shown = [(printable(name), address, printable(text)) for name, address, text in rows[:most]]
    names = max((len(name) for name, _, _ in shown), default=0)
    addresses = max((len(address) for _, address, _ in shown), default=0)
    lines = [f"  {name:{names}}  {address:{addresses}}   {text}\n" for name, address, text in shown]
    return "".join(lines) + (f"  and {len(rows) - len(shown)} more\n" if len(rows) > len(shown) else "")
