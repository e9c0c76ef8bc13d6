"""The Python interface: what `import racknet` offers. docs/python.md describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from racknet.core.facts import NETWORKS
from racknet.core.selection import Selection
from racknet.core.why import why
from racknet.errors import UsageError
from racknet.lookup import find_nat_provider, find_other_family, is_final, wait_for
from racknet.output import messages
from racknet.output.formats import host_of
from racknet.parsing import YEAR, parse_family, parse_query

Words = str | Sequence[str]
IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network
Block = str | IPAddress | IPNetwork
Blocks = Block | Sequence[Block]
ADDRESSES = (str, IPv4Address, IPv6Address)
BLOCKS = (*ADDRESSES, IPv4Network, IPv6Network)
WORDS: dict[str, tuple[tuple[type, ...], str]] = {  # of each filter
    "interface": ((str,), "a str"),
    "cidr": (BLOCKS, "a str, an address or a network"),
    "exclude": (BLOCKS, "a str, an address or a network"),
    "reach": (ADDRESSES, "a str or an address"),
}


class Candidate(NamedTuple):
    """An address that may be the answer: where it is, its prefix length in bits, and why it comes before the next.

    `proven` is true for the answer, if it is proven, and false for all others.
    """

    address: IPAddress
    interface: str
    prefix_length: int
    reason: str
    proven: bool

    @property
    def network(self) -> IPNetwork:
        """The network of the address, by its prefix length."""
        return ip_network(f"{self.address}/{self.prefix_length}", strict=False)

    @property
    def host(self) -> str:
        """The address as a URL, or `-p` of Docker, wants it: IPv6 in brackets, link-local with its zone."""
        return host_of(self.address, self.interface)


def public(
    family: str = "ipv4",
    *,
    interface: Words | None = None,
    cidr: Blocks | None = None,
    exclude: Blocks | None = None,
    reach: str | IPAddress | None = None,
    strict: bool = False,
    in_container: bool = False,
    wait: float = 0,
    ask_provider: bool = False,
) -> IPAddress:
    """Return the host's address on the public network. The arguments are those of `address`."""
    return address(
        "public",
        family,
        interface=interface,
        cidr=cidr,
        exclude=exclude,
        reach=reach,
        strict=strict,
        in_container=in_container,
        ask_provider=ask_provider,
        wait=wait,
    )


def service(
    family: str = "ipv4",
    *,
    interface: Words | None = None,
    cidr: Blocks | None = None,
    exclude: Blocks | None = None,
    reach: str | IPAddress | None = None,
    strict: bool = False,
    in_container: bool = False,
    wait: float = 0,
) -> IPAddress:
    """Return the host's address on the service network, the provider's internal one. See `address`."""
    return address(
        "service",
        family,
        interface=interface,
        cidr=cidr,
        exclude=exclude,
        reach=reach,
        strict=strict,
        in_container=in_container,
        wait=wait,
    )


def address(
    network: str,
    family: str = "ipv4",
    *,
    interface: Words | None = None,
    cidr: Blocks | None = None,
    exclude: Blocks | None = None,
    reach: str | IPAddress | None = None,
    strict: bool = False,
    in_container: bool = False,
    wait: float = 0,
    ask_provider: bool = False,
) -> IPAddress:
    """Return the host's address on a network, "public" or "service".

    `interface` names the only interfaces to consider, by names or globs; `cidr` the only blocks of addresses; `reach`
    is an address: only the interface by which the kernel reaches it. `exclude` names interfaces and blocks to leave
    out. With `strict`, only a proven answer is one; with `in_container`, one of a container's own network will do. With
    `ask_provider`, ask the provider's metadata service if the host has no public IPv4 address. Where nothing is sure
    yet, ask again for `wait` seconds. No variable of the environment changes anything.

    Raise NoAddress, or Ambiguous where nothing proves which of several it is; UsageError for a wrong argument;
    HostReadError.
    """
    filters = {"interface": interface, "cidr": cidr, "exclude": exclude, "reach": reach}
    switches = {"strict": strict, "in_container": in_container, "ask_provider": ask_provider}
    (found,) = _select(network, family, filters, switches, wait).answers
    return ip_address(found.text)


def addresses(
    network: str,
    family: str = "ipv4",
    *,
    interface: Words | None = None,
    cidr: Blocks | None = None,
    exclude: Blocks | None = None,
    reach: str | IPAddress | None = None,
    strict: bool = False,
    in_container: bool = False,
    wait: float = 0,
) -> tuple[Candidate, ...]:
    """Return all candidates for an address, at least one, best first, even where interfaces tie. See `address`."""
    filters = {"interface": interface, "cidr": cidr, "exclude": exclude, "reach": reach}
    switches = {"strict": strict, "in_container": in_container}
    selection = _select(network, family, filters, switches, wait, all_candidates=True)
    return tuple(
        Candidate(
            ip_address(a.text),
            a.interface,
            a.prefix_length,
            why(selection, place).text,
            proven=place == 0 and selection.is_proven,
        )
        for place, a in enumerate(selection.answers)
    )


def _select(
    network: str,
    family: str,
    filters: Mapping[str, Blocks | None],
    switches: Mapping[str, bool],
    wait: float,
    *,
    all_candidates: bool = False,
) -> Selection:
    """Return the selection for the arguments, once it has an answer.

    Raise UsageError, which names the argument and quotes the value. Raise NoAddress, HostReadError.
    """
    if network not in NETWORKS:
        raise UsageError(f"network: {network!r} is not public or service")
    if not isinstance(family, str):
        raise UsageError(f"family: {family!r} is not ipv4 or ipv6")
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise UsageError(f"{name}: {value!r} is not True or False")
    options = {name: _words(name, value) for name, value in filters.items()}
    family = parse_family(family)
    query = parse_query(network, family, {}, options, sign="", all_candidates=all_candidates, **switches)
    if isinstance(wait, bool) or not isinstance(wait, (int, float)) or not 0 <= wait <= YEAR:
        raise UsageError(f"wait: {wait!r} is not a number of seconds, from 0 to a year")

    found = wait_for([query], wait, lambda selections: is_final(selections[0]))
    (selection,) = found.selections
    if not selection.answers:
        host, (whole,) = found.whole()
        other = find_other_family(host, whole)
        raise messages.no_address(whole, "argument", find_nat_provider([whole]), other_family=other)
    return selection


def _words(name: str, value: object) -> list[str]:
    """Return the words of an argument; none for None. Raise UsageError."""
    if value is None:
        return []
    types, text = WORDS[name]
    is_several = name != "reach" and not isinstance(value, (str, bytes))
    given = list(value) if is_several and isinstance(value, Sequence) else [value]
    if not all(isinstance(each, types) for each in given):
        raise UsageError(f"{name}: {value!r} is not {text}{'' if name == 'reach' else ', or a sequence of them'}")
    return [each if isinstance(each, str) else str(each) for each in given]  # an enum of str is its value
