"""Hosts that systemd has booted, one of Rackspace's among them, for the examples and the recipes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS
from support.pages import ROOT
from support.swarm_nodes import REDIS, wait_for

SYSTEMD = "racknet/tests:systemd"
PUBLIC, SERVICE = "104.130.0.127", "10.208.1.5"
SHELLS = ["bash", "dash", "busybox sh"]
# A wrong variable fails at once, where a host without an address would be waited for.
FAILING = "export RACKNET_SERVICE_CIDR=10.0.0.0/33 RACKNET_PUBLIC_CIDR=10.0.0.0/33; "


@contextmanager
def booted_host(layout: str = HOSTS["rackspace"].layout.script) -> Iterator[str]:
    """Boot a host, and yield its id. It has racknet and /examples. Remove it in any case."""
    flags = ["--entrypoint=/start", "--tmpfs=/run:exec", "--tmpfs=/tmp:exec", "--volume=/var/lib/docker"]
    with engine.host_container(layout, SYSTEMD, flags) as container:
        with engine.executable() as path:
            engine.docker("cp", path, f"{container}:/usr/local/bin/racknet")
        engine.docker("cp", str(ROOT / "examples"), f"{container}:/examples")
        wait_for(lambda: run(container, "systemctl is-active basic.target").status == 0, "systemd")
        yield container


def start_engine(container: str) -> None:
    """Start Docker on a host, with racknet's image and Debian's Redis, as the images that the pages name."""
    engine.docker("exec", "-d", container, "dockerd")
    wait_for(lambda: run(container, "docker info").status == 0, "the engine of the host")
    with subprocess.Popen(["docker", "save", engine.IMAGE, engine.VERSIONED, REDIS], stdout=subprocess.PIPE) as saved:
        load = ["docker", "exec", "-i", container, "docker", "load", "--quiet"]
        subprocess.run(load, stdin=saved.stdout, check=True, stdout=subprocess.DEVNULL)
    done(container, f"docker tag {REDIS} redis")


def run(container: str, script: str, folder: str = "/", stdin: str | None = None) -> CommandResult:
    """Run a script in a container, in a folder."""
    return engine.command("docker", "exec", "-i", "--workdir", folder, container, "bash", "-euc", script, stdin=stdin)


def done(container: str, script: str, folder: str = "/") -> str:
    """Run a script that must succeed, and return what it prints."""
    result = run(container, script, folder)
    assert result.status == 0, result.out + result.err
    return result.out


def listens(container: str, address: str) -> bool:
    """Say whether Redis answers at an address of the host."""
    return run(container, f"redis-cli -h {address} ping").out == "PONG\n"


def assert_listens(container: str) -> None:
    """Assert that Redis comes to listen on the service address, and not on the public one."""
    wait_for(lambda: listens(container, SERVICE), "Redis")
    assert "Connection refused" in run(container, f"redis-cli -h {PUBLIC} ping").err
