"""From a question to what is printed and the status: the one road that all questions take."""

from __future__ import annotations

from racknet import interfaces, report, streams
from racknet.classify import Question, classify

ANSWERED, NO_ANSWER, USAGE, UNREADABLE = 0, 1, 2, 3


def answer(question: Question) -> int:
    """Answers on standard output, or says on standard error why not; returns the status."""
    try:
        verdict = classify(interfaces.read(whole=question.names is not None), question)
        if verdict.answer is None:  # plumbing too is named in the error
            verdict = classify(interfaces.read(whole=True), question)
        if verdict.answer is None:
            streams.err(report.no_answer(question, verdict))
            return NO_ANSWER
        streams.out(f"{verdict.answer.text}\n")
    except (interfaces.Unreadable, streams.Unwritable) as error:
        streams.err(f"racknet: {streams.printable(str(error))}\n")
        return UNREADABLE
    return ANSWERED
