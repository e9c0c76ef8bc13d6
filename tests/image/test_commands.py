"""`list`, `env`, `exec` and `--wait`, in the image and in images that are built with it."""

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
from support.hosts import HOSTS
from support.list_schema import LIST_SCHEMA

ANSWERS = {
    "RACKNET_PUBLIC_IPV4": "104.130.0.127",
    "RACKNET_PUBLIC_IPV6": "2001:4802:7800:1:be76:4eff:fe20:b4c1",
    "RACKNET_SERVICE_IPV4": "10.208.1.5",
    "RACKNET_SERVICE_IPV6": "fe80::be76:4eff:fe20:b452",
}
DOCKERFILE = """\
FROM {base}
COPY --from=racknet/ip /racknet /racknet
ENTRYPOINT ["/racknet", "exec"]
"""


@pytest.fixture(scope="module")
def entrypoint(worker_id: str) -> Iterator[str]:
    """An image with a shell in it, whose entrypoint is `racknet exec`."""
    name = f"racknet/tests:exec-{worker_id}"
    engine.build_image(name, DOCKERFILE.format(base=engine.HOST))
    yield name
    engine.command("docker", "rmi", name)


def run(image: str, network: str, *words: str, flags: tuple[str, ...] = ()) -> CommandResult:
    return engine.command("docker", "run", "--rm", "--label", engine.LABEL, f"--net={network}", *flags, image, *words)


def test_list(rackspace_network: str) -> None:
    """`list` has every address that `ip` has, of container interfaces and loopback too, and marks the answers."""
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


def test_table(rackspace_network: str) -> None:
    """The table marks the answers, and has the state of each interface; without colour in a pipe."""
    result = engine.ask(rackspace_network, "list")
    assert (result.err, result.status) == ("", 0)
    marked = [line.split()[2].partition("/")[0] for line in result.out.splitlines() if line.startswith("*")]
    assert sorted(marked) == sorted(ANSWERS.values())
    assert "   eth1       up    10 Gbit/s  1500" in result.out
    assert "\x1b" not in result.out


def test_tie_in_the_image() -> None:
    """Where interfaces tie, the hint's line starts the image again, and has an answer."""
    with engine.host_container(HOSTS["service-ambiguous"].layout.script) as container:
        network = f"container:{container}"
        result = engine.ask(network, "service", "--exclude", "no-such*")
        line = result.err.splitlines()[-1].partition("for instance: ")[2]
        assert line == "docker run --rm --net=host racknet/ip service ipv4 --interface ens4 --exclude 'no-such*'"
        again = engine.command("sh", "-c", line.replace("--net=host", f"--net={network}"))
    assert again == CommandResult("10.30.0.10\n", "", 0)


def test_provider_behind_nat(tmp_path: Path) -> None:
    """Where the firmware names a provider with 1:1 NAT, the error has its name, and the command that asks it."""
    (tmp_path / "class" / "dmi" / "id").mkdir(parents=True)
    (tmp_path / "class" / "dmi" / "id" / "chassis_asset_tag").write_text("OracleCloud.com\n")
    tmp_path.chmod(0o755)
    with engine.host_container(HOSTS["aws"].layout.script) as container:
        result = engine.ask(f"container:{container}", "public", flags=["-v", f"{tmp_path}:/sys:ro"])
    assert (result.out, result.status) == ("", 1)
    hint = result.err.splitlines()[-1]
    assert hint.startswith(
        "hint: on Oracle Cloud the public address may not be on the host; to ask the provider: oci compute"
    )


def test_list_in_a_container() -> None:
    """Without --net=host, `list` says that this is not a host's network, whatever variables are set."""
    result = engine.ask("bridge", "list")
    assert result.status == 0
    assert "container's own network" in result.err
    assert not any(line.startswith("*") for line in result.out.splitlines())
    for flags in ([], ["-e", "RACKNET_PUBLIC_INTERFACE=eth0"]):
        assert json.loads(engine.ask("bridge", "list", "--json", flags=flags).out)["host"] is False


