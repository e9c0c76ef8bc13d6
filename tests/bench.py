"""Measures racknet beside its peers, in one run, for script/bench; writes docs/benchmarks.md and docs/growth.svg."""

from __future__ import annotations

import gzip
import json
import os
import platform
import sys
from pathlib import Path
from statistics import median
from typing import Any

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "image")]

import engine
from hosts import HOSTS

ROOT = Path(__file__).parent.parent
BENCH, NOTHING = "racknet/tests:bench", "racknet/tests:nothing"

PYTHON = "python3.13 -I -S -c pass"
PIPELINE = "sh -c \"ip -f inet addr show eth1 | grep -Po 'inet \\K[\\d.]+'\""
NOTHING_DONE = "Debian's python3.13 -I -S -c pass"
PEERS = {
    "racknet service ipv4": "racknet service ipv4",
    NOTHING_DONE: PYTHON,
    "ip -f inet addr show eth1, and grep: as the original did": PIPELINE,
    "hostname -I": "hostname -I",
    "a psutil and Typer script": "/venv/bin/python /plain.py service",
    "racknet --help": "racknet --help",
    "a plain Typer program's --help, with Rich": "/venv/bin/python /plain.py --help",
    "racknet list": "racknet list",
}
SIZES = (10, 100, 1000, 5000)
GROWTH = {
    "racknet service ipv4": "racknet service ipv4",
    "racknet list": "racknet list",
    "ip -o addr show": "ip -o addr show",
}

Times = dict[str, float]


def hyperfine(network: str, commands: dict[str, str], runs: int, *, docker: bool = False) -> Times:
    """The median of each command, in seconds, one after the other in one run."""
    socket = ["-v", "/var/run/docker.sock:/var/run/docker.sock"] if docker else []
    script = (
        'hyperfine -N -i --style none --warmup 3 --runs "$0" --export-json /tmp/out "$@" >/dev/null 2>&1; cat /tmp/out'
    )
    out = engine.docker(
        *("run", "--rm", "--label", engine.LABEL, f"--net={network}", *socket, BENCH),
        *("sh", "-c", script, str(runs), *commands.values()),
    )
    return dict(zip(commands, (result["median"] for result in json.loads(out)["results"]), strict=True))


def memory(network: str, command: str) -> int:
    """The peak memory of a command, in kB."""
    out = engine.command(
        *("docker", "run", "--rm", "--label", engine.LABEL, f"--net={network}", BENCH),
        *("sh", "-c", f"/usr/bin/time -o /tmp/out -f %M {command} >/dev/null 2>&1; cat /tmp/out"),
    ).out
    return int(out.split()[-1])


def many(links: int, kind: str) -> str:
    """Commands for a host with a card and many links: veths, or what is named as cards are."""
    a, b = ("veth{}a", "veth{}b") if kind == "veth" else ("ens{}", "enp{}")
    pairs = range(1, links // 2 + 1)
    lines = [f"link add {a.format(n)} type veth peer name {b.format(n)}" for n in pairs]
    lines += [f"addr add 10.{n // 250}.{n % 250}.1/32 dev {a.format(n)}" for n in pairs]
    lines += ["link add eth9 type veth peer name veth9", "link set eth9 up", "addr add 10.77.0.1/24 dev eth9"]
    lines += ["link add docker0 type bridge", "route add default via 10.77.0.2 dev eth9"]
    return "ip -batch - <<'END'\n" + "\n".join(lines) + "\nEND\n"


def sizes() -> dict[str, int]:
    """The bytes of the executable, and of the same compressed."""
    with engine.executable() as path:
        data = Path(path).read_bytes()
    return {"executable": len(data), "compressed": len(gzip.compress(data, 9))}


def measure() -> dict[str, Any]:
    """All figures."""
    (rackspace,) = [row for row in HOSTS if row.name == "rackspace"]
    with engine.laid_out(rackspace.read.script) as helper:
        network = f"container:{helper}"
        speed = hyperfine(network, PEERS, 60)
        run = f"docker run --rm --label {engine.LABEL} --net={network}"
        starts = {"racknet": f"{run} {engine.IMAGE} service ipv4", "nothing": f"{run} {NOTHING}"}
        pairs = [hyperfine("bridge", starts, 10, docker=True) for _ in range(3)]  # in turn: the engine's speed drifts
    growth: dict[str, dict[int, Times]] = {}
    peak: dict[str, int] = {}
    for kind in ("veth", "card"):
        growth[kind] = {}
        for links in SIZES:
            with engine.laid_out(many(links, kind)) as helper:
                network = f"container:{helper}"
                growth[kind][links] = hyperfine(network, GROWTH, 8)
                if (kind, links) == ("veth", SIZES[-1]):
                    peak = {name: memory(network, command) for name, command in GROWTH.items()}
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release().split('-')[0]}",
        "size": sizes(),
        "speed": speed,
        "docker run": {name: median(pair[name] for pair in pairs) for name in starts},
        "growth": growth,
        "peak memory": peak,
    }


