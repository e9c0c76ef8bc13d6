"""The command line of the package, run as users run it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Racknet

from racknet import __version__

ROOT = str(Path(__file__).parent.parent)

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
    """The help begins with the lines that users know."""
    out, err, status = racknet(word)
    assert (err, status) == ("", 0)
    assert out.startswith(FIRST_LINES)
    assert max(map(len, out.splitlines())) <= 80


def test_no_arguments(racknet: Racknet) -> None:
    """Without arguments the help goes to standard error, so that $(racknet) is never prose."""
    assert racknet() == ("", racknet("--help")[0], 2)


def test_version(racknet: Racknet) -> None:
    """The version is the package's."""
    assert racknet("--version") == (f"racknet {__version__}\n", "", 0)


@pytest.mark.parametrize("word", ["public", "service"])
def test_help_of_a_command(word: str, racknet: Racknet) -> None:
    """Each command has its help."""
    out, err, status = racknet(word, "--help")
    assert (err, status) == ("", 0)
    assert f"racknet {word} [OPTIONS] [ipv4|ipv6]" in out


def hint(words: list[str]) -> str:
    return f"\nhint: see racknet {f'{words[0]} ' if words[0] in ('public', 'service') else ''}--help\n"


WRONG = [
    (["pubic"], "'pubic' is not a command; did you mean public?"),
    ([""], "'' is not a command: public, service, list, env, exec, cluster"),
    (["\x1b[2J"], r"'\x1b[2J' is not a command: public, service, list, env, exec, cluster"),
    (["service", "ipv5"], "'ipv5' is not a family: ipv4 or ipv6"),
    (["service", ""], "'' is not a family: ipv4 or ipv6"),
    (["public", "ipv4", "ipv6"], "'ipv6' is too much after 'ipv4'"),
    (["public", "--cidr", "10.0.0.0/33"], "'10.0.0.0/33' is not a CIDR block"),
    (["public", "--cidr", "10.0.0.0/255.0.0.0"], "'10.0.0.0/255.0.0.0' is not a CIDR block"),
    (["public", "--cidr", ""], "'' is not a CIDR block"),
    (["public", "--interface", ""], "'' is not an interface's name or glob"),
    (["public", "--exclude", ""], "'' is not an interface's name or glob"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=str)
def test_wrong_words(words: list[str], said: str, racknet: Racknet) -> None:
    """A wrong word is quoted as it came, with what it should have been."""
    assert racknet(*words) == ("", f"racknet: {said}{hint(words)}", 2)


@pytest.mark.parametrize("words", [["--nonsense"], ["public", "-x"], ["public", "--cidr"]])
def test_wrong_options(words: list[str], racknet: Racknet) -> None:
    """An option that there is not, or without its value."""
    out, err, status = racknet(*words)
    assert (out, status) == ("", 2)
    assert err.startswith("racknet: ")
    assert err.endswith(hint(words))


def test_both_roads_lead_to_one_answer(racknet: Racknet) -> None:
    """A plain question, and the same by way of Typer, are answered alike."""
    for words in (["public"], ["service"], ["public", "inet6"], ["service", "ipv6"]):
        # Not what an error lists: other tests come and go on this machine with interfaces of their containers.
        assert racknet(*words)[::2] == racknet(*words, "--wait", "0")[::2]


@pytest.mark.parametrize("words", ["['public']", "['service', 'inet6']"])
def test_plain_questions_load_little(words: str) -> None:
    """A plain question is answered without what takes long to load."""
    slow = "{'typer', 'click', 'psutil', 'typing', 're', 'socket', 'ipaddress', 'dataclasses', 'os', 'racknet.report'}"
    code = (
        "import sys; before = set(sys.modules)\n"
        f"sys.argv[1:] = {words}\nfrom racknet.__main__ import main\nmain()\n"
        f"print(sorted({slow} & (set(sys.modules) - before)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {[ROOT, *sys.path]!r}\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", "ja_JP.eucJP", "nonsense", ""])
def test_locale(locale: str, racknet: Racknet) -> None:
    """The locale changes nothing."""
    for words in (["--help"], ["pubic"], ["service", "--json", "--cidr", "0.0.0.0/0"]):
        assert racknet(*words, LANG=locale, LC_ALL=locale)[::2] == racknet(*words)[::2]


WITHOUT = """
import sys
sys.modules["docker"] = None
sys.argv = ["racknet", "cluster", "service"]
from racknet.__main__ import main
sys.exit(main())
"""


def test_cluster_without_its_extra(racknet: Racknet, program: list[str]) -> None:
    """Where the Docker SDK is not there, `cluster` says how to get it; the executable never has it."""
    if "-m" in program:
        done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
        out, err, status = done.stdout, done.stderr, done.returncode
    else:
        out, err, status = racknet("cluster", "service")
    assert (out, status) == ("", 2)
    assert err == (
        "racknet: cluster is an extra of the Python package: pip install 'racknet[swarm]'\n"
        "hint: see racknet cluster --help\n"
    )


def test_completion(racknet: Racknet, program: list[str], tmp_path: Path) -> None:
    """Typer's own completion, in a real bash; and to those who ask with words, its variable means nothing."""
    (tmp_path / "racknet").write_text(f'#!/bin/sh\nexec {shlex.join(program)} "$@"\n')
    (tmp_path / "racknet").chmod(0o755)
    script = (
        f'PATH={tmp_path}:$PATH; eval "$(_RACKNET_COMPLETE=source_bash racknet)";'
        ' COMP_WORDS=(racknet $1); COMP_CWORD=$2; _racknet_completion racknet; echo "${COMPREPLY[@]}"'
    )
    for words, number, offered in (("ser", "1", "service"), ("service ipv", "2", "ipv4 ipv6"), ("", "1", "public")):
        done = subprocess.run(["bash", "-c", script, "-", words, number], capture_output=True, text=True, check=False)
        assert done.stdout.startswith(offered), done
    for shell in ("zsh", "fish"):
        assert f"_RACKNET_COMPLETE=complete_{shell}" in racknet(_RACKNET_COMPLETE=f"source_{shell}")[0]
    assert racknet("--version", _RACKNET_COMPLETE="complete_bash")[0] == f"racknet {__version__}\n"
