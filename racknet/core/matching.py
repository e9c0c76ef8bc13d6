"""CIDR blocks and name patterns, by which the rules name addresses and interfaces; and the query, by which users do."""

from __future__ import annotations

from _socket import inet_ntop, inet_pton  # `socket` takes longer to load than all the rest of an answer

from racknet.core.model import AF, BITS, Address, Host

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Callable


def parse_address(family: str, text: str) -> int:
    """Return an address as a number. Raise OSError where the text is not an address of the family."""
    return int.from_bytes(inet_pton(AF[family], text), "big")


def format_address(family: str, packed: bytes | bytearray) -> str:
    """Return the text of an address, given its bytes in network order."""
    return inet_ntop(AF[family], packed)


class CidrBlock:
    """A block of addresses in CIDR notation: `10.0.0.0/8`. Host bits are ignored; a bare address is a block of one."""

    __slots__ = ("family", "number", "shift", "text")

    def __init__(self, text: str) -> None:
        address, _, length = text.partition("/")
        self.text = text
        self.family = "ipv6" if ":" in address else "ipv4"
        self.shift = BITS[self.family] - int(length or BITS[self.family])
        self.number = parse_address(self.family, address) >> self.shift

    def __contains__(self, address: Address) -> bool:
        return address.family == self.family and address.number >> self.shift == self.number

    @property
    def is_bare(self) -> bool:
        """Whether it is written as an address without a prefix length, which names that address alone."""
        return "/" not in self.text


def cidr_blocks(texts: str) -> list[CidrBlock]:
    """Return the blocks of a list that is separated by spaces."""
    return [CidrBlock(text) for text in texts.split()]


def in_blocks(address: Address, blocks: list[CidrBlock] | tuple[CidrBlock, ...]) -> bool:
    """Return whether an address is in one of the blocks."""
    for block in blocks:  # a loop, since a host may have thousands of addresses
        if address.family == block.family and address.number >> block.shift == block.number:
            return True
    return False


def label_of(host: Host, address: Address) -> str:
    """Return the label of an address, "" without one. The name of another interface is no label."""
    return "" if address.label in host.interfaces else address.label


class NamePattern:
    """A pattern of interface names: `docker*`, `cbr0`, `tun<digits>`, `br-<12 hex digits>`.

    `*` alone allows any rest: `green0` does not match `gre<digits>`, and `br-lan` is not a network of Docker's.
    """

    __slots__ = ("prefix", "rest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.prefix, _, rest = text.partition("<")
        self.rest = rest.removesuffix(">")
        if text.endswith("*"):
            self.prefix, self.rest = text[:-1], "*"

    def matches(self, name: str) -> bool:
        """Return whether an interface's name matches, from its first character to its last."""
        if not name.startswith(self.prefix):
            return False
        rest = name[len(self.prefix) :]
        if self.rest == "*":
            return True
        if self.rest == "digits":
            return rest.isascii() and rest.isdigit()
        if self.rest:  # "12 hex digits"
            return len(rest) == int(self.rest.split()[0]) and not rest.strip("0123456789abcdef")
        return not rest


class NamePatterns:
    """Several patterns. Most names begin like none of them, which one comparison finds out."""

    __slots__ = ("_prefixes", "patterns")

    def __init__(self, *texts: str) -> None:
        self.patterns = [NamePattern(text) for text in texts]
        self._prefixes = tuple([pattern.prefix for pattern in self.patterns])

    def match(self, name: str) -> bool:
        """Return whether a name matches one of the patterns."""
        return name.startswith(self._prefixes) and any(pattern.matches(name) for pattern in self.patterns)


class Query:
    """What is asked: a network, a family, and the user's filters; `filters_text` is how the user wrote them.

    `options` are the same filters, except `--interface`, as words of a command line.
    `include` and `exclude` say whether an interface's name or a label matches; they are None without such a filter.
    `cidrs` and `exclude_cidrs` hold blocks of both families. `reach` is an address, or "". With `all_candidates`,
    the answer alone is not enough.
    """

    __slots__ = (
        *("cidrs", "exclude", "exclude_cidrs", "include", "reach"),
        *("all_candidates", "family", "filters_text", "network", "options"),
    )

    def __init__(self, network: str, family: str = "ipv4") -> None:
        self.network, self.family, self.reach, self.filters_text = network, family, "", ""
        self.include: Callable[[str], bool] | None = None
        self.exclude: Callable[[str], bool] | None = None
        self.cidrs: tuple[CidrBlock, ...] = ()
        self.exclude_cidrs: tuple[CidrBlock, ...] = ()
        self.options: tuple[str, ...] = ()
        self.all_candidates = False

    def __str__(self) -> str:
        return f"{self.network} {self.family}"

    def blocks(self, family: str) -> list[CidrBlock]:
        """Return the blocks of `--cidr` of a family: each restricts its own family alone."""
        return [block for block in self.cidrs if block.family == family]

    def includes(self, host: Host, address: Address) -> bool:
        """Return whether `--interface` names the interface of an address, or its label."""
        label = label_of(host, address)
        return self.include is not None and (self.include(address.interface) or (label != "" and self.include(label)))
