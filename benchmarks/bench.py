"""Measure racknet beside its peers, and write docs/maintainers/benchmarks.md: script/bench runs this.

The status is 1 where a figure is over its bound.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import bench_page
from big_hosts import with_addresses, with_nics, with_routes, with_veths
from figures import (
    ADDRESSES,
    LARGEST,
    LIST,
    MANY_ADDRESSES,
    MANY_ROUTES,
    PAIRS,
    PEERS,
    ROUTES,
    SERVICE,
    SIZES,
    Figures,
    Times,
)
from support import engine
from support.hosts import HOSTS
from timing import measure_memory, measure_ratio, measure_times

NOTHING = "racknet/tests:nothing"  # a static program that does nothing
SOCKET = ["-v", "/var/run/docker.sock:/var/run/docker.sock"]
KINDS = {"veths": with_veths, "NICs": with_nics}
GROWING = {command: command for command in (SERVICE, LIST, ADDRESSES)}


def measure() -> Figures:
    """Measure everything."""
    memory: dict[str, int] = {}
    growth: dict[str, dict[int, Times]] = {kind: {} for kind in KINDS}
    with engine.host_container(HOSTS["rackspace"].layout.script) as host:
        peers = measure_times(f"container:{host}", PEERS, rounds=25, runs=2)
        run = f"docker run --rm --label {engine.LABEL} --net=container:{host}"
        starts = [f"{run} {engine.IMAGE} service ipv4", f"{run} {NOTHING}"]
        docker_run = measure_ratio("bridge", starts, pairs=PAIRS, flags=SOCKET)
    for kind, commands_for in KINDS.items():
        for size in SIZES:
            with engine.host_container(commands_for(size)) as host:
                growth[kind][size] = measure_times(f"container:{host}", GROWING, rounds=7, runs=2)
                if size == LARGEST:
                    memory[f"{kind}, service"] = measure_memory(f"container:{host}", SERVICE)
                    memory[f"{kind}, list"] = measure_memory(f"container:{host}", LIST)
    with engine.host_container(with_addresses(MANY_ADDRESSES)) as host:
        addresses = measure_times(f"container:{host}", GROWING, rounds=7, runs=2)
        memory["addresses, service"] = measure_memory(f"container:{host}", SERVICE)
    with engine.host_container(with_routes(MANY_ROUTES)) as host:
        routes = measure_times(f"container:{host}", {SERVICE: SERVICE, ROUTES: ROUTES}, rounds=5, runs=2)
        memory["routes, service"] = measure_memory(f"container:{host}", SERVICE)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}"
    return Figures(machine, measure_sizes(), peers, docker_run, growth, addresses, routes, memory)


def measure_sizes() -> dict[str, int]:
    """Return the size of the executable, and of the same compressed, in bytes."""
    with engine.executable() as path:
        data = Path(path).read_bytes()
    return {"executable": len(data), "compressed": len(gzip.compress(data, 9))}


def main() -> int:
    """Measure, write the page and the plot, and print the figures."""
    try:
        figures = measure()
    finally:
        engine.remove_leftovers()
    docs = Path(__file__).parent.parent / "docs"
    (docs / "benchmarks.md").write_text(bench_page.format_page(figures))
    bench_page.plot(figures.growth, docs / "growth.svg")
    print(json.dumps(asdict(figures), indent=2) if "--json" in sys.argv[1:] else bench_page.format_page(figures))
    over = [bound.what for bound in figures.bounds if not bound.is_kept]
    for what in over:
        print(f"script/bench: over its bound: {what}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
