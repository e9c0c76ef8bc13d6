"""Networks that are not a host's: the image has no answer, and says how to run it. And the network of a host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from support import engine
from support.engine import CommandResult, refused
from support.layout import parse_layout

HINT = "hint: run it with --net=host (hostNetwork: true on Kubernetes), or --in-container if this is meant\n"
QUESTIONS = [["public"], ["service"], ["public", "ipv6"], ["service", "ipv6"], ["service", "--cidr", "0.0.0.0/0"]]


def assert_no_answer(network: str) -> None:
    """Assert that there is no answer in a network, but a hint."""
    for question in QUESTIONS:
        result = engine.ask(network, *question)
        assert refused(result, 1).startswith(f"racknet: no {question[0]} "), question
        assert result.err.endswith(HINT), question


@pytest.mark.parametrize("name", ["bridge", "none"])
def test_without_the_hosts_network(name: str) -> None:
    """Without --net=host there is no answer, and a hint."""
    assert_no_answer(name)


@pytest.mark.parametrize(
    "flags",
    [
        "--driver=bridge --ipv6 --subnet=2001:db8:d0c::/64 --subnet=203.0.113.0/28",
        "--driver=macvlan --opt=parent=docker0 --subnet=10.188.7.0/24",
    ],
)
def test_on_another_network(flags: str) -> None:
    """A container's own address is never an answer, even if it is public."""
    name = f"racknet-{uuid4().hex[:8]}"
    engine.docker("network", "create", "--label", engine.LABEL, *flags.split(), name)
    try:
        assert_no_answer(name)
    finally:
        engine.command("docker", "network", "rm", name)


LAYOUTS = {
    "pod": "nic eth0 10.42.0.7/24\ndefault eth0 via 10.42.0.1",
    "vpn-inside": "nic eth0 172.17.0.5/16\ntun tun0 10.8.0.2/24\ndefault tun0",
    "rootless": "tap tap0 10.0.2.100/24\ndefault tap0 via 10.0.2.2",
    "two-networks": "nic eth0 172.20.0.5/16\nnic eth1 172.21.0.5/16\ndefault eth0 via 172.20.0.1",
    "with-service-net": "nic eth0 203.0.113.7/24\nnic eth1 10.208.7.7/24\ndefault eth0 via 203.0.113.1",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_containers(layout: str) -> None:
    """Networks of other engines' containers have no answer: a pod, a VPN inside, a rootless engine, two networks."""
    with engine.host_container(parse_layout(LAYOUTS[layout]).script) as container:
        assert_no_answer(f"container:{container}")


def test_another_networks_sys() -> None:
    """The /sys of the machine, mounted into a container, does not make its network a host's."""
    assert refused(engine.ask("bridge", "service", flags=["-v", "/sys:/sys:ro"]), 1).endswith(HINT)


def test_docker_in_docker() -> None:
    """An engine inside a container is a host to the containers that share its network."""
    layout = parse_layout("nic eth0 172.17.0.5/16\ndefault eth0 via 172.17.0.1\nbridge docker0 172.18.0.1/16")
    with engine.host_container(layout.script) as container:
        assert engine.ask(f"container:{container}", "service") == CommandResult("172.17.0.5\n", "", 0)


def test_compose(tmp_path: Path) -> None:
    """A compose file needs `network_mode: host`, and `$$` for a dollar sign."""
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
        result = engine.command(*compose, "run", "--rm", "-T", "racknet")
        bridge = json.loads(engine.docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"][0]["Gateway"]
        assert (result.out, result.status) == (f"{bridge}\n", 0), result.err
    finally:
        engine.command(*compose, "down")


def test_without_a_marker_file() -> None:
    """A container is recognized by its network alone: a build step has no /.dockerenv."""
    recipe = (
        f"FROM {engine.HOST}\nCOPY --from={engine.IMAGE} /racknet /racknet\nRUN ! ls /.dockerenv && /racknet service"
    )
    result = engine.build("docker", "build", "--no-cache", "--progress=plain", "--network=default", "-", stdin=recipe)
    assert result.status != 0
    assert "racknet: no service ipv4 address: this is a container's own network" in result.err


def test_the_real_host() -> None:
    """On the machine of the engine, the answer is an address of one of its own interfaces, or there is none."""
    listed = engine.ask("host", "ip", "-j", "addr", "show", "up", image=engine.HOST).out
    addresses = {a["local"]: link["ifname"] for link in json.loads(listed) if link for a in link["addr_info"]}
    for question in (["public"], ["service"], ["public", "ipv6"], ["service", "ipv6"]):
        result = engine.ask("host", *question)
        assert result.status in (0, 1), result
        assert not result.err.endswith(HINT)
        if result.status == 0:
            assert not addresses[result.out.strip()].startswith(("lo", "docker", "br-", "veth")), result


SYSTEMD_HOST = parse_layout("nic eth0 172.20.0.5/16\ndefault eth0 via 172.20.0.1").script


@pytest.fixture(scope="module")
def systemd() -> Iterator[str]:
    """A container in which process 1 is called systemd, laid out with neither a bridge nor a container interface."""
    start = "cp /bin/sleep /usr/bin/systemd && exec /usr/bin/systemd 600"
    flags = ["--privileged", "--net=none", "--entrypoint=sh"]
    with engine.started(engine.HOST, "-c", start, flags=flags) as container:
        engine.docker("exec", "-i", container, "bash", "-s", stdin=SYSTEMD_HOST)
        yield container


def ask_with_systemd(*flags: str) -> CommandResult:
    """Ask the image, with a /run in which systemd has booted."""
    run_folder = "--mount=type=tmpfs,destination=/run/systemd/system"
    return engine.run(engine.IMAGE, "service", flags=[run_folder, *flags])


def test_systemd_of_this_network(systemd: str) -> None:
    """Where systemd is process 1 of this network, the network is a host's."""
    result = ask_with_systemd(f"--pid=container:{systemd}", f"--net=container:{systemd}")
    assert result == CommandResult("172.20.0.5\n", "", 0)


@pytest.mark.parametrize("network", ["none", "bridge"])
def test_systemd_of_another_network(systemd: str, network: str) -> None:
    """A container that sees a host's processes and its /run, but not its network, is not a host."""
    assert "this is a container's own network" in refused(
        ask_with_systemd(f"--pid=container:{systemd}", f"--net={network}"), 1
    )
