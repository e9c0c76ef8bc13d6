"""`racknet env` and `racknet exec`: on hosts of the table in this process, and as users run them.

With `LOOPBACK` a real process has an answer on every machine, 127.0.0.1.
"""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from conftest import Racknet
from support.cases import cases
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.cli.env_exec import NAMES, REFERENCE
from racknet.host import dmi
from racknet.output import notes

ROOT = Path(__file__).parent.parent.parent
ON_LO = {f"RACKNET_{network}_INTERFACE": "lo" for network in ("PUBLIC", "SERVICE")} | {"RACKNET_IN_CONTAINER": "1"}
LOOPBACK = ON_LO | {f"RACKNET_{network}_CIDR": "127.0.0.1" for network in ("PUBLIC", "SERVICE")}

# A cloud's host, whose public address is not on it; the same with a second NIC that has no address yet, and then one.
CLOUD = "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1\n"
TWO_NICS = f"{CLOUD}nic ens6 device"
READY = f"{CLOUD}nic ens6 203.0.113.7/24 device\ndefault ens6 via 203.0.113.1"

RENAME = "rename it, or unset it (on Kubernetes: enableServiceLinks: false)"
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("hosts", "pauses", "found"),
    [
        ([CLOUD], 0, ["RACKNET_SERVICE_IPV4"]),
        ([READY], 0, ["RACKNET_PUBLIC_IPV4", "RACKNET_SERVICE_IPV4"]),
        ([TWO_NICS, TWO_NICS, READY], 2, ["RACKNET_PUBLIC_IPV4", "RACKNET_SERVICE_IPV4"]),
        ([TWO_NICS], 30, ["RACKNET_SERVICE_IPV4"]),
        ([CLOUD.partition("default")[0], CLOUD], 1, ["RACKNET_SERVICE_IPV4"]),
        (["nic ens5 device", "nic ens5 10.0.0.5/24 device", CLOUD], 2, ["RACKNET_SERVICE_IPV4"]),
        (["nic eth0 10.0.0.5/24"], 0, []),  # a container's own network
    ],
    ids=["cloud", "both", "second NIC gets one", "second NIC stays without", "no route yet", "boot", "container"],
)
def test_env_waits_until_both_are_settled(hosts: list[str], pauses: int, found: list[str], capfd: Capture) -> None:
    """`env --wait` answers once each IPv4 answer is there, or nothing on the host may still bring it."""
    with on_host(*hosts) as waited:
        assert run("env", "--wait", "30") == (0 if found else 1)
    assert len(waited) == pauses
    assert [line.partition("=")[0] for line in capfd.readouterr().out.splitlines()] == found


def test_env_waits_for_what_is_required(capfd: Capture) -> None:
    """With --require, `env --wait` waits for that, and for nothing else."""
    routed = f"{CLOUD}default -6 ens5 via fe80::1"
    with on_host(CLOUD, routed.replace("/24", "/24 2001:db8::5/64")) as pauses:
        assert run("env", "--wait", "30", "--require", "public:ipv6") == 0
    assert (len(pauses), capfd.readouterr().out.partition("\n")[0]) == (1, "RACKNET_PUBLIC_IPV6=2001:db8::5")


NOT_FOUND = "racknet: cannot run 'x': No such file or directory\n"


def executed(*words: str, **environ: str) -> list[list[str]]:
    """Return the commands that `exec` becomes."""
    commands: list[list[str]] = []

    def execute(_file: str, command: list[str]) -> None:
        commands.append(command)
        raise FileNotFoundError(2, "No such file or directory")

    with patch.object(os, "execvp", execute):
        status = run("exec", *words, **environ)
    assert status == (127 if commands else 1)
    return commands


