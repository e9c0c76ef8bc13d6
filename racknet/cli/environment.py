"""All four answers as environment variables: `racknet env` prints them, `racknet exec` gives them to a command."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Mapping, Sequence

from racknet.cli.ask import all_queries, note_unproven, wait_for
from racknet.core.selection import Selection
from racknet.errors import ExitStatus, UsageError
from racknet.lookup import LookUp, find_nat_provider, is_final
from racknet.output import messages, notes
from racknet.output.stdio import printable, write_error, write_output
from racknet.parsing import INPUT_VARS, OUTPUT_VARS

NAMES = list(OUTPUT_VARS)
REFERENCE = re.compile(rf"\$(?:({'|'.join(NAMES)})(?![A-Za-z0-9_])|\{{({'|'.join(NAMES)})\}})")
ANY_NAME = re.compile(r"\$\{?(RACKNET_\w*)", re.ASCII)


def variables(selections: Sequence[Selection]) -> dict[str, str]:
    """Return the variables for those selections that have an answer."""
    return {name: s.address.text for name, s in zip(NAMES, selections, strict=True) if s.address}


def print_env(environ: Mapping[str, str], wait: float, *, export: bool, strict: bool = False) -> int:
    """Print the variables as KEY=value lines. Raise NoAddress where there is none.

    Wait until both IPv4 answers are settled: each is there, or nothing on the host may still bring it.
    """
    queries = all_queries(environ, strict=strict)
    ipv4 = [place for place, query in enumerate(queries) if query.family == "ipv4"]

    def is_done(selections: list[Selection]) -> bool:
        return all(is_final(selections[place]) or not selections[place].awaits_address for place in ipv4)

    found = wait_for(queries, wait, is_done)
    values = variables(found.selections)
    if not values:
        raise _no_addresses(found)
    for place in ipv4:
        write_error(notes.missing_variable(NAMES[place], found.selections[place]))
    note_unproven(found.selections, environ)
    prefix = "export " if export else ""
    write_output("".join(f"{prefix}{name}={value}\n" for name, value in values.items()))
    return ExitStatus.ANSWERED


def exec_command(command: Sequence[str], environ: Mapping[str, str], wait: float, *, strict: bool = False) -> int:
    """Become the command, with the variables in its environment and its arguments. Return only where it cannot run.

    Raise NoAddress where an argument names a variable without an answer, or where there is no answer at all. Raise
    UsageError for an unknown name.
    """
    _check_names(command, environ)
    queries = all_queries(environ, strict=strict)
    named = {name for word in command for match in REFERENCE.finditer(word) for name in match.groups() if name}
    places = [place for place, name in enumerate(NAMES) if name in named]

    def is_done(selections: list[Selection]) -> bool:
        return all(is_final(selections[place]) for place in places) and any(map(is_final, selections))

    found = wait_for(queries, wait, is_done)
    values = variables(found.selections)
    if any(NAMES[place] not in values for place in places):
        _, whole = found.whole()
        missing = next(whole[place] for place in places if NAMES[place] not in values)
        raise messages.no_address(missing, way="variable", provider=find_nat_provider(whole))
    if not values:
        raise _no_addresses(found)
    note_unproven([found.selections[place] for place in places] or found.selections, environ)
    if not places and environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()):
        # In ExecStart= systemd replaces $NAME itself. Of `racknet exec redis-server --bind $RACKNET_SERVICE_IPV4` it
        # leaves `redis-server --bind`, and Redis listens on every network. racknet cannot see what the unit says, and a
        # command may well want the environment alone: so this is a note, once for each start, and never an error.
        write_error(notes.IN_EXECSTART)
    words = [REFERENCE.sub(lambda match: values[match[1] or match[2]], word) for word in command]
    return _execute(words, {name: value for name, value in environ.items() if name not in NAMES} | values)


def _no_addresses(found: LookUp) -> Exception:
    _, whole = found.whole()
    return messages.no_addresses(whole, find_nat_provider(whole))


def _check_names(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise UsageError for a name such as $RACKNET_SERVICE_IP: the command would run without its address.

    A name that is in the environment is left alone: a shell, which the command may be, replaces it.
    """
    known = {*NAMES, *INPUT_VARS, *environ}
    unknown = next((name for word in command for name in ANY_NAME.findall(word) if name not in known), "")
    if unknown:
        meant = notes.did_you_mean(unknown, NAMES, "$")
        hint = f"exec replaces {notes.listed(NAMES)}; COMMAND may replace others, if they are set"
        raise UsageError(f"'${unknown}' is not a variable that is set{meant}", hint)


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
