"""Hostile words, variables, files and clocks: racknet's own statuses only, no traceback, no control character."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import engine
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from question import question

from racknet import __main__, answer, interfaces, netlink, report, streams, table
from racknet.classify import classify
from racknet.facts import Host
from racknet.listing import rows
from racknet.rules import plumbing

QUESTIONS = ["public ipv4", "public ipv6", "service ipv4", "service ipv6"]
COMMANDS = ["public", "service", "list", "env", "exec"]
# `cluster` would ask an engine. Nothing that `exec` is given is there; no number is more than a moment to wait for.
WORDS = [
    *COMMANDS,
    *"ipv4 ipv6 inet inet6 ipv5 --all --json -v --explain --interface --cidr --exclude --wait --export".split(),
    *"-h --help --version -- - -x * eth0 e* [ a/b 10.0.0.0/8 ::/0 fe80::1%eth0 10.0.0.0/33 0 0.01 nan".split(),
    *"1e400 -1 --wait=0.01 --cidr=10.0.0.0/8 --interface=* $RACKNET_PUBLIC_IPV4 no-such-command / /no/x".split(),
    *("", " ", "\x1b[31m", "\u202e", "\r\n", "\udcff", "public\udcff", "--json\x07", "--interface=\x1b]0;x\x07"),
]
NAMES = [
    *"RACKNET_PUBLIC_INTERFACE RACKNET_PUBLIC_CIDR RACKNET_SERVICE_INTERFACE RACKNET_SERVICE_CIDR".split(),
    *"RACKNET_EXCLUDE RACKNET_WAIT RACKNET_PUBLIC_IPV4 _RACKNET_COMPLETE RACKNET_ COLUMNS TERM NO_COLOR LC_ALL".split(),
    *("PYTHONHOME", "PYTHONVERBOSE", "RACKNET_\x1b[1m", "RACKNET_\udcff", "constraint:node"),
]
ANY = st.binary(max_size=8).map(lambda b: os.fsdecode(b.translate(None, b"\0" + b"0123456789")))  # no long waits
WORD = st.sampled_from(WORDS) | ANY
LINE = st.tuples(
    st.tuples(st.sampled_from(COMMANDS) | WORD, st.lists(WORD, max_size=5)).map(lambda line: [line[0], *line[1]]),
    st.dictionaries(st.sampled_from(NAMES), WORD, max_size=3),
)

Line = tuple[list[str], dict[str, str]]


def sound(line: Line, out: str, err: str, status: int) -> None:
    """Fails where something was said that racknet never says."""
    told = (line, out, err, status)
    assert status in ((0, 1, 2, 3, 126, 127) if "exec" in line[0] else (0, 1, 2, 3)), told
    assert all(c == "\n" or c.isprintable() for c in out + err), told
    assert "Traceback" not in err, told
    assert "fault of racknet's own" not in err, told
    assert status == 0 or out == "", told
    assert status == 0 or err, told


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Typer's, of click, as it is loaded
@settings(max_examples=1000, deadline=None)
@given(LINE)
def test_command_lines(line: Line) -> None:
    """Whatever the words and variables are, the package says what is wrong with them, or answers."""
    words, environ = line
    said = {1: StringIO(), 2: StringIO()}
    with (
        patch("sys.argv", ["racknet", *words]),
        patch.object(__main__, "environ", {os.fsencode(name): os.fsencode(word) for name, word in environ.items()}),
        patch.dict(os.environ, environ, clear=True),
        patch.object(streams, "_write", lambda descriptor, text: said[descriptor].write(text)),
        patch.object(os, "execvpe", side_effect=FileNotFoundError(2, "No such file or directory")),
        patch.object(signal, "signal"),
        redirect_stdout(said[1]),
        redirect_stderr(said[2]),
    ):
        status = __main__.main()
    out, err = (text.getvalue().encode("utf-8", "backslashreplace").decode() for text in said.values())
    sound(line, out, err, status)


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    """The program out of the image."""
    with engine.executable() as path:
        yield path


@pytest.mark.image
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINE, min_size=20, max_size=20))
def test_command_lines_of_the_executable(program: str, lines: list[Line]) -> None:
    """Whatever the words and variables are, the executable says what is wrong with them, or answers."""
    with TemporaryDirectory() as empty, ThreadPoolExecutor(4) as several:

        def run(line: Line) -> subprocess.CompletedProcess[bytes]:
            words, environ = line
            return subprocess.run(
                [program, *words],
                env={**environ, "PATH": "/nonexistent"},
                cwd=empty,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=30,
                check=False,
            )

        for line, done in zip(lines, several.map(run, lines), strict=True):
            sound(line, done.stdout.decode(), done.stderr.decode(), done.returncode)


def test_clock_that_jumps(capfd: pytest.CaptureFixture[str]) -> None:
    """How long racknet waits does not hang on the time of day (which no container has for itself)."""
    start = time.monotonic()
    with patch.object(time, "time", side_effect=cycle([0.0, 4e9, -4e9])):
        status = answer.answer(question("public --interface no-such"), wait=0.5)
    assert 0.5 <= time.monotonic() - start < 2
    assert status == 1
    assert capfd.readouterr().out == ""


@pytest.fixture(scope="module")
def true() -> set[tuple[str, str]]:
    """The interfaces and labels of this machine, with their addresses; those of containers come and go."""
    return {
        (name, entry.address.partition("%")[0])
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if not plumbing(name)
    }


def consequences(host: Host) -> None:
    """All that is made of a host can be shown."""
    asked = [question(line) for line in QUESTIONS]
    for one in asked:
        verdict = classify(host, one)
        said = report.explanation(one, verdict) if verdict.answer else report.no_answer(one, verdict)
        assert all(c == "\n" or c.isprintable() for c in said), said
    assert table.addresses(rows(host, asked)[0], colour=False)


TEXT = st.binary(max_size=40) | st.sampled_from(
    [b"", b"0x1003\n", b"1\n", b"772\n", b"-1\n", b"9" * 5000, b"DEVTYPE=\x1b\n"]
)
HEX = st.text("0123456789abcdef", max_size=33)
INET6 = st.lists(st.lists(HEX | st.sampled_from(["lo", "eth0", "01", "\x1b", "-1"]), max_size=7).map(" ".join))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_files_of_nonsense(true: set[tuple[str, str]], data: st.DataObject) -> None:
    """Whatever /proc and /sys say, they are read or named as unreadable, and no address is believed for them alone."""
    with TemporaryDirectory() as folder, patch.object(interfaces, "FEW", 1 << 20):
        proc, sys = Path(folder, "proc"), Path(folder, "sys")
        (proc / "net").mkdir(parents=True)
        (proc / "net" / "if_inet6").write_bytes(data.draw(INET6.map(lambda lines: "\n".join(lines).encode()) | TEXT))
        for name in filter(lambda name: not plumbing(name), netlink.links()):
            link = sys / "class" / "net" / name
            link.mkdir(parents=True)
            for file in data.draw(st.sets(st.sampled_from("ifindex flags type uevent device bridge lower_x".split()))):
                (link / file).write_bytes(data.draw(TEXT))
        try:
            host = interfaces.read(proc=str(proc), sys=str(sys))
        except interfaces.Unreadable as error:
            assert str(error).startswith(f"cannot read {folder}/")  # noqa: PT017, or it is a host
            return
        assert {(a.label or a.interface, a.text) for a in host.addresses} <= true
        consequences(host)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_if_inet6_cut(data: st.DataObject) -> None:
    """Wherever if_inet6 is cut, what is read of it is of whole lines, or it makes no sense."""
    names = {1: "lo", 2: "eth0"}
    lines = [f"{n:032x} {n % 2 + 1:02x} 40 00 80 {names[n % 2 + 1]:>8}\n" for n in range(1, 6)]
    with TemporaryDirectory() as folder:
        file = Path(folder, "if_inet6")
        whole = "".join(lines)
        file.write_text(whole[: data.draw(st.integers(0, len(whole)))])
        try:
            read = list(interfaces._ipv6_addresses(str(file), names))
        except OSError as error:
            assert error.strerror == "makes no sense"  # noqa: PT017, or it is read
            return
        assert [(a.number, a.flags) for a in read] == [(n, 0x80) for n in range(1, len(read) + 1)]


def test_if_inet6_of_another_network(tmp_path: Path) -> None:
    """An address is not believed where its index has another name: among many links nothing else would tell."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "if_inet6").write_text(f"{0x20010DB8 << 96 | 1:032x} 01 40 00 80 other0\n")
    with patch.object(interfaces, "FEW", 0):
        assert {a.family for a in interfaces.read(proc=str(tmp_path)).addresses} == {"ipv4"}
