"""Too little memory, and the executable: a right answer, or status 3 and a text, whatever the limit."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from support import engine
from support.forms import ANSWERS

from racknet.__main__ import TOO_LITTLE_MEMORY

COMMANDS = ["public", "service", "list", "list --json", "env", "exec true", "--help"]
# Each command under each limit of its address space, as lines of JSON. The first is without one.
ASK = """
import json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

def ask(limit):
    words = ["prlimit", f"--as={limit or 'unlimited'}", "/bare/racknet", *sys.argv[1:]]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10)
    except subprocess.TimeoutExpired:
        return limit, "for ever", "", ""
    return limit, done.returncode, done.stdout, done.stderr

with ThreadPoolExecutor(2) as pool:
    for result in pool.map(ask, [0, *range(4_000_000, 20_000_001, 250_000)]):
        print(json.dumps(result))
"""
TOO_LITTLE = (3, "", TOO_LITTLE_MEMORY)
NOT_STARTED = -11  # what the kernel does where not even the program's own segments have room
NO_TLS = (127, "", "Fatal glibc error: Cannot allocate TLS block\n")  # the C library's, before anything of racknet's


@pytest.mark.all
@pytest.mark.parametrize("words", COMMANDS)
def test_address_space(host: str, words: str) -> None:
    """From 4 to 20 MB of address space a command does all that it does without a limit, or ends with status 3."""
    printed = engine.docker("exec", host, "python3.13", "-c", ASK, *words.split())
    (_, *unlimited), *results = map(json.loads, printed.splitlines())
    assert unlimited[0] == 0
    assert words not in ANSWERS or unlimited[1:] == [f"{ANSWERS[words]}\n", ""]
    found = defaultdict(list)
    for limit, status, out, err in results:
        if [status, out, err] == unlimited:
            found["answered"].append(limit)
        elif (status, out, err) == TOO_LITTLE:
            found["too little"].append(limit)
        elif (status, out, err) == NO_TLS or (status == NOT_STARTED and not found):
            pass
        else:
            found[f"{status} {out} {err}"].append(limit)
    assert found.keys() <= {"answered", "too little"}
    assert min(found["too little"]) < 10_000_000
