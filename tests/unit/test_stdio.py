"""An answer goes out whole or not at all, and no text can steer a terminal."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep

import pytest

from racknet.errors import OutputError
from racknet.output.stdio import printable, write_error, write_output


@pytest.fixture
def words(program: list[str]) -> list[str]:
    """The words of a command that prints its version."""
    return [*program, "--version"]


def test_streams(capfd: pytest.CaptureFixture[str]) -> None:
    """Answers go to standard output, everything else to standard error."""
    write_output("out\n")
    write_error("err\n")
    assert capfd.readouterr() == ("out\n", "err\n")


def test_bytes_that_are_not_utf8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """What UTF-8 cannot express is escaped."""
    write_output("é\udcff\n")
    assert capfdbinary.readouterr().out == "é\\udcff\n".encode()


@pytest.mark.parametrize(
    ("text", "expected"), [("eth0 é", "eth0 é"), ("\x1b[2J\n", r"\x1b[2J\n"), ("\udc80\u202e", r"\udc80\u202e")]
)
def test_printable(text: str, expected: str) -> None:
    """Control characters are escaped, and so are bytes that are not UTF-8."""
    assert printable(text) == expected


def test_full_disk(words: list[str]) -> None:
    """A full disk is status 3, and standard error says so."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "racknet: cannot write to standard output: No space left on device\n")


def test_pipe_that_nobody_reads(words: list[str]) -> None:
    """A pipe that nobody reads is status 3, not a death by SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (3, "racknet: cannot write to standard output: Broken pipe\n")


@contextmanager
def at(descriptor: int, other: int | None) -> Iterator[None]:
    """Put another file in the place of standard output or standard error, or close it."""
    before = os.dup(descriptor)
    os.close(descriptor) if other is None else os.dup2(other, descriptor)
    try:
        yield
    finally:
        os.dup2(before, descriptor)
        os.close(before)


@pytest.mark.parametrize("room", [0, 2000])
def test_pipe_that_is_full(program: list[str], room: int) -> None:
    """A pipe that is full and does not block is waited for, and gets all, with nothing left out or written twice."""
    words = [*program, "--help"]
    expected = subprocess.run(words, capture_output=True, check=True).stdout
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with open(reader, "rb", buffering=0) as pipe:
        filled = fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)
        assert os.write(writer, b"-" * filled) == filled
        filled -= len(pipe.read(room))
        with subprocess.Popen(words, stdout=writer, stderr=subprocess.PIPE) as waiting:
            os.close(writer)
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(0.5)
            received = b"".join(iter(lambda: pipe.read(1000), b""))
            assert waiting.communicate()[1] == b""
    assert (received, waiting.returncode) == (b"-" * filled + expected, 0)


def test_full_pipe_of_this_process() -> None:
    """What is not taken at once goes out later; standard error is not waited for."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    size = fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)

    def read_later() -> bytes:
        sleep(0.3)
        return pipe.read(size + 5)

    with ThreadPoolExecutor() as other, open(reader, "rb") as pipe:
        with at(1, writer), at(2, writer):
            os.write(writer, b"-" * (size - 1))
            write_error("lost")
            read = other.submit(read_later)
            write_output("answer")
        os.close(writer)
        assert read.result(10) == b"-" * (size - 1) + b"answer"


def test_standard_output_that_is_closed(words: list[str]) -> None:
    """A standard output that is closed is status 3."""
    closing = ["sh", "-c", 'exec "$@" >&-', "sh", *words]
    done = subprocess.run(closing, stderr=subprocess.PIPE, text=True, check=False)
    expected = (3, "racknet: cannot write to standard output: Bad file descriptor\n")
    assert (done.returncode, done.stderr) == expected


def test_standard_error_that_is_closed(capfd: pytest.CaptureFixture[str]) -> None:
    """What standard error does not take is lost, and nothing else happens; a closed standard output is an error."""
    with at(2, None):
        write_error("lost\n")
    with at(1, None), pytest.raises(OutputError):
        write_output("lost\n")
    assert capfd.readouterr() == ("", "")
