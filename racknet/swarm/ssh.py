"""The way to an engine by SSH, as the `docker` command goes: the ssh program, with the user's own configuration."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from threading import Thread

from racknet.swarm.signals import ENDING


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
