"""Ask racknet and what people use today on each host of the tests' table: script/compare runs this.

It writes docs/comparison.md, and the figures of README.md.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

import compare_page
from compare_page import NETWORKS, Answers
from rivals import FUNCTIONS, RIVALS
from support import engine
from support.hosts import MADE, POSTED, PROJECTS, PROVIDERS, HostCase

ROOT = Path(__file__).parent.parent
PAGE, README = ROOT / "docs" / "comparison.md", ROOT / "README.md"
PEERS = "racknet/tests:peers"
# The kernel seeds its choice between the nexthops of a route at random, unless the seed is set.
FIXED_SEED = "sysctl -qw net.ipv4.fib_multipath_hash_seed=1 2>/dev/null || true\n"
GROUPS = {
    compare_page.OTHERS: [*PROJECTS, *POSTED],
    compare_page.PROVIDERS: PROVIDERS,
    compare_page.MADE: MADE,
}


def shown() -> dict[str, list[HostCase]]:
    """Return the hosts that a container can show, in the groups that are counted apart."""
    return {name: [case for case in cases if not case.layout.pure] for name, cases in GROUPS.items()}


def network_of(case: HostCase, network: str) -> str:
    """Return the variables of somebody who knows the network: its block, and an address that is not the host's."""
    answer = getattr(case, network)
    beside = (str(ip_address(int(ip_address(answer)) ^ bit)) for bit in (1, 2, 4, 8))
    neighbour = next(address for address in beside if f" {address}/" not in case.layout.script)
    return f"NETWORK={ip_network(f'{answer}/16', strict=False)}; NEIGHBOUR={neighbour}; "


def ask(case: HostCase) -> Answers:
    """Return what each tool prints on a host for each network, and what racknet says of the proof."""
    answers = Answers()
    commands: dict[str, list[tuple[str, str]]] = {}  # each is run once
    for network in NETWORKS:
        commands[f"racknet {network} ipv4 --json"] = [("json", network)]
        commands[f"racknet {network} ipv6"] = [("ipv6", network)]
        for rival in RIVALS:
            if (command := rival.command(network)) and (getattr(case, network) or not rival.knows_the_network):
                known = network_of(case, network) if rival.knows_the_network else ""
                commands.setdefault(known + command, []).append((rival.name, network))
    for asked, printed in zip(commands.values(), run_on(case, list(commands)), strict=True):
        answers.printed.update(dict.fromkeys(asked, printed))
    for network in NETWORKS:
        found = answers.printed["json", network]
        answers.proven[network] = json.loads(found)["proven"] if found else True
    return answers


def run_on(case: HostCase, commands: list[str]) -> list[str]:
    """Run commands on a host, and return what each prints, as one line."""
    script = "exec 2>/dev/null\n" + FUNCTIONS + "\n".join(f"echo $({command.strip()}\n)" for command in commands)
    with engine.host_container(case.layout.script + FIXED_SEED) as host:
        network = f"--net=container:{host}"
        out = engine.docker("run", "--rm", "--label", engine.LABEL, network, PEERS, "bash", "-c", script)
    return out.split("\n")[:-1]


def main() -> None:
    """Ask all tools on all hosts, write the page and the README's figures, and print the counts."""
    groups = shown()
    cases = [case for group in groups.values() for case in group]
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = dict(zip((case.name for case in cases), pool.map(ask, cases), strict=True))
    finally:
        engine.remove_leftovers()
    PAGE.write_text(compare_page.format_page(groups, answers))
    README.write_text(compare_page.with_figures(README.read_text(), PAGE.read_text()))
    for name, group in groups.items():
        print(f"{name}:\n{compare_page.counts(group, answers)}\n")


if __name__ == "__main__":
    main()
