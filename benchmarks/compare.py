"""Ask racknet and what people use today on each host of the tests' table: script/compare runs this.

It writes docs/comparison.md.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network
from pathlib import Path

import compare_page
from support import engine
from support.hosts import HOSTS, PROJECTS, PROVIDERS, HostCase

PAGE = Path(__file__).parent.parent / "docs" / "comparison.md"
PEERS = "racknet/tests:peers"

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
COMMANDS = [command for commands in TOOLS.values() for command in commands]
IPV6 = ["racknet public ipv6", "racknet service ipv6"]
# The kernel seeds its choice between the nexthops of a route at random, unless the seed is set.
FIXED_SEED = "sysctl -qw net.ipv4.fib_multipath_hash_seed=1 2>/dev/null || true\n"
DOCUMENTATION = [ip_network(b) for b in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def groups() -> dict[str, list[HostCase]]:
    """Return the hosts that a container can show, in the groups that are counted apart."""
    cases = [case for case in HOSTS.values() if not case.layout.pure]
    theirs = [case for case in cases if case in PROJECTS]
    usual = [case for case in cases if is_usual(case)]
    return {
        compare_page.USUAL: usual,
        compare_page.THEIRS: theirs,
        compare_page.OWN: [case for case in cases if case not in [*usual, *theirs]],
    }


def cases() -> list[HostCase]:
    """Return all these hosts, group by group."""
    return [case for group in groups().values() for case in group]


def is_usual(case: HostCase) -> bool:
    """Return whether a host is as people have them, with a default route, and without addresses for documentation."""
    addresses = [ip_address(address.text) for address in case.layout.addresses]
    is_real = not any(address in block for address in addresses for block in DOCUMENTATION)
    has_default_route = any(route.family == "ipv4" and not route.destination for route in case.layout.routes)
    return case in PROVIDERS and is_real and has_default_route


def ask(case: HostCase) -> compare_page.Answers:
    """Return what each tool prints on a host, for each network."""
    lines = run_on(case, COMMANDS)
    return tuple(zip(lines[::2], lines[1::2], strict=True))


def ask_ipv6(case: HostCase) -> tuple[str, str]:
    """Return what racknet prints on a host for the IPv6 address of each network."""
    public, service = run_on(case, IPV6)
    return public, service


def run_on(case: HostCase, commands: Sequence[str]) -> list[str]:
    """Run commands on a host, and return what each prints, as one line."""
    script = "\n".join(f"echo $({command} 2>/dev/null)" for command in commands)
    with engine.host_container(case.layout.script + FIXED_SEED) as host:
        network = f"--net=container:{host}"
        out = engine.docker("run", "--rm", "--label", engine.LABEL, network, PEERS, "sh", "-c", script)
    return out.split("\n")[:-1]


def main() -> None:
    """Ask all tools on all hosts, write the page, and print the counts."""
    hosts, theirs = cases(), groups()[compare_page.THEIRS]
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = dict(zip((case.name for case in hosts), pool.map(ask, hosts), strict=True))
            ipv6 = dict(zip((case.name for case in theirs), pool.map(ask_ipv6, theirs), strict=True))
    finally:
        engine.remove_leftovers()
    PAGE.write_text(compare_page.format_page(TOOLS, groups(), answers, ipv6))
    print("\n".join(compare_page.summary(TOOLS, hosts, answers)))


if __name__ == "__main__":
    main()
