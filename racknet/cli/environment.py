"""All four answers as environment variables: `racknet env` prints them, `racknet exec` gives them to a command."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Mapping, Sequence

from racknet.cli.ask import all_queries
from racknet.core.ranking import Selection
from racknet.errors import ExitStatus
from racknet.lookup import is_final, wait_for
from racknet.output import messages
from racknet.output.stdio import printable, write_error, write_output
from racknet.query import OUTPUT_VARS

NAMES = list(OUTPUT_VARS)
REFERENCE = re.compile(rf"\$(?:({'|'.join(NAMES)})(?![A-Za-z0-9_])|\{{({'|'.join(NAMES)})\}})")


def variables(selections: Sequence[Selection]) -> dict[str, str]:
    """Return the variables for those selections that have an answer."""
    return {name: s.address.text for name, s in zip(NAMES, selections, strict=True) if s.address}


def print_env(environ: Mapping[str, str], wait: float, *, export: bool) -> int:
    """Print the variables as KEY=value lines. Raise NoAddress where there is none.

    Wait until both IPv4 answers are settled: each is there, or nothing on the host may still bring it.
    """
    queries = all_queries(environ)
    ipv4 = [place for place, query in enumerate(queries) if query.family == "ipv4"]

    def is_done(selections: list[Selection]) -> bool:
        return all(is_final(selections[place]) or not selections[place].awaits_address for place in ipv4)

    selections = wait_for(queries, wait, is_done)
    values = variables(selections)
    if not values:
        raise messages.no_addresses(queries, selections)
    for place in ipv4:
        write_error(messages.missing_variable(NAMES[place], queries[place], selections[place]))
    prefix = "export " if export else ""
    write_output("".join(f"{prefix}{name}={value}\n" for name, value in values.items()))
    return ExitStatus.ANSWERED


def exec_command(command: Sequence[str], environ: Mapping[str, str], wait: float) -> int:
    """Become the command, with the variables in its environment and its arguments. Return only where it cannot run.

    Raise NoAddress where an argument names a variable without an answer, or where there is no answer at all.
    """
    queries = all_queries(environ)
    named = {name for word in command for match in REFERENCE.finditer(word) for name in match.groups() if name}
    places = [place for place, name in enumerate(NAMES) if name in named]

    def is_done(selections: list[Selection]) -> bool:
        return all(is_final(selections[place]) for place in places) and any(map(is_final, selections))

    selections = wait_for(queries, wait, is_done)
    values = variables(selections)
    for place in places:
        if NAMES[place] not in values:
            raise messages.no_address(queries[place], selections[place])
    if not values:
        raise messages.no_addresses(queries, selections)
    words = [REFERENCE.sub(lambda match: values[match[1] or match[2]], word) for word in command]
    return _execute(words, {name: value for name, value in environ.items() if name not in NAMES} | values)


def _execute(words: list[str], environ: dict[str, str]) -> int:
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python
        signal.signal(ignored, signal.SIG_DFL)
    try:
        if not words[0]:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        os.execvpe(words[0], words, environ)  # noqa: S606, no shell is what this is for
    except OSError as error:
        write_error(f"racknet: cannot run '{printable(words[0])}': {error.strerror}\n")
        is_missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return ExitStatus.NOT_FOUND if is_missing else ExitStatus.NOT_EXECUTABLE
