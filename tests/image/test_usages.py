"""How people call the image, on a Rackspace host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS

PUBLIC, SERVICE = "104.130.0.127", "10.208.1.5"


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host: its network, for `docker run --net=`."""
    with engine.host_container(HOSTS["rackspace"].layout.script) as container, engine.executable() as path:
        engine.docker("cp", path, f"{container}:/tmp/racknet")
        yield f"container:{container}"


LOCKED = ["--read-only", "--cap-drop=ALL", "--user=65534:65534", "--security-opt=no-new-privileges"]


@pytest.mark.parametrize(
    ("flags", "words", "expected"),
    [
        ([], ["service", "ipv4"], SERVICE),
        ([], ["service"], SERVICE),
        ([], ["service", "inet"], SERVICE),
        ([], ["service", "ipv6"], "fe80::be76:4eff:fe20:b452"),
        ([], ["public"], PUBLIC),
        ([], ["public", "inet6"], "2001:4802:7800:1:be76:4eff:fe20:b4c1"),
        (["--env", "constraint:node==3947b48f-7b6b-409b-8a49-a9d71672a0d4-n2"], ["service", "ipv4"], SERVICE),
        (["-e", "affinity:container==guestbook"], ["public"], PUBLIC),
        (LOCKED, ["service"], SERVICE),
        (["--user=0:0"], ["service"], SERVICE),
        (["--memory=32m", "--pids-limit=20"], ["public"], PUBLIC),
    ],
    ids=str,
)
def test_flags(host: str, flags: list[str], words: list[str], expected: str) -> None:
    """Under any flags, the output is the address and a newline, and standard error is empty."""
    assert engine.ask(host, *words, flags=flags) == CommandResult(f"{expected}\n", "", 0)


SCRIPTS = [
    ("ip=$(RACKNET service ipv4); echo [$ip]", f"[{SERVICE}]\n"),
    ("export HOST_IP=`RACKNET service`; echo $HOST_IP", f"{SERVICE}\n"),
    ('set -eu; ip="$(RACKNET service ipv4)"; echo redis-cli -h "$ip" ping', f"redis-cli -h {SERVICE} ping\n"),
    ('echo -p "$(RACKNET service ipv4)":6379:6379', f"-p {SERVICE}:6379:6379\n"),
    ('echo -p "[$(RACKNET public ipv6)]":80:80', "-p [2001:4802:7800:1:be76:4eff:fe20:b4c1]:80:80\n"),
    ("RACKNET service --format '{host}:6379'", f"{SERVICE}:6379\n"),
    ("echo -p \"$(RACKNET public ipv6 --format '{host}')\":80:80", "-p [2001:4802:7800:1:be76:4eff:fe20:b4c1]:80:80\n"),
    ("NCCL_SOCKET_IFNAME=\"$(RACKNET service --format '{interface}')\"; echo $NCCL_SOCKET_IFNAME", "eth1\n"),
    (
        "ceph() { echo $*; }; ceph config set mon public_network \"$(RACKNET service --format '{network}')\"",
        "config set mon public_network 10.208.0.0/17\n",
    ),
    ("set -e; name=\"$(RACKNET service --format '{name}')\"; echo not reached", ""),
    ("RACKNET public ipv4 | xargs -I{} echo http://{}/health", f"http://{PUBLIC}/health\n"),
    ('set -e; ip="$(RACKNET service --cidr 10.0.0.0/32)"; echo not reached', ""),
    ("set -e; ip=$(RACKNET); echo not reached", ""),
]


@pytest.mark.parametrize("shell", ["bash -o pipefail -c", "dash -c"])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_shells(host: str, shell: str, script: str, expected: str) -> None:
    """The usual lines of scripts work; a failure stops a script under `set -e`."""
    run = f"docker run --rm --label {engine.LABEL} --net={host} {engine.IMAGE}"
    result = engine.command(*shell.split(), script.replace("RACKNET", run))
    assert (result.out, result.status == 0) == (expected, expected != "")


@pytest.mark.parametrize("shell", ["bash -o pipefail -c", "dash -c", "busybox sh -c"])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_copied_into_another_image(host: str, shell: str, script: str, expected: str) -> None:
    """The executable does the same in another image, Debian here, in a script."""
    container = host.partition(":")[2]
    result = engine.command("docker", "exec", container, *shell.split(), script.replace("RACKNET", "/tmp/racknet"))
    assert (result.out, result.status == 0) == (expected, expected != "")
