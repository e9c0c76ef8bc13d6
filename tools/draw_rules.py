"""Draw the rules in their order, from the tables in racknet/core/rules.py."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from svg import Picture

from racknet.core import rules
from racknet.core.matching import NamePatterns

ON_PUBLIC_HOSTS = "where the host has a public IPv4 address"  # for the preferences that look at this


def draw_rules() -> str:
    """Draw the classes, the reasons to skip an address, and the preferences of each network."""
    picture = Picture("The order of racknet's rules: classes of address, reasons to skip one, preferences", 940)
    blocks = [(name, "  ".join(block.text for block in its)) for name, its in rules.CLASSES]
    y = _table(picture, 20, "1  The class of the address: the first that fits", blocks)
    picture.arrow(470, y + 4, y + 24)
    y = _table(picture, y + 28, "2  Skipped: the first reason that fits", _reasons(), _overruled())
    for x in (237, 703):
        picture.arrow(x, y + 4, y + 24)
    top = y + 28
    columns = [_preferences(picture, x, top, network) for x, network in zip((20, 486), rules.PREFERENCES, strict=True)]
    end = max(columns) - 8
    for x in (20, 486):
        picture.panel(x, top, 434, end - top)
    note = "Each counts only where all before it tie. Interfaces that tie in all of them: ambiguous, an error."
    picture.text(470, end + 28, note, "middle dim")
    return picture.svg(end + 48)


def _reasons() -> list[tuple[str, str]]:
    """Return the reasons to skip an address, each with what it goes by."""
    details = {
        rules.LOOPBACK: "the loopback interface",
        rules.DOWN: "an interface that is not up",
        rules.NOT_READY: "an IPv6 address that is tentative, or that another host has",
        rules.EXCLUDED: "by --exclude",
        rules.CONTAINER: f"{_spelled(rules.CONTAINER_NAMES)}  or of the kind {'  '.join(rules.CONTAINER_KINDS)}",
        rules.TUNNEL: f"{_spelled(rules.TUNNEL_NAMES)}  or of the kind {'  '.join(rules.TUNNEL_KINDS)}",
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
    """Draw the preferences of a network, and return where they end."""
    picture.text(x + 20, top + 30, f"3  {network}", f"title {network}")
    picture.text(x + 116, top + 30, f"its {rules.CLASS_OF[network]} addresses, compared by", "dim")
    y = top + 58
    for n, rule in enumerate(rules.PREFERENCES[network], 1):
        picture.text(x + 40, y, str(n), "dim middle")
        picture.text(x + 58, y, rule.text)
        if "host_is_public" in rule.holds.__code__.co_names:
            y += 18
            picture.text(x + 58, y, ON_PUBLIC_HOSTS, "small dim")
        y += 25
    return y
