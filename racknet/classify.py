"""Pure: a host and a question in, ordered candidates and all others with why not, out. No I/O.

Sections 1 and 4 of the rules are applied here; what is passed over is `sight`'s part, what comes first `ranking`'s.
"""

from __future__ import annotations

from racknet import rules
from racknet.facts import Address, Candidate, Host
from racknet.patterns import Block
from racknet.question import Question, Verdict
from racknet.ranking import rank
from racknet.sight import Sight, is_host

NOT_NAMED, NOT_IN_BLOCK = "not an interface asked for", "not in a block asked for"
POINT_TO_POINT = "point-to-point link"
NO_SERVICE = "no service ipv4 address to go by"
NO_CARD = "no telling which card is the service network's"


def classify(host: Host, question: Question) -> Verdict:
    """Which address of the host is the one asked for, and why no other is."""
    sight = Sight(host, question.names, question.excludes)
    if question.network == "service" and question.family == "ipv6" and not _blocks(question, "ipv6"):
        verdict = _service_ipv6(sight, question)
    else:
        verdict = _pick(sight, question, question.family, rules.CLASS_OF[question.network])
    if verdict.answer is None:
        verdict.bare = sight.without_address(question.family)
    verdict.container = question.names is None and not is_host(host)
    return verdict


def address_class(address: Address) -> str:
    """The class of an address: the first with a block that it is in."""
    return next((name for name, blocks in rules.CLASSES if rules.within(address, blocks)), rules.NEVER)


def _service_ipv6(sight: Sight, question: Question) -> Verdict:
    """Section 4: it is on the interface of the answer to `service ipv4`."""
    first = _pick(sight, question, "ipv4", rules.PRIVATE)
    if first.candidates and not first.level:
        interface = first.candidates[0].address.interface
        unique_local = _pick(sight, question, "ipv6", rules.PRIVATE, interface)
        return unique_local if unique_local.candidates else _pick(sight, question, "ipv6", rules.LINK_LOCAL, interface)
    if first.level or _has(sight, rules.PRIVATE, "ipv4"):
        verdict = _pick(sight, question, "ipv6", None)
        if first.level:
            verdict.level = first.level
            verdict.others = [(a, NO_CARD if why == NO_SERVICE else why) for a, why in verdict.others]
        return verdict
    return _pick(sight, question, "ipv6", rules.PRIVATE)


def _pick(sight: Sight, question: Question, family: str, wanted: str | None, interface: str = "") -> Verdict:
    """Candidates and others of a family: those of a class are wanted (None: of none), on one interface if given."""
    candidates, others = [], []
    public = {
        a.interface for a, reason in sight.seen if not reason and (address_class(a), a.family) == (rules.PUBLIC, family)
    }
    host_is_public = _has(sight, rules.PUBLIC, "ipv4")
    for address, reason in sight.seen:
        if address.family != family:
            continue
        if why := reason or _why_not(sight, question, address, wanted, interface):
            others.append((address, why))
            continue
        candidates.append(
            Candidate(
                address,
                passed_over=_overruled(sight, question, address),
                default_route=(family, address.interface) in sight.default,
                gateways=tuple(gateway for name, gateway in sight.gateways if name == address.interface),
                beside_public=address.interface in public,
                host_is_public=host_is_public,
            )
        )
    return Verdict(*rank(question.network, candidates), others)


def _why_not(sight: Sight, question: Question, address: Address, wanted: str | None, interface: str) -> str:
    """Why an address that is not passed over is none of those asked for, or "" where it is one."""
    network, blocks, its_class = question.network, _blocks(question, address.family), address_class(address)
    link = sight.host.links[address.interface]
    if not sight.asked(address):
        return NOT_NAMED
    if network == "service" and link.arphrd in rules.POINT_TO_POINT and not sight.named(link.name, address.label):
        return POINT_TO_POINT
    if blocks:
        return "" if rules.within(address, blocks) else NOT_IN_BLOCK
    if wanted is None and its_class != rules.PUBLIC:
        return NO_SERVICE
    if its_class != wanted:
        return rules.OTHER_CLASS.get((network, its_class), its_class)
    return f"not on {interface}" if interface not in ("", address.interface) else ""


def _overruled(sight: Sight, question: Question, address: Address) -> str:
    """The reason that would keep a candidate out, had its interface not been named."""
    if question.names is None:
        return ""
    point_to_point = (
        question.network == "service" and sight.host.links[address.interface].arphrd in rules.POINT_TO_POINT
    )
    return sight.passed_over(address, overruled=False) or (POINT_TO_POINT if point_to_point else "")


def _blocks(question: Question, family: str) -> list[Block]:
    return [block for block in question.cidrs if block.family == family]


def _counts(sight: Sight, address: Address, reason: str, name: str, family: str) -> bool:
    return address.family == family and not reason and sight.asked(address) and address_class(address) == name


def _has(sight: Sight, name: str, family: str) -> bool:
    """Whether the host has an address of a class: one that is not passed over, among the interfaces asked for."""
    return any(_counts(sight, address, reason, name, family) for address, reason in sight.seen)
