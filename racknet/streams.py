"""Standard output and standard error: an answer goes out whole or not at all, and no name can steer a terminal."""

from __future__ import annotations

import posix  # `os` takes longer to load than an answer


class Unwritable(Exception):
    """Standard output does not take the answer. Its text says why."""


def out(text: str) -> None:
    """Writes to standard output. Raises Unwritable where it is closed, full, or a pipe that nobody reads."""
    try:
        _write(1, text)
    except OSError as error:
        raise Unwritable(f"cannot write to standard output: {error.strerror}") from error


def err(text: str) -> None:
    """Writes to standard error, as far as it goes."""
    try:
        _write(2, text)
    except OSError:
        pass  # there is nobody to tell


def printable(text: str) -> str:
    """The text with control characters, and bytes that are no UTF-8, escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _write(descriptor: int, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    while data:
        data = data[posix.write(descriptor, data) :]
