"""Draws what racknet prints on one host, and its rules, for script/pictures: docs/host.svg, list.svg, rules.svg."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap
from typing import Any

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "image")]

import engine
from layout import read
from svg import Picture

from racknet import rules

DOCS = Path(__file__).parent.parent / "docs"

LAYOUT = """
nic eth0 104.130.0.127/24 2001:4802:7800:1::7/64
nic eth1 10.176.225.205/19 fe80::e20:b452/64
nic eth2 192.168.3.4/24
default eth0 via 104.130.0.1
default eth0 via fe80::def
tun tun0 10.8.0.6/24
nic veth1a2b3c4
nic veth5d6e7f8
bridge docker0 172.17.0.1/16 over=veth1a2b3c4,veth5d6e7f8
"""
NETWORKS = {"eth0": "PublicNet", "eth1": "ServiceNet", "eth2": "a network of yours", "tun0": "a VPN"}
CONTAINERS = ("redis", "web")

CELL, LINE = 8.43, 20  # a character's width, and a line's height, on the terminal


def terminal(printed: str) -> str:
    """What racknet prints on a terminal, in its colours; each column where it is, whatever the font."""
    picture = Picture("racknet list: every address of a host, the answers in bold", 720)
    picture.text(20, 36, "$ racknet list", "light")
    lines = printed.splitlines()
    kind = ""
    for n, line in enumerate(lines, 1):
        for escape in re.findall(r"\x1b\[(\d)m", line.removesuffix("\x1b[0m")):
            kind = {"1": " bold", "2": " dim"}[escape]
        words = re.sub(r"\x1b\[\dm", "", line)
        for found in re.finditer(r"\S+(?: \S+)*", words):
            picture.text(round(20 + CELL * found.start(), 1), 36 + LINE * n, found[0], f"light{kind}")
        kind = "" if line.endswith("\x1b[0m") else kind
    return picture.svg(36 + LINE * (len(lines) + 1), "terminal")


def host(addresses: list[dict[str, Any]]) -> str:
    """A host with its networks, and which address is the answer to which question."""
    picture = Picture(
        "A host with its networks: which addresses racknet answers, and why it passes over the others", 940
    )
    left, name, address, pill, why = 230, 254, 322, 556, 666
    picture.text(left, 38, "a host", "title")
    for x, head in ((name, "interface"), (address, "address"), (pill, "the answer to"), (why, "why")):
        picture.text(x, 78, head, "small dim")
    y = 92
    of = {link: [a for a in addresses if a["interface"] == link] for link in (*NETWORKS, "docker0", "lo")}
    for link, its in of.items():
        answered = next((answer.split()[0] for a in its for answer in a["answers"]), "")
        middle, height = y + 14 * len(its) + 6, 28 * len(its) + 12
        if link in NETWORKS:
            line = f"line-{answered}" if answered else "dashed"
            picture.box(20, middle - 16, 160, 32, line)
            picture.text(100, middle + 4.5, NETWORKS[link], f"middle bold {answered}" if answered else "middle dim")
            picture.path(f"M180 {middle} H{left}", line)
        picture.text(name, y + 25, link, "mono bold" if answered else "mono dim")
        for n, told in enumerate(its):
            base = y + 25 + 28 * n
            picture.text(
                address, base, f"{told['address']}/{told['prefix_length']}", "mono" if answered else "mono dim"
            )
            for answer in told["answers"]:
                picture.box(pill, base - 15, 94, 21, f"fill-{answered}", 10)
                picture.text(pill + 47, base - 0.5, answer, "on middle")
            picture.text(why, base, told["why"], "" if answered else "dim")
        y += height
        if link == "docker0":
            picture.path(f"M{name + 20} {y - 8} V{y + 13} H{address + 116 * (len(CONTAINERS) - 1)}")
            for n, container in enumerate(CONTAINERS):
                picture.box(address + 116 * n, y, 100, 26, "page")
                picture.text(address + 116 * n + 50, y + 17.5, container, "middle dim")
            y += 34
    picture.panel(left, 52, 690, y - 44)
    return picture.svg(y + 28)


def order() -> str:
    """The rules, in their order."""
    picture = Picture("The order of racknet's rules: classes of address, what is passed over, preferences", 940)

    def table(y: float, title: str, rows: Iterable[tuple[str, str]]) -> float:
        picture.text(40, y + 30, title, "title")
        top, y = y, y + 58
        for name, details in rows:
            picture.text(40, y, name, "bold")
            lines = wrap(details, 90, break_on_hyphens=False)
            for n, words in enumerate(lines):
                picture.text(222, y + 18 * n, words, "mono dim")
            y += 18 * max(len(lines), 1) + 8
        picture.panel(20, top, 900, y - top - 4)
        return y - 4

    def arrow(y: float, x: float = 470) -> float:
        picture.path(f"M{x} {y + 4} v20 m-5 -6 l5 6 l5 -6")
        return y + 28

    blocks = [(name, "  ".join(block.text for block in its)) for name, its in rules.CLASSES]
    y = arrow(table(20, "1  The class of the address: the first that fits", blocks))
    names = {
        "container plumbing": [spelled(name) for name in rules.PLUMBING],
        "tunnel": [*map(spelled, rules.TUNNELS), "or\u00a0of\u00a0the\u00a0kind", *rules.TUNNEL_DEVTYPES],
    }
    reasons = [
        (f"{n}  {reason.name}", "  ".join(names.get(reason.name, []))) for n, reason in enumerate(rules.REASONS, 1)
    ]
    y = table(y, "2  Passed over: the first reason that fits", reasons)
    for x in (237, 703):
        bottom = arrow(y, x)
    columns = []
    for x, (network, preferences) in zip((20, 486), rules.PREFERENCES.items(), strict=True):
        picture.text(x + 20, bottom + 30, f"3  {network}", f"title {network}")
        picture.text(x + 116, bottom + 30, f"its {rules.CLASS_OF[network]} addresses, compared by", "dim")
        y = bottom + 58
        for n, rule in enumerate(preferences, 1):
            picture.text(x + 40, y, str(n), "dim middle")
            picture.text(x + 58, y, rule.name)
            if "host_is_public" in rule.holds.__code__.co_names:
                y += 18
                picture.text(x + 58, y, "where the host has a public IPv4 address", "small dim")
            y += 25
        columns.append((x, y))
    end = max(y for _, y in columns) - 8
    for x, _ in columns:
        picture.panel(x, bottom, 434, end - bottom)
    told = "Each counts only where all before it leave a tie. Interfaces that are level in all: no telling, an error."
    picture.text(470, end + 28, told, "middle dim")
    return picture.svg(end + 48)


def spelled(name: Any) -> str:
    """A pattern of names, with what must follow it."""
    return name.text if name.rest in ("", "*") else f"{name.text}<{name.rest}>".replace(" ", "\u00a0")


def main() -> None:
    """Asks once, draws all."""
    try:
        with engine.laid_out(read(LAYOUT).script) as helper:
            network = f"container:{helper}"
            told = json.loads(engine.ask(network, "list", "--json").out)
            printed = engine.ask(network, "list", flags=["-t"]).out
    finally:
        engine.remove_leftovers()
    for name, drawn in (("host", host(told["addresses"])), ("list", terminal(printed)), ("rules", order())):
        (DOCS / f"{name}.svg").write_text(drawn)


if __name__ == "__main__":
    main()
