"""The list for people: a table of addresses, and one of interfaces."""

from __future__ import annotations

import os

from racknet.core.inventory import InterfaceState
from racknet.core.text import natural
from racknet.output.stdio import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.facts import Interface
    from racknet.core.inventory import Entry

LEAST = 12  # columns for the reasons, however long the names are
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def is_colourful(descriptor: int = 1) -> bool:
    """Return whether standard output, or another stream, is a terminal that is to be coloured: https://no-color.org."""
    return os.isatty(descriptor) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Return the width of the terminal on standard output, in columns; 0 where that is none."""
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 0


def format_addresses(entries: list[Entry], *, colour: bool, width: int) -> str:
    """Return a line for each address, with `*` at the answers. Reasons are wrapped to a width, if there is one."""
    cells: list[tuple[str, ...]] = [("", "INTERFACE", "ADDRESS", "NETWORK", "WHY")]
    for entry in entries:
        network = " ".join(dict.fromkeys(answer.split()[0] for answer in entry.answers)) or "-"
        name = printable(entry.address.label or entry.address.interface)
        address = f"{entry.address.text}/{entry.address.prefix_length}"
        cells.append(("*" if entry.answers else "", name, address, network, printable(entry.why)))
    widths = [1, *(max(len(line[column]) for line in cells) for column in range(1, 4))]
    room = max(width - sum(widths) - 2 * 4, LEAST)
    lines = []
    for line in cells:
        first, *more = _wrap(line[4], room) if width and len(line[4]) > room else [line[4]]
        left = "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=False))
        text = "\n".join([f"{left}  {first}", *(" " * (len(left) + 2) + part for part in more)])
        if colour and (line[0] or line is cells[0]):
            text = f"{BOLD}{text}{PLAIN}"
        elif colour and line[3] == "-":
            text = f"{DIM}{text}{PLAIN}"
        lines.append(text)
    return "\n".join(lines) + "\n"


def format_interfaces(
    interfaces: Sequence[Interface], entries: list[Entry], states: dict[str, InterfaceState], *, colour: bool
) -> str:
    """Return a line for each interface, in the order of the table of addresses: its link, its speed, its MTU."""
    places = {entry.address.interface: place for place, entry in reversed(list(enumerate(entries)))}
    cells = [("", "INTERFACE", "LINK", "SPEED", "MTU")]
    for interface in sorted(interfaces, key=lambda i: (places.get(i.name, len(entries)), natural(i.name))):
        state = states.get(interface.name) or InterfaceState()
        link = link_state(interface, state)
        speed = _speed(state.speed) if link == "up" else "-"
        cells.append(("", printable(interface.name), link, speed, str(state.mtu or "-")))
    widths = [1, *(max(len(line[column]) for line in cells) for column in range(1, 5))]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    if colour:
        lines[0] = f"{BOLD}{lines[0]}{PLAIN}"
    return "\n".join(lines) + "\n"


def link_state(interface: Interface, state: InterfaceState) -> str:
    """Return whether a link is down, or has no carrier."""
    return "down" if not interface.up else "no carrier" if state.has_carrier is False else "up"


def _wrap(text: str, room: int) -> list[str]:
    from textwrap import wrap  # which compiles patterns as it is loaded; most lists have no line to wrap

    return wrap(text, room)


def _speed(megabits: int) -> str:
    if not megabits:
        return "-"
    return f"{megabits} Mbit/s" if megabits % 1000 else f"{megabits // 1000} Gbit/s"
