"""How people call the image, and its executable in other images, on a Rackspace host."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from support import engine
from support.engine import CommandResult
from support.forms import ANSWERS, RACKSPACE, VARIABLES, copy_executable, right
from support.hosts import HOSTS
from support.list_schema import LIST_SCHEMA

PUBLIC, SERVICE, PUBLIC6, SERVICE6 = ANSWERS.values()
LOCKED = ("--read-only", "--cap-drop=ALL", "--user=65534:65534", "--security-opt=no-new-privileges")


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host with Debian's shells, and with the executable."""
    with engine.host_container(RACKSPACE) as container:
        copy_executable(container)
        yield container


@pytest.fixture(scope="module")
def in_debian() -> Iterator[tuple[str, ...]]:
    """The words that run Debian with the executable as its entry point, as an image has it that copies it."""
    with engine.executable() as path:
        yield "-v", f"{path}:/racknet:ro", "--entrypoint=/racknet"


@pytest.mark.parametrize(
    ("flags", "words", "expected"),
    [
        ((), "service ipv4", SERVICE),
        ((), "service", SERVICE),
        ((), "service inet", SERVICE),
        ((), "service ipv6", SERVICE6),
        ((), "public", PUBLIC),
        ((), "public inet6", PUBLIC6),
        (("--env=constraint:node==3947b48f-7b6b-409b-8a49-a9d71672a0d4-n2",), "service ipv4", SERVICE),
        (("-e", "affinity:container==guestbook"), "public", PUBLIC),
        ((), "service --format {host}:6379", f"{SERVICE}:6379"),
        (LOCKED, "service", SERVICE),
        (("--user=0:0",), "service", SERVICE),
        (("--memory=32m", "--pids-limit=20"), "public", PUBLIC),
        # Options may come from the environment, for compose files and stacks.
        (("-e", "RACKNET_SERVICE_INTERFACE=docker0"), "service", "172.17.0.1"),
        (("-e", "RACKNET_SERVICE_CIDR=172.16.0.0/12,10.0.0.0/8"), "service", SERVICE),
        (("-e", "RACKNET_SERVICE_INTERFACE=docker0"), "service --interface eth*", SERVICE),
        (("-e", "RACKNET_EXCLUDE=eth1"), "service", ""),
        (("-e", "RACKNET_EXCLUDE=10.0.0.0/8"), "service", ""),
        (("-e", "RACKNET_SERVICE_REACH=172.17.3.4"), "service", "172.17.0.1"),
        (("-e", "RACKNET_PUBLIC_CIDR=nonsense"), "service", SERVICE),
        (("-e", "_RACKNET_COMPLETE=complete_bash"), "service --interface eth1", SERVICE),
    ],
    ids=str,
)
def test_flags(rackspace_network: str, flags: tuple[str, ...], words: str, expected: str) -> None:
    """Under any flags, the output is the address and a newline, or nothing."""
    result = engine.ask(rackspace_network, *words.split(), flags=flags)
    assert (result.out, result.status) == ((f"{expected}\n", 0) if expected else ("", 1))
    if expected and "RACKNET_" not in "".join(flags):
        assert result.err == ""


SCRIPTS = [
    ("ip=$(racknet service ipv4); echo [$ip]", f"[{SERVICE}]\n"),
    ("export HOST_IP=`racknet service`; echo $HOST_IP", f"{SERVICE}\n"),
    ('set -eu; ip="$(racknet service ipv4)"; echo redis-cli -h "$ip" ping', f"redis-cli -h {SERVICE} ping\n"),
    ('echo -p "$(racknet service ipv4)":6379:6379', f"-p {SERVICE}:6379:6379\n"),
    ('echo -p "[$(racknet public ipv6)]":80:80', f"-p [{PUBLIC6}]:80:80\n"),
    ("racknet public ipv4 | xargs -I{} echo http://{}/health", f"http://{PUBLIC}/health\n"),
    ('eval "$(racknet env --export)"; sh -c "echo $RACKNET_SERVICE_IPV4"', f"{SERVICE}\n"),
    ("echo -p \"$(racknet public ipv6 --format '{host}')\":80:80", f"-p [{PUBLIC6}]:80:80\n"),
    ("NCCL_SOCKET_IFNAME=\"$(racknet service --format '{interface}')\"; echo $NCCL_SOCKET_IFNAME", "eth1\n"),
    (
        "ceph() { echo $*; }; ceph config set mon public_network \"$(racknet service --format '{network}')\"",
        "config set mon public_network 10.208.0.0/17\n",
    ),
    ('set -e; ip="$(racknet service --cidr 10.0.0.0/32)"; echo not reached', ""),
    ("set -e; ip=$(racknet); echo not reached", ""),
]


