"""A question by its command line, for the pure rules."""

from __future__ import annotations

from racknet import options
from racknet.classify import classify
from racknet.facts import Host
from racknet.question import Question


def question(line: str) -> Question:
    """The question that a command line asks."""
    network, *rest = line.split()
    word = rest.pop(0) if rest and not rest[0].startswith("-") else "ipv4"
    given: dict[str, list[str]] = {"interface": [], "cidr": [], "exclude": []}
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        given[option.removeprefix("--")].append(value)
    return options.question(network, options.family(word), {}, **given)


def answered(host: Host, line: str) -> str:
    """What a host answers to a command line; "" where it does not."""
    answer = classify(host, question(line)).answer
    return answer.text if answer else ""
