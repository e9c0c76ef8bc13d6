"""All four answers as environment variables: `racknet env` prints them, `racknet exec` gives them to a command."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Mapping, Sequence

from racknet import options, report, streams
from racknet.answer import ANSWERED, NO_ANSWER, guarded, settled, verdicts
from racknet.question import Question, Verdict

NAMES = list(options.TOLD)
WRITTEN = re.compile(rf"\$(?:({'|'.join(NAMES)})(?![A-Za-z0-9_])|\{{({'|'.join(NAMES)})\}})")
NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as a shell has them


def questions(environ: Mapping[str, str]) -> list[Question]:
    """All four, in the order of the variables. Raises Wrong."""
    return [options.question(network, family, environ) for network, family in options.TOLD.values()]


def told(found: Sequence[Verdict]) -> dict[str, str]:
    """The variables for those answers that there are."""
    return {name: verdict.answer.text for name, verdict in zip(NAMES, found, strict=True) if verdict.answer}


def env(environ: Mapping[str, str], wait: float, *, export: bool) -> int:
    """Prints the variables, as KEY=value lines; returns the status."""
    asked = questions(environ)
    ipv4 = [place for place, question in enumerate(asked) if question.family == "ipv4"]

    def act() -> int:
        found = verdicts(asked, wait, lambda found: all(settled(found[place]) for place in ipv4))
        if not told(found):
            streams.err(report.no_answers(asked, found) + report.unknown(options.unknown(environ)))
            return NO_ANSWER
        prefix = "export " if export else ""
        for name, question, verdict in zip(NAMES, asked, found, strict=True):
            if question.family == "ipv4":
                streams.err(report.missing(name, question, verdict))
        streams.out("".join(f"{prefix}{name}={value}\n" for name, value in told(found).items()))
        return ANSWERED

    return guarded(act)


def become(command: Sequence[str], environ: Mapping[str, str], wait: float) -> int:
    """Becomes the command, with the variables in its environment and its arguments; returns only where it cannot."""
    asked = questions(environ)
    named = {name for word in command for match in WRITTEN.finditer(word) for name in match.groups() if name}
    places = [place for place, name in enumerate(NAMES) if name in named]

    def enough(found: list[Verdict]) -> bool:
        return all(settled(found[place]) for place in places) and any(map(settled, found))

    def act() -> int:
        found = verdicts(asked, wait, enough)
        values = told(found)
        missing = [place for place in places if NAMES[place] not in values]
        if missing:
            place = missing[0]
            streams.err(report.no_answer(asked[place], found[place]) + report.unknown(options.unknown(environ)))
            return NO_ANSWER
        if not values:
            streams.err(report.no_answers(asked, found) + report.unknown(options.unknown(environ)))
            return NO_ANSWER
        words = [WRITTEN.sub(lambda match: values[match[1] or match[2]], word) for word in command]
        return _execute(words, {name: value for name, value in environ.items() if name not in NAMES} | values)

    return guarded(act)


def _execute(words: list[str], environ: dict[str, str]) -> int:
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python
        signal.signal(ignored, signal.SIG_DFL)
    try:
        if not words[0]:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        os.execvpe(words[0], words, environ)  # noqa: S606, no shell is what this is for
    except OSError as error:
        streams.err(f"racknet: cannot run '{streams.printable(words[0])}': {error.strerror}\n")
        return NOT_FOUND if error.errno in (errno.ENOENT, errno.ENOTDIR) else NOT_EXECUTABLE
