"""Blocks of addresses, and names by pattern: the two ways in which the rules are written down."""

from __future__ import annotations

from _socket import AF_INET, AF_INET6, inet_pton  # `socket` itself takes longer to load than all the rest of an answer

from racknet.facts import BITS, Address

AF = {"ipv4": AF_INET, "ipv6": AF_INET6}


def number(family: str, text: str) -> int:
    """An address as a number; OSError where the text is none of the family."""
    return int.from_bytes(inet_pton(AF[family], text), "big")


class Block:
    """A block of addresses, written as a CIDR block: `10.0.0.0/8`. Host bits are put aside."""

    __slots__ = ("family", "number", "shift", "text")

    def __init__(self, text: str) -> None:
        address, _, length = text.partition("/")
        self.text = text
        self.family = "ipv6" if ":" in address else "ipv4"
        self.shift = BITS[self.family] - (int(length) if length else BITS[self.family])
        self.number = number(self.family, address) >> self.shift

    def __contains__(self, address: Address) -> bool:
        return address.family == self.family and address.number >> self.shift == self.number


class Name:
    """A pattern of interface names: `docker*`, or a beginning with what must follow it: `tun` and `digits`.

    Only what ends in `*` may go on as it likes: `green0` is no `gre0`, `br-lan` no Docker network.
    """

    __slots__ = ("beginning", "rest", "text")

    def __init__(self, text: str, rest: str = "") -> None:
        self.text, self.beginning = text, text.removesuffix("*")
        self.rest = "*" if text.endswith("*") else rest

    def matches(self, name: str) -> bool:
        """Whether an interface's name is of this pattern."""
        if not name.startswith(self.beginning):
            return False
        rest = name[len(self.beginning) :]
        if self.rest == "*":
            return True
        if self.rest == "digits":
            return rest.isascii() and rest.isdigit()
        if self.rest:  # "12 hex digits"
            return len(rest) == int(self.rest.split()[0]) and not rest.strip("0123456789abcdef")
        return not rest


def beginnings(patterns: list[Name]) -> tuple[str, ...]:
    """What a name must begin with to be of any of the patterns: most are not, and that is found out at once."""
    return tuple(pattern.beginning for pattern in patterns)
