"""Measure racknet beside its peers, and write the table of docs/maintainers/benchmarks.md: script/bench runs this.

The status is 1 where a figure is over its bound.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from support import engine
from support.hosts import HOSTS

PAGE = Path(__file__).parent.parent / "docs/maintainers/benchmarks.md"
BOLD = "**"  # over its bound
BENCH = "racknet/tests:bench"  # the peers, and hyperfine
NOTHING = "racknet/tests:nothing"  # a static program that does nothing
SERVICE, LIST, HELP = "racknet service ipv4", "racknet list", "racknet --help"
PYTHON, TYPER_HELP = "python3.13 -I -S -c pass", "/venv/bin/python /plain.py --help"
ADDRESSES, ROUTES = "ip -o addr show", "ip route show default"

# Each round runs all commands in turn. A machine that becomes slower during the measurement then slows all of them.
ROUNDS = r"""
rounds=$1 runs=$2 warmup=$3; shift 3
for round in $(seq "$rounds"); do
  hyperfine -N --style none --warmup "$warmup" --runs "$runs" --export-json /tmp/out "$@" >/dev/null || exit
  jq -c '[.results[].times]' /tmp/out
done
"""
MEMORY = '/usr/bin/time -o /tmp/out -f %M "$@" >/dev/null && cat /tmp/out'

# The NIC with the answer and the default route. Its peer is named as a container's interface. Without sysctl,
# the kernel would add IPv6 addresses for seconds after the commands have ended.
NIC = """\
set -e -o pipefail
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
ip link add ens0 type veth peer name veth0
ip link set ens0 up
ip link set veth0 up
ip addr add 10.77.0.1/24 dev ens0
ip route add default via 10.77.0.2 dev ens0
ip link add docker0 type bridge
"""
VETHS = """\
for n in $(seq 2500); do
  echo "link add veth${n}a type veth peer name veth${n}b"
  echo "addr add 10.$((n / 250)).$((n % 250)).1/32 dev veth${n}a"
done | ip -batch -
"""
NICS = """\
for n in $(seq 1 2 4999); do echo "link add ens$n type veth peer name ens$((n + 1))"; done | ip -batch -
for n in $(seq 5000); do
  echo "link set ens$n up"
  echo "addr add 10.$((100 + n / 250)).$((n % 250)).1/24 dev ens$n"
done | ip -batch -
"""
BGP = """\
awk 'BEGIN { for (n = 0; n < 1000000; n++)
  printf "route add %d.%d.%d.0/24 via 10.77.0.2 dev ens0 proto bgp\\n", 32 + n / 65536, n / 256 % 256, n % 256
}' | ip -batch -
"""
RACKSPACE = HOSTS["rackspace"].layout.script
# On each host, in how many rounds: two commands, or one for its memory in MB, and the most that the figure may be.
MEASURED: dict[str, tuple[str, int, list[tuple[str, str, float | None]]]] = {
    "Rackspace": (RACKSPACE, 25, [(SERVICE, PYTHON, 0.65), (LIST, PYTHON, 2.9), (HELP, TYPER_HELP, 0.35)]),
    "5,000 veths": (NIC + VETHS, 7, [(SERVICE, ADDRESSES, 2), (LIST, ADDRESSES, 4), (SERVICE, "", 20), (LIST, "", 60)]),
    "5,000 NICs": (
        NIC + NICS,
        7,
        [(SERVICE, ADDRESSES, 1.8), (LIST, ADDRESSES, None), (SERVICE, "", None), (LIST, "", None)],
    ),
    "1,000,000 routes": (NIC + BGP, 5, [(SERVICE, ROUTES, 1.5), (SERVICE, "", 20)]),
}


def measure() -> Iterator[str]:
    """Yield the rows of the table."""
    with engine.executable() as path:
        yield row("compressed size", len(gzip.compress(Path(path).read_bytes(), 9)) / 1e6, 3.5, " MB")
    with engine.host_container(RACKSPACE) as host:
        start = f"docker run --rm --label {engine.LABEL} --net=container:{host}"
        commands = [f"{start} {engine.IMAGE} service ipv4", f"{start} {NOTHING}"]
        ours, peers = measure_times("bridge", commands, (200, 1, 0), "-v", "/var/run/docker.sock:/var/run/docker.sock")
        yield ratio("`docker run` of racknet / of a static program that does nothing", ours, peers, 1.06)
    for name, (script, rounds, measured) in MEASURED.items():
        with engine.host_container(script) as host:
            network = f"container:{host}"
            commands = list(dict.fromkeys(each for command, peer, _ in measured if peer for each in (command, peer)))
            times = dict(zip(commands, measure_times(network, commands, (rounds, 2, 1)), strict=True))
            for command, peer, most in measured:
                if peer:
                    yield ratio(f"{name}: `{command}` / `{peer}`", times[command], times[peer], most)
                else:
                    kilobytes = int(run(network, MEMORY, *command.split()))
                    yield row(f"{name}: memory of `{command}`", kilobytes / 1e3, most, " MB")


def measure_times(network: str, commands: Sequence[str], counts: Sequence[int], *flags: str) -> list[float]:
    """Return the median seconds of each command. The counts: rounds, runs in each, and runs before these."""
    rounds = [json.loads(line) for line in run(network, ROUNDS, *map(str, counts), *commands, flags=flags).splitlines()]
    return [median(time for times in rounds for time in times[n]) for n in range(len(commands))]


def run(network: str, script: str, *words: str, flags: Sequence[str] = ()) -> str:
    """Run a script where the peers are, in a Docker network, and return what it prints."""
    options = ["--rm", "--label", engine.LABEL, f"--net={network}", *flags]
    result = engine.command("docker", "run", *options, BENCH, "sh", "-c", script, "sh", *words, timeout=900)
    assert result.status == 0, result.err
    return result.out


def ratio(what: str, seconds: float, peer: float, most: float | None) -> str:
    return row(what, seconds / peer, most, note=f" ({1000 * seconds:.1f} / {1000 * peer:.1f} ms)")


def row(what: str, figure: float, most: float | None, unit: str = "", note: str = "") -> str:
    bold, bound = ("", "") if most is None else (BOLD if figure > most else "", f"{most:g}{unit}")
    return f"| {what} | {bold}{figure:.2f}{unit}{bold}{note} | {bound} |\n"


def main() -> int:
    """Measure, write the page's table, and print it."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}"
    try:
        table = f"| what | on {machine} | bound |\n|---|---|---|\n{''.join(measure())}"
    finally:
        engine.remove_leftovers()
    PAGE.write_text(PAGE.read_text().partition("| what |")[0] + table)
    print(table)
    return int(BOLD in table)


if __name__ == "__main__":
    sys.exit(main())