@cases(
    "environ note",
    ({}, "note: no RACKNET_SERVICE_IPV4: ambiguous, ens4 and ens5 tie\n"),
    (
        {"RACKNET_SERVICE_INTERFACE": "ens7"},
        "note: no RACKNET_SERVICE_IPV4: RACKNET_SERVICE_INTERFACE=ens7 leaves no address\n",
    ),
    ({"RACKNET_EXCLUDE": "172.16.0.0/12", "RACKNET_SERVICE_INTERFACE": "ens4"}, ""),  # of IPv4 alone
)
def test_notes(environ: dict[str, str], note: str, capfd: Capture) -> None:
    """A note says why an IPv4 variable is missing: of `env`, and of `exec` where no argument names a variable."""
    with on_host(HOSTS["service-ambiguous"].layout.host):
        assert run("env", **environ) == 0
        out, err = capfd.readouterr()
        assert (out.partition("\n")[0], err) == ("RACKNET_PUBLIC_IPV4=203.0.113.7", note)
        assert executed("x", **environ)
        assert capfd.readouterr().err == f"{note}{NOT_FOUND}"
        assert executed("x", "$RACKNET_PUBLIC_IPV4", **environ)
        assert capfd.readouterr().err == NOT_FOUND


NO_PUBLIC = "racknet: no public ipv4 address on this host\n"
NO_SERVICE6 = "racknet: no service ipv6 address on this host\n"


@cases(
    "required words status first",
    (["service"], [], 0, ""),
    (["service"], ["$RACKNET_SERVICE_IPV4"], 0, ""),
    (["public"], [], 1, NO_PUBLIC),
    (["public"], ["$RACKNET_SERVICE_IPV4"], 1, NO_PUBLIC),
    (["service,public"], [], 1, NO_PUBLIC),
    (["service", "--require", "public:ipv4"], [], 1, NO_PUBLIC),
    (["service:ipv6"], [], 1, NO_SERVICE6),
)
def test_require(required: list[str], words: list[str], status: int, first: str, capfd: Capture) -> None:
    """Without an answer that --require names `env` prints nothing, and `exec` runs nothing."""
    with on_host(CLOUD):
        assert run("env", "--require", *required) == status
        out, err = capfd.readouterr()
        assert out == ("" if status else "RACKNET_SERVICE_IPV4=10.0.0.5\n")
        assert err.startswith(first)
        assert status == 1 or err == ""  # no note on what is not needed
        assert bool(executed("--require", *required, "x", *words)) is (status == 0)
        assert capfd.readouterr().err.startswith(first or NOT_FOUND)


@cases(
    "word expected",
    ("$RACKNET_PUBLIC_IPV4", "<>"),
    ("${RACKNET_PUBLIC_IPV4}", "<>"),
    ("a$RACKNET_PUBLIC_IPV4:1/${RACKNET_PUBLIC_IPV4}b", "a<>:1/<>b"),
    ("$RACKNET_PUBLIC_IPV4x", "$RACKNET_PUBLIC_IPV4x"),
    ("$RACKNET_PUBLIC_IPV4_", "$RACKNET_PUBLIC_IPV4_"),
    ("$RACKNET_PUBLIC_IPV46", "$RACKNET_PUBLIC_IPV46"),
    ("${RACKNET_PUBLIC_IPV4", "${RACKNET_PUBLIC_IPV4"),
    ("${RACKNET_PUBLIC_IPV4:-x}", "${RACKNET_PUBLIC_IPV4:-x}"),
    ("$OTHER $$ \"q\" 'q' \\ ${RACKNET_WAIT}", "$OTHER $$ \"q\" 'q' \\ ${RACKNET_WAIT}"),
)
def test_references(word: str, expected: str) -> None:
    """Exactly the four names are replaced, written in either way."""
    assert REFERENCE.sub("<>", word) == expected


def test_exec_leaves_other_names_alone(racknet: Racknet) -> None:
    """Names that racknet reads, or that are set, are the command's: a shell replaces them."""
    words = ["$RACKNET_SERVICE_CIDR", "$RACKNET_NAME", "$OTHER", "RACKNET_X", "$$"]
    assert racknet("exec", "echo", *words, RACKNET_NAME="1", **LOOPBACK) == (f"{' '.join(words)}\n", "", 0)


