"""Standard output and standard error: an answer is complete, or it is an error; no name can steer a terminal."""

from __future__ import annotations

import posix  # `os` takes longer to load than an answer

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable


def write_output(text: str) -> None:
    """Write to standard output. Raise OutputError where it is closed, full, or a pipe that nobody reads.

    A pipe that is full for now is waited for, also where its other user has made it one that does not block.
    """
    try:
        _write(1, text, on_full=_wait_until_writable)
    except OSError as error:
        from racknet.errors import OutputError

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


def _write(descriptor: int, text: str, on_full: Callable[[int], None] | None = None) -> None:
    data = text.encode("utf-8", "backslashreplace")
    while data:
        try:
            data = data[posix.write(descriptor, data) :]
        except BlockingIOError:
            if on_full is None:
                raise
            on_full(descriptor)


def _wait_until_writable(descriptor: int) -> None:
    from select import POLLOUT, poll

    waiting = poll()
    waiting.register(descriptor, POLLOUT)
    waiting.poll()
