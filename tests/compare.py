"""Asks racknet and what people use today on each host of the table, for script/compare; writes docs/comparison.md."""

from __future__ import annotations

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "image")]

import engine
from hosts import HOSTS
from row import Row

PAGE = Path(__file__).parent.parent / "docs" / "comparison.md"
PEERS = "racknet/tests:peers"
NETWORKS = ("public", "service")

ORIGINAL = "ip -f inet addr show {} | grep -Po 'inet \\K[\\d.]+'"
FIRST = "hostname -I | awk '{ print $1 }'"
FACT = "ansible_default_ipv4.address"
TOOLS = {  # the command for `public`, and for `service`
    "racknet": ("racknet public ipv4", "racknet service ipv4"),
    "`hostname -I`, the first": (FIRST, FIRST),
    "`ip addr show eth0`, `eth1`": (ORIGINAL.format("eth0"), ORIGINAL.format("eth1")),
    "go-sockaddr": ("go-sockaddr GetPublicIP", "go-sockaddr GetPrivateIP"),
    "Ansible's fact": (FACT, FACT),
}
ASK = "\n".join(f"echo $({command} 2>/dev/null)" for commands in TOOLS.values() for command in commands)
# Which of a route's several nexthops is taken is left to chance by the kernel, unless it is told.
NO_CHANCE = "sysctl -qw net.ipv4.fib_multipath_hash_seed=1 2>/dev/null || true\n"
DOCUMENTATION = [ip_network(b) for b in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]

RIGHT, WRONG, NOTHING = "right", "wrong", "nothing"
VERDICTS = (RIGHT, WRONG, NOTHING)

Answers = tuple[tuple[str, str], ...]  # of each tool, for each network: what it printed, in one line

INTRODUCTION = """\
# The comparison

Written by `script/compare`: each host of the tests' table that can be laid out in a container, {count} in all, is asked
for its public and its service IPv4 address by racknet and by what people use today.

| tool | asked for `public` | asked for `service` |
|---|---|---|
{commands}

The fact is collected by Ansible's own code. *Right* is the answer that the table wants or, where there is none (behind
1:1 NAT, in a container's own network, or where nothing tells which), no address at all. *Wrong* is an address that is
not the answer, the dangerous case: another network's, a bridge's or a VPN's, or several in a row. *Nothing* is no
address although there is an answer.

The table is the project's own, and its tests hold racknet to all of it. So the hosts as people have them, described by
providers and projects ([tests/providers.py](../tests/providers.py)), are counted apart from the others: those made to
pin a rule of racknet's ([tests/hosts.py](../tests/hosts.py)), those written down without a default route, which some of
the tools go by, and those with addresses for documentation, which stand in for public ones and which go-sockaddr takes
for private ones. Three of the hosts are asked again by each run of the tests
([tests/image/test_comparison.py](../tests/image/test_comparison.py)), which also hold this page to the table.
"""
LEGEND = {
    "public": "✓ is right, **bold** is wrong, *nothing* is said although there is an answer.",
    "service": "The marks are the same.",
}


def rows() -> list[Row]:
    """The hosts that can be laid out: first as people have them."""
    return sorted((row for row in HOSTS if not row.read.pure), key=lambda row: not usual(row))


def usual(row: Row) -> bool:
    """Whether a host is as people have them, with a way out, and addresses as they are in use."""
    real = not any(ip_address(a.text) in block for a in row.read.addresses for block in DOCUMENTATION)
    return bool(row.found) and real and any(route.family == "ipv4" for route in row.read.routes)


def expected(row: Row) -> tuple[str, str]:
    """What must be answered for `public` and `service`."""
    return row.public[0], row.service[0]


def ask(row: Row) -> Answers:
    """What each tool prints on a host."""
    with engine.laid_out(row.read.script + NO_CHANCE) as helper:
        network = f"--net=container:{helper}"
        out = engine.docker("run", "--rm", "--label", engine.LABEL, network, PEERS, "sh", "-c", ASK)
    lines = out.split("\n")[:-1]
    return tuple(zip(lines[::2], lines[1::2], strict=True))


def verdict(answer: str, said: str) -> str:
    """What to think of what was said."""
    return RIGHT if said == answer else WRONG if said else NOTHING


def shown(row: Row, said: str) -> str:
    """What was said, as the page shows it: the kernel makes up temporary addresses."""
    temporary = ":" in said and said not in {address.text for address in row.read.addresses}
    return "a temporary address" if temporary else said.replace(" ", ", ")


def line(network: str, row: Row, answers: Answers) -> str:
    """A host's line in the table of a network."""
    n = NETWORKS.index(network)
    answer = expected(row)[n]
    marks = {RIGHT: "✓", WRONG: "**{}**", NOTHING: "*nothing*"}
    cells = [marks[verdict(answer, both[n])].format(shown(row, both[n])) for both in answers]
    return f'| <a id="{network}-{row.name}"></a>{row.name} | {answer or "none"} | {" | ".join(cells)} |'


def summary(asked: dict[str, Answers], some: list[Row]) -> list[str]:
    """The counts of each tool, over some hosts."""
    lines = [f"| {len(some)} hosts | {' | '.join(f'{n}: {v}' for n in NETWORKS for v in VERDICTS)} |"]
    lines.append("|---|" + "--:|" * len(NETWORKS) * len(VERDICTS))
    for tool, name in enumerate(TOOLS):
        counts = [
            Counter(verdict(expected(row)[n], asked[row.name][tool][n]) for row in some) for n in range(len(NETWORKS))
        ]
        lines.append(f"| {name} | {' | '.join(str(count[v]) for count in counts for v in VERDICTS)} |")
    return lines


def page(asked: dict[str, Answers]) -> str:
    """The page: what was asked, the counts, the hosts."""
    people_have, others = ([row for row in rows() if usual(row) is wanted] for wanted in (True, False))
    escaped = [[f"`{command}`".replace("|", "\\|") for command in commands] for commands in TOOLS.values()]
    commands = "\n".join(f"| {name} | {' | '.join(both)} |" for name, both in zip(TOOLS, escaped, strict=True))
    lines = [INTRODUCTION.format(count=len(asked), commands=commands)]
    lines += ["## Who is right", "", "On hosts as people have them:", "", *summary(asked, people_have), ""]
    lines += ["On the others:", "", *summary(asked, others), ""]
    for network, legend in LEGEND.items():
        lines += [f"## Where: {network}", "", legend, "", f"| host | answer | {' | '.join(TOOLS)} |"]
        lines += ["|---|---|" + "---|" * len(TOOLS), *(line(network, row, asked[row.name]) for row in rows()), ""]
    return "\n".join(lines)


def main() -> None:
    """Asks all, keeps, prints the counts."""
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            asked = dict(zip((row.name for row in rows()), pool.map(ask, rows()), strict=True))
    finally:
        engine.remove_leftovers()
    PAGE.write_text(page(asked))
    print("\n".join(summary(asked, rows())))


if __name__ == "__main__":
    main()
