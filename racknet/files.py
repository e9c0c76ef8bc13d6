"""Small files of /proc and /sys. What is not there is empty; what cannot be read is an OSError with its name."""

from __future__ import annotations

import posix  # what `os` is made of: `os` itself takes longer to load than an answer

EINVAL, EFBIG = 22, 27
GONE = (2, 19, 20, EINVAL)  # ENOENT, ENODEV, ENOTDIR: not there; /sys also has EINVAL for what is about to go
MOST = 1 << 23  # bytes: more than 100,000 lines of if_inet6


def exists(path: str) -> bool:
    """Whether there is a file or a folder."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True


def entries(folder: str) -> list[str]:
    """The names in a folder."""
    try:
        return posix.listdir(folder)
    except OSError as error:
        if error.errno in GONE:
            return []
        raise


def text(path: str) -> str:
    """The text of a file, as the names of interfaces in it are read elsewhere; one without an end is an OSError too."""
    try:
        file = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
        data = bytearray()
        try:
            while piece := posix.read(file, 1 << 16):
                data += piece
                if len(data) > MOST:
                    raise OSError(EFBIG, "File too large")
            return data.decode("utf-8", "surrogateescape")
        finally:
            posix.close(file)
    except OSError as error:
        if error.errno in GONE:
            return ""
        raise OSError(error.errno, error.strerror, path) from error


def number(path: str, base: int, unknown: int) -> int:
    """The number in a file, or `unknown`."""
    digits = text(path).strip()
    try:
        return int(digits, base) if digits else unknown
    except ValueError as error:
        raise OSError(EINVAL, f"{digits[:20]!r} is not a number", path) from error
