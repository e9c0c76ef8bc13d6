"""What a user reads beside an answer, or instead of one: what was asked, which addresses there are, why, what to do."""

from __future__ import annotations

from racknet.core import rules
from racknet.core.comparison import CONTRADICTION, UNPROVEN
from racknet.core.matching import matches_glob
from racknet.core.rules import NOT_IN_BLOCK, NOT_NAMED, NOT_REACHED, Reason
from racknet.core.text import natural
from racknet.core.why import CONTAINER_OWN, why, why_not
from racknet.errors import Ambiguous, NoAddress, NoAddresses, RacknetError
from racknet.output import hints, notes
from racknet.output.stdio import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.clouds import Provider
    from racknet.core.comparison import Doubt
    from racknet.core.facts import Address
    from racknet.core.selection import Selection

    Row = tuple[str, str, str]  # a name, an address, a text

MOST_LINES = 10
# The reasons to skip: those that may yet change, and those that never do. The loopback interface is not listed.
PASSING = [rules.NOT_READY, rules.DOWN, rules.NOT_PHYSICAL, rules.TUNNEL]
ORDER = [*PASSING, rules.LOCAL_SCOPE, rules.EXCLUDED, rules.CONTROLLER, rules.CONTAINER]
BY_FILTER = {NOT_NAMED, NOT_IN_BLOCK, NOT_REACHED, rules.EXCLUDED}

NOT_A_HOST = "this is a container's own network, not a host's"


def format_error(error: Exception) -> str:
    """Return the text of any error."""
    if isinstance(error, NoAddresses):
        return "".join(map(format_error, error.errors))
    if not isinstance(error, RacknetError):
        what = printable(f"{type(error).__name__}: {error}")
        return f"racknet: {what}\nhint: {hints.INTERNAL}\n"
    hint = f"hint: {printable(error.hint)}\n" if error.hint else ""
    return f"racknet: {printable(error.message)}\n{error.details}{hint}"


def format_error_json(error: Exception) -> str:
    """Return an error for programs: a JSON document in a line."""
    import json

    documents = [_error_object(each) for each in (error.errors if isinstance(error, NoAddresses) else [error])]
    return f"{json.dumps(documents[0] if len(documents) == 1 else documents)}\n"


def _error_object(error: Exception) -> dict[str, object]:
    rows = error.rows if isinstance(error, NoAddress) else ()
    return {
        "error": error.message if isinstance(error, RacknetError) else f"{type(error).__name__}: {error}",
        "hint": error.hint if isinstance(error, RacknetError) else hints.INTERNAL,
        "addresses": [{"interface": name, "address": address, "why": text} for name, address, text in rows],
    }


def no_address(
    selection: Selection, way: str = "option", provider: Provider | None = None, *, other_family: str = ""
) -> NoAddress:
    """Return the error for a selection without an answer.

    `way` is how the user can choose (`hints.choose` has them), `provider` the one that may hide the address;
    `other_family` is that which has an answer, or "".
    """
    query = selection.query
    message = f"no {query} address on this host{_filters(selection)}"
    rows = _rows(selection, [why_not(selection, place) for place in range(len(selection.candidates))])
    reasons = {reason for _, reason in selection.rejected}
    names = [name for name in selection.without_address if not query.include or matches_glob(name, query.include)]
    passing = {rules.LOOPBACK, *PASSING, rules.CONTAINER, *([NOT_NAMED] if query.include else [])}
    if not selection.counts_as_host:
        message, hint = f"no {query} address: {NOT_A_HOST}", hints.not_a_host(way)
    elif error := _refused_or_doubtful(selection, message, rows, way):
        return error
    elif rules.ANCHOR in reasons:
        hint = hints.anchor()
    elif query.reach and not reasons - {NOT_REACHED, rules.LOOPBACK, *ORDER}:
        hint = hints.no_route(query.reach)
    elif unusable := _unusable(selection, way, is_link_local=other_family == "ipv4" and not reasons - passing):
        hint = unusable
    elif other_family and rules.BEHIND_NAT not in reasons:
        hint = hints.ask_other_family(query, other_family, way)
    elif names and not reasons - passing:
        rows, hint = [(name, "-", f"no {query.family} address") for name in names] + rows, hints.booting(way)
    elif rules.NO_WAY_OUT in reasons:
        hint = hints.name_it("if such an address is meant,", query, _first(selection, rules.NO_WAY_OUT), way)
    elif rules.NOT_STRICT in reasons:
        hint = hints.name_it("do without --strict, or", query, _first(selection, rules.NOT_STRICT), way)
    elif query.filters_text and (query.include or reasons & BY_FILTER):
        hint = hints.filtered(query.filters_text)
    elif rules.BEHIND_NAT in reasons and query.family == "ipv4":
        hint = hints.behind_nat(query, provider, way)
    else:
        hint = hints.other(query, way)
    return NoAddress(message, hint, _lines(rows), rows)


def _unusable(selection: Selection, way: str, *, is_link_local: bool) -> str:
    """Return what to do where the address is down or not ready, "" where none is; it may be link-local for service."""
    query = selection.query
    for address, reason in selection.rejected:
        is_meant = selection.is_of_class(address)
        if reason is rules.DOWN and is_meant:
            return hints.down(address.interface)
        is_meant |= is_link_local and query.network == "service"
        if reason is rules.NOT_READY and is_meant and not query.filters_text:
            return hints.not_ready(query, address, way)
    return ""


