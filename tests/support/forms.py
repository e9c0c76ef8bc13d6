"""The program in both its forms, on a host in a container; and what it must answer on Rackspace's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from racknet.output.stdio import printable
from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS

FORMS = {"executable": "/bare/racknet", "package": "python3.13 -m racknet"}
RACKSPACE = HOSTS["rackspace"].layout.script
ANSWERS = {
    "public": "104.130.0.127",
    "service": "10.208.1.5",
    "public ipv6": "2001:4802:7800:1:be76:4eff:fe20:b4c1",
    "service ipv6": "fe80::be76:4eff:fe20:b452",
}
VARIABLES = [
    f"RACKNET_{words.replace(' ', '_').upper()}{'' if ' ' in words else '_IPV4'}={answer}"
    for words, answer in ANSWERS.items()
]

Run = Callable[..., CommandResult]


@contextmanager
def host_with_both(script: str = RACKSPACE) -> Iterator[str]:
    """Start a host that has the program in both forms, and yield the id of its container."""
    with engine.host_container(script, engine.PACKAGE) as container:
        copy_executable(container)
        yield container


@contextmanager
def beside(host: str, *flags: str) -> Iterator[str]:
    """Start a container in the network of a host, with the program in both forms, and yield its id."""
    network = [f"--net=container:{host}", "--entrypoint=sleep"]
    with engine.started(engine.PACKAGE, "120", flags=[*network, *flags]) as container:
        copy_executable(container)
        yield container


def copy_executable(container: str) -> None:
    """Copy the executable into /bare of a container, a folder with nothing else in it."""
    engine.docker("exec", container, "mkdir", "-p", "/bare")
    with engine.executable() as path:
        engine.docker("cp", path, f"{container}:/bare/racknet")


def right(answer: str) -> CommandResult:
    """Return what comes of a command that answers."""
    return CommandResult(f"{answer}\n", "", 0)


def error_of(result: CommandResult, words: str) -> tuple[str, str]:
    """Return the message and the hint of what ends a command: all that it prints, as text or, for --json, as JSON."""
    if "--json" in words.split():
        error = json.loads(result.err)
        assert (error["addresses"], result.err.count("\n")) == ([], 1), result
        return printable(error["error"]), printable(error["hint"])
    message, hint = result.err.splitlines()
    assert message.startswith("racknet: "), result
    assert hint.startswith("hint: "), result
    return message.removeprefix("racknet: "), hint.removeprefix("hint: ")
