"""The entry point: the fast path answers alike, and each error becomes text and a status in one place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest
from support.cases import cases
from support.hosts import HOSTS, HostCase
from support.on_host import on_host, run
from support.queries import FOUR

from racknet import __main__, lookup
from racknet.errors import HostReadError, OutputError, SwarmError

ROOT = Path(__file__).parent.parent.parent

# All that the fast path may load of racknet, beside the packages themselves.
FAST_PATH = {
    *("racknet", "racknet.__main__", "racknet.lookup"),
    *(
        f"racknet.core{name}"
        for name in ("", ".facts", ".matching", ".query", ".known", ".rules", ".eligibility", ".selection")
    ),
    *(f"racknet.host{name}" for name in ("", ".reader", ".netlink", ".interfaces", ".routes", ".crosscheck")),
    *("racknet.output", "racknet.output.stdio"),
}
COMPARED = {f"racknet.core.{name}" for name in ("comparison", "preferences", "text")}  # where candidates are several
SLOW = set(
    "argparse click codecs collections contextlib ctypes dataclasses difflib enum errno fnmatch functools inspect "
    "io ipaddress json logging os pathlib psutil re signal socket stat string struct subprocess tempfile textwrap "
    "threading traceback typer types typing".split()
)

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_both_forms_answer_alike(case: HostCase, capfd: Capture) -> None:
    """On each host a plain query and the same by way of Typer have the same output and status."""
    with on_host(case.layout.host):
        for line in FOUR:
            words = line.split()
            found = [(run(*words), capfd.readouterr()), (run(*words, "--wait", "0"), capfd.readouterr())]
            assert found[0] == found[1], line


@cases(
    "words environ",
    (["public", "ipv5"], {}),
    (["nonsense"], {}),
    (["public"], {"RACKNET_PUBLIC_CIDR": "10.0.0.0/33"}),
    (["public"], {"RACKNET_WAIT": "0"}),
    (["public"], {"RACKNET_NOSUCH": ""}),
    (["public", "ipv6"], {}),  # it has no answer
)
def test_what_the_fast_path_leaves_alone(words: list[str], environ: dict[str, str], capfd: Capture) -> None:
    """The fast path answers plain queries without variables, and prints nothing where it does not."""
    variables = {os.fsencode(name): os.fsencode(value) for name, value in environ.items()}
    with on_host("nic ens3 203.0.113.7/24 device"), patch.object(__main__, "environ", variables):
        assert __main__.try_fast_path(*words) is False
    __main__._looks.clear()  # no `main` goes on with it
    assert capfd.readouterr() == ("", "")


LOADED = f"""
import sys
sys.path += {[str(ROOT), *(path for path in sys.path if "site-packages" in path)]!r}
before = set(sys.modules)
from racknet import lookup
from racknet.__main__ import try_fast_path
try_fast_path(*sys.argv[1:])
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["public"], ["service"], ["public", "inet6"], ["service", "ipv6"]], ids=" ".join)
def test_plain_questions_load_little(words: list[str]) -> None:
    """A plain query loads none of what takes long to load, and of racknet only what it needs."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RACKNET_")}
    command = [sys.executable, "-I", "-S", "-c", LOADED, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    loaded = set(done.stderr.split())
    ours = {name for name in loaded if name.partition(".")[0] == "racknet"}
    ours -= {"racknet.host.changes"}  # where some come
    assert ours in (FAST_PATH, FAST_PATH | COMPARED, FAST_PATH | COMPARED | {"racknet.output.notes"})
    assert loaded & SLOW == set()


@cases(
    "error status",
    (HostReadError("cannot read /x: why", "look at it"), 3),
    (OutputError("cannot write to standard output: why", "look at it"), 3),
    (SwarmError("the engine does not answer", "look at it"), 3),
)
@pytest.mark.parametrize("words", [["public"], ["public", "--json"], ["list"], ["env"], ["exec", "true"]], ids=" ".join)
def test_error_has_its_status(words: list[str], error: Exception, status: int, capfd: Capture) -> None:
    """On every road an error is its message, its hint and its status; standard output is empty."""
    with patch.object(lookup, "read_host", side_effect=error):
        assert run(*words) == status
    document = {"error": str(error), "hint": "look at it", "addresses": []}
    text = f"{json.dumps(document)}\n" if "--json" in words else f"racknet: {error}\nhint: look at it\n"
    assert capfd.readouterr() == ("", text)


def test_error_of_the_fast_path(capfd: Capture) -> None:
    """What the executable has met on the fast path is reported; another's error is met again, or not."""
    with on_host("nic ens3 203.0.113.7/24 device"), patch.object(sys, "argv", ["racknet", "public"]):
        assert __main__.main(OutputError("cannot write to standard output: why")) == 3
        assert capfd.readouterr() == ("", "racknet: cannot write to standard output: why\n")
        assert __main__.main(LookupError("unknown encoding: x")) == 0
        assert capfd.readouterr() == ("203.0.113.7\n", "")


