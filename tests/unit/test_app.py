"""The command line, run as users run it: help, wrong words, completion."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock, patch

import click
import pytest
from conftest import Racknet
from support.cases import cases
from support.on_host import run

from racknet import __version__
from racknet.cli import completion
from racknet.errors import HostReadError
from racknet.parsing import COMMANDS, INPUT_VARS

FIRST_LINE = "racknet public [ipv4|ipv6]\n"


@pytest.mark.parametrize("words", [["-h"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help(words: list[str], racknet: Racknet) -> None:
    """Each help is in 80 columns. The first one begins with the lines that users know, and names all commands."""
    out, err, status = racknet(*words)
    assert (err, status) == ("", 0)
    assert max(map(len, out.splitlines())) <= 80
    if words == ["-h"]:
        assert out == racknet("--help")[0]
        assert out.startswith(FIRST_LINE)
        assert [name for name in (*COMMANDS, *INPUT_VARS) if name not in out] == []
    else:
        assert f"racknet {words[0]} " in out


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
    assert coloured.startswith(FIRST_LINE) is ("public" not in words)


def test_version(racknet: Racknet) -> None:
    """The version is the package's."""
    assert racknet("--version") == (f"racknet {__version__}\n", "", 0)


@cases(
    "words message",
    (["\x1b[2J"], r"'\x1b[2J' is not a command: public, service, list, report, env, exec, watch, check, cluster"),
    (["service", ""], "'' is not a family: ipv4 or ipv6"),
    (["service", "ipv4", "--all", "x", "y"], "unexpected argument 'x'"),
    (["list", *"x" * 1000], "unexpected argument 'x'"),
    (["cluster", "service", "ipv4", "n1", "n2"], "unexpected argument 'n1'"),
    (["public", "--cidr"], "Option '--cidr' requires an argument."),
    (["exec"], "Missing argument 'COMMAND [ARG]...'."),
    (["public", "--exclude", ""], "'' is not the name of an interface, a glob, or a CIDR block"),
    (["env", "--wait", "-1"], "--wait: '-1' is not a number of seconds"),
    (["watch", "public", "--settle", "soon"], "--settle: 'soon' is not a number of seconds"),
    (["watch", "public", "--settle", "1e99"], "--settle: '1e99' is more than a year, 31622400 seconds"),
    (["list", "--ask-provider"], "'--ask-provider' is not an option"),
    (["public", "--nonsense"], "'--nonsense' is not an option"),
    ids=str,
)
def test_wrong_words(words: list[str], message: str, racknet: Racknet) -> None:
    """A wrong word is quoted as it came, with what it should have been, and a hint."""
    out, err, status = racknet(*words)
    first, hint = err.splitlines()
    assert (out, first, status) == ("", f"racknet: {message}", 2)
    assert hint.startswith("hint: ")


@cases(
    "words answer",
    ("--interface lo --interface no-such --cidr 127.0.0.9 --cidr 127.0.0.1", "127.0.0.1\n"),
    ("--interface lo --cidr 127.0.0.1 --exclude no-such --exclude 127.0.0.0/8", ""),
    ("inet --interface=lo --cidr=127.0.0.1", "127.0.0.1\n"),
    ("--interface lo --cidr 127.0.0.1 ipv4", "127.0.0.1\n"),
    ("--interface lo --reach 127.0.0.1 --cidr 127.0.0.0/8", "127.0.0.1\n"),  # asks the kernel
    ("--interface lo --cidr 127.0.0.1 --format {host}:6379/{network}@{interface}", "127.0.0.1:6379/127.0.0.0/8@lo\n"),
)
def test_options(words: str, answer: str, racknet: Racknet) -> None:
    """Options may be repeated, and stand before or after the family, with or without an equals sign."""
    assert racknet("service", "--in-container", *words.split())[::2] == (answer, 0 if answer else 1)


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


def test_in_this_process(capfd: pytest.CaptureFixture[str]) -> None:
    """The same, as the other tests run racknet; and what a shell asks for, as it asks."""
    with patch.dict(sys.modules, {"racknet.swarm.command": None}):
        assert run("cluster", "service") == 2
    assert "racknet: cluster is an extra" in capfd.readouterr().err
    assert run(_RACKNET_COMPLETE="source_zsh") == 0
    assert "_RACKNET_COMPLETE=complete_zsh" in capfd.readouterr().out


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


def test_no_colour_codes_in_a_pipe(racknet: Racknet, tmp_path: Path) -> None:
    """What installs the completion is plain text where no terminal shows it."""
    out, err, status = racknet("--install-completion", "bash", HOME=str(tmp_path))
    assert ("completion installed" in out, "\x1b" in out + err, status) == (True, False, 0)


def test_offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interfaces and commands are offered; where nothing can be read nothing is, and the shell shows no traceback."""
    for name, mode in (("echo", 0o755), ("echoes", 0o644), ("other", 0o755)):
        (tmp_path / name).touch(mode)
    context, further = click.Context(click.Command("exec")), click.Context(click.Command("exec"))
    further.params["command"] = ["bash"]
    monkeypatch.setenv("PATH", f"/nowhere::{tmp_path}")
    assert (completion.offer_interfaces("lo"), completion.offer_commands(context, "ech")) == (["lo"], ["echo"])
    assert completion.offer_commands(further, "ech") == []
    assert (completion.offer_networks(), completion.offer_families()) == (["public", "service"], ["ipv4", "ipv6"])
    monkeypatch.setattr(completion, "read_host", Mock(side_effect=HostReadError("cannot read the interfaces")))
    assert completion.offer_interfaces("") == []
