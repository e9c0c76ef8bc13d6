"""The way to an engine, by the rules of the `docker` command, and what its failures say in plain words."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import docker
from docker.auth import AuthConfig
from docker.context import ContextAPI
from docker.errors import APIError, DockerException
from docker.utils import kwargs_from_env
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HTTPTimeout

from racknet.errors import SwarmError, UsageError
from racknet.swarm.signals import ENDING

SOCKET = "unix:///var/run/docker.sock"
PATIENCE = 20  # seconds for one request
CLOSED = (ConnectionResetError, BrokenPipeError)
TIMEOUTS = (Timeout, HTTPTimeout, TimeoutError)
FAILURES = (DockerException, RequestException, HTTPError, OSError, ValueError, struct.error)  # all that the SDK raises


@contextmanager
def connect() -> Iterator[tuple[Any, str]]:
    """Yield a client of the engine, and the address of the engine. Raise SwarmError, and UsageError for a context."""
    with ExitStack() as stack:
        host = ""
        try:
            parameters = _parameters()
            host = parameters["base_url"]
            if host.startswith("ssh://"):
                if not shutil.which("ssh"):
                    raise SwarmError(f"{host} needs the ssh program", "on Debian: apt-get install openssh-client")
                parameters = {"base_url": stack.enter_context(tunnel(host))}
            api: Any = docker.APIClient(**parameters, version="auto", timeout=PATIENCE)  # it has no types
        except FAILURES as error:
            where = host or os.environ.get("DOCKER_HOST") or SOCKET
            raise SwarmError(f"no Docker engine answers at {where}: {plain(error)}", _hint(where, error)) from error
        stack.callback(api.close)
        yield api, host


def _parameters() -> dict[str, Any]:
    """Return how to reach the engine: by DOCKER_HOST, else by the context, else by the usual socket."""
    found: dict[str, Any] = kwargs_from_env()
    if "base_url" not in found:
        name = os.environ.get("DOCKER_CONTEXT") or None  # None is the one of `docker context use`
        which = f"'{name}', of DOCKER_CONTEXT," if name else "the one that docker context use has chosen"
        try:
            context = ContextAPI.get_context(name)
        except Exception as error:  # the SDK has no class of its own for a file that it cannot read
            raise UsageError(f"{which} cannot be read: {error}", "see docker context ls") from error
        if context is None or not context.Host:
            raise UsageError(f"{which} is not a context", "see docker context ls")
        found |= {"base_url": context.Host} | ({"tls": context.TLSConfig} if context.TLSConfig else {})
    return found


def _hint(host: str, error: Exception) -> str:
    cause = _cause(error)
    if isinstance(cause, OSError) and cause.errno == errno.EACCES:
        return 'be root, or join the group of its socket and log in again: sudo usermod -aG docker "$USER"'
    if host.startswith("ssh://") and not isinstance(error, ValueError):
        return f"does this answer? ssh {host} docker info"
    return "does this answer? docker info; DOCKER_HOST and docker context use choose another engine"


def ssh_words(host: str) -> list[str]:
    """Return the words that reach the engine at `ssh://[USER@]HOST[:PORT]`. Raise ValueError for another form."""
    match = re.fullmatch(r"ssh://(?:([^@:/]+)@)?(?:\[([^]@/]+)]|([^]@:/[]+))(?::(\d+))?/?", host)
    if not match:
        raise ValueError("write it as ssh://USER@HOST:PORT")
    user, address, name, port = match.groups()
    options = [*(["-l", user] if user else []), *(["-p", port] if port else [])]
    return ["ssh", *options, "--", address or name, "docker", "system", "dial-stdio"]


@contextmanager
def tunnel(host: str) -> Iterator[str]:
    """Yield the address of a socket on this machine that leads to the engine. Raise OSError, ValueError.

    The Docker SDK's own way needs paramiko even where it runs the ssh program, overrides the port of ~/.ssh/config by
    22, and waits without a limit.
    """
    words = ssh_words(host)
    with TemporaryDirectory(prefix="racknet-") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = f"{folder}/docker.sock"
        listening.bind(path)
        listening.listen()
        running: list[subprocess.Popen[bytes]] = []
        thread = Thread(target=_serve, args=(listening, words, running), daemon=True)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)  # lets the thread end
            thread.join()
            for process in running:
                process.kill()  # one may wait for a password, or for a host that does not answer
                process.wait()


def _serve(listening: socket.socket, words: Sequence[str], running: list[subprocess.Popen[bytes]]) -> None:
    """Give each connection an ssh of its own, which ends with the connection. Add each to those that are running."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # ssh inherits it: Ctrl-C must leave the way to remove the jobs
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            break
        with connection:
            try:
                running.append(subprocess.Popen(words, stdin=connection.fileno(), stdout=connection.fileno()))  # noqa: S603, no shell
            except OSError:
                continue  # there is no ssh: the connection is closed


def forget_credentials(api: Any) -> None:
    """Let a client send no credentials of `docker login` from now on.

    The SDK has no parameter for it, and reads the file again where it knows of no registry at all.
    """
    api._auth_configs = AuthConfig({"auths": {"no registry": {}}})


def may_pass(error: Exception) -> bool:
    """Return whether the same request may succeed a little later: a manager without a leader refuses it, or waits."""
    return isinstance(error, TIMEOUTS) or (isinstance(error, APIError) and error.is_server_error())


def plain(error: BaseException) -> str:
    """Return what went wrong, without the layers that it came through. It is never empty."""
    if isinstance(error, APIError) and error.explanation:
        return str(error.explanation).rpartition("desc = ")[2].strip() or str(error)
    cause = _cause(error)
    if isinstance(cause, CLOSED):
        return "the connection was closed"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    if isinstance(cause, TIMEOUTS):
        return f"no answer within {PATIENCE} s"
    return str(cause) or type(cause).__name__


def _cause(error: BaseException) -> BaseException:
    """Return which of the errors behind an error says most: one of the system, else a timeout, else the first cause."""
    chain = [error]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    chain.reverse()
    of_system = (each for each in chain if isinstance(each, CLOSED) or (isinstance(each, OSError) and each.strerror))
    timeouts = (each for each in chain if isinstance(each, TIMEOUTS))
    return next(of_system, None) or next(timeouts, chain[0])