def page(figures: dict[str, Any]) -> str:
    """The figures as a page, with what they are to be."""
    speed, growth, docker = figures["speed"], figures["growth"], figures["docker run"]
    most = growth["veth"][SIZES[-1]]
    service, ip = speed["racknet service ipv4"], most["ip -o addr show"]
    helps = speed["racknet --help"] / speed["a plain Typer program's --help, with Rich"]
    rows = [
        ("compressed size", f"{figures['size']['compressed'] / 1e6:.2f} MB", "4.5 MB"),
        ("`service ipv4` / an interpreter that does nothing", f"{service / speed[NOTHING_DONE]:.2f}", "1.0"),
        (
            "`docker run` of it / of a static program that does nothing",
            f"{docker['racknet'] / docker['nothing']:.2f}",
            "1.10",
        ),
        ("`--help` / a plain Typer program's, with Rich", f"{helps:.2f}", "0.35"),
        ("`service ipv4` / `ip -o addr show`, 5,000 veths", f"{most['racknet service ipv4'] / ip:.2f}", "1.2"),
        ("`list` / `ip -o addr show`, 5,000 veths", f"{most['racknet list'] / ip:.2f}", "4"),
        (
            "peak memory of `service ipv4`, 5,000 veths",
            f"{figures['peak memory']['racknet service ipv4'] / 1e3:.1f} MB",
            "20 MB",
        ),
        ("peak memory of `list`, 5,000 veths", f"{figures['peak memory']['racknet list'] / 1e3:.1f} MB", "60 MB"),
    ]
    lines = ["# Benchmarks", "", f"Written by `script/bench`, on a machine of {figures['machine']}.", ""]
    lines += ["| what | measured | bound |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows), ""]
    lines += ["| command, on a host of Rackspace's | median |", "|---|---|"]
    lines += [f"| `{name}` | {1000 * seconds:.1f} ms |" for name, seconds in speed.items()]
    for kind in growth:
        lines += ["", f"| {kind}s | {' | '.join(f'`{name}`' for name in GROWTH)} |", "|---|" + "---|" * len(GROWTH)]
        for links, times in growth[kind].items():
            lines.append(f"| {links} | {' | '.join(f'{1000 * times[name]:.1f} ms' for name in GROWTH)} |")
    return "\n".join([*lines, "", "![growth with the number of links](growth.svg)", ""])


def plot(growth: dict[str, dict[int, Times]], path: Path) -> None:
    """Draws the time of each command over the number of links."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "racknet"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5), sharey=True)
    for axis, (kind, times) in zip(axes, growth.items(), strict=True):
        for name in GROWTH:
            axis.loglog(list(times), [1000 * figures[name] for figures in times.values()], marker="o", label=name)
        axis.set(title=f"{kind}s", xlabel="links", ylabel="ms" if kind == "veth" else None)
        axis.grid(visible=True, which="major", alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measures, prints, keeps."""
    try:
        figures = measure()
    finally:
        engine.remove_leftovers()
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "benchmarks.md").write_text(page(figures))
    plot(figures["growth"], ROOT / "docs" / "growth.svg")
    print(json.dumps(figures, indent=2) if "--json" in sys.argv[1:] else page(figures))


if __name__ == "__main__":
    main()