@pytest.mark.parametrize("shell", ["bash -o pipefail -c", "dash -c", "busybox sh -c"])
@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_shells(host: str, shell: str, script: str, expected: str) -> None:
    """The usual lines of scripts work; a failure stops a script under `set -e`."""
    words = [*shell.split(), script.replace("racknet", "/bare/racknet")]
    result = engine.command("docker", "exec", host, *words)
    assert (result.out, result.status == 0) == (expected, expected != "")


def test_list(rackspace_network: str) -> None:
    """`list` has every address that `ip` has, of container interfaces and loopback too, and marks the answers.

    The table has the state of each interface, and no colour in a pipe.
    """
    result = engine.ask(rackspace_network, "list", "--json")
    assert (result.err, result.status) == ("", 0)
    listed = json.loads(result.out)
    jsonschema.validate(listed, LIST_SCHEMA)
    links = json.loads(engine.docker("exec", rackspace_network.partition(":")[2], "ip", "-j", "addr"))
    assert sorted((a["interface"], a["address"], a["prefix_length"]) for a in listed["addresses"]) == sorted(
        (link["ifname"], a["local"], a["prefixlen"]) for link in links for a in link["addr_info"]
    )
    answers = {answer: a["address"] for a in listed["addresses"] for answer in a["answers"]}
    assert sorted(answers.values()) == sorted(ANSWERS.values())
    table = engine.ask(rackspace_network, "list")
    assert (table.err, table.status) == ("", 0)
    marked = [line.split()[2].partition("/")[0] for line in table.out.splitlines() if line.startswith("*")]
    assert sorted(marked) == sorted(ANSWERS.values())
    assert "   eth1       up    10 Gbit/s  1500" in table.out
    assert "\x1b" not in table.out


def test_list_in_a_container() -> None:
    """Without --net=host, `list` says that this is not a host's network, whatever variables are set."""
    result = engine.ask("bridge", "list")
    assert result.status == 0
    assert "container's own network" in result.err
    assert not any(line.startswith("*") for line in result.out.splitlines())
    for flags in ([], ["-e", "RACKNET_PUBLIC_INTERFACE=eth0"]):
        assert json.loads(engine.ask("bridge", "list", "--json", flags=flags).out)["host"] is False


@pytest.mark.parametrize(
    ("host", "words", "hint", "answer"),
    [
        ("rackspace", "service --exclude eth1", "see docker run --rm --net=host racknet/ip list", ""),
        ("rackspace", "service ipv5", "see docker run --rm --net=host racknet/ip service --help", ""),
        (
            "service-ambiguous",
            "service --exclude no-such*",
            "for instance: docker run --rm --net=host racknet/ip service ipv4 --interface ens4 --exclude 'no-such*'",
            "10.30.0.10\n",
        ),
    ],
)
def test_hints(host: str, words: str, hint: str, answer: str) -> None:
    """Where there is only the image, a hint has the line that runs it; it works as it stands."""
    with engine.host_container(HOSTS[host].layout.script) as container:
        network = f"container:{container}"
        result = engine.ask(network, *words.split())
        assert result.out == ""
        assert hint in result.err.splitlines()[-1]
        line = hint[hint.index("docker") :].replace("--net=host", f"--net={network}")
        again = engine.command("sh", "-c", line)
        assert again.status == 0, again.err
        assert again.out == answer or not answer


