"""Networks that are no host's: the image refuses, and says how to run it. And the one that is: this machine's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import engine
import pytest
from layout import read

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


LAYOUTS = {
    "pod": "nic eth0 10.42.0.7/24\ndefault eth0 via 10.42.0.1",
    "vpn-inside": "nic eth0 172.17.0.5/16\ntun tun0 10.8.0.2/24\ndefault tun0",
    "rootless": "tap tap0 10.0.2.100/24\ndefault tap0 via 10.0.2.2",
    "two-networks": "nic eth0 172.20.0.5/16\nnic eth1 172.21.0.5/16\ndefault eth0 via 172.20.0.1",
    "with-service-net": "nic eth0 203.0.113.7/24\nnic eth1 10.208.7.7/24\ndefault eth0 via 203.0.113.1",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_containers(layout: str) -> None:
    """What containers of other engines see: a pod, a VPN inside, a rootless engine's tunnel, two networks."""
    with engine.laid_out(read(LAYOUTS[layout]).script) as helper:
        refused(f"container:{helper}")


def test_another_networks_sys() -> None:
    """The machine's /sys, mounted into a container, does not make its network a host's."""
    said = engine.ask("bridge", "service", flags=["-v", "/sys:/sys:ro"])
    assert (said.out, said.status) == ("", 1)
    assert said.err.endswith(HINT)


def test_docker_in_docker() -> None:
    """An engine inside of a container is a host to the containers that share its network: no false alarm."""
    layout = read("nic eth0 172.17.0.5/16\ndefault eth0 via 172.17.0.1\nbridge docker0 172.18.0.1/16")
    with engine.laid_out(layout.script) as helper:
        assert engine.ask(f"container:{helper}", "service") == engine.Said("172.17.0.5\n", "", 0)


def test_compose(tmp_path: Path) -> None:
    """In a compose file, `network_mode: host` and `$$` for a dollar sign."""
    (tmp_path / "compose.yaml").write_text(
        """
        services:
          racknet:
            image: racknet/ip
            network_mode: host
            command: ["exec", "/racknet", "public", "--interface", "docker0", "--cidr", "$$RACKNET_PUBLIC_IPV4"]
            environment:
              RACKNET_PUBLIC_CIDR: 0.0.0.0/0
              RACKNET_PUBLIC_INTERFACE: docker0
        """
    )
    project = f"racknet-{uuid4().hex[:8]}"
    compose = ["docker", "compose", "--project-name", project, "--project-directory", str(tmp_path)]
    try:
        said = engine.command(*compose, "run", "--rm", "-T", "racknet")
        bridge = json.loads(engine.docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"][0]["Gateway"]
        assert (said.out, said.status) == (f"{bridge}\n", 0), said.err
    finally:
        engine.command(*compose, "down")


def test_without_a_marker_file() -> None:
    """In a build step there is no /.dockerenv to tell: the network alone does."""
    recipe = (
        f"FROM {engine.HOST}\nCOPY --from={engine.IMAGE} /racknet /racknet\nRUN ! ls /.dockerenv && /racknet service"
    )
    said = engine.build("docker", "build", "--no-cache", "--progress=plain", "--network=default", "-", given=recipe)
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
