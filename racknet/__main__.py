"""The entry point. A plain question is answered without loading Typer, which takes thirty times as long as the rest."""

from __future__ import annotations

import sys

from racknet.answer import answer
from racknet.options import plain


def main() -> int:
    """Runs the command line; returns the status."""
    try:
        if question := plain(sys.argv[1:]):
            return answer(question)
        from racknet.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
