"""Draw host.svg and list.svg, from what the image prints on a host: script/pictures runs this."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from support import engine
from support.layout import parse_layout
from svg import Picture

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

CELL, LINE = 8.43, 20  # a character's width, and a line's height, in the terminal


def main() -> None:
    """Draw both pictures. They need an engine."""
    try:
        with engine.host_container(parse_layout(LAYOUT).script) as container:
            network = f"container:{container}"
            addresses = json.loads(engine.ask(network, "list", "--json").out)["addresses"]
            printed = engine.ask(network, "list", flags=["-t"]).out
    finally:
        engine.remove_leftovers()
    folder = Path(__file__).parent
    (folder / "host.svg").write_text(draw_host(addresses))
    (folder / "list.svg").write_text(draw_terminal(printed))


def draw_terminal(printed: str) -> str:
    """Draw what racknet prints on a terminal, in its colours. Each column stands where it is, whatever the font."""
    picture = Picture("racknet list: every address of a host, with the answers first", 720)
    picture.text(20, 36, "$ racknet list", "light")
    lines = printed.splitlines()
    kind = ""
    for n, line in enumerate(lines, 1):
        for escape in re.findall(r"\x1b\[(\d)m", line.removesuffix("\x1b[0m")):
            kind = {"1": " bold", "2": " dim"}[escape]
        text = re.sub(r"\x1b\[\dm", "", line)
        for words in re.finditer(r"\S+(?: \S+)*", text):
            picture.text(round(20 + CELL * words.start(), 1), 36 + LINE * n, words[0], f"light{kind}")
        kind = "" if line.endswith("\x1b[0m") else kind
    return picture.svg(36 + LINE * (len(lines) + 1), "terminal")


def draw_host(addresses: list[dict[str, Any]]) -> str:
    """Draw a host with its networks: which address is the answer to which query, and why each other is not."""
    picture = Picture("A host with its networks: which address answers which query, and why the others do not", 940)
    left, name, address, pill, why = 230, 250, 314, 512, 620
    picture.text(left, 38, "a host", "title")
    for x, head in ((name, "interface"), (address, "address"), (pill, "the answer to"), (why, "why")):
        picture.text(x, 78, head, "small dim")
    y = 92
    for interface in (*NETWORKS, "docker0", "lo"):
        entries = [entry for entry in addresses if entry["interface"] == interface]
        answered = next((answer.split()[0] for entry in entries for answer in entry["answers"]), "")
        middle, height = y + 14 * len(entries) + 6, 28 * len(entries) + 12
        if interface in NETWORKS:
            line = f"line-{answered}" if answered else "dashed"
            picture.box(20, middle - 16, 160, 32, line)
            picture.text(
                100, middle + 4.5, NETWORKS[interface], f"middle bold {answered}" if answered else "middle dim"
            )
            picture.path(f"M180 {middle} H{left}", line)
        picture.text(name, y + 25, interface, "mono bold" if answered else "mono dim")
        for n, entry in enumerate(entries):
            base = y + 25 + 28 * n
            cidr = f"{entry['address']}/{entry['prefix_length']}"
            picture.text(address, base, cidr, "mono" if answered else "mono dim")
            for answer in entry["answers"]:
                picture.box(pill, base - 15, 94, 21, f"fill-{answered}", 10)
                picture.text(pill + 47, base - 0.5, answer, "on middle")
            picture.text(why, base, entry["why"], "" if answered else "dim")
        y += height
        if interface == "docker0":
            picture.path(f"M{name + 20} {y - 8} V{y + 13} H{address + 116 * (len(CONTAINERS) - 1)}")
            for n, container in enumerate(CONTAINERS):
                picture.box(address + 116 * n, y, 100, 26, "page")
                picture.text(address + 116 * n + 50, y + 17.5, container, "middle dim")
            y += 34
    picture.panel(left, 52, 690, y - 44)
    return picture.svg(y + 28)


if __name__ == "__main__":
    main()
