"""What a provider tells of public addresses that are not on the host: which of them is the answer, or why none is.

It is the one that the provider translates to the host's own service address, or no answer.
"""

from __future__ import annotations

from racknet.core.comparison import UNATTRIBUTED, Doubt, Refusal
from racknet.core.eligibility import address_class, is_host
from racknet.core.facts import BITS, Address
from racknet.core.matching import as_glob, in_blocks, parse_address
from racknet.core.query import Query
from racknet.core.rules import BEHIND_NAT, Reason
from racknet.core.selection import select_address

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.facts import Host
    from racknet.core.selection import Selection

    Pair = tuple[str, str]  # a public address, and the private one that it is translated to; "" where that is not said

SEE_PROVIDER = "see at the provider: a public address of this host belongs to the service address of one of its NICs"


class ProviderAnswer:
    """A public address from a provider, on the NIC with its private one; from whom, and what is in doubt."""

    __slots__ = ("address", "reason", "unproven")

    def __init__(self, address: Address, reason: Reason, unproven: Doubt | None = None) -> None:
        self.address, self.reason, self.unproven = address, reason, unproven


def with_word(selection: Selection, word: ProviderAnswer | Refusal) -> Selection:
    """Return a selection with the provider's word, if its query asks the provider and the host has no answer."""
    if selection.candidates or not selection.query.ask_provider:
        return selection
    if isinstance(word, Refusal):
        return selection.with_refusal(word)
    return selection.with_provider_answer(word.address, word.reason, word.unproven)


def class_of(text: str) -> str:
    """Return the class of an IPv4 address; "" for any other text."""
    try:
        return address_class(_public(text))
    except (OSError, ValueError):  # the latter: a null character, or what is no UTF-8
        return ""


def find_translated(host: Host, query: Query) -> list[Address]:
    """Return the private addresses that a provider may translate, out of those that the filters leave.

    There are none where the host itself has a public address, nor in a container's own network. `--cidr` is about the
    public address.
    """
    if not is_host(host) or select_address(host, Query("public")).candidates:
        return []
    rejected = select_address(host, _without_cidr(query, "public")).rejected
    return [address for address, reason in rejected if reason is BEHIND_NAT]


def choose_answer(
    host: Host, query: Query, translated: Sequence[Address], provider: str, pairs: Sequence[Pair]
) -> ProviderAnswer | Refusal:
    """Return the one public address of the pairs that is the host's, or why there is none."""
    who = f"{provider}'s metadata service"
    own = select_address(host, _without_cidr(query, "service"))
    wanted = [pair for pair in dict.fromkeys(pairs) if _is_in_blocks(query, pair[0])]
    fitting = [
        (public, address)
        for public, private in wanted
        for address in ([a for a in translated if a.text == private] if private else own.answers)
        if not private or _is_answer_on_its_nic(host, query, address)
    ]
    if not fitting:
        unfit = "belongs to no service address of this host" if wanted else f"{query.filters_text} leaves out"
        what = f"tells {_listed(wanted or pairs)}, which {unfit}" if pairs else "tells none"
        return Refusal(f"{who} {what}", SEE_PROVIDER)
    unproven = None
    if len({public for public, _ in fitting}) > 1:
        doubtful = [_public(public, address.interface) for public, address in fitting]
        fitting = [(public, address) for public, address in fitting if address is own.address]
        if len(fitting) != 1:
            return Refusal(f"{who} tells several, {_listed(wanted)}", "", doubtful)
        unproven = own.unproven
    public, address = fitting[0]
    found = _public(public, address.interface)
    if (public, address.text) in wanted:
        return ProviderAnswer(found, Reason(f"from {who} for {address.text}"), unproven)
    if _is_filtered(query) and len(find_translated(host, Query("public"))) > 1:
        return Refusal(
            f"{who} tells {public}, and not for which private address: {query.filters_text} cannot choose",
            "do without these filters",
        )
    if query.strict:
        return Refusal(
            f"{who} tells {public}, and not for which private address: --strict refuses", "do without --strict"
        )
    doubt = Doubt(UNATTRIBUTED, [found], Reason(f"from {who}, for an unknown private address"))
    return ProviderAnswer(found, Reason(f"from {who}"), doubt)


def _is_filtered(query: Query) -> bool:
    """Return whether the query chooses among the private addresses of the host."""
    return bool(query.include or query.exclude or query.exclude_cidrs or query.reach)


def _is_in_blocks(query: Query, text: str) -> bool:
    """Return whether the blocks of the query leave a public address."""
    blocks, address = query.blocks("ipv4"), _public(text)
    return (not blocks or in_blocks(address, blocks)) and not in_blocks(address, query.exclude_cidrs)


def _public(text: str, interface: str = "") -> Address:
    return Address(interface, "ipv4", text, parse_address("ipv4", text), BITS["ipv4"])


def _without_cidr(query: Query, network: str) -> Query:
    return Query(
        network,
        include=query.include,
        exclude=query.exclude,
        exclude_cidrs=query.exclude_cidrs,
        reach=query.reach,
        strict=query.strict,
        in_container=query.in_container,
    )


def _is_answer_on_its_nic(host: Host, query: Query, address: Address) -> bool:
    """Return whether `service` of an address's interface answers this address."""
    include = (as_glob(address.interface),)
    on_it = Query("service", include=include, exclude=query.exclude, exclude_cidrs=query.exclude_cidrs)
    return select_address(host, on_it).address is address


def _listed(pairs: Sequence[Pair]) -> str:
    """Return the public addresses with their private ones, as a sentence has them."""
    return ", ".join([f"{public} for {private}" if private else public for public, private in pairs])
