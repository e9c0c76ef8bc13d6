"""What script/bench measures: the commands, the sizes of the hosts, and the figures with their bounds."""

from __future__ import annotations

from dataclasses import dataclass

Times = dict[str, float]  # the median of each command, in seconds

SERVICE, LIST, HELP = "racknet service ipv4", "racknet list", "racknet --help"
ADDRESSES, ROUTES = "ip -o addr show", "ip route show default"
PYTHON, PLAIN_HELP = "Debian's python3.13 -I -S -c pass", "a plain Typer program's --help, with Rich"
PEERS = {
    SERVICE: SERVICE,
    PYTHON: "python3.13 -I -S -c pass",
    "ip -f inet addr show eth1, and grep: as the original did": (
        "sh -c \"ip -f inet addr show eth1 | grep -Po 'inet \\K[\\d.]+'\""
    ),
    "hostname -I": "hostname -I",
    "a psutil and Typer script": "/venv/bin/python /plain.py service",
    HELP: HELP,
    PLAIN_HELP: "/venv/bin/python /plain.py --help",
    LIST: LIST,
}
SIZES, PAIRS = (10, 100, 1000, 5000), 200
LARGEST, MANY_ADDRESSES, MANY_ROUTES = SIZES[-1], 10_000, 1_000_000


@dataclass(frozen=True)
class Ratio:
    """A ratio of two times, and the lower and the upper end of its interval of confidence of 95 %."""

    figure: float
    low: float
    high: float


@dataclass(frozen=True)
class Bound:
    """A figure, the most that it may be, and their unit."""

    what: str
    figure: float
    most: float
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        return self.figure <= self.most


@dataclass(frozen=True)
class Figures:
    """What was measured: times of commands, sizes in bytes, peak memory of `service ipv4` and `list` in kB."""

    machine: str
    sizes: dict[str, int]
    peers: Times
    docker_run: Ratio  # of racknet to a static program that does nothing
    growth: dict[str, dict[int, Times]]  # by the kind of interface, and their number
    addresses: Times
    routes: Times
    memory: dict[str, int]  # by host and command

    @property
    def bounds(self) -> list[Bound]:
        """The figures that have a bound."""
        veths, nics, peers = self.growth["veths"][LARGEST], self.growth["NICs"][LARGEST], self.peers
        return [
            Bound("compressed size", self.sizes["compressed"] / 1e6, 3.5, " MB"),
            Bound("`service ipv4` / an interpreter that does nothing", peers[SERVICE] / peers[PYTHON], 0.7),
            Bound("`list` / an interpreter that does nothing", peers[LIST] / peers[PYTHON], 2.9),
            Bound(
                f"`docker run` of racknet / of a static program that does nothing; the 95 % interval of {PAIRS} pairs "
                f"is {self.docker_run.low:.3f} to {self.docker_run.high:.3f}",
                self.docker_run.figure,
                1.06,
            ),
            Bound("`--help` / that of a plain Typer program, with Rich", peers[HELP] / peers[PLAIN_HELP], 0.35),
            Bound("5,000 NICs: `service ipv4` / `ip -o addr show`", nics[SERVICE] / nics[ADDRESSES], 2.5),
            Bound("5,000 veths: `service ipv4` / `ip -o addr show`", veths[SERVICE] / veths[ADDRESSES], 2.0),
            Bound("5,000 veths: `list` / `ip -o addr show`", veths[LIST] / veths[ADDRESSES], 4.0),
            Bound("5,000 veths: peak memory of `service ipv4`", self.memory["veths, service"] / 1e3, 20, " MB"),
            Bound("5,000 veths: peak memory of `list`", self.memory["veths, list"] / 1e3, 60, " MB"),
            Bound(
                "1,000,000 routes: `service ipv4` / `ip route show default`",
                self.routes[SERVICE] / self.routes[ROUTES],
                1.5,
            ),
            Bound("1,000,000 routes: peak memory of `service ipv4`", self.memory["routes, service"] / 1e3, 20, " MB"),
        ]