@pytest.mark.parametrize("words", [["public"], ["list"], ["env"], ["exec", "true"]], ids=" ".join)
def test_internal_fault(words: list[str], capfd: Capture) -> None:
    """A fault of racknet's own has a status of its own, 70, and no traceback."""
    with patch.object(lookup, "read_host", side_effect=KeyError("eth0\x1b")):
        assert run(*words) == 70
    out, err = capfd.readouterr()
    assert (out, err.splitlines()[0]) == ("", r"racknet: KeyError: 'eth0\x1b'")
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("words", [["public"], ["public", "--all"], ["list"], ["env"], ["exec", "true"]], ids=" ".join)
def test_too_little_memory(words: list[str], capfd: Capture) -> None:
    """Too little memory is status 3, also where there is not enough of it to report an error."""
    with patch.object(lookup, "read_host", side_effect=MemoryError):
        assert run(*words) == 3
    with (
        patch.object(lookup, "read_host", side_effect=HostReadError("cannot read")),
        patch("racknet.output.messages.format_error", side_effect=MemoryError),
    ):
        assert run(*words) == 3
    assert capfd.readouterr() == ("", __main__.TOO_LITTLE_MEMORY * 2)


@cases(
    "words error",
    (["public"], KeyboardInterrupt),
    (["public", "--json"], KeyboardInterrupt),
    (["list"], KeyboardInterrupt),
    (["public", "--json"], click.Abort),  # what older versions of Typer make of it
)
def test_interrupt(words: list[str], error: type[BaseException], capfd: Capture) -> None:
    """Ctrl-C is status 130, without a word."""
    with patch.object(lookup, "read_host", side_effect=error):
        assert run(*words) == 130
    assert capfd.readouterr() == ("", "")


def counted_reads() -> Any:
    """Return the patch that counts how often the host is read."""
    return patch.object(lookup, "read_host", side_effect=vars(lookup)["read_host"])


UNPROVEN = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5"


@cases(
    "words host status",
    (["service"], "nic ens5 10.0.1.5/24 device", 0),
    (["service"], UNPROVEN, 0),
    (["public"], UNPROVEN, 1),
    (["service"], UNPROVEN.replace("\ndefault ens5", ""), 1),
    (["service"], "nic eth0 10.0.0.5/24", 1),  # a container's own network
    (["service", "--json"], UNPROVEN, 0),
    (["public", "--json"], UNPROVEN, 1),
    (["service", "--explain"], UNPROVEN, 0),
    (["list"], UNPROVEN, 0),
    (["env"], UNPROVEN, 0),
    (["env"], "nic eth0", 1),
)
def test_the_host_is_read_once(words: list[str], host: str, status: int, capfd: Capture) -> None:
    """Whatever comes of it, an answer, a note or an error, the host is read once: it may change meanwhile."""
    with on_host(host):
        with counted_reads() as read:
            assert run(*words) == status
        assert read.call_count == 1
        first = capfd.readouterr()
        if len(words) == 1 and words[0] in ("public", "service"):
            # The executable's road: the fast path in an interpreter that has half started, then `main` in the same.
            with counted_reads() as read, patch.object(__main__, "environ", {}):
                is_answered = __main__.try_fast_path(*words)
                assert is_answered or run(*words) == status
            assert read.call_count == 1
            assert capfd.readouterr() == first


def test_a_look_is_used_once() -> None:
    """`main` goes on with the look of the fast path, and a second question in the same process looks anew."""
    with on_host(UNPROVEN), counted_reads() as read:
        assert [run("service"), run("service")] == [0, 0]
    assert read.call_count == 2
