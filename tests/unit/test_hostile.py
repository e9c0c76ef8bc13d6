"""Hostile words, variables, names, files and kernels: known statuses only, no traceback, no control character."""

from __future__ import annotations

import os
import posix
import shlex
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stderr
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import engine
from support.fake_kernel import lists_of, played
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.core.facts import Address, Host, Interface
from racknet.errors import HostReadError
from racknet.host.reader import read_host
from racknet.parsing import INPUT_VARS

COMMANDS = ["public", "service", "list", "env", "exec", "check", "report"]
# `cluster` would ask an engine, `watch` would not end. Nothing that `exec` is given is there; no number is
# more than a moment to wait for.
WORDS = [
    *COMMANDS,
    *"ipv4 ipv6 inet inet6 ipv5 --all --json -v --explain --interface --cidr --exclude --reach --wait --export".split(),
    *"-h --help --version -- - -x * eth0 e* [ a/b 10.0.0.0/8 ::/0 fe80::1%eth0 10.0.0.0/33 0 0.01 nan 9e9".split(),
    *"1e400 -1 --wait=0.01 --cidr=10.0.0.0/8 --interface=* --reach=::1 127.0.0.1 224.0.0.1 fe80::1".split(),
    *("--format", "--format={address}", "--format={host} {network}", "--format={", "--format="),
    *(
        "--strict",
        "--in-container",
        "--require",
        "service:ipv6",
        "--as-is",
        "$RACKNET_PUBLIC_IPV4",
        "no-such-command",
        "/",
        "/no/x",
    ),
    *("", " ", "\x1b[31m", "\u202e", "\r\n", "\udcff", "public\udcff", "--json\x07", "--interface=\x1b]0;x\x07"),
]
VARIABLES = [
    *INPUT_VARS,
    *"RACKNET_PUBLIC_IPV4 _RACKNET_COMPLETE RACKNET_ COLUMNS TERM NO_COLOR LC_ALL PYTHONHOME PYTHONVERBOSE".split(),
    *("RACKNET_\x1b[1m", "RACKNET_\udcff", "constraint:node"),
]
ANY = st.binary(max_size=8).map(lambda b: os.fsdecode(b.translate(None, b"\0" + b"0123456789")))  # no long waits
WORD = st.sampled_from(WORDS) | ANY
LINE = st.tuples(
    st.tuples(st.sampled_from(COMMANDS) | WORD, st.lists(WORD, max_size=5)).map(lambda line: [line[0], *line[1]]),
    st.dictionaries(st.sampled_from(VARIABLES), WORD, max_size=3),
)

Line = tuple[list[str], dict[str, str]]


def check(line: object, out: str, err: str, status: int, *, is_exec: bool = False) -> None:
    """Fail where something is printed that racknet never prints, or the status is not one of its own."""
    found = (line, out, err, status)
    assert status in ((0, 1, 2, 3, 126, 127) if is_exec else (0, 1, 2, 3)), found
    assert all(c == "\n" or c.isprintable() for c in out + err), found
    assert "Traceback" not in err, found
    assert status == 0 or out == "", found
    assert status == 0 or err, found


@contextmanager
def captured() -> Iterator[dict[int, StringIO]]:
    """Catch what is written to standard output and standard error, and let `exec` find no command."""
    written = {1: StringIO(), 2: StringIO()}

    def write(descriptor: int, data: bytes) -> int:
        written[descriptor].write(data.decode())
        return len(data)

    with (
        patch.object(posix, "write", write),
        patch.object(os, "execvp", side_effect=FileNotFoundError(2, "No such file or directory")),
        redirect_stderr(written[2]),
    ):
        yield written


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Typer's, of click, as it is loaded
@settings(max_examples=600, deadline=None)
@given(LINE)
def test_command_lines(line: Line) -> None:
    """Whatever the words and variables are, the package answers, or says what is wrong with them."""
    words, environ = line
    with captured() as written:
        status = run(*words, **environ)
    check(line, written[1].getvalue(), written[2].getvalue(), status, is_exec="exec" in words)


@pytest.fixture(scope="module")
def executable() -> Iterator[str]:
    """The path of the executable, out of the image."""
    with engine.executable() as path:
        yield path


@pytest.mark.image
@pytest.mark.all
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINE, min_size=20, max_size=20))
def test_command_lines_of_the_executable(executable: str, lines: list[Line]) -> None:
    """Whatever the words and variables are, the executable answers, or says what is wrong with them."""
    with TemporaryDirectory() as empty, ThreadPoolExecutor(4) as several:

        def run_one(line: Line) -> subprocess.CompletedProcess[bytes]:
            words, environ = line
            return subprocess.run(
                [executable, *words],
                env={**environ, "PATH": "/nonexistent"},
                cwd=empty,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=30,
                check=False,
            )

        for line, done in zip(lines, several.map(run_one, lines), strict=True):
            check(line, done.stdout.decode(), done.stderr.decode(), done.returncode, is_exec="exec" in line[0])


