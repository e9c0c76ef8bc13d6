"""The entry point: a fast path for plain queries, and the one place where an error becomes text and a status."""

from __future__ import annotations

import sys
from posix import environ  # `os` takes longer to load than an answer

from racknet.core.facts import FAMILY_WORDS, NETWORKS
from racknet.core.query import Query
from racknet.lookup import look_up
from racknet.output.stdio import write_error, write_output

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.lookup import LookUp

TOO_LITTLE_MEMORY = (
    "racknet: there is too little memory\n"
    "hint: see ulimit -v, and what limits the memory of the container or the unit\n"
)

_looks: list[LookUp] = []  # where `try_fast_path` leaves a look without an answer, for `main` to go on with


def main(error: Exception | None = None) -> int:
    """Run the command line and return the status. No traceback reaches a user.

    `error` is what the executable has met on the fast path. One of racknet's own is reported. After any other, ask
    again: it may be that of an interpreter which had only half started.
    """
    from racknet.errors import ExitStatus

    try:
        return _run(sys.argv[1:], error)
    except MemoryError:  # in the executable main.c sees to it
        write_error(TOO_LITTLE_MEMORY)
        return ExitStatus.UNAVAILABLE


def _run(words: list[str], met: Exception | None) -> int:
    from racknet.errors import ExitStatus, RacknetError, UsageError

    try:
        if isinstance(met, RacknetError):
            raise met
        if 1 <= len(words) <= 2 and words[0] in NETWORKS and set(words[1:]) <= set(FAMILY_WORDS):
            return ExitStatus.ANSWERED if not _looks and try_fast_path(*words) else _answer_plainly(*words)
        if words == ["list"]:
            from racknet.cli.ask import all_queries, show_list

            return show_list(all_queries(_variables()))
        from racknet.cli.app import run

        return run(words)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except MemoryError:
        raise
    except Exception as error:
        from racknet.output import messages

        if isinstance(error, UsageError) and not error.hint:
            from racknet.cli import mistakes

            error = UsageError(error.message, mistakes.hint(words), error.details)
        is_json = "--json" in words and words[0] != "exec"
        write_error(messages.format_error_json(error) if is_json else messages.format_error(error))
        return error.status if isinstance(error, RacknetError) else ExitStatus.INTERNAL_ERROR


def try_fast_path(network: str, word: str = "ipv4") -> bool:
    """Answer a plain query, if there are no variables and there is an answer. Return whether it is answered.

    The executable calls this before `main`, in an interpreter that has only half started: there are no codecs, no
    `sys.argv` and no streams yet. Raise RacknetError, for `main` to report.
    """
    if network not in NETWORKS or word not in FAMILY_WORDS or _variables():
        return False
    found = look_up([Query(network, FAMILY_WORDS[word])])
    (selection,) = found.selections
    if selection.address is None:
        _looks.append(found)
        return False
    if not selection.is_proven:
        from racknet.output.notes import unproven_answers

        write_error(unproven_answers([selection]))
    write_output(f"{selection.address.text}\n")
    return True


def _answer_plainly(network: str, word: str = "ipv4") -> int:
    """Answer a question without options, but perhaps with variables, or with an error."""
    from racknet.cli.ask import answer
    from racknet.parsing import parse_query, parse_seconds

    variables = _variables()
    query = parse_query(network, FAMILY_WORDS[word], variables, {})
    first = _looks.pop() if _looks else None
    return answer(query, variables, wait=parse_seconds(None, variables), first=first)


def _variables() -> dict[str, str]:
    """Return the variables that may mean something to racknet."""
    ours = {name: value for name, value in environ.items() if name.startswith(b"RACKNET_")}
    return {
        name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for name, value in ours.items()
    }


if __name__ == "__main__":
    sys.exit(main())
