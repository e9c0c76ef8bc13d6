"""What the tools print on the hosts, as the page docs/comparison.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rivals import RACKNET, RIVALS, STRICT
from support.hosts import HostCase

NETWORKS = ("public", "service")
OTHERS, PROVIDERS, MADE = "Hosts of others", "Hosts of providers", "Hosts made to pin a rule"
RIGHT, WRONG, REFUSED, UNASKED = "right", "wrong", "refused", "not asked"
MARKS = {RIGHT: "✓", WRONG: "✗", REFUSED: "-", UNASKED: "·"}
ISSUE = re.compile(r"([\w.-]+/[\w.-]+) (issue|pull request|discussion) #?(\d+)")


@dataclass
class Answers:
    """What was printed on a host, in one line, by tool and network; and whether racknet's answers are proven."""

    printed: dict[tuple[str, str], str] = field(default_factory=dict)
    proven: dict[str, bool] = field(default_factory=dict)


All = Mapping[str, Answers]  # by the host's name
PAGE = """\
# The comparison

`script/compare` wrote this page. It sets up each host of the tests' table that a container can show, {total} in all. It
asks racknet and the tools of today for the host's public and service IPv4 address. Every figure and every mark comes
from running them there.

| tool | how it was asked |
|---|---|
{rivals}

[rivals.py](../benchmarks/rivals.py) has the commands. go-sockaddr and Ansible run their own code. kubelet, flannel,
Calico, Swarm and consul are scripts of the same steps, with the files where these are written. Most tools give one
address of a node, so they are asked the same for both networks, and on most hosts they can be right for one at most.

The three *by network* know the network in advance: the /16 of the right address, or an address beside that one.
Their figures show what a setting for each host is worth. Where there is no answer, nobody could name it, and they
are not asked.

- *Right* is the address in the table, or another that is as good. Where the table has none (behind 1:1 NAT, in a
  container's own network, where the answer is ambiguous), printing none is right.
- *Wrong* is any other address: of another network, of a bridge or of a VPN, or several in a row.
- *Refused* is no address although there is an answer.
- *By preference alone* are racknet's answers that are not proven. `--strict` refuses these.

{counts}
## Where they differ

On these {differing} hosts of others, the tools do not all do the same. A column has the mark for public, then the one
for service: ✓ right, ✗ wrong, - refused, · not asked. Behind racknet's marks are its wrong addresses; \\* is by
preference alone.

{hosts}

## Where racknet differs from a project

A host that a project wrote down comes with what the project expects there. On {contradicted} of these {projects},
racknet answers otherwise:

| host | the project expects | racknet: public | racknet: service | why |
|---|---|---|---|---|
{differences}
"""
NOTES = {
    OTHERS: """\
{projects} are from the tests, documents and bug reports of other projects. Their facts are the projects', their answers
follow racknet's rules, and racknet's tests hold it to them. {posted} were posted by people in bug reports and guides.
Their answers were written down without knowing the rules.
The rules were made with these hosts in sight, so 0 wrong here is no promise for a host that nobody has seen.""",
    PROVIDERS: "Providers' documentation describes these. racknet knows the providers, and its tests hold it to them.",
    MADE: """\
racknet's tests made these for its rules, so the figures say little about the others. Some have addresses for
documentation in place of public ones: go-sockaddr takes them for private.""",
}


def right_answers(case: HostCase, network: str) -> list[str]:
    """Return the answer of a host, and others that are as good; "" is none."""
    return [getattr(case, network), *case.ok.get(f"{network} ipv4", [])]


def judge(case: HostCase, answers: Answers, tool: str, network: str) -> str:
    """Return whether a tool is right, wrong, or refused although there is an answer."""
    if (printed := answers.printed.get((tool, network))) is None:
        return UNASKED
    return RIGHT if printed in right_answers(case, network) else WRONG if printed else REFUSED


def counts(cases: Sequence[HostCase], answers: All) -> str:
    """Return the table of how often each tool is right on some hosts, and what racknet only preferred."""
    results = (RIGHT, WRONG, REFUSED)
    rows = [heads(f"{len(cases)} hosts", *(f"{network}: {result}" for network in NETWORKS for result in results))]
    for rival in RIVALS:
        judged = [(n, judge(case, answers[case.name], rival.name, n)) for case in cases for n in NETWORKS]
        found = Counter(judged)
        cells = [str(found[n, result]) if rival.command(n) else "" for n in NETWORKS for result in results]
        rows.append(row(rival.name, *cells))
    preferred = [(case, n) for case in cases for n in NETWORKS if not answers[case.name].proven[n]]
    found = Counter((n, judge(case, answers[case.name], RACKNET, n)) for case, n in preferred)
    alone = "; ".join(f"{n} {found[n, RIGHT]} right, {found[n, WRONG]} wrong" for n in NETWORKS)
    return "\n".join([*rows, "", f"Of racknet's answers by default, by preference alone: {alone}."])