UNIT = """
import os, sys
os.environ["SYSTEMD_EXEC_PID"] = str(os.getpid() + int(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("offset", "word", "is_noted"),
    [("0", "--bind", True), ("0", "$RACKNET_SERVICE_IPV4", False), ("1", "--bind", False)],
    ids=["no name", "a name", "by a shell of the unit"],
)
def test_note_in_a_unit(offset: str, word: str, is_noted: bool, program: list[str]) -> None:
    """Where systemd itself starts `exec`, and no argument names a variable, a note says what a unit has to write."""
    words = [sys.executable, "-c", UNIT, offset, *program, "exec", "true", word]
    done = subprocess.run(words, env={**os.environ, **LOOPBACK}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)
    assert (done.stderr == notes.IN_EXECSTART) is is_noted
    assert (done.stderr == "") is not is_noted


def test_exec_waits_for_the_names_in_its_arguments() -> None:
    """`exec` waits for the variables that its arguments name, in any form, or --require; else for one."""
    for words, expected in (
        (["x", "$RACKNET_SERVICE_IPV4"], ["x", "10.0.0.5"]),
        (["x"], ["x"]),
        (["--require", "service", "x"], ["x"]),
    ):
        with on_host("nic ens5 device", CLOUD) as pauses:
            assert executed(*words, RACKNET_WAIT="30") == [expected]
        assert len(pauses) == 1
    for words, expected in (
        (["x", "${RACKNET_PUBLIC_IPV4}"], ["x", "203.0.113.7"]),
        (["x", "${RACKNET_PUBLIC_IPV4:?}"], ["x", "${RACKNET_PUBLIC_IPV4:?}"]),  # a shell replaces it
        (["--require", "public", "x"], ["x"]),
    ):
        with on_host(CLOUD, READY) as pauses:
            assert executed(*words, RACKNET_WAIT="30") == [expected]
        assert len(pauses) == 1


def test_exec_waits_though_the_provider_is_asked() -> None:
    """An answer that the provider may have is none to go on with, where others may still come."""
    tie = "nic ens5 10.0.1.5/24 device\nnic ens6 10.0.2.5/24\ndefault ens5 via 10.0.1.1\ndefault ens6 via 10.0.2.1"
    with on_host(tie, CLOUD) as pauses, patch.object(dmi, "read_dmi", dict):
        assert executed("x", RACKNET_WAIT="30", RACKNET_ASK_PROVIDER="1") == [["x"]]
    assert len(pauses) == 1


def test_exec_of_a_process(racknet: Racknet) -> None:
    """The command gets its arguments as they are but for the names, its own options included."""
    code = f"import os, sys; print([sys.argv[1:], {{k: os.environ[k] for k in ('KEPT', *{NAMES}) if k in os.environ}}])"
    words = ["[$RACKNET_PUBLIC_IPV4]", "a b", "$$", "$OTHER", "--help", "-h", ""]
    environ = {"KEPT": "kept", "RACKNET_PUBLIC_IPV6": "old", **LOOPBACK}
    out, err, status = racknet("exec", sys.executable, "-c", code, *words, **environ)
    assert (err, status) == ("", 0)
    found = {"KEPT": "kept", "RACKNET_PUBLIC_IPV4": "127.0.0.1", "RACKNET_SERVICE_IPV4": "127.0.0.1"}
    assert ast.literal_eval(out) == [["[127.0.0.1]", *words[1:]], found]


@cases(
    "words status message",
    (["no-such-command"], 127, "racknet: cannot run 'no-such-command': No such file or directory\n"),
    (["/etc/passwd/x"], 127, "racknet: cannot run '/etc/passwd/x': Not a directory\n"),
    (["/etc/passwd"], 126, "racknet: cannot run '/etc/passwd': Permission denied\n"),
    ([""], 127, "racknet: cannot run '': No such file or directory\n"),
    (["sh", "-c", "exit 7"], 7, ""),
    (["--", "sh", "-c", "exit 8"], 8, ""),
    (["sh", "-c", "kill -9 $$"], -9, ""),
)
def test_status_of_exec(words: list[str], status: int, message: str, racknet: Racknet) -> None:
    """The command's status is the status; one that cannot be run has a shell's."""
    assert racknet("exec", *words, **LOOPBACK) == ("", message, status)


SHOW_SIGNALS = ["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]


def masks(shown: str) -> list[int]:
    """Return the signals that are blocked, and those that are ignored. 32 and 33 are the C library's own."""
    return [int(line.split()[1], 16) & 0x7FFFFFFF for line in shown.splitlines()]


