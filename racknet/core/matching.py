"""CIDR blocks, name patterns and globs, by which the rules and the users name addresses and interfaces."""

from __future__ import annotations

from _socket import inet_ntop, inet_pton  # `socket` takes longer to load than all the rest of an answer

from racknet.core.facts import AF, BITS, Address

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    CidrBlocks = tuple["CidrBlock", ...]


def parse_address(family: str, text: str) -> int:
    """Return an address as a number. Raise OSError where the text is not an address of the family."""
    return int.from_bytes(inet_pton(AF[family], text), "big")


def family_of(text: str) -> str:
    """Return the family of an address, of which IPv6 alone has colons."""
    return "ipv6" if ":" in text else "ipv4"


def pack_address(text: str) -> bytes:
    """Return an address as bytes in network order."""
    return inet_pton(AF[family_of(text)], text)


def format_address(family: str, packed: bytes | bytearray) -> str:
    """Return the text of an address, given its bytes in network order."""
    return inet_ntop(AF[family], packed)


class CidrBlock:
    """A block of addresses in CIDR notation: `10.0.0.0/8`. Host bits are ignored; a bare address is a block of one."""

    __slots__ = ("family", "number", "shift", "text")

    def __init__(self, text: str) -> None:
        address, _, length = text.partition("/")
        self.text = text
        self.family = family_of(address)
        self.shift = BITS[self.family] - int(length or BITS[self.family])
        self.number = parse_address(self.family, address) >> self.shift

    def __contains__(self, address: Address) -> bool:
        return address.family == self.family and address.number >> self.shift == self.number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CidrBlock) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def is_bare(self) -> bool:
        """Whether it is written as an address without a prefix length, which names that address alone."""
        return "/" not in self.text


def network_of(address: Address) -> tuple[int, int]:
    """Return the network of an address as a number and a shift: all its addresses, shifted, are that number."""
    shift = BITS[address.family] - address.prefix_length
    return address.number >> shift, shift


def cidr_blocks(texts: str) -> list[CidrBlock]:
    """Return the blocks of a list that is separated by spaces."""
    return [CidrBlock(text) for text in texts.split()]


def in_blocks(address: Address, blocks: list[CidrBlock] | tuple[CidrBlock, ...]) -> bool:
    """Return whether an address is in one of the blocks."""
    for block in blocks:  # a loop, since a host may have thousands of addresses
        if address.family == block.family and address.number >> block.shift == block.number:
            return True
    return False


def matches_glob(name: str, globs: Sequence[str]) -> bool:
    """Return whether a name matches one of the globs. "" matches none: it is no name."""
    if not globs or not name:
        return False
    from fnmatch import fnmatchcase  # which takes long to load

    return any(fnmatchcase(name, glob) for glob in globs)


def as_glob(name: str) -> str:
    """Return a glob that matches a name alone."""
    return "".join([f"[{c}]" if c in "*?[" else c for c in name])


class NamePatterns:
    """Patterns of interface names: `docker*`, `cbr0`, `tun<digits>`, `br-<12 hex digits>`.

    `*` alone allows any rest: `green0` does not match `gre<digits>`, and `br-lan` is not a network of Docker's. Most
    names begin with none of the prefixes, and one comparison with all of them tells so.
    """

    __slots__ = ("_prefixes", "patterns")

    def __init__(self, *texts: str) -> None:
        self.patterns = [text.rstrip(">").replace("*", "<*").partition("<")[::2] for text in texts]  # prefix and rest
        self._prefixes = tuple([prefix for prefix, _ in self.patterns])

    def match(self, name: str) -> bool:
        """Return whether a name matches one of the patterns, from its first character to its last."""
        return name.startswith(self._prefixes) and any(
            name.startswith(prefix) and _is_rest(name[len(prefix) :], rest) for prefix, rest in self.patterns
        )


def _is_rest(text: str, rest: str) -> bool:
    """Return whether the rest of a name is what a pattern has behind its prefix."""
    if rest == "*":
        return True
    if rest == "digits":
        return text.isascii() and text.isdigit()
    if rest:  # "12 hex digits"
        return len(text) == int(rest.split(maxsplit=1)[0]) and not text.strip("0123456789abcdef")
    return not text
