"""What may be asked in options and variables, and what is said of the rest."""

from __future__ import annotations

import pytest

from racknet import options
from racknet.options import Wrong
from racknet.question import Question


def named(question: Question, *names: str) -> list[bool]:
    assert question.names
    return [question.names(name) for name in names]


def test_nothing_asked() -> None:
    """Without options and variables a question is plain; empty variables are none."""
    for environ in ({}, {"RACKNET_PUBLIC_INTERFACE": "", "RACKNET_PUBLIC_CIDR": " ,", "RACKNET_EXCLUDE": ""}):
        asked = options.question("public", "ipv4", environ)
        assert (asked.names, asked.cidrs, asked.excludes, asked.narrowed) == (None, (), None, "")
        assert options.seconds(None, environ) == 0


@pytest.mark.parametrize("listed", ["eth1,ens*", "eth1 ens*", " eth1 ,  ens* ,", "eth1\tens*\n"])
def test_variables_are_lists(listed: str) -> None:
    """Lists are separated by commas or blanks."""
    asked = options.question("service", "ipv4", {"RACKNET_SERVICE_INTERFACE": listed})
    assert named(asked, "eth1", "ens5", "eth10", "eth0") == [True, True, False, False]
    assert asked.narrowed == "RACKNET_SERVICE_INTERFACE=eth1,ens*"


def test_variables_of_the_other_network_do_not_count() -> None:
    """Only what the question needs is read, and so only that is checked."""
    environ = {"RACKNET_PUBLIC_INTERFACE": "[", "RACKNET_PUBLIC_CIDR": "nonsense"}
    assert options.question("service", "ipv4", environ).names is None


@pytest.mark.parametrize("given", [{"interface": ["ens3"]}, {"cidr": ["10.0.0.0/8"]}])
def test_options_put_variables_aside(given: dict[str, list[str]]) -> None:
    """--interface or --cidr put both variables of the network aside, even where they are wrong."""
    environ = {"RACKNET_SERVICE_INTERFACE": "[", "RACKNET_SERVICE_CIDR": "nonsense"}
    asked = options.question("service", "ipv4", environ, **given)
    assert (asked.names is not None, len(asked.cidrs)) == ("interface" in given, int("cidr" in given))


def test_exclude_adds_to_its_variable() -> None:
    """--exclude is taken together with RACKNET_EXCLUDE."""
    asked = options.question("public", "ipv4", {"RACKNET_EXCLUDE": "vm*,pods"}, exclude=["lab?"])
    assert asked.excludes
    assert [asked.excludes(name) for name in ("vm1", "pods", "lab1", "lab10", "eth0")] == [True] * 3 + [False] * 2


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"RACKNET_SERVICE_CIDR": "10.0.0.0/33"}, "RACKNET_SERVICE_CIDR: '10.0.0.0/33' is not a CIDR block"),
        ({"RACKNET_SERVICE_CIDR": "10.0.0.0/8 x"}, "RACKNET_SERVICE_CIDR: 'x' is not a CIDR block"),
        (
            {"RACKNET_SERVICE_INTERFACE": "eth[0"},
            "RACKNET_SERVICE_INTERFACE: 'eth[0' is not an interface's name or glob",
        ),
        ({"RACKNET_EXCLUDE": "a/b"}, "RACKNET_EXCLUDE: 'a/b' is not an interface's name or glob"),
    ],
)
def test_wrong_variables(environ: dict[str, str], said: str) -> None:
    """A wrong value is quoted, with its variable's name."""
    with pytest.raises(Wrong) as caught:
        options.question("service", "ipv4", environ)
    assert str(caught.value) == said


@pytest.mark.parametrize("word", ["", " ", "eth0 eth1", "a/b", "eth[", "eth[]", "eth[!]", "x[a]y[", "eth\t0"])
def test_wrong_globs(word: str) -> None:
    """What no interface can be called is no glob; an unclosed bracket is not taken for itself."""
    with pytest.raises(Wrong, match="is not an interface's name or glob"):
        options.question("public", "ipv4", {}, interface=[word])


@pytest.mark.parametrize(
    ("word", "name"),
    [("eth[01]", "eth1"), ("eth[!2-9]", "eth1"), ("[[]x", "[x"), ("[]]", "]"), ("e*:?", "eth0:1"), ("*", "x")],
)
def test_globs(word: str, name: str) -> None:
    """Globs are the shell's."""
    assert named(options.question("public", "ipv4", {}, interface=[word]), name) == [True]


@pytest.mark.parametrize(
    "word", ["-1", "nan", "inf", "1e400", "infinity", "1_0", "", "ten", "0x10", "1,5", " 1", "\u0661", "-0"]
)
def test_wrong_seconds(word: str) -> None:
    """A number of seconds is a plain number that is not negative and has an end."""
    with pytest.raises(Wrong) as caught:
        options.seconds(word, {})
    assert str(caught.value) == f"'{word}' is not a number of seconds"
    if word:
        with pytest.raises(Wrong) as caught:
            options.seconds(None, {"RACKNET_WAIT": word})
        assert str(caught.value) == f"RACKNET_WAIT: '{word}' is not a number of seconds"


@pytest.mark.parametrize(("word", "number"), [("0", 0), ("30", 30), ("0.5", 0.5), (".5", 0.5), ("1e2", 100)])
def test_seconds(word: str, number: float) -> None:
    """The option goes before the variable, which is then not looked at."""
    assert options.seconds(word, {"RACKNET_WAIT": "nonsense"}) == number
    assert options.seconds(None, {"RACKNET_WAIT": word}) == number


@pytest.mark.parametrize(
    "word", ["10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255", "10.0.0/8", "eth0", "", "10.0.0.0/", "fe80::1%eth0"]
)
def test_wrong_blocks(word: str) -> None:
    """A block is an address with at most a prefix length."""
    with pytest.raises(Wrong, match="is not a CIDR block"):
        options.question("public", "ipv4", {}, cidr=[word])


def test_unknown_variables() -> None:
    """Names that look as if they meant something are told; racknet's own answers are known."""
    environ = dict.fromkeys([*options.ASKED, *options.TOLD, "RACKNET_SERVICE_IFACE", "PATH", "constraint:node"], "x")
    assert options.unknown(environ) == ["RACKNET_SERVICE_IFACE"]
