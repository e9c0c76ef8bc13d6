"""What the tools print on the hosts, as the page docs/comparison.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from support.hosts import HostCase

NETWORKS = ("public", "service")
USUAL, THEIRS, OWN = "as people have them", "that others wrote down", "made to pin a rule, and others"
RIGHT, WRONG, NOTHING = "right", "wrong", "nothing"
RESULTS = (RIGHT, WRONG, NOTHING)

Answers = tuple[tuple[str, str], ...]  # of each tool, for each network: what it printed, in one line
Tools = Mapping[str, tuple[str, str]]  # the commands for each network

INTRODUCTION = """\
# The comparison

`script/compare` wrote this page. It sets up each host of the tests' table that a container can show, {count} in all. It
asks racknet, and what people use today, for the host's public and service IPv4 address.

| tool | asked for `public` | asked for `service` |
|---|---|---|
{commands}

Ansible's own code collects its fact. *Right* is the answer in the table. Where the table has none (behind 1:1 NAT, in a
container's own network, or where the answer is ambiguous), printing no address is right. *Wrong* is an address that is
not the answer, which is the dangerous case: one of another network, of a bridge or of a VPN, or several in a row.
*Nothing* is no address although there is an answer.

The table is the project's own, and its tests hold racknet to all of it. So the hosts are counted in three groups:

- hosts as people have them, described by providers and projects
  ([providers.toml](../tests/hosts/providers.toml));
- hosts that other projects wrote down in tests, documents and bug reports
  ([projects.toml](../tests/hosts/projects.toml));
- the others: those that pin a rule of racknet's ([rules.toml](../tests/hosts/rules.toml)), and those of the first group
  without a default route, by which some of the tools go, or with addresses for documentation. These stand in for public
  ones, and go-sockaddr takes them for private ones.

Each run of the tests asks the tools again on three of the hosts
([test_comparison.py](../tests/image/test_comparison.py)), and compares this page with the table.

## Who is right

"""
THEIR_HOSTS = """\
## Hosts that others wrote down

How often each tool is right on them:

{summary}

Here is what each project expects on its host, and what racknet prints there, for IPv4 and IPv6. On {same} of {count}
hosts the two do not contradict each other. On the others the last column says why racknet differs.

| host | source | the project expects | `public` | `service` | why racknet differs |
|---|---|---|---|---|---|
{lines}
"""
LEGEND = {
    "public": "✓ is right, **bold** is wrong. *nothing* means: no address, although there is an answer.",
    "service": "The marks are the same.",
}
ISSUE = re.compile(r"^([\w.-]+/[\w.-]+) (issue|pull request) (\d+)$")


def expected(case: HostCase) -> tuple[str, str]:
    """Return what must be answered for `public` and `service`; "" is no answer."""
    return case.public, case.service


def judge(answer: str, printed: str) -> str:
    """Return whether a tool is right, wrong, or prints nothing although there is an answer."""
    return RIGHT if printed == answer else WRONG if printed else NOTHING


def shown(case: HostCase, printed: str) -> str:
    """Return what a tool printed, as the page shows it: the kernel makes temporary addresses up."""
    is_temporary = ":" in printed and printed not in {address.text for address in case.layout.addresses}
    return "a temporary address" if is_temporary else printed.replace(" ", ", ")


def line(network: str, case: HostCase, answers: Answers) -> str:
    """Return the line of a host in the table of a network."""
    n = NETWORKS.index(network)
    answer = expected(case)[n]
    marks = {RIGHT: "✓", WRONG: "**{}**", NOTHING: "*nothing*"}
    cells = [marks[judge(answer, both[n])].format(shown(case, both[n])) for both in answers]
    return _row(f'<a id="{network}-{case.name}"></a>{case.name}', answer or "none", *cells)


def summary(tools: Tools, cases: Sequence[HostCase], answers: Mapping[str, Answers]) -> list[str]:
    """Return the table of how often each tool is right on some hosts."""
    heads = [f"{network}: {result}" for network in NETWORKS for result in RESULTS]
    lines = [_row(f"{len(cases)} hosts", *heads), f"|---|{'--:|' * len(heads)}"]
    for tool, name in enumerate(tools):
        counts = [
            Counter(judge(expected(case)[n], answers[case.name][tool][n]) for case in cases)
            for n in range(len(NETWORKS))
        ]
        lines.append(_row(name, *(str(count[result]) for count in counts for result in RESULTS)))
    return lines


def source(case: HostCase) -> str:
    """Return the source of a host, with a link where it is an issue."""
    found = ISSUE.match(case.source)
    kind = {"issue": "issues", "pull request": "pull"}
    return f"[{case.source}](https://github.com/{found[1]}/{kind[found[2]]}/{found[3]})" if found else case.source


def their_line(case: HostCase, ipv4: tuple[str, str], ipv6: tuple[str, str]) -> str:
    """Return the line of a host that others wrote down: what they expect, what racknet prints, why that differs."""
    printed = [", ".join(filter(None, both)) or "none" for both in zip(ipv4, ipv6, strict=True)]
    return _row(case.name, source(case), case.theirs, *printed, case.difference)


def format_page(
    tools: Tools,
    groups: Mapping[str, list[HostCase]],
    answers: Mapping[str, Answers],
    ipv6: Mapping[str, tuple[str, str]],
) -> str:
    """Return the page: what was asked, the counts, the hosts. `ipv6` is what racknet prints on those of others."""
    commands = [_row(name, *(f"`{command}`".replace("|", "\\|") for command in both)) for name, both in tools.items()]
    theirs = groups[THEIRS]
    parts = [
        INTRODUCTION.format(count=len(answers), commands="\n".join(commands)),
        _lines("On hosts as people have them:", "", *summary(tools, groups[USUAL], answers), ""),
        _lines("On the others:", "", *summary(tools, groups[OWN], answers), ""),
        THEIR_HOSTS.format(
            summary="\n".join(summary(tools, theirs, answers)),
            same=sum(not case.difference for case in theirs),
            count=len(theirs),
            lines="\n".join(their_line(case, answers[case.name][0], ipv6[case.name]) for case in theirs),
        ),
    ]
    for network, legend in LEGEND.items():
        rows = [line(network, case, answers[case.name]) for cases in groups.values() for case in cases]
        heads = [_row("host", "answer", *tools), "|---|---|" + "---|" * len(tools)]
        parts.append(_lines("", f"## Where: {network}", "", legend, "", *heads, *rows))
    return "".join(parts)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
