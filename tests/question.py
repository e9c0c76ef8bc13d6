"""A question by its command line, for the pure rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from racknet.classify import Question, classify
from racknet.options import cidr, family, globs

if TYPE_CHECKING:
    from racknet.facts import Host


def question(line: str) -> Question:
    """The question that a command line asks."""
    network, *rest = line.split()
    word = rest.pop(0) if rest and not rest[0].startswith("-") else "ipv4"
    options: dict[str, list[str]] = {"--interface": [], "--cidr": [], "--exclude": []}
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        options[option].append(value)
    return Question(
        network,
        family(word),
        names=globs(options["--interface"]),
        cidrs=tuple(map(cidr, options["--cidr"])),
        excludes=globs(options["--exclude"]),
    )


def answered(host: Host, line: str) -> str:
    """What a host answers to a command line; "" where it does not."""
    answer = classify(host, question(line)).answer
    return answer.text if answer else ""
