"""From a question to what is printed and the status: the one road that all questions take."""

from __future__ import annotations

from racknet import interfaces, streams
from racknet.classify import classify

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Callable, Sequence

    from racknet.question import Question, Verdict

ANSWERED, NO_ANSWER, USAGE, UNREADABLE = 0, 1, 2, 3
PAUSE = 0.2  # seconds between two looks at a host that is waited for


def verdicts(
    questions: Sequence[Question], wait: float, enough: Callable[[list[Verdict]], bool], *, whole: bool = False
) -> list[Verdict]:
    """What comes of the questions, once it is enough or the seconds to wait are over. Raises Unreadable.

    As long as it will do, plumbing is not looked at (unless the `whole` is wanted); what is not enough is of the whole.
    """
    from time import monotonic, sleep

    end = monotonic() + wait
    if wait:
        _end_at_once()
    whole = whole or any(question.names for question in questions)
    while True:
        found = _look(questions, whole=whole)
        if enough(found) or monotonic() >= end:
            break
        sleep(min(PAUSE, max(0, end - monotonic())))
    return found if whole or enough(found) else _look(questions, whole=True)


def settled(verdict: Verdict) -> bool:
    """Whether waiting would change nothing: there is an answer, or this is no host."""
    return verdict.answer is not None or verdict.container


def guarded(act: Callable[[], int]) -> int:
    """The status of an act, or of what went wrong with the reading or the writing."""
    try:
        return act()
    except interfaces.Unreadable as error:
        from racknet import report

        streams.err(f"racknet: {streams.printable(str(error))}\nhint: {report.UNREADABLE_HINT}\n")
    except streams.Unwritable as error:
        streams.err(f"racknet: {error}\n")
    return UNREADABLE


def answer_at_once(question: Question) -> bool:
    """Answers on standard output, if there is an answer; whether it did. Raises Unreadable, Unwritable."""
    found = classify(interfaces.read(), question).answer
    if found is not None:
        streams.out(f"{found.text}\n")
    return found is not None


def answer(
    question: Question,
    *,
    wait: float = 0,
    every: bool = False,
    as_json: bool = False,
    explain: bool = False,
    unknown: Sequence[str] = (),
) -> int:
    """Answers on standard output, or says on standard error why not; returns the status.

    `every` is for all candidates; `unknown` are variables to be mentioned where there is more said than the answer.
    """

    def act() -> int:
        def enough(found: list[Verdict]) -> bool:
            return settled(found[0]) or (every and bool(found[0].candidates))

        (verdict,) = verdicts([question], wait, enough, whole=explain)
        answered = enough([verdict]) and not verdict.container
        if explain or not answered:
            from racknet import report

            told = report.explanation if answered else report.no_answer
            streams.err(told(question, verdict) + report.unknown(unknown))
        if not answered:
            return NO_ANSWER
        if as_json:
            from racknet import as_json as render

            streams.out(render.candidates(question, verdict, every=every))
        else:
            shown = verdict.candidates if every else verdict.candidates[:1]
            streams.out("".join(f"{candidate.address.text}\n" for candidate in shown))
        return ANSWERED

    return guarded(act)


def show(questions: list[Question], *, as_json: bool, unknown: Sequence[str]) -> int:
    """Shows every address, and what it is to the questions; returns the status."""
    from racknet import as_json as render
    from racknet import report, table, walk
    from racknet.listing import rows

    def act() -> int:
        host = interfaces.read(whole=True)
        listed, is_host = rows(host, questions)
        if as_json:
            streams.out(render.listing(listed, host=is_host))
        else:
            colour = table.colourful()
            links = table.links(list(host.links.values()), walk.states(), colour=colour)
            streams.out(f"{table.addresses(listed, colour=colour)}\n{links}")
        if not is_host:
            streams.err(f"racknet: {report.CONTAINER}\nhint: {report.CONTAINER_HINT}\n")
        streams.err(report.unknown(unknown))
        return ANSWERED

    return guarded(act)


def _look(questions: Sequence[Question], *, whole: bool) -> list[Verdict]:
    host = interfaces.read(whole=whole)
    return [classify(host, question) for question in questions]


def _end_at_once() -> None:
    """Lets SIGTERM end the program as process 1 of a container too, where it would be ignored."""
    import os
    import signal

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
