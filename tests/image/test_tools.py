"""The examples for other tools, each run by the tool itself: systemd, cron, make, shells, Ansible, podman."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from support import engine
from support.engine import CommandResult, refused
from support.engines import ENGINES, FLAGS, HOST_SCRIPT, READY
from support.engines import run as run_engine
from support.pages import ROOT, block
from support.swarm_nodes import wait_for
from support.systemd_host import FAILING, PUBLIC, SERVICE, SHELLS, assert_listens, done, listens, run

EXAMPLES = ROOT / "examples"
PEERS = "racknet/tests:peers"


@pytest.mark.parametrize("unit", ["redis-on-service", "redis-from-file"])
def test_systemd_waits(booted: str, unit: str) -> None:
    """While racknet waits for the address, the unit is not active. Without one it fails, with one it listens."""
    soon = "sed -i 's/WAIT=30/WAIT=3/; s/--wait 30/--wait 3/' /run/systemd/system/*.service"
    done(booted, f"cp *.service /run/systemd/system; {soon}; systemctl daemon-reload", "/examples/systemd")
    done(booted, f"ip addr del {SERVICE}/17 dev eth1")
    try:
        done(booted, f"systemctl start --no-block {unit}")
        for _ in range(5):
            assert run(booted, f"systemctl is-active {unit}").out.strip() in ("activating", "inactive")
            time.sleep(0.3)
        assert run(booted, f"systemctl stop {unit} racknet-env; systemctl start {unit}").status != 0
        assert not listens(booted, SERVICE)
        assert run(booted, f"systemctl is-active {unit}").out.strip() != "active"
        done(booted, f"ip addr add {SERVICE}/17 dev eth1; systemctl reset-failed; systemctl start {unit}")
        assert unit == "redis-from-file" or listens(booted, SERVICE)  # at once: `systemctl start` waits for it
        assert_listens(booted)
    finally:
        run(booted, f"systemctl stop {unit} racknet-env; ip addr add {SERVICE}/17 dev eth1")
        run(booted, "rm /run/systemd/system/r*.service; systemctl daemon-reload; systemctl reset-failed")


def test_systemd_dollar(booted: str) -> None:
    """In a unit, `$RACKNET_SERVICE_IPV4` is nothing, and `$$RACKNET_SERVICE_IPV4` is the address."""
    asked = "systemd-run --quiet --wait --pipe racknet exec echo --bind '{}RACKNET_SERVICE_IPV4'"
    assert done(booted, asked.format("$")) == "--bind\n"
    assert done(booted, asked.format("$$")) == f"--bind {SERVICE}\n"


def test_systemd_netlink(booted: str) -> None:
    """A unit with RestrictAddressFamilies= needs AF_NETLINK; those of the examples that run racknet have it."""
    asked = "systemd-run --quiet --wait --pipe -p 'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX{}' racknet service"
    assert done(booted, asked.format(" AF_NETLINK")) == f"{SERVICE}\n"
    refused = run(booted, asked.format(""))
    assert (refused.out, refused.status) == ("", 3)
    for unit in (EXAMPLES / "systemd").glob("*.service"):
        text = unit.read_text()
        assert ("bin/racknet" in text) == (" AF_NETLINK" in text), unit


def test_systemd_file(booted: str) -> None:
    """A unit with a file of addresses: it gets a new address by a restart; without an address it does not start."""
    units = "racknet-env.service redis-from-file.service"
    done(booted, f"cp {units} /etc/systemd/system; systemd-analyze verify {units}", "/examples/systemd")
    assert run(booted, "systemctl set-environment RACKNET_SERVICE_CIDR=10.0.0.0/33").status == 0
    failed = run(booted, "systemctl daemon-reload; systemctl start redis-from-file")
    assert (failed.status, "dependency job" in failed.err) == (1, True), failed
    assert "10.0.0.0/33" in done(booted, "journalctl --unit racknet-env")
    done(booted, "systemctl unset-environment RACKNET_SERVICE_CIDR; systemctl start redis-from-file")
    try:
        assert_listens(booted)
        done(booted, f"ip addr del {SERVICE}/17 dev eth1; ip addr add 10.208.1.6/17 dev eth1")
        done(booted, "systemctl restart racknet-env")
        wait_for(lambda: listens(booted, "10.208.1.6"), "Redis on the new address")
    finally:
        run(booted, "systemctl stop racknet-env")
        run(booted, f"ip addr del 10.208.1.6/17 dev eth1; ip addr add {SERVICE}/17 dev eth1")


def test_systemd_watch(booted: str) -> None:
    """A unit is restarted when the service address has changed, not by the first line, and by no new start."""
    done(booted, "cp redis-on-service.service /etc/systemd/system", "/examples/systemd")
    done(booted, "systemctl daemon-reload; systemctl start redis-on-service")
    done(booted, block("examples/systemd/README.md", "cp racknet-watch@"), "/examples/systemd")
    done(booted, "systemd-analyze verify /etc/systemd/system/racknet-watch@redis-on-service.service")
    show = "systemctl show --value --property=MainPID redis-on-service"
    first = done(booted, show)
    try:
        known = "cat /run/racknet-watch/redis-on-service"
        wait_for(lambda: run(booted, known).out == f"{SERVICE}\n", "the first line")
        done(booted, "systemctl restart racknet-watch@redis-on-service; sleep 1")
        assert done(booted, show) == first
        done(booted, f"ip addr del {SERVICE}/17 dev eth1; ip addr add 10.208.1.6/17 dev eth1")
        wait_for(lambda: listens(booted, "10.208.1.6"), "Redis on the new address")
        done(booted, "systemctl stop racknet-watch@redis-on-service")
        done(booted, f"ip addr del 10.208.1.6/17 dev eth1; ip addr add {SERVICE}/17 dev eth1")
        second = done(booted, show)
        done(booted, "systemctl start racknet-watch@redis-on-service")  # of a change meanwhile it knows by the file
        wait_for(lambda: listens(booted, SERVICE), "Redis on the old address")
        assert len({first, second, done(booted, show)}) == 3
        last = done(booted, show)
        done(booted, "systemctl restart racknet-watch@redis-on-service; sleep 3")
        assert done(booted, show) == last
    finally:
        run(booted, "systemctl disable --now racknet-watch@redis-on-service; systemctl stop redis-on-service")
        run(booted, f"ip addr flush dev eth1 scope global; ip addr add {SERVICE}/17 dev eth1; rm -r /run/racknet-watch")


def test_cron(booted: str) -> None:
    """cron writes the public address when it starts; where racknet fails, the file stays as it was."""
    done(booted, block("examples/cron/README.md", "install"), "/examples/cron")
    # The file says that cron has started since the host booted.
    done(booted, "rm --force /run/crond.reboot; systemctl restart cron")
    wait_for(lambda: run(booted, "cat /run/public-ip").out == f"{PUBLIC}\n", "the line for a boot")
    lines = re.findall(r"^(\S.*?)  +root  (.*)$", (EXAMPLES / "cron" / "racknet").read_text(), re.MULTILINE)
    assert [when for when, _ in lines] == ["@reboot", "*/5 * * * *"]
    assert len({command.replace(".boot", ".new") for _, command in lines}) == 1  # both may run at once
    assert run(booted, FAILING + lines[1][1]).status == 2
    assert done(booted, "cat /run/public-ip") == f"{PUBLIC}\n"


def test_make(booted: str) -> None:
    """make makes the file once, and stops where racknet fails. With $(shell …) it would go on."""
    asked = block("examples/make/README.md", "make")
    assert ["sed" in done(booted, asked, "/examples/make") for _ in range(2)] == [True, False]
    assert run(booted, FAILING + asked, "/examples/make").status == 2
    assert done(booted, "cat redis.conf", "/examples/make") == f"bind {SERVICE}\n"
    assert (
        done(booted, FAILING + r"printf 'IP := $(shell racknet service)\nall:; @echo [$(IP)]\n' | make -f -") == "[]\n"
    )


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", sorted(path.name for path in (EXAMPLES / "shell").glob("*-address*.sh")))
def test_shell(booted: str, script: str, shell: str) -> None:
    """The scripts write the address in every shell. Where racknet fails, they stop, and the file stays as it was."""
    asked = f"cd $(mktemp -d); trap 'cat redis.conf' EXIT; echo old >redis.conf; {shell} /examples/shell/{script}"
    assert run(booted, asked) == CommandResult(f"bind {SERVICE}\n", "", 0)
    for cidr in ("10.0.0.0/33", "10.0.0.0/32"):  # wrong; without an address
        failed = run(booted, f"export RACKNET_SERVICE_CIDR={cidr}; {asked}")
        assert (failed.out, failed.status == 0) == ("old\n", False)


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_loop(booted: str, shell: str) -> None:
    """The loop writes each new address, in every shell. Where racknet fails, it stops, and the file stays as it was."""
    folder = done(booted, "mktemp -d").strip()
    asked = f"echo old >redis.conf; {shell} /examples/shell/on-change.sh"
    failed = run(booted, FAILING + asked, folder)
    assert (run(booted, "cat redis.conf", folder).out, failed.status, "10.0.0.0/33" in failed.err) == ("old\n", 1, True)
    try:
        run(booted, f"nohup bash -c '{asked}' >/dev/null 2>&1 &", folder)
        wait_for(lambda: run(booted, "cat redis.conf", folder).out == f"bind {SERVICE}\n", "the address")
        done(booted, f"ip addr del {SERVICE}/17 dev eth1; ip addr add 10.208.1.6/17 dev eth1")
        wait_for(lambda: run(booted, "cat redis.conf", folder).out == "bind 10.208.1.6\n", "the new address")
    finally:
        run(booted, f"pkill racknet; ip addr del 10.208.1.6/17 dev eth1; ip addr add {SERVICE}/17 dev eth1")


@pytest.mark.parametrize("shell", SHELLS)
def test_entrypoint(booted: str, shell: str) -> None:
    """The entry point gives a command the addresses in every shell. Where racknet fails, the command does not run."""
    asked = f"""{shell} /examples/dockerfile/entrypoint.sh sh -c 'echo "$SERVICE_IP $PUBLIC_IP"'"""
    assert run(booted, asked) == CommandResult(f"{SERVICE} {PUBLIC}\n", "", 0)
    assert run(booted, FAILING + asked).out == ""


def test_ansible(booted: str) -> None:
    """Ansible finds the addresses in a local fact, and warns with racknet's error where there are none."""
    with engine.started(PEERS, "600", flags=[f"--net=container:{booted}", "--entrypoint=sleep"]) as container:
        engine.docker("cp", str(EXAMPLES / "ansible"), f"{container}:/ansible")
        # Ansible looks up the name of the host. Without a name server, that fails at once.
        done(container, ">/etc/resolv.conf; mkdir /etc/redis")
        done(container, "echo localhost ansible_connection=local ansible_become=false >hosts", "/ansible")
        play, show = block("examples/ansible/README.md", "ansible-playbook").splitlines()
        done(container, play, "/ansible")
        assert done(container, "cat /etc/redis/bind.conf") == f"bind {SERVICE}\n"
        assert f'"service_ipv4": "{SERVICE}"' in done(container, show, "/ansible")
        failed = run(container, FAILING + play, "/ansible")
        assert failed.status == 2
        assert "'10.0.0.0/33' is not a CIDR block" in failed.err
        assert done(container, "cat /etc/redis/bind.conf") == f"bind {SERVICE}\n"


def test_kube_play(tmp_path: Path) -> None:
    """podman plays the job of the examples, which prints the service address, or fails without one."""
    archive = tmp_path / "racknet.tar"
    engine.docker("save", "--output", str(archive), engine.IMAGE)
    archive.chmod(0o644)
    with engine.host_container(HOST_SCRIPT, ENGINES, FLAGS) as container:
        engine.docker("cp", str(archive), f"{container}:/racknet.tar")
        engine.docker("cp", f"{EXAMPLES}/kubernetes/.", f"{container}:/kubernetes")
        play, remove = block("examples/kubernetes/README.md", "sed").rsplit("\n", 1)
        played = run_engine(container, f"set -e; {READY['podman']}\ncd /kubernetes\n{play}\n{remove} >/dev/null")
        assert (played.out, played.status) == (f"{SERVICE}\n", 0), played.err
        failed = run_engine(container, f"ip addr flush dev eth1; cd /kubernetes\n{play}")
        assert "no service ipv4 address" in refused(failed, 1)
