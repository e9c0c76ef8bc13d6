"""The entry point. A plain question is answered without loading Typer, which takes thirty times as long as the rest."""

from __future__ import annotations

import sys
from posix import environ  # `os` takes longer to load than an answer

from racknet import options, streams
from racknet.answer import UNREADABLE, USAGE, answer

COMMANDS = (*options.NETWORKS, "list", "env", "exec")


def main() -> int:
    """Runs the command line; returns the status. No traceback reaches a user."""
    words = sys.argv[1:]
    try:
        if 1 <= len(words) <= 2 and words[0] in options.NETWORKS and set(words[1:]) <= set(options.FAMILIES):
            return plain(*words)
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


def plain(network: str, word: str = "ipv4") -> int:
    """Answers a question without options, but perhaps with variables; returns the status."""
    given = variables()
    question = options.question(network, options.family(word), given)
    return answer(question, wait=options.seconds(None, given), unknown=options.unknown(given))


def variables() -> dict[str, str]:
    """The variables that may mean something to racknet."""
    ours = {name: value for name, value in environ.items() if name.startswith(b"RACKNET_")}
    return {
        name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for name, value in ours.items()
    }


if __name__ == "__main__":
    sys.exit(main())
