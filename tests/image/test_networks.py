"""Networks that are no host's: the image refuses, and says how to run it. And the one that is: this machine's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import engine
import pytest

HINT = "hint: run it with --net=host (hostNetwork: true on Kubernetes)\n"
QUESTIONS = [["public"], ["service"], ["public", "ipv6"], ["service", "ipv6"], ["service", "--cidr", "0.0.0.0/0"]]


@pytest.fixture
def network(request: pytest.FixtureRequest) -> Iterator[str]:
    """A network of Docker's, made with these flags."""
    name = f"racknet-{uuid4().hex[:8]}"
    engine.docker("network", "create", "--label", engine.LABEL, *request.param, name)
    try:
        yield name
    finally:
        engine.command("docker", "network", "rm", name)


def refused(network: str) -> None:
    for question in QUESTIONS:
        said = engine.ask(network, *question)
        assert (said.out, said.status) == ("", 1), question
        assert said.err.startswith(f"racknet: no {question[0]} "), question
        assert said.err.endswith(HINT), question


@pytest.mark.parametrize("name", ["bridge", "none"])
def test_without_the_hosts_network(name: str) -> None:
    """Without --net=host there is no answer, and a hint."""
    refused(name)


@pytest.mark.parametrize(
    "network",
    [
        ["--driver=bridge", "--ipv6", "--subnet=2001:db8:d0c::/64", "--subnet=203.0.113.0/28"],
        ["--driver=macvlan", "--opt=parent=docker0", "--subnet=10.188.7.0/24"],
    ],
    ids=["bridge-with-public-blocks", "macvlan"],
    indirect=True,
)
def test_on_another_network(network: str) -> None:
    """A container's own address is never an answer, be it as public as a host's."""
    refused(network)


def test_without_a_marker_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a build step there is no /.dockerenv to tell: the network alone does."""
    recipe = (
        f"FROM {engine.HOST}\nCOPY --from={engine.IMAGE} /racknet /racknet\nRUN ! ls /.dockerenv && /racknet service"
    )
    said = engine.command("docker", "build", "--no-cache", "--progress=plain", "--network=default", "-", given=recipe)
    assert said.status != 0
    assert "racknet: no service ipv4 address: this is a container's own network" in said.err


def test_the_real_host() -> None:
    """In the network of the engine's machine, the answer is an address of a card of that machine, or there is none."""
    listed = engine.docker("run", "--rm", "--net=host", engine.HOST, "ip", "-j", "addr", "show", "up")
    addresses = {a["local"]: link["ifname"] for link in json.loads(listed) if link for a in link["addr_info"]}
    for question in (["public"], ["service"], ["public", "ipv6"], ["service", "ipv6"]):
        said = engine.ask("host", *question)
        assert said.status in (0, 1), said
        assert not said.err.endswith(HINT)
        if said.status == 0:
            assert not addresses[said.out.strip()].startswith(("lo", "docker", "br-", "veth")), said
