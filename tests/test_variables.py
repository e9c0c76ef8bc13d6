"""`racknet env` and `racknet exec`, run as users run them; what a container shows of them is in the image's tests."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import Racknet
from layout import read
from question import question

from racknet.classify import classify
from racknet.variables import NAMES, WRITTEN, told


def here(racknet: Racknet) -> dict[str, str]:
    """The answers on this machine."""
    lines = racknet("env")[0].splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_names() -> None:
    """The four variables, in order, and only for those answers that there are."""
    assert NAMES == ["RACKNET_PUBLIC_IPV4", "RACKNET_PUBLIC_IPV6", "RACKNET_SERVICE_IPV4", "RACKNET_SERVICE_IPV6"]
    host = read(
        "nic eth0 203.0.113.7/24 2001:db8::7/64\nnic eth1 10.1.0.7/24\ndefault eth0 via 203.0.113.1\nbridge docker0"
    ).host
    found = [classify(host, question(line)) for line in ("public", "public ipv6", "service", "service ipv6")]
    assert told(found) == dict(zip(NAMES, ("203.0.113.7", "2001:db8::7", "10.1.0.7"), strict=False))


def test_env(racknet: Racknet) -> None:
    """Lines that a shell, compose and systemd read; with --export, a shell's."""
    lines = racknet("env")[0].splitlines()
    assert lines
    assert racknet("env", "--export") == ("".join(f"export {line}\n" for line in lines), "", 0)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$RACKNET_PUBLIC_IPV4", "<>"),
        ("${RACKNET_PUBLIC_IPV4}", "<>"),
        ("a$RACKNET_PUBLIC_IPV4:1/${RACKNET_PUBLIC_IPV4}b", "a<>:1/<>b"),
        ("$RACKNET_PUBLIC_IPV4x", "$RACKNET_PUBLIC_IPV4x"),
        ("$RACKNET_PUBLIC_IPV4_", "$RACKNET_PUBLIC_IPV4_"),
        ("$RACKNET_PUBLIC_IPV46", "$RACKNET_PUBLIC_IPV46"),
        ("${RACKNET_PUBLIC_IPV4", "${RACKNET_PUBLIC_IPV4"),
        ("${RACKNET_PUBLIC_IPV4:-x}", "${RACKNET_PUBLIC_IPV4:-x}"),
        ("$OTHER $$ \"q\" 'q' \\ ${RACKNET_WAIT}", "$OTHER $$ \"q\" 'q' \\ ${RACKNET_WAIT}"),
    ],
)
def test_what_is_replaced(word: str, expected: str) -> None:
    """Exactly the four names, written in either way."""
    assert WRITTEN.sub("<>", word) == expected


def test_exec(racknet: Racknet) -> None:
    """The command has the answers in its environment and its arguments; all else is as it was."""
    answers = here(racknet)
    name = next(iter(answers))
    code = f"import os, sys; print(sys.argv[1:], {{k: os.environ[k] for k in ('STALE', *{NAMES}) if k in os.environ}})"
    stale = next(iter(set(NAMES) - set(answers)), "STALE")
    out, err, status = racknet(
        "exec",
        sys.executable,
        "-c",
        code,
        f"[${name}]",
        "a b",
        "$$",
        "$OTHER",
        "--help",
        "-h",
        "",
        **{stale: "old", "STALE": "kept"},
    )
    expected = {**answers, "STALE": "kept"}
    argv, _, environ = out.partition("] {")
    assert (argv + "]", status, err) == (str([f"[{answers[name]}]", "a b", "$$", "$OTHER", "--help", "-h", ""]), 0, "")
    assert eval("{" + environ) == expected


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["exec", "no-such-command"], 127, "racknet: cannot run 'no-such-command': No such file or directory\n"),
        (["exec", "/etc/passwd/x"], 127, "racknet: cannot run '/etc/passwd/x': Not a directory\n"),
        (["exec", "/etc/passwd"], 126, "racknet: cannot run '/etc/passwd': Permission denied\n"),
        (["exec", ""], 127, "racknet: cannot run '': No such file or directory\n"),
        (["exec", "sh", "-c", "exit 7"], 7, ""),
        (["exec", "--", "sh", "-c", "exit 8"], 8, ""),
        (["exec", "sh", "-c", "kill -9 $$"], -9, ""),
    ],
)
def test_status_of_exec(words: list[str], status: int, said: str, racknet: Racknet) -> None:
    """The command's status is the status; one that cannot be run has a shell's."""
    assert racknet(*words) == ("", said, status)


def test_signals(racknet: Racknet) -> None:
    """The command ignores and blocks what it would without racknet, not what Python ignores."""
    show = ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]

    def signals(shown: str) -> list[int]:  # 32 and 33 are the C library's own, which posix_spawn(3) ignores
        return [int(line.split()[1], 16) & 0x7FFFFFFF for line in shown.splitlines()]

    plain = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    assert len(signals(plain)) == 2
    assert signals(racknet("exec", *show)[0]) == signals(plain)


@pytest.mark.parametrize("words", [["env"], ["exec", "echo", "not reached"], ["exec", "echo", "$RACKNET_SERVICE_IPV4"]])
def test_without_an_answer(words: list[str], racknet: Racknet) -> None:
    """Without an answer there is status 1 and a reason, and the command does not run."""
    nothing = {f"RACKNET_{network}_CIDR": "192.0.2.255/32,2001:db8:ffff::1" for network in ("PUBLIC", "SERVICE")}
    out, err, status = racknet(*words, **nothing)
    assert (out, status) == ("", 1)
    assert err.startswith("racknet: no ")


def test_wrong_variable(racknet: Racknet) -> None:
    """A wrong variable is status 2, on the short road as by way of Typer."""
    for words in (["public"], ["public", "--json"], ["env"], ["list"], ["exec", "true"]):
        out, err, status = racknet(*words, RACKNET_PUBLIC_CIDR="10.0.0.0/33")
        assert (out, status) == ("", 2)
        assert (
            err
            == f"racknet: RACKNET_PUBLIC_CIDR: '10.0.0.0/33' is not a CIDR block\nhint: see racknet {words[0]} --help\n"
        )


def test_unknown_variable_is_mentioned(racknet: Racknet) -> None:
    """A name that means nothing is mentioned by errors and the list, and does not change an answer."""
    note = "note: RACKNET_SERVICE_IFACE means nothing to racknet; RACKNET_SERVICE_INTERFACE does\n"
    assert note in racknet("list", RACKNET_SERVICE_IFACE="eth1")[1]
    assert note in racknet("pubic", RACKNET_SERVICE_IFACE="eth1")[1]
    assert racknet("env", RACKNET_SERVICE_IFACE="eth1") == racknet("env")
