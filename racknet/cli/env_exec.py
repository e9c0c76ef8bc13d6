"""All four answers as environment variables: `racknet env` prints them, `racknet exec` gives them to a command."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence

from racknet.cli.ask import note_unproven, wait_as_command
from racknet.core.query import Query
from racknet.core.selection import Selection
from racknet.errors import ExitStatus, UsageError
from racknet.lookup import LookUp, find_nat_provider, is_final
from racknet.output import messages, notes
from racknet.output.stdio import printable, write_error, write_output
from racknet.parsing import INPUT_VARS, OUTPUT_VARS, did_you_mean, parse_seconds

NAMES = list(OUTPUT_VARS)
REFERENCE = re.compile(rf"\$(?:({'|'.join(NAMES)})(?![A-Za-z0-9_])|\{{({'|'.join(NAMES)})\}})")
ANY_NAME = re.compile(r"\$\{?(RACKNET_\w*)", re.ASCII)

Place = int  # of a query, and of its variable, among the four
Required = Sequence[tuple[str, str]]  # the networks and families of --require


def variables(selections: Sequence[Selection]) -> dict[str, str]:
    """Return the variables for those selections that have an answer."""
    return {name: s.address.text for name, s in zip(NAMES, selections, strict=True) if s.address}


def print_env(
    queries: Sequence[Query], required: Required, environ: Mapping[str, str], wait: float, *, export: bool
) -> int:
    """Print the variables as KEY=value lines. Raise NoAddress where there is none, or one is missing that is required.

    Wait until each of the required answers is there, or nothing may still bring it; else those for IPv4.
    """
    ipv4 = [place for place, query in enumerate(queries) if query.family == "ipv4"]
    needed = _places(queries, required)

    def is_done(selections: list[Selection]) -> bool:
        return all(is_final(selections[place]) or not selections[place].awaits_address for place in needed or ipv4)

    found = wait_as_command(queries, wait, is_done)
    values = _require(found, needed)
    if not needed:
        _note_missing(found.selections)
    note_unproven(found.selections, environ)
    prefix = "export " if export else ""
    write_output("".join(f"{prefix}{name}={value}\n" for name, value in values.items()))
    return ExitStatus.ANSWERED


def exec_command(
    command: Sequence[str], queries: Sequence[Query], required: Required, environ: Mapping[str, str]
) -> int:
    """Become the command, with the variables in its environment and its arguments. Return only where it cannot run.

    Raise NoAddress where an argument names a variable without an answer, or one is missing that is required, or there
    is no answer at all. Raise UsageError for an unknown name.
    """
    _check_names(command, environ)
    replaced = {name for word in command for match in REFERENCE.finditer(word) for name in match.groups() if name}
    named = {name for word in command for name in ANY_NAME.findall(word)}  # ${NAME:?} too, which a shell will replace
    needed = [*_places(queries, required), *(place for place, name in enumerate(NAMES) if name in replaced)]
    awaited = {*needed, *(place for place, name in enumerate(NAMES) if name in named)}

    def is_done(selections: list[Selection]) -> bool:
        has_one = any(selection.answers and is_final(selection) for selection in selections)
        return all(is_final(selections[place]) for place in awaited) and (has_one or all(map(is_final, selections)))

    found = wait_as_command(queries, parse_seconds(None, environ), is_done)
    values = _require(found, needed)
    if not awaited:
        _note_missing(found.selections)
    note_unproven([found.selections[place] for place in sorted(awaited)] or found.selections, environ)
    if not named and environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()):
        # In ExecStart= systemd replaces $NAME itself. Of `racknet exec redis-server --bind $RACKNET_SERVICE_IPV4` it
        # leaves `redis-server --bind`, and Redis listens on every network. racknet cannot see what the unit says, and a
        # command may well want the environment alone: so this is a note, once for each start, and never an error.
        write_error(notes.IN_EXECSTART)
    return _execute([REFERENCE.sub(lambda match: values[match[1] or match[2]], word) for word in command], values)


def _note_missing(selections: Sequence[Selection]) -> None:
    """Say on standard error which variables for IPv4 have no answer, where the user did not say what is needed."""
    for name, selection in zip(NAMES, selections, strict=True):
        if selection.query.family == "ipv4":
            write_error(notes.missing_variable(name, selection))


def _places(queries: Sequence[Query], required: Required) -> list[Place]:
    return [place for place, query in enumerate(queries) if (query.network, query.family) in required]


def _require(found: LookUp, needed: Sequence[Place]) -> dict[str, str]:
    """Return the variables. Raise NoAddress where a needed one has no answer, or none at all has."""
    values = variables(found.selections)
    missing = [place for place in needed if NAMES[place] not in values]
    if missing or not values:
        _, whole = found.whole()
        provider = find_nat_provider(whole)
        if missing:
            raise messages.no_address(whole[missing[0]], way="variable", provider=provider)
        raise messages.no_addresses(whole, provider)
    return values


def _check_names(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise UsageError for a name such as $RACKNET_SERVICE_IP: the command would run without its address.

    A name that is in the environment is left alone: a shell, which the command may be, replaces it.
    """
    known = {*NAMES, *INPUT_VARS, *environ}
    unknown = next((name for word in command for name in ANY_NAME.findall(word) if name not in known), "")
    if unknown:
        meant = did_you_mean(unknown, NAMES, "${}")
        hint = f"exec replaces {notes.listed(NAMES)}; COMMAND may replace others, if they are set"
        raise UsageError(f"'${unknown}' is not a variable that is set{meant}", hint)


def _execute(words: list[str], values: dict[str, str]) -> int:
    """Become the command. Only the four variables change: what else the environment has stays as it is, byte for byte.

    `os.execvpe` would make a new environment out of names and values, and lose what is neither.
    """
    for name in NAMES:
        os.unsetenv(name)
    for name, value in values.items():
        os.putenv(name, value)
    _restore_signals()
    try:
        if not words[0]:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        os.execvp(words[0], words)  # noqa: S606, no shell is what this is for
    except OSError as error:
        write_error(f"racknet: cannot run '{printable(words[0])}': {error.strerror}\n")
        is_missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return ExitStatus.NOT_FOUND if is_missing else ExitStatus.NOT_EXECUTABLE


def _restore_signals() -> None:
    """Undo what Python, or the executable, ignores; what the caller ignored stays ignored.

    The executable knows what that was (`sys.inherited_ignored`). Python does not say: there systemd alone is known to
    ignore SIGPIPE.
    """
    by_systemd = {signal.SIGPIPE} if os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()) else set()
    inherited = getattr(sys, "inherited_ignored", by_systemd)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_IGN if ignored in inherited else signal.SIG_DFL)
