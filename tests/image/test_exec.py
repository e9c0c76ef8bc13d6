"""`exec` gives its command what the caller gave it, finds it as a shell does, and says why it cannot run."""

from __future__ import annotations

import shlex

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import ANSWERS, FORMS, VARIABLES, Run, right

MANY = "ulimit -s 65536; "  # else 2 MB of words are too many for Linux


@pytest.mark.parametrize("ignored", ["", "PIPE", "XFSZ", "PIPE XFSZ USR1 HUP"])
@pytest.mark.parametrize("options", ["", "--require service"])
def test_ignored_signals(host: str, ignored: str, options: str) -> None:
    """What the caller ignores, the command ignores; what the caller does not, it does not. Nothing is caught."""
    trap = f"trap '' {ignored}; " if ignored else ""
    look = "/bin/grep -E '^Sig(Ign|Cgt)' /proc/self/status"
    found = [
        engine.docker("exec", host, "sh", "-c", f"{trap} exec {before} {look}")
        for before in ("", f"/bare/racknet exec {options}")
    ]
    assert found[0] == found[1]
    numbers = {"HUP": 1, "USR1": 10, "PIPE": 13, "XFSZ": 25}
    mask = sum(1 << (numbers[name] - 1) for name in ignored.split())
    assert f"SigIgn:\t{mask:016x}" in found[1].splitlines()


# An environment that neither a shell nor `env` can make, and then what the command finds as its own.
ODD = [b"=foo=bar", b"without", b"A=1", b"A=2", b"B=\xff\xfe", b"", b"C=", b"A", b"D=a=b\n\x1b", b"PATH=/bin:/usr/bin"]
FOR_PYTHON = [b"LC_ALL=C.UTF-8", b"PYTHONPATH=/package"]
OLD = [b"RACKNET_PUBLIC_IPV4=old", b"RACKNET_SERVICE_IPV6=old", b"RACKNET_PUBLIC_IPV4=older"]
EXECUTE = f"""
import ctypes, sys
def array(entries):
    return (ctypes.c_char_p * (len(entries) + 1))(*entries, None)
words = [word.encode() for word in sys.argv[1:]]
libc = ctypes.CDLL(None, use_errno=True)
libc.execve(words[0], array(words), array({[*ODD[:3], *OLD, *ODD[3:], *FOR_PYTHON]}))
sys.exit(f"errno {{ctypes.get_errno()}}")
"""


@pytest.mark.parametrize("form", FORMS)
def test_environment(host: str, form: str) -> None:
    """Entries without a name or `=`, doubles, and bytes that are no text arrive as they were, in their order."""
    words = FORMS[form].replace("python3.13", "/usr/bin/python3.13").split()
    dump = ["od", "-An", "-v", "-tx1", "/proc/self/environ"]
    printed = engine.docker("exec", host, "python3.13", "-c", EXECUTE, *words, "exec", *dump)
    entries = bytes.fromhex(printed).removesuffix(b"\0").split(b"\0")
    expected = [*ODD, *FOR_PYTHON]
    assert entries[: len(expected)] == expected
    assert sorted(entries[len(expected) :]) == sorted(entry.encode() for entry in VARIABLES)


COUNT = "exec $racknet exec sh -c 'echo $# ${{#21}} $RACKNET_SERVICE_IPV4' sh {words}"


def test_2_mb_of_words(host: str, run: Run) -> None:
    """`exec` passes on 2 MB of words, and 100,000 of them, with the answers in their places."""
    big = "big=$(head -c 100000 /dev/zero | tr '\\0' x); words=(); for n in $(seq 21); do words+=($big); done; "
    assert run(host, MANY + big + COUNT.format(words='"${words[@]}"')) == right("21 100000 10.208.1.5")
    assert run(host, MANY + COUNT.format(words="$(seq 100000)")) == right("100000 2 10.208.1.5")
    replaced = "exec $racknet exec sh -c 'echo $# ${100000}' sh $(yes '$RACKNET_PUBLIC_IPV4' | head -n 100000)"
    assert run(host, MANY + replaced) == right(f"100000 {ANSWERS['public']}")


