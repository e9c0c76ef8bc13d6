"""The executable out of the image, where things are missing or closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import ANSWERS, RACKSPACE, copy_executable


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host with the executable in /bare, a folder with nothing else in it: the id of its container."""
    with engine.host_container(RACKSPACE) as container, engine.executable() as path:
        copy_executable(path, container)
        yield container


def shell(host: str, script: str) -> CommandResult:
    return engine.command("docker", "exec", host, "bash", "-c", script)


@pytest.mark.parametrize("words", ANSWERS)
def test_chroot(host: str, words: str) -> None:
    """All four answers are right in a chroot with neither /proc nor /sys."""
    assert shell(host, f"chroot /bare /racknet {words}") == CommandResult(f"{ANSWERS[words]}\n", "", 0)


@pytest.mark.parametrize(
    "script",
    [
        "env -i /bare/racknet public",
        "LANG=C LC_ALL=C /bare/racknet public",
        "PYTHONHOME=/x PYTHONPATH=/y PYTHONSTARTUP=/z PYTHONVERBOSE=1 /bare/racknet public",
        "/bare/racknet public <&-",
        "/bare/racknet public 2>&-",
    ],
)
def test_surroundings(host: str, script: str) -> None:
    """An answer needs no variable, no locale, no standard input and no standard error."""
    assert shell(host, script) == CommandResult("104.130.0.127\n", "", 0)


def test_error_without_standard_error(host: str) -> None:
    """An error that nobody can read still has its status."""
    assert shell(host, "/bare/racknet public ipv5 2>&-") == CommandResult("", "", 2)


@pytest.mark.parametrize(
    "words", ["", "''", "pubic", "service ipv5", "public ipv4 ipv6", "public --cidr 10.0.0.0/33", "-x"]
)
def test_wrong_words(host: str, words: str) -> None:
    """Wrong words have status 2, and a message on standard error alone, never a traceback."""
    result = shell(host, f"/bare/racknet {words}")
    assert (result.out, result.status) == ("", 2)
    assert "Traceback" not in result.err
    assert result.err.startswith("racknet")