def test_env_is_an_env_file(rackspace_network: str, tmp_path: Path) -> None:
    """The output of `env` is an --env-file."""
    result = engine.ask(rackspace_network, "env")
    assert result == CommandResult("".join(f"{name}={value}\n" for name, value in ANSWERS.items()), "", 0)
    (tmp_path / "env").write_text(result.out)
    inside = run(engine.HOST, "none", "env", flags=(f"--env-file={tmp_path}/env",))
    assert set(result.out.splitlines()) <= set(inside.out.splitlines())


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_env_is_for_eval(rackspace_network: str, shell: str) -> None:
    """The output of `env --export` is for the `eval` of a shell."""
    asked = f"docker run --rm --net={rackspace_network} racknet/ip env --export"
    script = f'eval "$({asked})"; sh -c "echo $RACKNET_SERVICE_IPV4"'
    assert engine.command(shell, "-c", script) == CommandResult("10.208.1.5\n", "", 0)


@pytest.mark.parametrize(
    ("flags", "words", "expected"),
    [
        (("-e", "RACKNET_SERVICE_INTERFACE=docker0"), ["service"], "172.17.0.1"),
        (("-e", "RACKNET_SERVICE_CIDR=172.16.0.0/12,10.0.0.0/8"), ["service"], "10.208.1.5"),
        (("-e", "RACKNET_SERVICE_INTERFACE=docker0"), ["service", "--interface", "eth*"], "10.208.1.5"),
        (("-e", "RACKNET_EXCLUDE=eth1"), ["service"], ""),
        (("-e", "RACKNET_EXCLUDE=10.0.0.0/8"), ["service"], ""),
        (("-e", "RACKNET_SERVICE_REACH=172.17.3.4"), ["service"], "172.17.0.1"),
        (("-e", "RACKNET_PUBLIC_CIDR=nonsense"), ["service"], "10.208.1.5"),
        (("-e", "_RACKNET_COMPLETE=complete_bash"), ["service", "--interface", "eth1"], "10.208.1.5"),
    ],
)
def test_variables(rackspace_network: str, flags: tuple[str, ...], words: list[str], expected: str) -> None:
    """Options may come from the environment, for compose files and stacks."""
    result = engine.ask(rackspace_network, *words, flags=flags)
    assert (result.out, result.status) == ((f"{expected}\n", 0) if expected else ("", 1))


def test_exec_is_the_process(rackspace_network: str, entrypoint: str) -> None:
    """The command is process 1, with the signals that it has without racknet, and its own status."""
    show = ["grep", "-E", "^(Pid|SigBlk|SigIgn)", "/proc/self/status"]
    plain = run(engine.HOST, rackspace_network, *show)
    assert "Pid:\t1\n" in plain.out
    assert run(entrypoint, rackspace_network, *show) == plain
    assert run(entrypoint, rackspace_network, "sh", "-c", "exit 42").status == 42


def test_exec_passes_all_on(rackspace_network: str, entrypoint: str) -> None:
    """The answers are in the environment and, by name, in the arguments; nothing else changes."""
    script = 'for word; do printf "[%s]" "$word"; done; env | grep ^RACKNET_ | sort'
    words = [
        "a b",
        '"q"',
        "$$",
        "$OTHER",
        "--help",
        "$RACKNET_SERVICE_IPV4:6379",
        "${RACKNET_PUBLIC_IPV4}x",
        "${RACKNET_PUBLIC_IPV4:-x}",
    ]
    stale = ("-e", "RACKNET_PUBLIC_IPV4=1.2.3.4", "-e", "RACKNET_EXCLUDE=eth0")
    result = run(entrypoint, rackspace_network, "sh", "-c", script, "sh", *words[:-2], flags=stale)
    assert result == CommandResult(
        '[a b]["q"][$$][$OTHER][--help][10.208.1.5:6379]RACKNET_EXCLUDE=eth0\n'
        f"RACKNET_SERVICE_IPV4={ANSWERS['RACKNET_SERVICE_IPV4']}\nRACKNET_SERVICE_IPV6={ANSWERS['RACKNET_SERVICE_IPV6']}\n",
        "",
        0,
    )
    result = run(entrypoint, rackspace_network, "printf", "%s\n", *words[-2:])
    assert result == CommandResult("104.130.0.127x\n${RACKNET_PUBLIC_IPV4:-x}\n", "", 0)


