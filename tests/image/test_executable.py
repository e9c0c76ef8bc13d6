"""The program out of the image, where things are missing or closed."""

from __future__ import annotations

from collections.abc import Iterator

import engine
import pytest
from hosts import HOSTS


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A host of Rackspace's with the program in /bare, a folder with nothing else in it; the container's id."""
    (rackspace,) = [row for row in HOSTS if row.name == "rackspace"]
    with engine.laid_out(rackspace.read.script) as helper, engine.executable() as program:
        engine.docker("exec", helper, "mkdir", "-p", "/bare/proc", "/bare/sys")
        engine.docker("cp", program, f"{helper}:/bare/racknet")
        yield helper


def shell(host: str, script: str) -> engine.Said:
    return engine.command("docker", "exec", host, "bash", "-c", script)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "chroot /bare /racknet public",
            engine.Said("104.130.0.127\n", "", 0),
        ),  # neither /proc nor /sys: docker0 proves
        ("chroot /bare /racknet service", engine.Said("10.208.1.5\n", "", 0)),
        ("env -i /bare/racknet public", engine.Said("104.130.0.127\n", "", 0)),
        ("LANG=C LC_ALL=C /bare/racknet public", engine.Said("104.130.0.127\n", "", 0)),
        (
            "PYTHONHOME=/x PYTHONPATH=/y PYTHONSTARTUP=/z PYTHONVERBOSE=1 /bare/racknet public",
            engine.Said("104.130.0.127\n", "", 0),
        ),
        ("/bare/racknet public <&-", engine.Said("104.130.0.127\n", "", 0)),
        ("/bare/racknet public 2>&-", engine.Said("104.130.0.127\n", "", 0)),
        ("/bare/racknet public ipv5 2>&-", engine.Said("", "", 2)),
    ],
)
def test_answers_all_the_same(host: str, script: str, expected: engine.Said) -> None:
    """What an answer does not need may be missing."""
    assert shell(host, script) == expected


@pytest.mark.parametrize(
    "words", ["", "''", "pubic", "service ipv5", "public ipv4 ipv6", "public --cidr 10.0.0.0/33", "-x"]
)
def test_wrong_words(host: str, words: str) -> None:
    """Wrong words are status 2, on standard error alone, never a traceback."""
    said = shell(host, f"/bare/racknet {words}")
    assert (said.out, said.status) == ("", 2)
    assert "Traceback" not in said.err
    assert said.err.startswith("racknet")
