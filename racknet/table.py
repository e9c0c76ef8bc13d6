"""The list for people: a table of addresses, and one of links."""

from __future__ import annotations

import os
from textwrap import wrap

from racknet.facts import Link, State
from racknet.listing import Row
from racknet.streams import printable

WIDTH, LEAST = 80, 12  # columns, and the fewest for the reasons, however long the names are
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def colourful() -> bool:
    """Whether standard output is a terminal that is to be coloured: https://no-color.org."""
    return os.isatty(1) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def addresses(rows: list[Row], *, colour: bool) -> str:
    """A line for each address; `*` at the answers."""
    cells: list[tuple[str, ...]] = [("", "INTERFACE", "ADDRESS", "NETWORK", "WHY")]
    for row in rows:
        network = " ".join(dict.fromkeys(answer.split()[0] for answer in row.answers)) or "-"
        name = printable(row.address.label or row.address.interface)
        address = f"{row.address.text}/{row.address.prefix_length}"
        cells.append(("*" if row.answers else "", name, address, network, printable(row.why)))
    widths = [1, *(max(len(line[column]) for line in cells) for column in range(1, 4))]
    room = max(WIDTH - sum(widths) - 2 * 4, LEAST)
    lines = []
    for line in cells:
        first, *more = wrap(line[4], room) if len(line[4]) > room else [line[4]]
        left = "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=False))
        text = "\n".join([f"{left}  {first}", *(" " * (len(left) + 2) + part for part in more)])
        paint = "" if not colour else BOLD if line[0] or line is cells[0] else DIM if line[3] == "-" else ""
        lines.append(f"{paint}{text}{PLAIN if paint else ''}")
    return "\n".join(lines) + "\n"


def links(links: list[Link], states: dict[str, State], *, colour: bool) -> str:
    """A line for each link: whether it is up, its speed, its MTU."""
    cells = [("", "INTERFACE", "LINK", "SPEED", "MTU")]
    for link in links:
        state = states.get(link.name) or State()
        up = "down" if not link.up else "no carrier" if state.running is False else "up"
        cells.append(("", printable(link.name), up, _speed(state.speed), str(state.mtu or "-")))
    widths = [1, *(max(len(line[column]) for line in cells) for column in range(1, 5))]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    if colour:
        lines[0] = f"{BOLD}{lines[0]}{PLAIN}"
    return "\n".join(lines) + "\n"


def _speed(megabits: int) -> str:
    if not megabits:
        return "-"
    return f"{megabits} Mbit/s" if megabits % 1000 else f"{megabits // 1000} Gbit/s"
