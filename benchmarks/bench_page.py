"""The figures of script/bench as a page and a plot, for docs/maintainers/benchmarks.md and docs/growth.svg."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from figures import ADDRESSES, LIST, MANY_ADDRESSES, MANY_ROUTES, SERVICE, Bound, Figures, Times

INTRODUCTION = """\
# Benchmarks

`script/bench` wrote this page, on a machine with {machine}.
It runs the commands that it compares in turn, and takes the ratio of their medians. A figure over its bound is bold;
`script/bench` then fails.
"""
ON_LARGE_HOSTS = """
On hosts with many interfaces: a *veth* is half of a pair, and every other one has an address; each *NIC* has one.
`racknet service ipv4` compares the addresses of NICs, and skips those of veths.
"""
# Colours with enough contrast on white and on black pages alike.
GREY, COLOURS = "#7d8590", {SERVICE: "#1f7ae0", LIST: "#2d9a4f", ADDRESSES: "#c8661b"}


def format_page(figures: Figures) -> str:
    """Return the page."""
    bounds = [(bound.what, _shown(bound), f"{bound.most:g}{bound.unit}") for bound in figures.bounds]
    peers = [(f"`{name}`", _ms(seconds)) for name, seconds in figures.peers.items()]
    lines = [
        INTRODUCTION.format(machine=figures.machine),
        *_table(("what", "measured", "bound"), bounds),
        "",
        *_table(("command, on a Rackspace host", "median"), peers),
        ON_LARGE_HOSTS,
    ]
    for kind, by_size in figures.growth.items():
        rows = [(f"{size:,}", *_row(times)) for size, times in by_size.items()]
        lines += [*_table((kind, *_names(COLOURS)), rows), ""]
    lines += ["![how the times grow with the number of interfaces](growth.svg)", ""]
    addresses, routes = figures.addresses, figures.routes
    lines += [*_table((f"{MANY_ADDRESSES:,} addresses on a NIC", *_names(addresses)), [("", *_row(addresses))]), ""]
    lines += [*_table((f"{MANY_ROUTES:,} routes (BGP)", *_names(routes)), [("", *_row(routes))]), ""]
    return "\n".join(lines)


def _shown(bound: Bound) -> str:
    figure = f"{bound.figure:.2f}{bound.unit}"
    return figure if bound.is_kept else f"**{figure}**"


def _names(commands: Iterable[str]) -> list[str]:
    return [f"`{command}`" for command in commands]


def _row(times: Times) -> list[str]:
    return [_ms(seconds) for seconds in times.values()]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    first = list(heads)
    return [f"| {' | '.join(cells)} |" for cells in (first, ["---"] * len(first), *rows)]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def plot(growth: dict[str, dict[int, Times]], path: Path) -> None:
    """Draw the time of each command over the number of interfaces, in colours for white and for black pages."""
    import matplotlib

    matplotlib.use("svg")
    grey = dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), GREY)
    settings: Any = {**grey, "svg.fonttype": "none", "svg.hashsalt": "racknet", "font.size": 12}  # text as text
    matplotlib.rcParams.update(settings)
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axis, (kind, by_size) in zip(axes, growth.items(), strict=True):
        for command, colour in COLOURS.items():
            times = [1000 * times[command] for times in by_size.values()]
            axis.loglog(list(by_size), times, marker="o", label=command, color=colour)
        axis.set(xlabel=kind, xticks=list(by_size), xticklabels=[f"{size:,}" for size in by_size])
        axis.minorticks_off()
        axis.grid(visible=True, color=GREY, alpha=0.3)
    axes[0].set(ylabel="milliseconds", yticks=[1, 10, 100, 1000], yticklabels=["1", "10", "100", "1,000"])
    axes[0].minorticks_off()
    axes[0].legend(framealpha=0)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None}, transparent=True)
