"""The commands that ask: `public` and `service`, and `list`, which shows what they would answer."""

from __future__ import annotations

from racknet import lookup
from racknet.errors import ExitStatus, HostReadError, NoAddress
from racknet.lookup import find_nat_provider, find_other_family, is_final, look_up
from racknet.output import hints, messages, notes
from racknet.output.formats import as_text
from racknet.output.stdio import write_error, write_output
from racknet.parsing import OUTPUT_VARS, parse_query, parse_switch

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Mapping, Sequence

    from racknet.core.query import Query
    from racknet.core.selection import Selection
    from racknet.lookup import LookUp
    from racknet.output.formats import Format


def answer(
    query: Query,
    environ: Mapping[str, str],
    *,
    wait: float = 0,
    in_format: Format = as_text,
    explain: bool = False,
    first: LookUp | None = None,
) -> int:
    """Answer on standard output, once there is an answer or the seconds to wait are over. Raise NoAddress.

    `first` is a look at the host that was just taken.
    """
    found = wait_as_command([query], wait, lambda selections: is_final(selections[0]), first)
    (selection,) = found.selections
    if not selection.answers:
        raise no_answer(found)
    printed = in_format(selection)  # or an error: then nothing is said about an answer
    if explain:
        write_error(messages.explanation(found.whole()[1][0]))
    note_unproven([selection], environ)
    write_output(printed)
    return ExitStatus.ANSWERED


def no_answer(found: LookUp, way: str = "option") -> NoAddress:
    """Return the error for the one query of a look, which has no answer. `hints` has the ways."""
    host, (whole,) = found.whole()
    other = find_other_family(host, whole)
    return messages.no_address(whole, way, find_nat_provider([whole]), other_family=other)


def note_unproven(selections: Sequence[Selection], environ: Mapping[str, str]) -> None:
    """Say on standard error which answers are not proven, unless the user wants no such notes."""
    if parse_switch("RACKNET_STRICT", environ) != "0":
        write_error(notes.unproven_answers(selections))


def all_queries(environ: Mapping[str, str], *, strict: bool = False, in_container: bool = False) -> list[Query]:
    """Return all four queries, in the order of the variables that they fill. Raise UsageError."""
    return [
        parse_query(network, family, environ, {}, strict=strict, in_container=in_container)
        for network, family in OUTPUT_VARS.values()
    ]


def show_list(queries: Sequence[Query], *, as_json: bool = False) -> int:
    """Show every address, and which query it answers."""
    from racknet.core.eligibility import is_host
    from racknet.core.inventory import take_inventory
    from racknet.host.states import read_states

    host, selections = look_up(queries).whole()
    entries = take_inventory(host, selections)
    interfaces, states = list(host.interfaces.values()), read_states()
    if as_json:
        from racknet.output import json

        write_output(json.format_list(entries, interfaces, states, is_host=is_host(host)))
    else:
        from racknet.output import table

        colour, width = table.is_colourful(), table.terminal_width()
        links = table.format_interfaces(interfaces, entries, states, colour=colour)
        write_output(f"{table.format_addresses(entries, colour=colour, width=width)}\n{links}")
    if not selections[0].counts_as_host:
        write_error(f"racknet: {messages.NOT_A_HOST}\nhint: {hints.not_a_host('option')}\n")
    return ExitStatus.ANSWERED


def show_report(*, as_is: bool = False) -> int:
    """Show all that was read of the host, with documentation addresses in the place of public ones unless `as_is`."""
    from racknet.host.reader import read_host
    from racknet.output.report import format_report

    host = read_host().whole()
    if not as_is:
        from racknet.core.disguise import disguise

        try:
            host = disguise(host)
        except OverflowError as error:
            raise HostReadError(
                f"{error}", f"{hints.line('report', '--as-is')} shows the addresses as they are"
            ) from error
    write_output(format_report(host, is_as_is=as_is))
    return ExitStatus.ANSWERED


def wait_as_command(
    queries: Sequence[Query], seconds: float, is_done: Callable[[list[Selection]], bool], first: LookUp | None = None
) -> LookUp:
    """Look up until it is done, or the time is over; SIGTERM ends the program at once. Raise HostReadError.

    A terminal shows that racknet waits.
    """

    def say() -> None:
        from os import isatty

        if isatty(2):
            write_error(f"racknet: waiting up to {seconds:g} s, until nothing can bring a better answer\n")

    if seconds:
        live_long()
    return lookup.wait_for(queries, seconds, is_done, first=first, on_wait=say)


def live_long() -> None:
    """Let SIGTERM end the program as process 1 of a container too, where the kernel would ignore it.

    And let memory be collected: the executable begins without, since a plain answer is too short for it.
    """
    import gc
    import os
    import signal

    gc.enable()
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
