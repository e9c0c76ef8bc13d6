"""Docker, as the tests use it: throwaway hosts, and commands with what they print."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from racknet import __version__

IMAGE, HOST, PACKAGE = "racknet/ip:latest", "racknet/tests:host", "racknet/tests:package"
VERSIONED = f"racknet/ip:{__version__}"  # the same image, by the name that `cluster` runs
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
LABEL = f"racknet.tests={RUN}"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NOT_FOUND = 127  # the status of a shell for a command that is not there


@dataclass(frozen=True)
class CommandResult:
    """What a command printed, and its status."""

    out: str
    err: str
    status: int


def refused(result: CommandResult, status: int, out: str = "") -> str:
    """Return the error of a command that ends with this status, and prints no more than this."""
    assert (result.out, result.status) == (out, status), result
    return result.err


def command(
    *words: str, stdin: str | None = None, timeout: float = 120, environ: Mapping[str, str] | None = None
) -> CommandResult:
    """Run a command, with more variables. One that is not there has status 127 and a message, as in a shell."""
    env = {**os.environ, **(environ or {})}
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout, check=False, env=env)
    except FileNotFoundError:
        return CommandResult("", f"{words[0]}: command not found", NOT_FOUND)
    return CommandResult(done.stdout, done.stderr, done.returncode)


def docker(*words: str, stdin: str | None = None) -> str:
    """Run a `docker` command that must succeed, and return what it prints."""
    result = command("docker", *words, stdin=stdin)
    assert result.status == 0, f"docker {shlex.join(words)}: {result.err}"
    return result.out


def build(*words: str, stdin: str | None = None, **options: Any) -> CommandResult:
    """Run a command that builds while no other test builds: builds side by side make Docker 26's BuildKit crash."""
    with open(Path(gettempdir()) / f"racknet-tests-{RUN}.lock", "w") as lock:
        flock(lock, LOCK_EX)
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=900, check=False, **options)
    return CommandResult(done.stdout, done.stderr, done.returncode)


def bake(folder: Path, *words: str, umask: int = 0o022, **variables: str) -> None:
    """Run bake in a folder of sources, with what script/image gives it, and with these variables."""
    environ = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    if CERTIFICATES.exists():
        environ.setdefault("SSL_CERT_FILE", str(CERTIFICATES))
    environ |= {"BUILDX_BAKE_ENTITLEMENTS_FS": "0", **variables}
    result = build("docker", "buildx", "bake", "--progress=quiet", *words, cwd=folder, env=environ, umask=umask)
    assert result.status == 0, result.err[-4000:]


def run(image: str, *words: str, flags: Sequence[str] = (), **options: Any) -> CommandResult:
    """Run a command in a container of its own."""
    return command("docker", "run", "--rm", "--label", LABEL, *flags, image, *words, **options)


def ask(network: str, *words: str, flags: Sequence[str] = (), image: str = IMAGE) -> CommandResult:
    """Ask the image in a Docker network, such as `host` or `container:ID`."""
    return run(image, *words, flags=[f"--net={network}", *flags])


def bash(container: str, script: str, **options: Any) -> CommandResult:
    """Run a script in a container."""
    return command("docker", "exec", "-i", container, "bash", "-c", script, **options)


def write_script(path: Path, script: str) -> None:
    """Write a script of a shell, which can be run."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@contextmanager
def started(image: str, *words: str, flags: Sequence[str] = ()) -> Iterator[str]:
    """Start a container, and yield its id. Remove it in any case."""
    container = docker("run", "-d", "--rm", "--label", LABEL, *flags, image, *words).strip()
    try:
        yield container
    finally:
        command("docker", "rm", "-f", "-v", container)


@contextmanager
def host_container(script: str, image: str = HOST, flags: Sequence[str] = ()) -> Iterator[str]:
    """Start a container, let the script set up its network as a host's, and yield its id."""
    with started(image, "600", flags=["--privileged", "--net=none", "--entrypoint=sleep", *flags]) as container:
        docker("exec", "-i", container, "bash", "-s", stdin=script)
        yield container


@contextmanager
def copied(path: str, image: str = IMAGE) -> Iterator[str]:
    """Take a file out of an image, and yield its path."""
    container = docker("create", "--label", LABEL, image).strip()
    try:
        with TemporaryDirectory() as folder:
            docker("cp", f"{container}:{path}", folder)
            yield f"{folder}/{Path(path).name}"
    finally:
        command("docker", "rm", container)


def executable(image: str = IMAGE) -> AbstractContextManager[str]:
    """Take the executable out of the image, and yield its path."""
    return copied("/racknet", image)


def remove_leftovers() -> None:
    """Remove what is left of a run of the tests that was interrupted."""
    (Path(gettempdir()) / f"racknet-tests-{RUN}.lock").unlink(missing_ok=True)
    for kind, remove in (("container", ("rm", "-f", "-v")), ("network", ("rm",))):
        listing = ("ls", "-q", *(("-a",) if kind == "container" else ()), "--filter", f"label={LABEL}")
        if left := command("docker", kind, *listing).out.split():
            command("docker", kind, *remove, *left)