def test_signals(racknet: Racknet) -> None:
    """The command ignores and blocks the signals that it would without racknet, not those that Python ignores."""
    plain = subprocess.run(SHOW_SIGNALS, capture_output=True, text=True, check=True).stdout
    assert len(masks(plain)) == 2
    assert masks(racknet("exec", *SHOW_SIGNALS, **LOOPBACK)[0]) == masks(plain)


@pytest.mark.parametrize(("offset", "by_package"), [("0", True), ("1", False)], ids=["unit", "shell of the unit"])
def test_signals_that_the_caller_ignores(offset: str, by_package: bool, program: list[str]) -> None:
    """What the caller ignores stays ignored. The package cannot see that: it knows that systemd ignores SIGPIPE."""
    words = [sys.executable, "-c", UNIT, offset, *program, "exec", *SHOW_SIGNALS]  # Python itself ignores SIGPIPE
    done = subprocess.run(words, env={**os.environ, **LOOPBACK}, capture_output=True, text=True, check=True)
    _, ignored = masks(done.stdout)
    assert bool(ignored & 1 << signal.SIGPIPE - 1) is (by_package or "-m" not in program)


# An environment with an entry without "=", one without a name, and one that stands there twice: execve(2) takes it.
ODD_ENVIRONMENT = """
import ctypes, os, sys
entries = [b"odd", b"=foo=bar", b"TWICE=1", b"TWICE=2", b"RACKNET_PUBLIC_IPV6=old", b"RACKNET_PUBLIC_IPV6=older"]
entries += [name + b"=" + value for name, value in os.environb.items()]
words = [os.fsencode(word) for word in sys.argv[1:]]
ctypes.CDLL(None).execve(
    words[0], (ctypes.c_char_p * (len(words) + 1))(*words), (ctypes.c_char_p * (len(entries) + 1))(*entries)
)
"""


def test_environment_byte_for_byte(program: list[str]) -> None:
    """But for the four variables, the command has the environment that racknet had, whatever is in it."""
    words = [sys.executable, "-c", ODD_ENVIRONMENT, *program, "exec", "/bin/cat", "/proc/self/environ"]
    environ = {"LC_ALL": "C.UTF-8", **LOOPBACK}  # with another locale Python adds LC_CTYPE
    done = subprocess.run(words, env=environ, cwd=ROOT, capture_output=True, check=True)
    entries = [b"odd", b"=foo=bar", b"TWICE=1", b"TWICE=2", *(f"{k}={v}".encode() for k, v in environ.items())]
    answers = [b"RACKNET_PUBLIC_IPV4=127.0.0.1", b"RACKNET_SERVICE_IPV4=127.0.0.1"]
    assert sorted(done.stdout.split(b"\0")) == sorted([b"", *entries, *answers])


@pytest.mark.parametrize("words", [["public"], ["public", "--all"], ["env"], ["list"], ["exec", "true"]], ids=" ".join)
def test_wrong_variable(words: list[str], capfd: Capture) -> None:
    """A wrong or an unknown variable is status 2, on the fast path as by way of Typer."""
    for name, wrong, hint in (
        ("RACKNET_PUBLIC_CIDR", "RACKNET_PUBLIC_CIDR: 'x' is not a CIDR block", f"see racknet {words[0]} --help"),
        ("RACKNET_IN_CONTAINER", "RACKNET_IN_CONTAINER: 'x' is not 0 or 1", f"see racknet {words[0]} --help"),
        ("RACKNET_XY", "'RACKNET_XY' is not a variable of racknet", RENAME),
    ):
        with on_host(CLOUD):
            assert run(*words, **{name: "x"}) == 2
        assert capfd.readouterr() == ("", f"racknet: {wrong}\nhint: {hint}\n")


def test_empty_command(capfd: Capture) -> None:
    """An empty word is no command, in this process as in one of its own."""
    with on_host(CLOUD):
        assert run("exec", "--require", "service", "") == 127
    assert capfd.readouterr() == ("", "racknet: cannot run '': No such file or directory\n")
