"""Ask racknet and what people use today on the hosts of others in the tests' table: script/compare runs this.

It writes the figures and hosts of docs/comparison.md, and the figures of README.md.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

from rivals import BEST, FUNCTIONS, RACKNET, RIVALS, STRICT, Rival
from support import engine
from support.hosts import POSTED, PROJECTS, HostCase

ROOT = Path(__file__).parent.parent
PAGE, README = ROOT / "docs" / "comparison.md", ROOT / "README.md"
PEERS = "racknet/tests:peers"
# The kernel seeds its choice between the nexthops of a route at random, unless the seed is set.
FIXED_SEED = "sysctl -qw net.ipv4.fib_multipath_hash_seed=1 2>/dev/null || true\n"
NETWORKS = ("public", "service")
RIGHT, WRONG, REFUSED, UNASKED, PREFERRED = "✓", "✗", "-", "·", "\\*"
ISSUE = re.compile(r"([\w.-]+/[\w.-]+) (issue|pull request|discussion) #?(\d+)")
# Those of others that a container can show.
CASES = [case for case in (*PROJECTS, *POSTED) if not case.layout.pure]
Marks = Mapping[str, list[str]]  # those of a tool for public and for service


def command_on(case: HostCase, rival: Rival, network: str) -> str:
    """Return what a tool is asked on a host, or "". Who knows the network has its block, and a neighbour's address."""
    command, answer = rival.command(network), getattr(case, network)
    if not rival.knows_the_network:
        return command
    if not answer:
        return ""
    beside = (str(ip_address(int(ip_address(answer)) ^ bit)) for bit in (1, 2, 4, 8))
    neighbour = next(address for address in beside if f" {address}/" not in case.layout.script)
    return f"NETWORK={ip_network(f'{answer}/16', strict=False)}; NEIGHBOUR={neighbour}; {command}"


def ask(case: HostCase) -> Marks:
    """Ask each tool on a host, and return its marks."""
    asked = {(rival.name, network): command_on(case, rival, network) for rival in RIVALS for network in NETWORKS}
    commands = list(dict.fromkeys(filter(None, asked.values())))
    printed = dict(zip(commands, run_on(case, commands), strict=True))
    answers = {key: printed.get(command) for key, command in asked.items()}
    marks = {rival.name: [judge(case, n, answers[rival.name, n]) for n in NETWORKS] for rival in RIVALS}
    for n, network in enumerate(NETWORKS):
        if answers[RACKNET, network] != answers[STRICT, network]:
            marks[RACKNET][n] += PREFERRED
    return marks


def run_on(case: HostCase, commands: list[str]) -> list[str]:
    """Run commands on a host, and return what each prints, as one line."""
    script = "exec 2>/dev/null\n" + FUNCTIONS + "\n".join(f"echo $({command.strip()}\n)" for command in commands)
    with engine.host_container(case.layout.script + FIXED_SEED) as host:
        network = f"--net=container:{host}"
        out = engine.docker("run", "--rm", "--label", engine.LABEL, network, PEERS, "bash", "-c", script)
    return out.split("\n")[:-1]


def right_answers(case: HostCase, network: str) -> list[str]:
    """Return the answer of a host, and others that are as good; "" is none."""
    return [getattr(case, network), *case.ok.get(f"{network} ipv4", [])]


def judge(case: HostCase, network: str, printed: str | None) -> str:
    """Return the mark for what a tool printed; None is a tool that was not asked."""
    if printed is None:
        return UNASKED
    return RIGHT if printed in right_answers(case, network) else WRONG if printed else REFUSED


def facts(case: HostCase) -> list[str]:
    """Return the first cells of a host: its name, its source, with a link to an issue, and its answers."""
    kinds = {"issue": "issues", "pull request": "pull", "discussion": "discussions"}
    found = ISSUE.match(case.source)
    link = f"[{found[0]}](https://github.com/{found[1]}/{kinds[found[2]]}/{found[3]})" if found else case.source
    return [case.name, link, *(" or ".join(a or "none" for a in right_answers(case, n)) for n in NETWORKS)]


def host_row(case: HostCase, marks: Marks) -> str:
    """Return the row of a host in the table of those where the tools differ."""
    return row([*facts(case), *("".join(marks[rival.name]) for rival in RIVALS)])


def with_counts(page: str, tool: str, marks: Sequence[Sequence[str]]) -> str:
    """Return the page with how often a tool is right, wrong and refused, of its marks on all hosts."""
    counters = [Counter(mark[0] for mark in column) for column in zip(*marks, strict=True)]
    cells = ["" if c[UNASKED] == len(marks) else str(c[mark]) for c in counters for mark in (RIGHT, WRONG, REFUSED)]
    return re.sub(rf"^\| {re.escape(tool)} \|(?: \d* \|){{6}}", row([tool, *cells]), page, flags=re.MULTILINE)


def with_answers(page: str, answers: Sequence[Marks]) -> str:
    """Return the page with its figures and hosts, of the marks on all hosts."""
    for rival in RIVALS:
        page = with_counts(page, rival.name, [marks[rival.name] for marks in answers])
    preferred = [[mark if PREFERRED in mark else UNASKED for mark in marks[RACKNET]] for marks in answers]
    page = with_counts(page, "racknet, by preference", preferred)
    rows = [
        host_row(case, marks)
        for case, marks in zip(CASES, answers, strict=True)
        if any(len({m[0] for m in each}) > 1 for each in zip(marks[RACKNET], marks[STRICT], marks[BEST], strict=True))
    ]
    heads = ["host", "source", *NETWORKS, *(rival.name for rival in RIVALS)]
    hosts = "\n".join([row(heads), f"|{'---|' * len(heads)}", *rows, ""])
    page = re.sub(r"^\| host \|(.*\n)(\|.*\n)*", lambda _: hosts, page, flags=re.MULTILINE)
    figures = {
        " hosts of others": len(CASES),
        " are from": sum(bool(case.theirs) for case in CASES),
        " of them, the project": sum(bool(case.difference) for case in CASES),
        " were posted": sum(not case.theirs for case in CASES),
        " hosts, racknet": len(rows),
    }
    for words, figure in figures.items():
        page = re.sub(rf"\d+(?={words})", str(figure), page)
    return page


def with_figures(readme: str, page: str) -> str:
    """Return the README with the page's figures of service, for the tools in its table."""
    for name, cells in re.findall(r"^\| ([^|]+) \|(?: \d* \|){3}((?: \d+ \|){3})", page, re.MULTILINE):
        old = rf"^\| {re.escape(name)} \|(?: [\d-]+ \|){{3}}"
        readme = re.sub(old, f"| {name} |{cells}", readme, flags=re.MULTILINE)
    total = re.search(r"\d+(?= hosts of others)", page)
    return re.sub(r"\d+(?= hosts of others)", total[0] if total else "", readme)


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Ask all tools on all hosts, and write the figures of the page and of the README."""
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = list(pool.map(ask, CASES))
    finally:
        engine.remove_leftovers()
    PAGE.write_text(with_answers(PAGE.read_text(), answers))
    README.write_text(with_figures(README.read_text(), PAGE.read_text()))


if __name__ == "__main__":
    main()
