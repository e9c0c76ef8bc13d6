"""The answers of the nodes, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from racknet.output.stdio import printable
from racknet.swarm.nodes import Answer

# A text in an error, and what to do then; the first that any error contains.
HINTS = [
    ("No such image", "bring the image to these nodes, or name with --image one that they can pull"),
    ("", "see docker node ls, or run on such a node: docker run --rm --net=host racknet/ip list"),
]


def format_text(answers: Sequence[Answer], *, is_bare: bool) -> str:
    """Return a line for each node that answered: its name and its address, or the bare address."""
    answered = [answer for answer in answers if answer.address]
    width = max((len(printable(answer.node)) for answer in answered), default=0)
    names = ["" if is_bare else f"{printable(answer.node):{width}}  " for answer in answered]
    return "".join(f"{name}{answer.address}\n" for name, answer in zip(names, answered, strict=True))


def format_json(answers: Sequence[Answer]) -> str:
    """Return the answers of all nodes, for programs."""
    return json.dumps([answer._asdict() for answer in answers]) + "\n"


def format_failures(answers: Sequence[Answer], asked: str) -> str:
    """Return the error for the nodes that did not answer, or for a query that no node matches."""
    failed = [answer for answer in answers if answer.error]
    if not answers:
        return "racknet: no node of this swarm matches\nhint: see docker node ls, and docker node inspect for labels\n"
    width = max(len(printable(answer.node)) for answer in failed)
    lines = "".join(f"  {printable(answer.node):{width}}  {printable(answer.error or '')}\n" for answer in failed)
    hint = next(hint for word, hint in HINTS if any(word in (answer.error or "") for answer in failed))
    return f"racknet: no {asked} address from {len(failed)} of {len(answers)} nodes\n{lines}hint: {hint}\n"