# What the kernel allows as a name or a label: at most 15 bytes, no slash, no blank, neither `.` nor `..`.
NAME = (
    st.binary(min_size=1, max_size=15)
    .filter(lambda b: not set(b) & set(b"\0/ \t\n\v\f\r\xa0") and b not in (b".", b".."))
    .map(lambda b: b.decode("utf-8", "surrogateescape"))
)
NAMES = st.lists(NAME, min_size=1, max_size=3, unique=True)


@settings(max_examples=100, deadline=None)
@given(
    NAMES, NAME, st.sampled_from(["public", "service", "service ipv6", "list", "list --json", "env", "public --json"])
)
def test_names(names: list[str], label: str, line: str) -> None:
    """Whatever interfaces and labels are called, every command prints text that steers no terminal."""
    addresses = [(name, ip_address(f"{net}.{n}.1")) for n, name in enumerate(names) for net in ("10.0", "203.0")]
    host = Host(
        [Interface(name, has_device=True) for name in names],
        [Address(name, "ipv4", str(ip), int(ip), 24, label=label) for name, ip in addresses],
        [],
    )
    options = [[]] if line in ("list", "list --json", "env") else [[], ["--explain"], ["--all"]]
    with on_host(host):
        for more in options:
            with captured() as written:
                status = run(*line.split(), *more)
            check((names, label, line, more), written[1].getvalue(), written[2].getvalue(), status)


@settings(max_examples=200, deadline=None)
@given(NAMES, NAME, st.sampled_from(["public", "service"]), st.sampled_from([[], ["--strict"]]))
def test_hints_are_accepted(names: list[str], label: str, network: str, more: list[str]) -> None:
    """Whatever interfaces and labels are called, the line that the error hints at is accepted, and has an answer."""
    net = {"public": "203.0", "service": "10.1"}[network]
    texts = [(name, f"{net}.{n}.{last}") for n, name in enumerate(names) for last in (5, 7)]
    addresses = [Address(name, "ipv4", text, int(ip_address(text)), 24, label=label) for name, text in texts]
    with on_host(Host([Interface(name, has_device=True) for name in names], addresses, [])), captured() as written:
        run(network, *more)
        if hint := written[2].getvalue().partition("for instance: ")[2].strip():
            assert run(*shlex.split(hint)[1:]) == 0, hint
            assert written[1].getvalue().strip() in [text for _, text in texts if text.endswith(".5")], hint


def texts(host: Host) -> list[tuple[str, str]]:
    return sorted((address.interface, address.text) for address in host.addresses)


CASES = ["rackspace", "equinix-metal", "unnumbered", "reach", "interfaces-built-on-each-other", "virtual-machines"]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_kernel_that_is_cut_off(name: str, data: st.DataObject) -> None:
    """Wherever the kernel's lists are cut, the host is read whole or not at all."""
    datagrams = lists_of(HOSTS[name].layout)
    place = data.draw(st.integers(0, len(datagrams) - 1))
    cut = data.draw(st.integers(0, len(datagrams[place]) - 1))
    with played([*datagrams[:place], *([datagrams[place][:cut]] if cut else [])]), pytest.raises(HostReadError):
        read_host().whole()


FILES = "1/comm 1/net/dev self/net/dev systemd/system sys/net/core/netdev_max_backlog"
NONSENSE = st.binary(max_size=20) | st.sampled_from([b"systemd\n", b"1\n", b"2\n", b"-1\n", b"9" * 5000])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES), st.sampled_from(["4.4.0", "6.1.0"]), st.data())
def test_files_of_nonsense(name: str, release: str, data: st.DataObject) -> None:
    """Whatever /proc, /sys and /run hold, the addresses are the kernel's; a file that cannot be read is named."""
    layout = HOSTS[name].layout
    links = [f"class/net/{interface}/{file}" for interface in layout.interfaces for file in ("device", "ifindex")]
    with TemporaryDirectory() as root, ExitStack() as stack:
        for path in data.draw(st.sets(st.sampled_from([*FILES.split(), *links]))):
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            content = data.draw(st.none() | NONSENSE)
            file.mkdir() if content is None else file.write_bytes(content)
        stack.enter_context(played(lists_of(layout)))
        stack.enter_context(patch.object(posix, "uname", lambda: type("uname", (), {"release": release})))
        try:
            host = read_host(proc=root, sys=root, run=root).whole()
        except HostReadError as error:
            assert error.message.startswith(f"cannot read {root}/")  # noqa: PT017, or the host is read
        else:
            assert texts(host) == texts(layout.host)
