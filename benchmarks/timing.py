"""Time and memory of commands, measured in a container that shares the network of another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import median

from figures import Times
from support import engine

BENCH = "racknet/tests:bench"  # the peers, and what measures
PATIENCE = 900  # seconds for one measurement

# Each round runs all commands in turn. A machine that becomes slower during the measurement then slows all of them.
ROUNDS = r"""
rounds=$1 runs=$2; shift 2
for round in $(seq "$rounds"); do
  hyperfine -N --style none --warmup 1 --runs "$runs" --export-json /tmp/out "$@" >/dev/null || exit
  cat /tmp/out
  printf '\036'
done
"""


def measure_times(
    network: str, commands: Mapping[str, str], *, rounds: int, runs: int, flags: Sequence[str] = ()
) -> Times:
    """Return the median time of each command in a Docker network. A command that fails is an error."""
    out = _run(network, "sh", "-c", ROUNDS, "sh", str(rounds), str(runs), *commands.values(), flags=flags)
    results = [json.loads(text)["results"] for text in out.split("\x1e")[:-1]]
    times = [[seconds for result in results for seconds in result[n]["times"]] for n in range(len(commands))]
    return dict(zip(commands, map(median, times), strict=True))


def measure_memory(network: str, command: str) -> int:
    """Return the peak memory of a command, in kB."""
    return int(_run(network, "sh", "-c", f"/usr/bin/time -o /tmp/out -f %M {command} >/dev/null; cat /tmp/out"))


def _run(network: str, *words: str, flags: Sequence[str] = ()) -> str:
    options = ["--rm", "--label", engine.LABEL, f"--net={network}", *flags]
    result = engine.command("docker", "run", *options, BENCH, *words, timeout=PATIENCE)
    assert result.status == 0, result.err
    return result.out
