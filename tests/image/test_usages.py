"""How people call the image, on a host of Rackspace's."""

from __future__ import annotations

from collections.abc import Iterator

import engine
import pytest
from hosts import HOSTS

PUBLIC, SERVICE = "104.130.0.127", "10.208.1.5"


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A host of Rackspace's: its network, for `docker run --net=`."""
    (rackspace,) = [row for row in HOSTS if row.name == "rackspace"]
    with engine.laid_out(rackspace.read.script) as helper, engine.executable() as program:
        engine.docker("cp", program, f"{helper}:/tmp/racknet")
        yield f"container:{helper}"


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
    """Under any flags, the output is the address and a newline, and nothing is said beside it."""
    assert engine.ask(host, *words, flags=flags) == engine.Said(f"{expected}\n", "", 0)


SCRIPTS = [
    ("ip=$(RACKNET service ipv4); echo [$ip]", f"[{SERVICE}]\n"),
    ("export HOST_IP=`RACKNET service`; echo $HOST_IP", f"{SERVICE}\n"),
    ('set -eu; ip="$(RACKNET service ipv4)"; echo redis-cli -h "$ip" ping', f"redis-cli -h {SERVICE} ping\n"),
    ('echo -p "$(RACKNET service ipv4)":6379:6379', f"-p {SERVICE}:6379:6379\n"),
    ('echo -p "[$(RACKNET public ipv6)]":80:80', "-p [2001:4802:7800:1:be76:4eff:fe20:b4c1]:80:80\n"),
    ("RACKNET public ipv4 | xargs -I{} echo http://{}/health", f"http://{PUBLIC}/health\n"),
    ('set -e; ip="$(RACKNET service --cidr 10.0.0.0/32)"; echo not reached', ""),
    ("set -e; ip=$(RACKNET); echo not reached", ""),
]


@pytest.mark.parametrize("shell", ["bash -o pipefail -c", "dash -c"])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_shells(host: str, shell: str, script: str, expected: str) -> None:
    """What people write in scripts works as it stands; a failure stops a script under `set -e`."""
    run = f"docker run --rm --label {engine.LABEL} --net={host} {engine.IMAGE}"
    said = engine.command(*shell.split(), script.replace("RACKNET", run))
    assert (said.out, said.status == 0) == (expected, expected != "")


@pytest.mark.parametrize("shell", ["bash -o pipefail -c", "dash -c", "busybox sh -c"])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_copied_into_another_image(host: str, shell: str, script: str, expected: str) -> None:
    """The program does the same in another image, Debian's here, from a script beside it."""
    helper = host.partition(":")[2]
    said = engine.command("docker", "exec", helper, *shell.split(), script.replace("RACKNET", "/tmp/racknet"))
    assert (said.out, said.status == 0) == (expected, expected != "")
