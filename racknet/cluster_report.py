"""What came of the nodes of a swarm, for people and for programs. Part of `cluster`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from racknet.nodes import Answer
from racknet.streams import printable

# What an error may hold, and what to do then; the first that fits any.
HINTS = [
    ("No such image", "bring the image to these nodes, or say with --image one that they can pull"),
    ("", "see docker node ls, or ask there: docker run --rm --net=host racknet/ip list"),
]


def text(answers: Sequence[Answer], *, bare: bool) -> str:
    """A line for each node that has answered: its name and its address, or the bare address."""
    answered = [answer for answer in answers if answer.address]
    width = max((len(printable(answer.node)) for answer in answered), default=0)
    names = ["" if bare else f"{printable(answer.node):{width}}  " for answer in answered]
    return "".join(f"{name}{answer.address}\n" for name, answer in zip(names, answered, strict=True))


def as_json(answers: Sequence[Answer]) -> str:
    """All nodes, for programs."""
    return json.dumps([answer._asdict() for answer in answers]) + "\n"


def trouble(answers: Sequence[Answer], asked: str) -> str:
    """The error for the nodes that have not answered, or for there being no node at all."""
    failed = [answer for answer in answers if answer.error]
    if not answers:
        return "racknet: no node of this swarm fits\nhint: see docker node ls, and docker node inspect for labels\n"
    width = max(len(printable(answer.node)) for answer in failed)
    lines = "".join(f"  {printable(answer.node):{width}}  {printable(answer.error or '')}\n" for answer in failed)
    hint = next(hint for word, hint in HINTS if any(word in (answer.error or "") for answer in failed))
    return f"racknet: no {asked} address from {len(failed)} of {len(answers)} nodes\n{lines}hint: {hint}\n"
