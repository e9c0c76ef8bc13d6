"""The signs of a host's network that are no interfaces: systemd as process 1 counts in its own network alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import engine
from support.engine import refused
from support.layout import parse_layout

SCRIPT = parse_layout("nic eth0 172.20.0.5/16\ndefault eth0 via 172.20.0.1").script


@pytest.fixture(scope="module")
def systemd() -> Iterator[str]:
    """A container in which process 1 is called systemd, laid out with neither a bridge nor a container interface."""
    start = "cp /bin/sleep /usr/bin/systemd && exec /usr/bin/systemd 600"
    flags = ["--privileged", "--net=none", "--entrypoint=sh"]
    with engine.started(engine.HOST, "-c", start, flags=flags) as container:
        engine.docker("exec", "-i", container, "bash", "-s", stdin=SCRIPT)
        yield container


def ask(*flags: str) -> engine.CommandResult:
    """Ask the image, with a /run in which systemd has booted."""
    run_folder = "--mount=type=tmpfs,destination=/run/systemd/system"
    return engine.run(engine.IMAGE, "service", flags=[run_folder, *flags])


def test_systemd_of_this_network(systemd: str) -> None:
    """Where systemd is process 1 of this network, the network is a host's."""
    result = ask(f"--pid=container:{systemd}", f"--net=container:{systemd}")
    assert result == engine.CommandResult("172.20.0.5\n", "", 0)


@pytest.mark.parametrize("network", ["none", "bridge"])
def test_systemd_of_another_network(systemd: str, network: str) -> None:
    """A container that sees a host's processes and its /run, but not its network, is not a host."""
    assert "this is a container's own network" in refused(ask(f"--pid=container:{systemd}", f"--net={network}"), 1)
