"""A query: what is asked, and the user's filters, as values."""

from __future__ import annotations

from racknet.core.matching import matches_glob

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.core.facts import Address, Host, Interface
    from racknet.core.matching import CidrBlock, CidrBlocks

    Globs = tuple[str, ...]


class Query:
    """What is asked: a network, a family, and the user's filters.

    `include` and `exclude` are globs of interface names and labels, `cidrs` and `exclude_cidrs` blocks of a family; all
    are empty without such a filter. `reach` is an address, or "". With `all_candidates`, the answer alone is not
    enough. With `strict`, only a proven answer is one. With `in_container`, an address of a container's own network is
    one, too. With `ask_provider`, the provider's metadata service is asked where the host has no such address.
    `filters_text` is how the user wrote the filters, `options` the same without `--interface`, as words of a
    command line.
    """

    __slots__ = (
        *("all_candidates", "ask_provider", "cidrs", "exclude", "exclude_cidrs", "family", "filters_text"),
        *("in_container", "include"),
        *("network", "options", "reach", "strict"),
    )

    def __init__(
        self,
        network: str,
        family: str = "ipv4",
        *,
        include: Globs = (),
        exclude: Globs = (),
        cidrs: CidrBlocks = (),
        exclude_cidrs: CidrBlocks = (),
        reach: str = "",
        all_candidates: bool = False,
        strict: bool = False,
        in_container: bool = False,
        ask_provider: bool = False,
        filters_text: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        self.network, self.family, self.include, self.exclude = network, family, include, exclude
        self.cidrs, self.exclude_cidrs, self.reach = cidrs, exclude_cidrs, reach
        self.all_candidates, self.strict, self.in_container = all_candidates, strict, in_container
        self.ask_provider, self.filters_text, self.options = ask_provider, filters_text, options

    def __str__(self) -> str:
        return f"{self.network} {self.family}"

    def blocks(self, family: str) -> list[CidrBlock]:
        """Return the blocks of `--cidr` of a family: each restricts its own family alone."""
        return [block for block in self.cidrs if block.family == family]

    def includes(self, host: Host, address: Address) -> bool:
        """Return whether `--interface` names the interface of an address, by any of its names, or its label."""
        return is_named(self.include, host, address)


def is_named(globs: Globs, host: Host, address: Address) -> bool:
    """Return whether one of the globs matches a name of the interface of an address, or its label."""
    if not globs:  # of thousands of addresses
        return False
    return names_interface(globs, host.interfaces[address.interface]) or matches_glob(label_of(host, address), globs)


def names_interface(globs: Globs, interface: Interface) -> bool:
    """Return whether one of the globs matches the name of an interface, or one of its alternative names."""
    if not globs:
        return False
    return any(matches_glob(name, globs) for name in (interface.name, *interface.alternative_names))


def label_of(host: Host, address: Address) -> str:
    """Return the label of an address, "" without one. The name of another interface is no label."""
    return "" if address.label in host.interfaces else address.label
