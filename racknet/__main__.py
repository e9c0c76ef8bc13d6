"""The entry point. A plain question is answered without loading Typer, which takes thirty times as long as the rest."""

from __future__ import annotations

import os
import sys

from racknet import options, report, streams
from racknet.answer import UNREADABLE, USAGE, answer


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
    except options.Wrong as error:
        streams.err(report.wrong(str(error), options.unknown(os.environ)))
        return USAGE
    except Exception as error:
        streams.err(report.fault(error))
        return UNREADABLE


def plain(network: str, word: str = "ipv4") -> int:
    """Answers a question without options, but perhaps with variables; returns the status."""
    environ = os.environ
    question = options.question(network, options.family(word), environ)
    return answer(question, wait=options.seconds(None, environ), unknown=options.unknown(environ))


if __name__ == "__main__":
    sys.exit(main())