def test_a_word_that_gets_too_long(host: str, run: Run) -> None:
    """Where an answer makes a word longer than Linux takes, the command cannot run: status 126."""
    word = "$(head -c 131040 /dev/zero | tr '\\0' x)'$RACKNET_PUBLIC_IPV6'"
    expected = CommandResult("", "racknet: cannot run 'echo': Argument list too long\n", 126)
    assert run(host, f"exec $racknet exec echo {word}") == expected


@pytest.mark.parametrize(
    ("content", "printed", "why", "status"),
    [
        ("#!/bin/sh\necho ran $1 $RACKNET_SERVICE_IPV4\n", "ran word 10.208.1.5\n", "", 0),
        ("echo ran\n", "", "Exec format error", 126),
        ("", "", "Exec format error", 126),
        ("\x7fELF", "", "Exec format error", 126),
        ("#!/nowhere/sh\n", "", "No such file or directory", 127),
        ("#!/tmp\n", "", "Permission denied", 126),
    ],
)
def test_scripts(host: str, run: Run, content: str, printed: str, why: str, status: int) -> None:
    """A script runs by its `#!` line. Without one there is an error: nothing guesses a shell for it."""
    write = f"cd $(mktemp -d); printf %s {shlex.quote(content)} >command; chmod +x command; "
    result = run(host, f"{write} exec $racknet exec ./command word")
    assert (result.out, result.status) == (printed, status)
    assert result.err.startswith(f"racknet: cannot run './command': {why}\n") if why else result.err == ""


# PATH, and the command: what is run of /tmp/paths/bin/command and /tmp/paths/command; or the status.
PATHS: dict[tuple[str, str], str | int] = {
    ("PATH=bin", "command"): "bin/command",
    ("PATH=./bin", "command"): "./bin/command",
    ("PATH=nowhere:bin", "command"): "bin/command",
    ("PATH=bin:/usr/bin", "command"): "bin/command",
    ("PATH=", "command"): "command",
    ("PATH=:/usr/bin", "command"): "command",
    ("PATH=/usr/bin", "command"): 127,
    ("PATH=", "true"): 127,
    ("PATH=", "/bin/true"): 0,
    ("PATH=", "./bin/command"): "./bin/command",
    ("PATH=bin/command", "command"): 127,  # a file, not a folder
    ("PATH=/root/nowhere:plain", "command"): 126,
    ("--unset=PATH", "true"): 0,
    ("--unset=PATH", "command"): 127,
    ("PATH=/usr/bin", ""): 127,
    ("PATH=/usr/bin", "bin"): 127,
    ("PATH=/usr/bin", "./bin"): 126,
}


@pytest.mark.parametrize(("path", "command"), PATHS, ids=str)
def test_finds_its_command(host: str, form: str, run: Run, path: str, command: str) -> None:
    """A relative PATH, an empty one, and none work as in a shell, from the folder of the command."""
    prepare = """
    rm -rf /tmp/paths && mkdir -p /tmp/paths/bin /tmp/paths/plain && cd /tmp/paths
    printf '#!/bin/sh\\necho "$0"\\n' | tee bin/command >command
    printf '#!/bin/sh\\n' >plain/command
    chmod +x bin/command command
    """
    program = form.replace("python3.13", "/usr/bin/python3.13")
    result = run(host, f"{prepare} exec /usr/bin/env {path} {program} exec {shlex.quote(command)}")
    expected = PATHS[path, command]
    if isinstance(expected, str):
        assert result == right(expected)
    else:
        assert (result.out, result.status) == ("", expected)
        assert result.err.startswith(f"racknet: cannot run '{command}': ") if expected else result.err == ""
