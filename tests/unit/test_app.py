"""The command line, run as users run it: help, wrong words, completion."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import click
import pytest
from conftest import Racknet

from racknet import __version__
from racknet.cli import completion
from racknet.errors import HostReadError
from racknet.parsing import COMMANDS, INPUT_VARS

FIRST_LINES = """\
racknet public [ipv4|ipv6]
racknet service [ipv4|ipv6]

Examples:
          $ racknet public
          104.130.0.127

          $ racknet service ipv6
          fe80::be76:4eff:fe20:b452

Examples when run with Docker:
          $ docker run --net=host racknet/ip public
          104.130.0.127
"""


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help(word: str, racknet: Racknet) -> None:
    """The help begins with the lines that users know, and names all commands and variables in 80 columns."""
    out, err, status = racknet(word)
    assert (err, status) == ("", 0)
    assert out.startswith(FIRST_LINES)
    assert max(map(len, out.splitlines())) <= 80
    assert [name for name in (*COMMANDS, *INPUT_VARS) if name not in out] == []


def test_groups(racknet: Racknet) -> None:
    """The help has each command once, in a group, with a line that is a whole sentence."""
    out = racknet("--help")[0]
    groups = out.partition("\nAddresses:\n")[2].partition("\nUse an answer")[0]
    lines = [line for line in groups.splitlines() if line.startswith("  ")]
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    assert [line for line in lines if not line.endswith((".", ")."))] == []
    assert re.findall(r"^\S.*:$", groups, re.MULTILINE) == ["For other programs:", "For a swarm:", "For a bug report:"]


def test_no_arguments(racknet: Racknet) -> None:
    """Without arguments the help goes to standard error, so that $(racknet) is never prose."""
    assert racknet() == ("", racknet("--help")[0], 2)


def on_terminal(program: list[str], *words: str, **environ: str) -> str:
    """Return what racknet writes to a terminal, which is both standard output and standard error."""
    terminal, its = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen([*program, *words], stdout=its, stderr=its, env={**clean, "TERM": "xterm", **environ}):
        os.close(its)
        written = b""
        try:
            while data := os.read(terminal, 1 << 16):
                written += data
        except OSError:
            pass  # the kernel's end of a terminal
    os.close(terminal)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("words", [["--help"], [], ["public", "--help"]], ids=" ".join)
def test_colours_of_the_help(words: list[str], program: list[str], racknet: Racknet) -> None:
    """On a terminal headings and names are bold, which changes nothing else; not with NO_COLOR, not in a pipe."""
    plain = "".join(racknet(*words)[:2])
    coloured = on_terminal(program, *words)
    assert "\x1b[1mOptions\x1b[0m:\n  \x1b[1m" in coloured
    assert re.sub("\x1b\\[[01]m", "", coloured) == plain
    assert on_terminal(program, *words, NO_COLOR="1") == on_terminal(program, *words, TERM="dumb") == plain
    assert coloured.startswith(FIRST_LINES) is ("public" not in words)


def test_version(racknet: Racknet) -> None:
    """The version is the package's."""
    assert racknet("--version") == (f"racknet {__version__}\n", "", 0)


FILTERS, PROOF = ["--interface", "--cidr", "--exclude", "--reach"], ["--strict", "--in-container"]
ANSWER = [*FILTERS, *PROOF, "--wait", "--all", "--format", "--json", "-v, --explain"]


@pytest.mark.parametrize(
    ("command", "usage", "options"),
    [
        ("public", "[OPTIONS] [ipv4|ipv6]", ANSWER),
        ("service", "[OPTIONS] [ipv4|ipv6]", ANSWER),
        ("list", "[OPTIONS]", [*PROOF, "--json"]),
        ("env", "[OPTIONS]", [*PROOF, "--export", "--require", "--wait"]),
        ("exec", "[OPTIONS] COMMAND [ARG]...", [*PROOF, "--require"]),
        ("report", "[OPTIONS]", ["--as-is"]),
        ("watch", "[OPTIONS] public|service [ipv4|ipv6]", [*FILTERS, *PROOF, "--settle"]),
        ("check", "[OPTIONS] ADDRESS public|service [ipv4|ipv6]", [*FILTERS, *PROOF, "--wait"]),
        (
            "cluster",
            "[OPTIONS] public|service [ipv4|ipv6]",
            [*FILTERS, "--node", "--constraint", "--image", "--timeout", "--format"],
        ),
    ],
)
def test_help_of_a_command(command: str, usage: str, options: list[str], racknet: Racknet) -> None:
    """Each command has its help, with its options, in 80 columns."""
    out, err, status = racknet(command, "--help")
    assert (err, status) == ("", 0)
    assert f"racknet {command} {usage}\n" in out
    assert [option for option in options if f"\n  {option} " not in out] == []
    assert max(map(len, out.splitlines())) <= 80