def test_exec_refuses_a_wrong_name(rackspace_network: str, entrypoint: str) -> None:
    """The command does not run where an argument has a name that is nobody's; one that is set is the command's."""
    result = run(entrypoint, rackspace_network, "echo", "$RACKNET_SERVICE_IPV4", "$RACKNET_SERVICE_IP")
    assert (result.out, result.status) == ("", 2)
    assert "did you mean $RACKNET_SERVICE_IPV4 or" in result.err
    words = ("sh", "-c", "echo $RACKNET_SERVICE_IPV4 $RACKNET_ENV_OWN")
    assert run(entrypoint, rackspace_network, *words, flags=("-e", "RACKNET_ENV_OWN=x")) == CommandResult(
        "10.208.1.5 x\n", "", 0
    )


def test_exec_without_a_shell(rackspace_network: str, worker_id: str) -> None:
    """Without a shell, in an image with nothing else, `exec` runs a command too."""
    name = f"racknet/tests:exec-scratch-{worker_id}"
    engine.build_image(name, DOCKERFILE.format(base="scratch"))
    try:
        assert run(name, rackspace_network, "/racknet", "public") == CommandResult("104.130.0.127\n", "", 0)
        result = run(name, rackspace_network, "redis-server", "--bind", "$RACKNET_SERVICE_IPV4")
        assert result == CommandResult("", "racknet: cannot run 'redis-server': No such file or directory\n", 127)
    finally:
        engine.command("docker", "rmi", name)


def test_exec_needs_its_answers(entrypoint: str) -> None:
    """The command does not run where an argument names a variable that has no answer."""
    result = run(entrypoint, "bridge", "echo", "$RACKNET_SERVICE_IPV4")
    assert (result.out, result.status) == ("", 1)
    assert "--net=host" in result.err


def stop(image: str, network: str, *words: str, how: str = "stop") -> tuple[float, str]:
    """Start a container and stop it. Return how many seconds that takes, and its status."""
    container = engine.docker("run", "-d", "--label", engine.LABEL, f"--net={network}", image, *words).strip()
    time.sleep(0.5)
    start = time.monotonic()
    engine.docker(*(["stop", container] if how == "stop" else ["kill", f"--signal={how}", container]))
    status = engine.docker("wait", container).strip()
    took = time.monotonic() - start
    engine.docker("rm", container)
    return took, status


def test_stops_at_once(rackspace_network: str, entrypoint: str) -> None:
    """As process 1, racknet ends at a signal while it waits; and so does the command of `exec`."""
    waiting = ["service", "--cidr", "10.9.9.9", "--wait", "60"]
    for words, how, expected in ((waiting, "stop", "143"), (waiting, "INT", "130")):
        took, status = stop(engine.IMAGE, rackspace_network, *words, how=how)
        assert status == expected
        assert took < 2
    took, _ = stop(entrypoint, rackspace_network, "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done")
    assert took < 2


def test_waits_for_an_address() -> None:
    """`--wait` answers within a second of the address."""
    script = "ip link add eth1 type veth peer name x\nip link set eth1 up\nip link add docker0 type bridge"
    with engine.host_container(script) as container:
        run = ["docker", "run", "--rm", "--label", engine.LABEL, f"--net=container:{container}", engine.IMAGE]
        waiting = subprocess.Popen([*run, "service", "--wait", "30"], stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        assert waiting.poll() is None
        add = "ip addr add 10.1.2.3/24 dev eth1 && ip route add default via 10.1.2.1"
        engine.docker("exec", container, "sh", "-c", add)
        start = time.monotonic()
        assert waiting.communicate(timeout=10)[0] == "10.1.2.3\n"
        assert time.monotonic() - start < 1 + 0.5  # the Docker client takes time to end


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["service", "--exclude", "eth1"], "list"),
        (["service", "ipv5"], "service --help"),
    ],
    ids=" ".join,
)
def test_hint_of_the_image(words: list[str], line: str, rackspace_network: str) -> None:
    """Where there is only the image, a hint has the line that runs it; it works as it stands."""
    result = engine.ask(rackspace_network, *words)
    assert result.out == ""
    hint = result.err.splitlines()[-1]
    assert f"see docker run --rm --net=host racknet/ip {line}" in hint
    shown = engine.command("sh", "-c", f"docker run --rm --net=host racknet/ip {line}")
    assert shown.status == 0, shown.err
