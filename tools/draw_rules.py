"""Draw the rules in their order, from rules.py and preferences.py, with the names that they go by, from known.py."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from svg import Picture

from racknet.core import known, rules
from racknet.core.matching import NamePatterns
from racknet.core.preferences import PREFERENCES

# When a preference counts, by the fact that it looks at.
CONDITIONS = {
    "host_is_public": "where the host has a public IPv4 address",
    "none_has_default_route": "where no candidate has a default route",
}
NO_CANDIDATES = [
    f"no candidate for public: {rules.NO_WAY_OUT.text}",
    f"no candidate for service: {rules.ANCHOR.text}",
]
NOTES = [
    "Each counts only where all before it tie. Interfaces that tie in all of them: ambiguous, an error.",
    "No proof: an answer that such a preference decides comes with a note, and --strict refuses it.",
]


def draw_rules() -> str:
    """Draw the classes, the reasons to skip an address, and the preferences of each network."""
    picture = Picture("The order of racknet's rules: classes of address, reasons to skip one, preferences", 940)
    blocks = [(name, "  ".join(block.text for block in its)) for name, its in rules.CLASSES]
    y = _table(picture, 20, "1  The class of the address: the first that fits", blocks)
    picture.arrow(470, y + 4, y + 24)
    y = _table(picture, y + 28, "2  Skipped: the first reason that fits", _reasons(), [*_overruled(), *NO_CANDIDATES])
    for x in (237, 703):
        picture.arrow(x, y + 4, y + 24)
    top = y + 28
    columns = [_preferences(picture, x, top, network) for x, network in zip((20, 486), PREFERENCES, strict=True)]
    end = max(columns) - 8
    for x in (20, 486):
        picture.panel(x, top, 434, end - top)
    for note in NOTES:
        end += 24
        picture.text(470, end + 4, note, "middle dim")
    return picture.svg(end + 24)


def _reasons() -> list[tuple[str, str]]:
    """Return the reasons to skip an address, each with what it goes by."""
    details = {
        rules.LOOPBACK: "the loopback interface",
        rules.DOWN: "an interface that is not up",
        rules.NOT_READY: "an IPv6 address that is tentative, or that another host has",
        rules.LOCAL_SCOPE: "an IPv4 address of scope host or link",
        rules.EXCLUDED: "by --exclude",
        rules.CONTROLLER: _spelled(known.CONTROLLER_NAMES),
        rules.CONTAINER: f"{_spelled(known.CONTAINER_NAMES)}  or of the kind {'  '.join(known.CONTAINER_KINDS)}",
        rules.TUNNEL: f"{_spelled(known.TUNNEL_NAMES)}  or of the kind {'  '.join(known.TUNNEL_KINDS)}",
        rules.NOT_PHYSICAL: "neither a NIC nor built on one, and without a default route",
    }
    return [(f"{n}  {reason.text}", details[reason]) for n, reason in enumerate(rules.EXCLUSIONS, 1)]


def _overruled() -> list[str]:
    """Return what overrules which of the reasons, by their numbers."""
    numbers = {reason: str(n) for n, reason in enumerate(rules.EXCLUSIONS, 1)}
    by_routes = ", ".join(numbers[reason] for reason in rules.OVERRULED_BY_ROUTES)
    by_name = ", ".join(number for reason, number in numbers.items() if reason not in rules.EVEN_IF_NAMED)
    return [
        f"{by_routes}: not where the address is the preferred source of a default route",
        f"{by_name}: not where --interface, --reach or a bare address in --cidr names it",
    ]


def _spelled(names: NamePatterns) -> str:
    return "  ".join(pattern.text.replace(" ", "\u00a0") for pattern in names.patterns)


def _table(
    picture: Picture, top: float, title: str, rows: Iterable[tuple[str, str]], notes: Iterable[str] = ()
) -> float:
    """Draw a panel of names and details, with notes below them, and return where it ends."""
    picture.text(40, top + 30, title, "title")
    y = top + 58
    for name, details in rows:
        picture.text(40, y, name, "bold")
        lines = wrap(details, 84, break_on_hyphens=False)
        for n, words in enumerate(lines):
            picture.text(262, y + 18 * n, words, "mono dim")
        y += 18 * max(len(lines), 1) + 8
    for note in notes:
        picture.text(40, y, note, "dim")
        y += 22
    picture.panel(20, top, 900, y - top - 4)
    return y - 4


def _preferences(picture: Picture, x: float, top: float, network: str) -> float:
    """Draw the preferences of a network, with those marked that are no proof, and return where they end."""
    picture.text(x + 20, top + 30, f"3  {network}", f"title {network}")
    picture.text(x + 116, top + 30, f"its {rules.CLASS_OF[network]} addresses, compared by", "dim")
    y = top + 58
    for n, rule in enumerate(PREFERENCES[network], 1):
        picture.text(x + 40, y, str(n), "dim middle")
        picture.text(x + 58, y, rule.text)
        if not rule.is_proof:
            picture.box(x + 346, y - 14, 72, 20, "dashed", 10)
            picture.text(x + 382, y, "no proof", "small dim middle")
        for condition in [CONDITIONS[fact] for fact in rule.holds.__code__.co_names if fact in CONDITIONS]:
            y += 18
            picture.text(x + 58, y, condition, "small dim")
        y += 25
    return y
