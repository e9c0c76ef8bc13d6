"""`exec` gives its command what the caller gave it: the signals that it ignores, and each byte of its environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import engine
from support.forms import ANSWERS, FORMS, host_with_both

ANSWERED = [
    f"RACKNET_{name}={answer}"
    for name, answer in zip(
        ("PUBLIC_IPV4", "SERVICE_IPV4", "PUBLIC_IPV6", "SERVICE_IPV6"), ANSWERS.values(), strict=True
    )
]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that no test changes."""
    with host_with_both() as container:
        yield container


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
    assert sorted(entries[len(expected) :]) == sorted(entry.encode() for entry in ANSWERED)