def another_address(selection: Selection, word: str, number: int) -> NoAddress:
    """Return the error where an address is not the answer that it was taken for, with why it is not."""
    query, best = selection.query, selection.candidates[0]
    others = [why_not(selection, place) for place in range(1, len(selection.candidates))]
    rows = _rows(selection, [Reason("the answer"), *others])
    known = [*selection.candidates, *(address for address, _ in selection.rejected)]
    is_here = any((address.family, address.number) == (query.family, number) for address in known)
    return NoAddress(
        f"the {query} address{_filters(selection)} is {best.text} on {best.interface}, not {word}",
        hints.another(query, word, is_here=is_here),
        _lines(rows),
        rows,
    )


def _refused_or_doubtful(selection: Selection, message: str, rows: list[Row], way: str) -> NoAddress | None:
    """Return the error where the provider was asked in vain, or there are several addresses; None otherwise."""
    refusal = selection.refusal
    if not refusal:
        return _ambiguous(selection, selection.doubt, rows, way) if selection.doubt else None
    message, doubtful = f"{message}, and {refusal.message}", refusal.doubtful
    if not doubtful:
        return NoAddress(message, refusal.hint, _lines(rows), rows)
    interfaces = tuple(dict.fromkeys(address.interface for address in doubtful))
    hint = hints.choose(selection.query, doubtful[0], way, by_interface=len(interfaces) > 1)
    return Ambiguous(message, hint, _lines(rows), tuple(address.text for address in doubtful), interfaces, rows)


def _ambiguous(selection: Selection, doubt: Doubt, rows: list[Row], way: str) -> Ambiguous:
    """Return the error for candidates that leave no answer. The hint names one that would be the answer, if one is."""
    query, interfaces = selection.query, doubt.interfaces
    # For `service ipv6`, `service ipv4` is in doubt: only an interface with an address of both families helps.
    of_family = {address.interface for address in selection.candidates}
    of_family |= {address.interface for address, reason in selection.rejected if reason in rules.IN_DOUBT_IPV4}
    chosen = [address for address in doubt.candidates if address.interface in of_family]
    if doubt.kind == CONTRADICTION:
        chosen = chosen[-1:]  # the default route speaks for the other one, which a cluster's manager may move
    on_it = [address for address in selection.candidates if chosen and address.interface == chosen[0].interface]
    # By its name alone, an interface with two candidates would leave one of them to be proven.
    by_interface = len(interfaces) > 1 and not (query.strict and len(on_it) > 1)
    kind = "is not proven" if doubt.kind == UNPROVEN else "is ambiguous"
    return Ambiguous(
        f"the {query} address on this host{_filters(selection)} {kind}: {notes.doubt_about(selection, doubt)}",
        hints.choose(query, chosen[0], way, by_interface=by_interface) if chosen else hints.other(query, way),
        _lines(rows),
        tuple(address.text for address in doubt.candidates),
        tuple(interfaces),
        rows,
    )


def no_addresses(selections: Sequence[Selection], provider: Provider | None) -> NoAddress:
    """Return the error where none of the variables has an answer: that for IPv4 of each network."""
    if not any(selection.counts_as_host for selection in selections):
        return NoAddress(f"no address of this host: {NOT_A_HOST}", hints.not_a_host("variable"))
    return NoAddresses(
        [no_address(each, way="variable", provider=provider) for each in selections if each.query.family == "ipv4"]
    )


def explanation(selection: Selection) -> str:
    """Return which rule decided between the answer and the next, and why each other address is not the answer."""
    query, candidates = selection.query, selection.candidates
    best = candidates[0]
    if selection.address is None:  # all candidates, though none of them is the answer
        first, said = why_not(selection, 0), f"{query}{_filters(selection)}: all candidates"
        decided = f"nothing decides: {notes.doubt_about(selection, selection.doubt)}" if selection.doubt else ""
    else:
        first, said = Reason("the answer"), f"{query}{_filters(selection)}: {best.text} on {best.interface}"
        decided = f"decided by: {why(selection, 0).text}{', not proven' if selection.unproven else ''}"
        if len(candidates) > 1:
            second = candidates[1]
            decided = f"{decided}; the next is {second.text} on {second.interface}"
    others = [why_not(selection, place) for place in range(1, len(candidates))]
    lines = _lines(_rows(selection, [first, *others]), most=None)
    return f"racknet: {printable(said)}\n{printable(decided)}\n{lines}"


def _first(selection: Selection, reason: Reason) -> Address:
    """Return the first address that is rejected for a reason."""
    return next(address for address, its_reason in selection.rejected if its_reason is reason)


def _filters(selection: Selection) -> str:
    return f" with {selection.query.filters_text}" if selection.query.filters_text else ""


def _rows(selection: Selection, reasons: list[Reason]) -> list[Row]:
    """Return names, addresses and reasons: the candidates first, container interfaces last."""
    rejected = [(address, reason) for address, reason in selection.rejected if reason is not rules.LOOPBACK]
    if not selection.counts_as_host:
        rejected = [(address, reason if reason in ORDER else CONTAINER_OWN) for address, reason in rejected]

    def order(pair: tuple[Address, Reason]) -> tuple[object, ...]:
        address, reason = pair
        return ORDER.index(reason) if reason in ORDER else -1, natural(address.interface)

    candidates = list(zip(selection.candidates, reasons, strict=True))
    pairs = candidates + sorted(rejected, key=order)
    return [(address.label or address.interface, address.text, reason.text) for address, reason in pairs]


def _lines(rows: list[Row], most: int | None = MOST_LINES) -> str:
    """Return a line for each row, in columns."""
    shown = [(printable(name), address, printable(text)) for name, address, text in rows[:most]]
    names = max((len(name) for name, _, _ in shown), default=0)
    addresses = max((len(address) for _, address, _ in shown), default=0)
    lines = [f"  {name:{names}}  {address:{addresses}}   {text}\n" for name, address, text in shown]
    return "".join(lines) + (f"  and {len(rows) - len(shown)} more\n" if len(rows) > len(shown) else "")