ASKED = "and public ipv4 is asked for: ask for public ipv6"
REQUIRED = "public or service, with :ipv4 or :ipv6 if needed"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pubic"], "'pubic' is not a command; did you mean public?"),
        ([""], "'' is not a command: public, service, list, report, env, exec, watch, check, cluster"),
        (["\x1b[2J"], r"'\x1b[2J' is not a command: public, service, list, report, env, exec, watch, check, cluster"),
        (["service", "ipv5"], "'ipv5' is not a family: ipv4 or ipv6"),
        (["service", ""], "'' is not a family: ipv4 or ipv6"),
        (["public", "ipv4", "ipv6"], "unexpected argument 'ipv6'"),
        (["service", "ipv4", "--all", "x", "y"], "unexpected argument 'x'"),
        (["list", *"x" * 1000], "unexpected argument 'x'"),
        (["env", "--export", "ipv4", "ipv6"], "unexpected argument 'ipv4'"),
        (["cluster", "service", "ipv4", "n1", "n2"], "unexpected argument 'n1'"),
        (["public", "--cidr", "10.0.0.0/33"], "'10.0.0.0/33' is not a CIDR block"),
        (["public", "--interface", ""], "'' is not the name of an interface, or a glob"),
        (["public", "--exclude", ""], "'' is not the name of an interface, a glob, or a CIDR block"),
        (["public", "--reach", "localhost"], "'localhost' is not an address, and no name is looked up"),
        (["public", "--wait", "soon"], "'soon' is not a number of seconds"),
        (["env", "--wait", "-1"], "'-1' is not a number of seconds"),
        (["public", "ipv4", "--cidr", "fd00::/8"], f"--cidr: 'fd00::/8' is a block of ipv6, {ASKED}"),
        (["exec", "--require", "servce", "true"], f"'servce' is not {REQUIRED}"),
        (["env", "--require", "service:"], f"'service:' is not {REQUIRED}"),
    ],
    ids=str,
)
def test_wrong_words(words: list[str], message: str, racknet: Racknet) -> None:
    """A wrong word is quoted as it came, with what it should have been, and a hint."""
    out, err, status = racknet(*words)
    first, hint = err.splitlines()
    assert (out, first, status) == ("", f"racknet: {message}", 2)
    assert hint.startswith("hint: ")


def test_too_long_a_wait(racknet: Racknet) -> None:
    """A time to wait that is too long is said to be that."""
    out, err, status = racknet("public", "--wait", "99999999")
    assert (out, status) == ("", 2)
    assert "'99999999'" in err
    assert "more than a year" in err


@pytest.mark.parametrize(
    "words",
    [["--nonsense"], ["public", "-x"], ["public", "--cidr"], ["list", "x"], ["env", "x"], ["exec"], ["exec", "-x"]],
    ids=str,
)
def test_wrong_options(words: list[str], racknet: Racknet) -> None:
    """An unknown option, an option without its value and a missing argument are status 2, with a hint at the help."""
    out, err, status = racknet(*words)
    assert (out, status) == ("", 2)
    assert err.startswith("racknet: ")
    assert err.endswith(" --help\n")


ON_LO = ["service", "--in-container", "--interface", "lo"]  # every machine has it, also one in a container


def test_options_may_be_repeated(racknet: Racknet) -> None:
    """The filters may be given several times; each of them counts."""
    words = [*ON_LO, "--interface", "no-such", "--cidr", "127.0.0.9", "--cidr", "127.0.0.1"]
    assert racknet(*words) == ("127.0.0.1\n", "", 0)
    assert racknet(*words, "--exclude", "no-such", "--exclude", "127.0.0.0/8")[::2] == ("", 1)


def test_options_after_the_family(racknet: Racknet) -> None:
    """Options may stand before or after the family, with or without an equals sign."""
    for words in (["inet", "--interface=lo", "--cidr=127.0.0.1"], ["--interface", "lo", "--cidr", "127.0.0.1", "ipv4"]):
        assert racknet("public", "--in-container", *words) == ("127.0.0.1\n", "", 0)