def test_provider_behind_nat(tmp_path: Path) -> None:
    """Where the firmware names a provider with 1:1 NAT, the error has its name, and the command that asks it."""
    (tmp_path / "class" / "dmi" / "id").mkdir(parents=True)
    (tmp_path / "class" / "dmi" / "id" / "chassis_asset_tag").write_text("OracleCloud.com\n")
    tmp_path.chmod(0o755)
    with engine.host_container(HOSTS["aws"].layout.script) as container:
        result = engine.ask(f"container:{container}", "public", flags=["-v", f"{tmp_path}:/sys:ro"])
    assert (result.out, result.status) == ("", 1)
    hint = "hint: on Oracle Cloud the public address is at the provider; to ask for it: oci compute"
    assert result.err.splitlines()[-1].startswith(hint)


def test_env_is_an_env_file(rackspace_network: str, tmp_path: Path) -> None:
    """The output of `env` is an --env-file."""
    result = engine.ask(rackspace_network, "env")
    assert (sorted(result.out.splitlines()), result.err, result.status) == (sorted(VARIABLES), "", 0)
    (tmp_path / "env").write_text(result.out)
    inside = engine.run(engine.HOST, "env", flags=[f"--env-file={tmp_path}/env"])
    assert set(VARIABLES) <= set(inside.out.splitlines())


def test_exec_is_the_process(rackspace_network: str, in_debian: tuple[str, ...]) -> None:
    """The command is process 1, with the signals that it has without racknet, and its own status."""
    show = ["grep", "-E", "^(Pid|SigBlk|SigIgn)", "/proc/self/status"]
    plain = engine.ask(rackspace_network, *show, image=engine.HOST)
    assert "Pid:\t1\n" in plain.out
    assert engine.ask(rackspace_network, "exec", *show, flags=in_debian, image=engine.HOST) == plain
    status = ["exec", "sh", "-c", "exit 42"]
    assert engine.ask(rackspace_network, *status, flags=in_debian, image=engine.HOST).status == 42


def test_exec_without_a_shell(rackspace_network: str) -> None:
    """Without a shell, in an image with nothing else, `exec` runs a command too."""
    assert engine.ask(rackspace_network, "exec", "/racknet", "public") == right(PUBLIC)
    result = engine.ask(rackspace_network, "exec", "redis-server", "--bind", "$RACKNET_SERVICE_IPV4")
    assert result == CommandResult("", "racknet: cannot run 'redis-server': No such file or directory\n", 127)


WAITING = ["service", "--cidr", "10.9.9.9", "--wait", "60"]
LOOP = ["exec", "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done"]


@pytest.mark.parametrize(
    ("words", "stop", "expected"),
    [(WAITING, ["stop"], "143"), (WAITING, ["kill", "--signal=INT"], "130"), (LOOP, ["stop"], "")],
)
def test_stops_at_once(
    rackspace_network: str, in_debian: tuple[str, ...], words: list[str], stop: list[str], expected: str
) -> None:
    """As process 1, racknet ends at a signal while it waits; and so does the command of `exec`."""
    flags = [f"--net={rackspace_network}", *(in_debian if words is LOOP else ()), "--rm=false"]
    with engine.started(engine.HOST if words is LOOP else engine.IMAGE, *words, flags=flags) as container:
        time.sleep(0.5)
        start = time.monotonic()
        engine.docker(*stop, container)
        assert engine.docker("wait", container).strip() == expected or not expected
        assert time.monotonic() - start < 2


def test_waits_for_an_address() -> None:
    """`--wait` answers within a second of the address."""
    script = "ip link add eth1 type veth peer name x\nip link set eth1 up\nip link add docker0 type bridge"
    with engine.host_container(script) as container:
        run = ["docker", "run", "--rm", "--label", engine.LABEL, f"--net=container:{container}", engine.IMAGE]
        words = [*run, "service", "--wait", "30"]
        waiting = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        assert waiting.poll() is None
        add = "ip addr add 10.1.2.3/24 dev eth1 && ip route add default via 10.1.2.1"
        engine.docker("exec", container, "sh", "-c", add)
        start = time.monotonic()
        assert waiting.communicate(timeout=10)[0] == "10.1.2.3\n"
        assert time.monotonic() - start < 1 + 0.5  # the Docker client takes time to end
