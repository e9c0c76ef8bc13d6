"""The entry point. What has no options is answered without Typer, which takes thirty times as long to load as that."""

from __future__ import annotations

import sys
from posix import environ  # `os` takes longer to load than an answer

from racknet import options, streams
from racknet.answer import UNREADABLE, USAGE, answer, answer_at_once, show

COMMANDS = (*options.NETWORKS, "list", "env", "exec", "cluster")


def main() -> int:
    """Runs the command line; returns the status. No traceback reaches a user."""
    words = sys.argv[1:]
    try:
        if 1 <= len(words) <= 2 and words[0] in options.NETWORKS and set(words[1:]) <= set(options.FAMILIES):
            return plain(*words)
        if words == ["list"]:
            return plain_list()
        from racknet.cli import run

        return run(words)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from racknet import report

        if isinstance(error, options.Wrong):
            command = words[0] if words[0] in COMMANDS else ""
            streams.err(report.wrong(str(error), options.unknown(variables()), command))
            return USAGE
        streams.err(report.fault(error))
        return UNREADABLE


def at_once(network: str, word: str = "ipv4") -> bool:
    """Answers a plain question, where there is nothing but the answer to be said; whether it did.

    The executable tries this before `main`, in an interpreter that has only half started: there are no codecs, no
    `sys.argv` and no streams yet. Whatever is raised here is for `main` to find again, and to tell.
    """
    if network not in options.NETWORKS or word not in options.FAMILIES or variables():
        return False
    return answer_at_once(options.question(network, options.family(word), {}))


def plain(network: str, word: str = "ipv4") -> int:
    """Answers a question without options, but perhaps with variables; returns the status."""
    given = variables()
    question = options.question(network, options.family(word), given)
    return answer(question, wait=options.seconds(None, given), unknown=options.unknown(given))


def plain_list() -> int:
    """Shows every address; returns the status."""
    from racknet.variables import questions

    given = variables()
    return show(questions(given), as_json=False, unknown=options.unknown(given))


def variables() -> dict[str, str]:
    """The variables that may mean something to racknet."""
    ours = {name: value for name, value in environ.items() if name.startswith(b"RACKNET_")}
    return {
        name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for name, value in ours.items()
    }


if __name__ == "__main__":
    sys.exit(main())