def test_format(racknet: Racknet) -> None:
    """--format prints a text, with values in place of its names; a host prefix is no network."""
    words = [*ON_LO, "--cidr", "127.0.0.1", "--format"]
    assert racknet(*words, "{host}:6379 on {interface}") == ("127.0.0.1:6379 on lo\n", "", 0)
    assert racknet(*words, "{network}") == ("127.0.0.0/8\n", "", 0)


def test_reach(racknet: Racknet) -> None:
    """--reach asks the kernel: by the loopback interface it reaches the loopback address."""
    words = [*ON_LO, "--reach", "127.0.0.1", "--cidr", "127.0.0.0/8"]
    assert racknet(*words) == ("127.0.0.1\n", "", 0)


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", "ja_JP.eucJP", "nonsense", ""])
def test_locale(locale: str, racknet: Racknet) -> None:
    """The locale changes nothing."""
    for words in (["--help"], ["pubic"], ["service", "--json", "--cidr", "0.0.0.0/0"]):
        assert racknet(*words, LANG=locale, LC_ALL=locale)[::2] == racknet(*words)[::2]


WITHOUT_DOCKER = """
import sys
sys.modules["docker"] = None
from racknet.__main__ import main
sys.exit(main())
"""


def test_cluster_without_its_extra(racknet: Racknet, program: list[str]) -> None:
    """Where the Docker SDK is missing, `cluster` says what has it, and what works; the executable never has it."""
    if "-m" in program:
        command = [sys.executable, "-c", WITHOUT_DOCKER, "cluster", "service"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        out, err, status = done.stdout, done.stderr, done.returncode
    else:
        out, err, status = racknet("cluster", "service")
    assert (out, status) == ("", 2)
    assert err == (
        "racknet: cluster is an extra of the Python package; the image and the executable do not have it\n"
        "hint: in a clone of the repository: pipx install --force '.[swarm]'\n"
    )


def test_no_colour_codes_in_a_pipe(racknet: Racknet, tmp_path: Path) -> None:
    """What installs the completion is plain text where no terminal shows it."""
    out, err, status = racknet("--install-completion", "bash", HOME=str(tmp_path))
    assert "completion installed" in out
    assert ("\x1b" in out + err, status) == (False, 0)


def test_completion(racknet: Racknet, program: list[str], tmp_path: Path) -> None:
    """A real bash completes commands and families; zsh and fish get their scripts. With words it is not asked for."""
    (tmp_path / "racknet").write_text(f'#!/bin/sh\nexec {shlex.join(program)} "$@"\n')
    (tmp_path / "racknet").chmod(0o755)
    script = (
        f'PATH={tmp_path}:$PATH; eval "$(_RACKNET_COMPLETE=source_bash racknet)";'
        ' COMP_WORDS=(racknet $1); COMP_CWORD=$2; _racknet_completion racknet; echo "${COMPREPLY[@]}"'
    )
    for words, number, offered in (
        ("ser", "1", "service"),
        ("service ipv", "2", "ipv4 ipv6"),
        ("service --re", "2", "--reach"),
        ("service --ex", "2", "--exclude --explain"),
        ("", "1", "public"),
        ("service --interface l", "3", "lo\n"),
        ("service --interface nosuch", "3", "\n"),
        ("exec ech", "2", "echo"),
        ("exec --require service ech", "4", "echo"),
        ("exec bash ech", "3", "\n"),
    ):
        done = subprocess.run(["bash", "-c", script, "-", words, number], capture_output=True, text=True, check=False)
        assert done.stdout.startswith(offered), done
    for shell in ("zsh", "fish"):
        assert f"_RACKNET_COMPLETE=complete_{shell}" in racknet(_RACKNET_COMPLETE=f"source_{shell}")[0]
    assert racknet("--version", _RACKNET_COMPLETE="complete_bash")[0] == f"racknet {__version__}\n"


def test_completion_without_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be read, nothing is offered, and the shell shows no traceback."""
    monkeypatch.setattr(completion, "read_host", Mock(side_effect=HostReadError("cannot read the interfaces")))
    monkeypatch.setenv("PATH", "/nowhere")
    context = click.Context(click.Command("exec"))
    assert (completion.offer_interfaces(""), completion.offer_commands(context, "")) == ([], [])
