"""The commands that go on with an answer: `watch` prints each new one, `check` says whether one still holds."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from racknet.cli.ask import live_long, no_answer, note_unproven, wait_as_command
from racknet.core.query import Query
from racknet.errors import ExitStatus, HostReadError, NoAddress, OutputError
from racknet.host.events import Events
from racknet.lookup import LookUp, is_final, look_up
from racknet.output import messages
from racknet.output.formats import as_text
from racknet.output.stdio import printable, write_error, write_output
from racknet.parsing import parse_own_address

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.output.formats import Format

RETRY = 1  # seconds until a host that cannot be read is read again, if nothing tells of a change


def watch(query: Query, environ: Mapping[str, str], settle: float, in_format: Format = as_text) -> int:
    """Print the answer, and again each time another one has held for the seconds to settle, until nobody reads.

    A note says that there is none. Raise HostReadError where the first look fails, and OutputError.
    """
    _keep_descriptors()
    live_long()
    if query.ask_provider:
        write_error("note: watch does not ask the provider\n")
    try:
        with Events(output=1) as events:  # before the first look: no change is lost
            return _watch(events, query, environ, settle, in_format)
    except OutputError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            return ExitStatus.ANSWERED  # nobody reads any more
        raise


def _watch(events: Events, query: Query, environ: Mapping[str, str], settle: float, in_format: Format) -> int:
    found = look_up([query])
    seen = shown = _state(found, in_format)
    line, since, is_read = "", 0.0, True
    if found.selections[0].address:
        line = _show(found, shown, "", environ)
    else:
        write_error(f"{messages.format_error(no_answer(found, 'watch'))}note: racknet waits for such an address\n")
    while True:
        limits = [] if seen == shown else [max(0.0, since + settle - time.monotonic())]
        limits += [] if is_read else [RETRY]
        limits += [route.lifetime + 1 for route in found.reading.host.routes if route.lifetime]  # told of late
        events.wait(min(limits, default=None), found.may_change)
        if not events.has_reader:
            return ExitStatus.ANSWERED
        try:
            found, is_read = look_up([query]), True
        except HostReadError as error:
            if is_read:
                write_error(f"note: {printable(error.message)}; racknet tries again\n")
            is_read = False
            continue
        now, state = time.monotonic(), _state(found, in_format)
        if state != seen:
            seen, since = state, now
        if seen != shown and now >= since + settle:
            line, shown = _show(found, seen, line, environ), seen


def _state(found: LookUp, in_format: Format) -> tuple[str, str]:
    """Return the line with the answer, or else why there is none."""
    try:
        line = in_format(found.selections[0])
        return line, "" if line else no_answer(found).message
    except NoAddress as error:  # it lacks what the format names
        return "", error.message


def _show(found: LookUp, state: tuple[str, str], last: str, environ: Mapping[str, str]) -> str:
    """Print the answer where it is not the last one; else write a note. Return the last answer."""
    line, reason = state
    if reason:
        write_error(f"note: {printable(reason)}\n")
        return last
    if line == last:
        write_error(f"note: the {found.queries[0]} address is {found.selections[0].answers[0].text} again\n")
    else:
        note_unproven(found.selections, environ)
        write_output(line)
    return line


def _keep_descriptors() -> None:
    """Leave no standard descriptor to the socket: notes would go to the kernel. Raise OutputError."""
    try:
        os.fstat(1)
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error
    while (descriptor := os.open("/", os.O_RDONLY)) <= 2:  # which nothing can be written to
        pass
    os.close(descriptor)


def check(word: str, query: Query, wait: float) -> int:
    """Return whether an address is the answer, as a status. Raise UsageError, NoAddress with what is the answer."""
    number, zone = parse_own_address(word, query.network, query.family)
    found = wait_as_command([query], wait, lambda selections: is_final(selections[0]))
    answer = found.selections[0].address
    if answer is None:
        error = no_answer(found)
        error.message = f"{word} is not the answer: {error.message}"
        raise error
    if answer.number != number or zone not in ("", answer.interface):
        raise messages.another_address(found.whole()[1][0], word, number)
    return ExitStatus.ANSWERED
