"""Time and memory of commands, measured in a container that shares the network of another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from statistics import median, quantiles

from figures import Ratio, Times
from support import engine

BENCH = "racknet/tests:bench"  # the peers, and what measures
PATIENCE = 900  # seconds for one measurement

# Each round runs all commands in turn. A machine that becomes slower during the measurement then slows all of them.
ROUNDS = r"""
rounds=$1 runs=$2 warmup=$3; shift 3
for round in $(seq "$rounds"); do
  hyperfine -N --style none --warmup "$warmup" --runs "$runs" --export-json /tmp/out "$@" >/dev/null || exit
  cat /tmp/out
  printf '\036'
done
"""


def measure_times(
    network: str, commands: Mapping[str, str], *, rounds: int, runs: int, flags: Sequence[str] = ()
) -> Times:
    """Return the median time of each command in a Docker network. A command that fails is an error."""
    times = _times(network, list(commands.values()), (rounds, runs, 1), flags)
    return dict(zip(commands, map(median, times), strict=True))


def measure_ratio(network: str, commands: Sequence[str], *, pairs: int, flags: Sequence[str] = ()) -> Ratio:
    """Return the ratio of the medians of two commands that run in turn, with its interval of confidence of 95 %.

    The interval is the bootstrap's: that of the ratios of many samples, drawn with replacement from the pairs.
    """
    measured = list(zip(*_times(network, commands, (pairs, 1, 0), flags), strict=True))
    random = Random(0)
    ratios = [_ratio(random.choices(measured, k=len(measured))) for _ in range(2000)]
    cuts = quantiles(ratios, n=40)
    return Ratio(_ratio(measured), cuts[0], cuts[-1])


def _ratio(pairs: Sequence[tuple[float, ...]]) -> float:
    first, second = zip(*pairs, strict=True)
    return float(median(first) / median(second))


def _times(
    network: str, commands: Sequence[str], counts: tuple[int, int, int], flags: Sequence[str]
) -> list[list[float]]:
    """Return all times of each command. The counts are those of rounds, of runs in each, and of runs before these."""
    out = _run(network, "sh", "-c", ROUNDS, "sh", *map(str, counts), *commands, flags=flags)
    results = [json.loads(text)["results"] for text in out.split("\x1e")[:-1]]
    return [[seconds for result in results for seconds in result[n]["times"]] for n in range(len(commands))]


def measure_memory(network: str, command: str) -> int:
    """Return the peak memory of a command, in kB."""
    return int(_run(network, "sh", "-c", f"/usr/bin/time -o /tmp/out -f %M {command} >/dev/null; cat /tmp/out"))


def _run(network: str, *words: str, flags: Sequence[str] = ()) -> str:
    options = ["--rm", "--label", engine.LABEL, f"--net={network}", *flags]
    result = engine.command("docker", "run", *options, BENCH, *words, timeout=PATIENCE)
    assert result.status == 0, result.err
    return result.out
