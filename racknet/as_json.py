"""Answers and the list, for programs."""

from __future__ import annotations

import json

from racknet.listing import Row
from racknet.question import Question, Verdict
from racknet.ranking import why


def candidates(question: Question, verdict: Verdict, *, every: bool) -> str:
    """The answer as an object, or every candidate as an array of them."""
    objects = [
        {
            "network": question.network,
            "family": question.family,
            "address": candidate.address.text,
            "prefix_length": candidate.address.prefix_length,
            "interface": candidate.address.interface,
            "why": why(question.network, verdict.candidates, place),
        }
        for place, candidate in enumerate(verdict.candidates if every else verdict.candidates[:1])
    ]
    return json.dumps(objects if every else objects[0]) + "\n"


def listing(rows: list[Row], *, host: bool) -> str:
    """All addresses."""
    objects = [
        {
            "interface": row.address.interface,
            "label": row.address.label or None,
            "family": row.address.family,
            "address": row.address.text,
            "prefix_length": row.address.prefix_length,
            "class": row.its_class,
            "answers": row.answers,
            "why": row.why,
        }
        for row in rows
    ]
    return json.dumps({"host": host, "addresses": objects}) + "\n"
