"""Standard output and standard error: an answer is complete, or it is an error; no name can steer a terminal."""

from __future__ import annotations

import posix  # `os` takes longer to load than an answer

from racknet.errors import OutputError


def write_output(text: str) -> None:
    """Write to standard output. Raise OutputError where it is closed, full, or a pipe that nobody reads."""
    try:
        _write(1, text)
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def write_error(text: str) -> None:
    """Write to standard error, as far as it goes."""
    try:
        _write(2, text)
    except OSError:
        pass  # there is nobody to tell


def printable(text: str) -> str:
    """Return the text with control characters, and bytes that are not UTF-8, escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _write(descriptor: int, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    while data:
        data = data[posix.write(descriptor, data) :]
