"""The words of a question: what they may be, and what is said of others."""

from __future__ import annotations

from racknet.classify import Question
from racknet.patterns import Block

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Callable, Sequence

NETWORKS = ("public", "service")
FAMILIES = {"ipv4": "ipv4", "ipv6": "ipv6", "inet": "ipv4", "inet6": "ipv6"}


class Wrong(Exception):
    """A word of the command line, or a value, that is not what it should be. Its text says so, quoting it."""


def plain(words: Sequence[str]) -> Question | None:
    """The question that the words are, if they are a network and at most a family; else it takes Typer."""
    if words and words[0] in NETWORKS and (len(words) == 1 or (len(words) == 2 and words[1] in FAMILIES)):
        return Question(words[0], family(*words[1:]))
    return None


def family(word: str = "ipv4") -> str:
    """The family that a word means."""
    if word not in FAMILIES:
        raise Wrong(f"'{word}' is not a family: ipv4 or ipv6")
    return FAMILIES[word]


def globs(words: Sequence[str]) -> Callable[[str], bool] | None:
    """Whether a name is of one of the globs; None without any. Raises Wrong."""
    from fnmatch import fnmatchcase

    for word in words:
        if not word:
            raise Wrong("'' is not an interface's name or glob")
    return (lambda name: any(fnmatchcase(name, word) for word in words)) if words else None


def cidr(word: str) -> Block:
    """The block that a word is; host bits and a bare address are fine. Raises Wrong."""
    from ipaddress import ip_network

    try:
        length = word.partition("/")[2]
        if length and not length.isdecimal():  # a netmask is fine for ipaddress
            raise ValueError
        return Block(str(ip_network(word, strict=False)))
    except ValueError:
        raise Wrong(f"'{word}' is not a CIDR block") from None
