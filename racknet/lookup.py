"""Look the answers up: read the host, select the addresses, confirm them by the second reader, and wait for them."""

from __future__ import annotations

from racknet.core.eligibility import is_host
from racknet.core.facts import Host
from racknet.core.query import Query
from racknet.core.rules import BEHIND_NAT
from racknet.core.selection import select_addresses
from racknet.host.crosscheck import find_unconfirmed
from racknet.host.reader import read_host

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable, Sequence

    from racknet.core.clouds import Provider
    from racknet.core.comparison import Refusal
    from racknet.core.provider_answer import ProviderAnswer
    from racknet.core.selection import Selection
    from racknet.host.changes import Changes
    from racknet.host.reader import Reading

# Seconds after which a host that is waited for is looked at in any case. The kernel does not tell when systemd has
# booted (/run), when the second reader catches up, or anything at all in a sandbox that has no groups.
SLOW = 1.0


class LookUp:
    """What one reading of the host gives for some queries. Each address to print is confirmed by the second reader."""

    __slots__ = ("_changes", "_word", "queries", "reading", "selections")

    def __init__(
        self,
        queries: Sequence[Query],
        reading: Reading,
        selections: list[Selection],
        word: ProviderAnswer | Refusal | None = None,
    ) -> None:
        self.queries, self.reading, self._word = queries, reading, word
        self.selections = self._with_word(selections)
        self._changes: Changes | None = None

    def whole(self) -> tuple[Host, list[Selection]]:
        """Return the whole host and its selections, container interfaces included, for what shows all addresses."""
        host = self.reading.whole()
        return host, self._with_word(select_addresses(host, self.queries))

    def ask_provider(self) -> LookUp:
        """Return the look with the provider's word, where a query is to ask it, and the host itself has no answer."""
        for selection in self.selections:  # `public ipv4` alone asks
            if selection.query.ask_provider and not selection.candidates:
                return LookUp(self.queries, self.reading, self.selections, _ask(self.reading, selection.query))
        return self

    @property
    def awaits_provider(self) -> bool:
        """Whether there is no answer, and that of the provider may still come."""
        refusals = [selection.refusal for selection in self.selections if selection.refusal]
        return any(each.may_pass for each in refusals) and not any(s.answers for s in self.selections)

    def _with_word(self, selections: list[Selection]) -> list[Selection]:
        if self._word is None:
            return selections
        from racknet.core.provider_answer import with_word

        return [with_word(selection, self._word) for selection in selections]

    def may_change(self, messages: Sequence[bytes]) -> bool:
        """Return whether messages of the kernel's since then, in their order, may change a selection."""
        if self._changes is None:
            from racknet.host.changes import changes_since

            self._changes = changes_since(self.reading, self.queries, counts_as_host=self.selections[0].counts_as_host)
        return self._changes.concern(messages)


def look_up(queries: Sequence[Query]) -> LookUp:
    """Read the host and select an address for each query. Raise HostReadError.

    netifaces confirms each address to print. Where it does not, the host has changed meanwhile: read it once more.
    """
    reach = {query.reach for query in queries if query.reach}
    is_filtered = any(query.include or query.cidrs or query.reach for query in queries)
    for _ in range(2):
        reading = read_host(reach)
        selections = select_addresses(reading.whole() if is_filtered else reading.host, queries)
        unconfirmed = find_unconfirmed([address for selection in selections for address in selection.answers])
        if not unconfirmed:
            return LookUp(queries, reading, selections)
    from racknet.errors import HostReadError

    address = unconfirmed[0]
    raise HostReadError(
        f"the kernel lists {address.text} on {address.label or address.interface}, and netifaces does not",
        "does the address change all the time? try again, or see ip addr",
    )


def wait_for(
    queries: Sequence[Query],
    seconds: float,
    is_done: Callable[[list[Selection]], bool],
    *,
    first: LookUp | None = None,
    on_wait: Callable[[], None] | None = None,
) -> LookUp:
    """Look up until `is_done`, or the time is over, and return the last look. Raise HostReadError.

    Look again as soon as the kernel tells of a change. `first` is a look that was just taken; `on_wait` is called once,
    when the waiting begins. In the end, the provider is asked for those queries that are to ask it, once or until it
    answers.
    """
    if not seconds:
        return (first or look_up(queries)).ask_provider()
    from time import monotonic

    from racknet.errors import HostReadError
    from racknet.host.events import Events

    end = monotonic() + seconds
    may_change: Callable[[Sequence[bytes]], bool] = bool
    with Events() as events:
        while True:
            try:
                found, first = first or look_up(queries), None
                may_change = found.may_change
                if is_done(found.selections) or monotonic() >= end:
                    answered = found.ask_provider()
                    if not answered.awaits_provider or monotonic() >= end:
                        return answered
            except HostReadError:
                if monotonic() >= end:
                    raise
            if on_wait:
                on_wait()
                on_wait = None
            events.wait(min(SLOW, max(0, end - monotonic())), may_change)


def is_final(selection: Selection) -> bool:
    """Return whether waiting changes nothing: nothing can replace the answer, or this is not a host's network.

    While a host boots, the first NIC with an address may not be the one. What the user chose is not replaced. Where the
    provider is to be asked, no answer is final, too.
    """
    query = selection.query
    blocks = query.blocks(query.family) or (query.network == "service" and query.blocks("ipv4"))
    is_chosen = bool(query.include or blocks or query.reach)
    is_settled = not selection.awaits_address
    return not selection.counts_as_host or (
        is_chosen or is_settled if selection.answers else query.ask_provider and is_settled
    )


def find_other_family(host: Host, selection: Selection) -> str:
    """Return the other family where it has an answer to a query without filters, else ""."""
    query = selection.query
    family = "ipv6" if query.family == "ipv4" else "ipv4"
    if query.filters_text or selection.candidates or not selection.counts_as_host:
        return ""
    return family if select_addresses(host, [Query(query.network, family, strict=query.strict)])[0].address else ""


def find_nat_provider(selections: Sequence[Selection]) -> Provider | None:
    """Return the provider that may have the public IPv4 address of a selection behind its NAT, for the error to name.

    Its name is in the firmware (DMI), which is read only where a private address may be translated.
    """
    reasons = [(address.family, reason) for selection in selections for address, reason in selection.rejected]
    if ("ipv4", BEHIND_NAT) not in reasons:
        return None
    from racknet.core.clouds import find_provider
    from racknet.host.dmi import read_dmi

    return find_provider(read_dmi())


def _ask(reading: Reading, query: Query) -> ProviderAnswer | Refusal | None:
    """Return what the provider that the firmware names tells of a query; None where nothing may be translated."""
    from racknet.core.clouds import find_provider
    from racknet.core.comparison import Refusal
    from racknet.core.provider_answer import choose_answer, find_translated
    from racknet.host.dmi import read_dmi

    host = reading.whole()
    if not is_host(host):
        return Refusal("no provider is asked from a container's own network", "ask on the host")
    translated = find_translated(host, query)
    if not translated:
        return None
    provider = find_provider(read_dmi())
    if provider is None:
        return Refusal("the firmware names no provider that can be asked", "ask the provider by its own tools")
    by_hand = f"to ask the provider: {provider.command}"
    if provider.metadata is None:
        return Refusal(f"{provider.name}'s metadata service does not have it", by_hand)
    from racknet.host.metadata import MetadataError, read_pairs

    try:
        pairs = read_pairs(provider.metadata)
    except MetadataError as error:
        return Refusal(f"{provider.name}'s metadata service does not tell it: {error}", by_hand, may_pass=True)
    return choose_answer(host, query, translated, provider.name, pairs)
