"""Docker, as the tests use it: throwaway hosts, and commands with what they print."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

IMAGE, HOST, PACKAGE = "racknet/ip:latest", "racknet/tests:host", "racknet/tests:package"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
LABEL = f"racknet.tests={RUN}"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its status."""

    out: str
    err: str
    status: int


def command(*words: str, given: str | None = None, timeout: float = 120) -> Said:
    """Runs a command."""
    done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=timeout, check=False)
    return Said(done.stdout, done.stderr, done.returncode)


def docker(*words: str, given: str | None = None) -> str:
    """Runs a command of Docker's that must succeed; returns what it prints."""
    said = command("docker", *words, given=given)
    assert said.status == 0, f"docker {shlex.join(words)}: {said.err}"
    return said.out


def build(*words: str, given: str | None = None, **more: Any) -> Said:
    """Runs a command that builds, when no other test's does: builds side by side make Docker 26's BuildKit crash."""
    with open(Path(gettempdir()) / f"racknet-tests-{RUN}.lock", "w") as lock:
        flock(lock, LOCK_EX)
        done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=900, check=False, **more)
    return Said(done.stdout, done.stderr, done.returncode)


def image(tag: str, recipe: str, *words: str) -> None:
    """Builds an image of a recipe, a Dockerfile's text."""
    said = build("docker", "build", "-q", "-t", tag, *words, "-", given=recipe)
    assert said.status == 0, said.err


def ask(network: str, *words: str, flags: Sequence[str] = ()) -> Said:
    """Asks the image in a network of Docker's: `host`, `container:ID`, …"""
    return command("docker", "run", "--rm", "--label", LABEL, f"--net={network}", *flags, IMAGE, *words)


@contextmanager
def laid_out(script: str, image: str = HOST) -> Iterator[str]:
    """A container laid out as a host by a script; its id. It is removed whatever happens."""
    flags = ["--rm", "--label", LABEL, "--privileged", "--net=none", "--entrypoint=sleep"]
    helper = docker("run", "-d", *flags, image, "600").strip()
    try:
        docker("exec", "-i", helper, "bash", "-s", given=script)
        yield helper
    finally:
        command("docker", "rm", "-f", helper)


@contextmanager
def executable() -> Iterator[str]:
    """The program out of the image: its path."""
    container = docker("create", "--label", LABEL, IMAGE).strip()
    try:
        with TemporaryDirectory() as folder:
            docker("cp", f"{container}:/racknet", folder)
            yield f"{folder}/racknet"
    finally:
        command("docker", "rm", container)


def remove_leftovers() -> None:
    """Removes what this run of the tests has left, should it have been ended in the middle."""
    (Path(gettempdir()) / f"racknet-tests-{RUN}.lock").unlink(missing_ok=True)
    for kind, remove in (("container", ("rm", "-f", "-v")), ("network", ("rm",))):
        listing = ("ls", "-q", *(("-a",) if kind == "container" else ()), "--filter", f"label={LABEL}")
        if left := command("docker", kind, *listing).out.split():
            command("docker", kind, *remove, *left)