def mark(case: HostCase, answers: Answers, tool: str) -> str:
    """Return the marks of a tool on a host, one for each network; of racknet also the wrong addresses."""
    marks = ""
    for network in NETWORKS:
        marks += MARKS[judge(case, answers, tool, network)]
        if tool == RACKNET and not answers.proven[network]:
            marks += "\\*"
    wrong = [n for n in NETWORKS if tool in (RACKNET, STRICT) and judge(case, answers, tool, n) == WRONG]
    return " ".join([marks, *(answers.printed[tool, n] for n in wrong)])


def facts(case: HostCase) -> list[str]:
    """Return the first cells of a host: its name, its source, with a link to an issue, and its answers."""
    kinds = {"issue": "issues", "pull request": "pull", "discussion": "discussions"}
    found = ISSUE.match(case.source)
    link = f"[{found[0]}](https://github.com/{found[1]}/{kinds[found[2]]}/{found[3]})" if found else case.source
    shown = (" or ".join(answer or "none" for answer in right_answers(case, network)) for network in NETWORKS)
    return [case.name, link, *shown]


def host_row(case: HostCase, answers: Answers) -> str:
    """Return the row of a host in the table of those where the tools differ."""
    return row(*facts(case), *(mark(case, answers, rival.name) for rival in RIVALS))


def differs(case: HostCase, answers: Answers) -> bool:
    """Return whether the tools that were asked do not all do the same on a host."""
    results = [{judge(case, answers, rival.name, network) for rival in RIVALS} - {UNASKED} for network in NETWORKS]
    return any(len(result) > 1 for result in results)


def difference_row(case: HostCase, answers: Answers) -> str:
    """Return the row of a host on which racknet contradicts a project: what is expected, what is printed, and why."""
    printed = [filter(None, (answers.printed[RACKNET, n], answers.printed["ipv6", n])) for n in NETWORKS]
    return row(case.name, case.theirs, *(", ".join(both) or "none" for both in printed), case.difference)


def format_page(groups: Mapping[str, Sequence[HostCase]], answers: All) -> str:
    """Return the page: what was asked, the counts, the hosts on which the tools differ."""
    others = groups[OTHERS]
    differing = [case for case in others if differs(case, answers[case.name])]
    contradicted = [case for case in others if case.difference]
    projects = sum(bool(case.theirs) for case in others)
    sections = [f"## {name}\n\n{NOTES[name]}\n\n{counts(cases, answers)}\n" for name, cases in groups.items()]
    rows = [host_row(case, answers[case.name]) for case in differing]
    return PAGE.format(
        total=len(answers),
        rivals="\n".join(row(rival.name, rival.setting) for rival in RIVALS),
        counts="\n".join(sections).format(projects=projects, posted=len(others) - projects),
        differing=len(differing),
        hosts="\n".join([heads("host", "source", *NETWORKS, *(rival.name for rival in RIVALS)), *rows]),
        contradicted=len(contradicted),
        projects=projects,
        differences="\n".join(difference_row(case, answers[case.name]) for case in contradicted),
    )


def with_figures(readme: str, page: str) -> str:
    """Return the README with the page's figures of service on the hosts of others, for the tools in its table."""
    figures = page.partition(f"## {OTHERS}")[2].partition("## ")[0]
    for name, cells in re.findall(r"^\| (.+?) \|(?: \d+ \|){3}((?: \d+ \|){3})$", figures, re.MULTILINE):
        old = rf"^\| {re.escape(name)} \|(?: [\d-]+ \|){{3}}"
        readme = re.sub(old, f"| {name} |{cells}", readme, flags=re.MULTILINE)
    total = re.search(r"\d+(?= hosts)", figures)
    return re.sub(r"\d+(?= hosts of others)", total[0] if total else "", readme)


def heads(*cells: str) -> str:
    """Return the first two lines of a table."""
    return f"{row(*cells)}\n|{'---|' * len(cells)}"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
