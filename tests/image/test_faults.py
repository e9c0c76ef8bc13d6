"""Faults, for both forms of the program: a right answer, or a status of racknet's own with an error; never a crash.

What may be denied, exhausted or odd: system calls, privileges, memory, the environment, the words of the command line,
the names of interfaces, interfaces that come and go, and the command of `exec`.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import ANSWERS, FORMS, RACKSPACE, Run, copy_executable, error_of, host_with_both, right

ALL_ENV = [
    f"RACKNET_{words.replace(' ', '_').upper()}{'' if ' ' in words else '_IPV4'}={answer}"
    for words, answer in ANSWERS.items()
]
MANY = "ulimit -s 65536; "  # else 2 MB of words or variables are too many for Linux


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that no test changes."""
    with host_with_both() as container:
        yield container


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """The words that run racknet."""
    return FORMS[request.param]


@pytest.fixture
def run(form: str) -> Run:
    """Run a script with `$racknet` in a container. No fault ends in a traceback, a signal, or an error without text."""

    def run(container: str, script: str) -> CommandResult:
        result = engine.command("docker", "exec", "-e", f"racknet={form}", container, "bash", "-c", script)
        assert all(c == "\n" or c.isprintable() for c in result.out + result.err), result
        assert "Traceback" not in result.err
        assert result.status < 128, result
        return result

    return run


# Each command in a process of its own, behind a line `=>`; its status behind it.
ASK_ALL = """
ask() { (echo "=>"; LIMIT WRAP $racknet "$@"; ); echo "status $?"; }
for words in public service 'public ipv6' 'service ipv6'; do ask $words; done
ask env
ask list --json
ask list
ask service --explain 2>/dev/null
ask exec echo '$RACKNET_SERVICE_IPV4'
"""


def assert_all_right(run: Run, container: str, limit: str = "", wrap: str = "") -> None:
    """Assert that all answers are right, of plain queries and of every command; under a limit, or in a wrapper."""
    result = run(container, ASK_ALL.replace("LIMIT", limit).replace("WRAP", wrap))
    outputs = result.out.removeprefix("=>\n").removesuffix("status 0\n").split("status 0\n=>\n")
    assert (len(outputs), result.err, result.status) == (9, "", 0), result
    assert outputs[:4] == [f"{answer}\n" for answer in ANSWERS.values()]
    variables, as_json, table, explained, executed = outputs[4:]
    assert sorted(variables.split()) == sorted(ALL_ENV)
    marked = {a["address"] for a in json.loads(as_json)["addresses"] if a["answers"]}
    assert marked == set(ANSWERS.values())
    assert {line.split()[2].partition("/")[0] for line in table.splitlines() if line.startswith("*")} == marked
    assert explained == executed == f"{ANSWERS['service']}\n"


@pytest.fixture
def denied(request: pytest.FixtureRequest, host: str, tmp_path: Path) -> Iterator[str]:
    """A container in the host's network, without privileges, in which a system call is denied."""
    profile = tmp_path / "seccomp.json"
    refused = {"names": [request.param], "action": "SCMP_ACT_ERRNO"}
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}))
    flags = ["--rm", "--label", engine.LABEL, f"--net=container:{host}", "--entrypoint=sleep", "--cap-drop=ALL"]
    container = engine.docker("run", "-d", *flags, f"--security-opt=seccomp={profile}", engine.PACKAGE, "120").strip()
    try:
        with engine.executable() as path:
            copy_executable(path, container)
        yield container
    finally:
        engine.command("docker", "rm", "-f", container)


@pytest.mark.parametrize("denied", ["ioctl"], indirect=True)
def test_ioctl_denied(denied: str, run: Run) -> None:
    """Without ioctl(2) all answers are right. `list` does not know the speed of an interface."""
    assert_all_right(run, denied)
    listed = run(denied, "$racknet list").out
    assert "   eth0       up    -      -\n" in listed


@pytest.mark.parametrize("denied", ["socket"], indirect=True)
def test_socket_denied(denied: str, run: Run) -> None:
    """Without socket(2) there is no answer, and the error says what must be allowed."""
    for words in [*ANSWERS, "public --explain", "service --wait 1", "list", "list --json", "env", "exec echo no"]:
        result = run(denied, f"$racknet {words}")
        assert (result.out, result.status) == ("", 3)
        message, hint = error_of(result, words)
        assert message == "cannot read the interfaces: Operation not permitted", words
        assert "AF_NETLINK" in hint


def test_user_namespace(host: str, run: Run) -> None:
    """In a user namespace all answers are right."""
    assert_all_right(run, host, wrap="unshare --user --map-root-user")
    assert_all_right(run, host, wrap="unshare --user")


def test_user_namespace_with_a_network(host: str, run: Run) -> None:
    """In a network of its own a user namespace has no answer."""
    for words in ANSWERS:
        result = run(host, f"unshare --user --map-root-user --net $racknet {words}")
        assert (result.out, result.status) == ("", 1)
        assert "this is a container's own network" in result.err


@pytest.mark.parametrize("limit", ["-s 64", "-s 128", "-v 65536", "-s 128; ulimit -v 65536; ulimit -n 8"])
def test_little_memory(host: str, form: str, run: Run, limit: str) -> None:
    """A stack of 128 kB and an address space of 64 MB are enough; a stack of 64 kB too, where Python starts with it."""
    if limit == "-s 64" and form == FORMS["package"]:
        bare = engine.command("docker", "exec", host, "bash", "-c", "ulimit -s 64; exec python3.13 -c pass")
        assert bare.status == 139  # it is Python itself that has no room: of racknet, there is nothing to ask
    else:
        assert_all_right(run, host, limit=f"ulimit {limit}; exec")


VARIABLES = """
big=$(head -c 100000 /dev/zero | tr '\\0' x)
for n in $(seq 21); do export {name}$n=$big; done
"""


def test_2_mb_of_environment(host: str, run: Run) -> None:
    """2 MB of variables change no answer, and `exec` passes them on."""
    before = MANY + VARIABLES.format(name="BIG")
    assert_all_right(run, host, limit=f"{before} exec")
    assert run(host, f"{before} exec $racknet exec sh -c 'echo ${{#BIG21}}'") == right("100000")


def test_2_mb_of_variables_of_engines(host: str, run: Run) -> None:
    """2 MB of variables such as Docker's links set change no answer. `exec` passes them on."""
    before = MANY + VARIABLES.format(name="RACKNET_ENV_BIG")
    assert_all_right(run, host, limit=f"{before} exec")
    assert run(host, f"{before} exec $racknet exec sh -c 'echo ${{#RACKNET_ENV_BIG21}}'") == right("100000")


@pytest.mark.parametrize("words", ["public", "service -v", "list --json", "env", "exec echo no"])
def test_2_mb_of_unknown_variables(host: str, run: Run, words: str) -> None:
    """2 MB of variables that nobody knows are refused, with an error that names the first, and shows no value."""
    before = MANY + VARIABLES.format(name="RACKNET_BIG")
    result = run(host, f"{before} exec $racknet {words}")
    assert (result.out, result.status) == ("", 2)
    assert error_of(result, words) == (
        "'RACKNET_BIG1' is not a variable of racknet",
        "rename it, or unset it (on Kubernetes: enableServiceLinks: false)",
    )


@pytest.mark.parametrize(
    ("name", "word", "good"),
    [
        ("RACKNET_EXCLUDE", "lab9", True),
        ("RACKNET_EXCLUDE", "10.9.0.0/24", True),
        ("RACKNET_SERVICE_INTERFACE", "eth1", True),
        ("RACKNET_SERVICE_CIDR", "10.0.0.0/8", True),
        ("RACKNET_SERVICE_CIDR", "10.0.0.0/80", False),
        ("RACKNET_WAIT", "1", False),
    ],
)
def test_long_variables(host: str, run: Run, name: str, word: str, *, good: bool) -> None:
    """As long a variable as Linux takes is read, or refused with an error that is not much longer."""
    count = 131000 // (len(word) + 1)
    result = run(host, f"export {name}=$(yes {word} | head -n {count} | paste -sd,); exec $racknet service")
    if good:
        assert result == right(ANSWERS["service"])
    else:
        assert (result.out, result.status) == ("", 2)
        assert result.err.startswith(f"racknet: {name}: ")
        assert len(result.err) < 2 * 131000


@pytest.mark.parametrize("words", ["public", "service -v", "nonsense", "", "list", "env", "cluster public"])
def test_100_000_words(host: str, run: Run, words: str) -> None:
    """100,000 words too many are refused, with an error that names one."""
    result = run(host, f"{MANY} exec $racknet {words} $(seq 1000000 1099999)")
    assert (result.out, result.status) == ("", 2)
    assert result.err.startswith("racknet: ")
    assert len(result.err) < 1000


def test_21_000_options(host: str, run: Run) -> None:
    """21,000 options are read."""
    options = "$(seq 20000 | sed 's/.*/--interface e&/') $(seq 1000 | sed 's/.*/--exclude x&/')"
    assert run(host, f"{MANY} exec $racknet service {options} --interface eth1") == right(ANSWERS["service"])


# Names of fifteen bytes, as a shell writes them. The kernel takes all bytes but blanks, `/`, `:` and `%`.
ODD = {
    "control characters": r"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14",
    "escape sequences": r"\e[2J\e[1;31m\e[Hx",
    "DEL": r"\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f",
    "three bytes each": r"網路介面卡",
    "four bytes each": r"😀😀😀abc",
    "right to left": r"\xe2\x80\xae\xe2\x80\xaf\xe2\x81\xa6abcdef",
    "combining": r"e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81e\xcc\x81",
    "control in two bytes": r"\xc2\x9b31m\xc2\x9b2J\xc2\x85abcd",
    "formats": r"{0}{x!r}{{}}$0~",
    "markup": r"[red]\"'`$(id)x\\",
    "an option": r"--interface=lo0",
    "not UTF-8": r"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xc0\xc1\x80\xbf",
    "cut UTF-8": r"abcdefghijklm\xe2\x82",
    "surrogates": r"\xed\xa1\x80\xed\xb0\x80\xed\xbf\xbfabcdef",
}
ADD_ODD = """
name=$'{name}'
LC_ALL=C; [ ${{#name}} = 15 ]
ip link add "$name" type veth peer name odd{n}
ip link set "$name" up
for a in 203.0.{n}.7/24 10.{n}.0.7/24 '2001:db8:{n}::7/64 nodad' 'fe80::{n}/64 nodad'; do
  ip addr add $a dev "$name"
done
"""


@pytest.fixture(scope="module")
def odd_host() -> Iterator[str]:
    """A Rackspace host with more interfaces, which have addresses of each class and odd names."""
    added = "".join(ADD_ODD.format(name=name.replace("'", r"\'"), n=n) for n, name in enumerate(ODD.values(), 1))
    with host_with_both(RACKSPACE + added) as container:
        yield container


def test_odd_names(odd_host: str, run: Run) -> None:
    """Names of fifteen odd bytes on other interfaces change no answer, and are never printed raw."""
    assert_all_right(run, odd_host)
    assert len(json.loads(run(odd_host, "$racknet list --json").out)["addresses"]) > 4 * len(ODD)


@pytest.mark.parametrize("kind", ODD)
def test_odd_names_by_option(odd_host: str, run: Run, kind: str) -> None:
    """Such a name is an option's value. The answer is that interface's; if its name is not UTF-8, there is an error."""
    number = list(ODD).index(kind) + 1
    name = "$'{}'".format(ODD[kind].replace("'", r"\'").replace("[", "[[]"))
    result = run(odd_host, f"exec $racknet service --interface={name}")
    if kind in ("not UTF-8", "cut UTF-8", "surrogates"):
        assert (result.out, result.status) == ("", 3)
        assert f"cannot check 10.{number}.0.7" in result.err
    else:
        assert result == right(f"10.{number}.0.7")


# Each round, eth0 and eth1 swap their names. Others come with addresses of each class, get other names, and go.
CHURN = """
printf '%s\\n' 'link set eth1 name swap' 'link set eth0 name eth1' 'link set swap name eth0' >/batch
for n in 1 2 3; do
  cat >>/batch <<END
link add nic$n type veth peer name peer$n
link set nic$n up
addr add 203.0.113.$n/24 dev nic$n
addr add 10.9.$n.7/24 dev nic$n
addr add 2001:db8:$n::7/64 dev nic$n nodad
link set nic$n name card$n
END
done
for n in 1 2 3; do echo "link del card$n" >>/batch; done
while :; do ip -batch /batch || exit; echo >>/rounds; sleep 0.02; done
"""
ASK_2000 = """
ask() {
  for n in $(seq 250); do
    for words in public service 'public ipv6' 'service ipv6'; do
      answer=$(/bare/racknet $words 2>/tmp/err$1)
      status=$?
      [ $status = 0 ] || [ -s /tmp/err$1 ] || answer="no error"
      echo "$words,$status,$answer"
    done
  done
}
ask 1 >/first & ask 2 >/second
wait
cat /first /second
"""
# The same in one Python, for at least 15 seconds: 2,000 starts of it would take minutes.
ASK_2000_IN_PYTHON = """
import os, time
from racknet.__main__ import try_fast_path
from racknet.errors import HostReadError
end, n = time.monotonic() + 15, 0
while n < 500 or time.monotonic() < end:
    n += 1
    for words in ("public", "service", "public ipv6", "service ipv6"):
        read, write = os.pipe()
        saved = os.dup(1)
        os.dup2(write, 1)
        try:
            status = 0 if try_fast_path(*words.split()) else 1
        except HostReadError as error:
            status = 3
            assert error.message
        os.dup2(saved, 1)
        for descriptor in (write, saved):
            os.close(descriptor)
        print(words, status, os.read(read, 100).decode().strip(), sep=",")
        os.close(read)
"""


@pytest.mark.parametrize(
    "ask", [["bash", "-c", ASK_2000], ["python3.13", "-c", ASK_2000_IN_PYTHON]], ids=["executable", "package"]
)
def test_interfaces_that_change(ask: list[str]) -> None:
    """Of 2,000 answers none is wrong while interfaces are renamed, made and removed: it is right, or an error."""
    with host_with_both() as container:
        engine.docker("exec", "-d", container, "bash", "-c", CHURN)
        lines = engine.command("docker", "exec", container, *ask, timeout=300).out.splitlines()
        rounds = int(engine.docker("exec", container, "sh", "-c", "wc -l </rounds"))
    assert len(lines) >= 2000
    assert rounds > 20
    statuses, wrong = Counter[str](), []
    for line in lines:
        words, status, answer = line.split(",")
        statuses[status] += 1
        if (status, answer) not in (("0", ANSWERS[words]), ("1", ""), ("3", "")):
            wrong.append(line)
    assert wrong == []
    assert statuses["0"] > len(lines) / 4, statuses  # else the test shows little


BIG_WORDS = "big=$(head -c 100000 /dev/zero | tr '\\0' x); words=(); for n in $(seq 21); do words+=($big); done; "
COUNT = "exec $racknet exec sh -c 'echo $# ${{#21}} $RACKNET_SERVICE_IPV4' sh {words}"


def test_exec_with_2_mb_of_words(host: str, run: Run) -> None:
    """`exec` passes on 2 MB of words, and 100,000 of them, with the answers in their places."""
    big = BIG_WORDS + COUNT.format(words='"${words[@]}"')
    assert run(host, MANY + big) == right("21 100000 10.208.1.5")
    assert run(host, MANY + COUNT.format(words="$(seq 100000)")) == right("100000 2 10.208.1.5")
    replaced = "exec $racknet exec sh -c 'echo $# ${100000}' sh $(yes '$RACKNET_PUBLIC_IPV4' | head -n 100000)"
    assert run(host, MANY + replaced) == right("100000 104.130.0.127")


def test_exec_with_a_word_that_gets_too_long(host: str, run: Run) -> None:
    """Where an answer makes a word longer than Linux takes, the command cannot run: status 126."""
    word = "$(head -c 131040 /dev/zero | tr '\\0' x)'$RACKNET_PUBLIC_IPV6'"
    expected = CommandResult("", "racknet: cannot run 'echo': Argument list too long\n", 126)
    assert run(host, f"exec $racknet exec echo {word}") == expected


# Commands: what is in the file, and what comes of it.
FILES = {
    "#!/bin/sh\necho ran $1 $RACKNET_SERVICE_IPV4\n": right("ran word 10.208.1.5"),
    "echo ran\n": CommandResult("", "racknet: cannot run './command': Exec format error\n", 126),
    "": CommandResult("", "racknet: cannot run './command': Exec format error\n", 126),
    "\x7fELF": CommandResult("", "racknet: cannot run './command': Exec format error\n", 126),
    "#!/nowhere/sh\n": CommandResult("", "racknet: cannot run './command': No such file or directory\n", 127),
    "#!/tmp\n": CommandResult("", "racknet: cannot run './command': Permission denied\n", 126),
}


@pytest.mark.parametrize("content", FILES, ids=ascii)
def test_exec_of_scripts(host: str, run: Run, content: str) -> None:
    """A script runs by its `#!` line. Without one there is an error: nothing guesses a shell for it."""
    write = f"cd $(mktemp -d); printf %s {shlex.quote(content)} >command; chmod +x command; "
    result = run(host, f"{write} exec $racknet exec ./command word")
    expected = FILES[content]
    assert (result.out, result.status) == (expected.out, expected.status)
    assert result.err.startswith(expected.err) if expected.err else result.err == ""


# PATH, and the command: what is run of /tmp/paths/bin/command and /tmp/paths/command; or the status.
PATHS: dict[tuple[str, str], str | int] = {
    ("PATH=bin", "command"): "bin/command",
    ("PATH=./bin", "command"): "./bin/command",
    ("PATH=nowhere:bin", "command"): "bin/command",
    ("PATH=bin:/usr/bin", "command"): "bin/command",
    ("PATH=", "command"): "command",
    ("PATH=:/usr/bin", "command"): "command",
    ("PATH=/usr/bin", "command"): 127,
    ("PATH=", "true"): 127,
    ("PATH=", "/bin/true"): 0,
    ("PATH=", "./bin/command"): "./bin/command",
    ("PATH=bin/command", "command"): 127,  # a file, not a folder
    ("PATH=/root/nowhere:plain", "command"): 126,
    ("--unset=PATH", "true"): 0,
    ("--unset=PATH", "command"): 127,
    ("PATH=/usr/bin", ""): 127,
    ("PATH=/usr/bin", "bin"): 127,
    ("PATH=/usr/bin", "./bin"): 126,
}


@pytest.mark.parametrize(("path", "command"), PATHS, ids=str)
def test_exec_finds_its_command(host: str, form: str, run: Run, path: str, command: str) -> None:
    """A relative PATH, an empty one, and none work as in a shell, from the folder of the command."""
    prepare = """
    rm -rf /tmp/paths && mkdir -p /tmp/paths/bin /tmp/paths/plain && cd /tmp/paths
    printf '#!/bin/sh\\necho "$0"\\n' | tee bin/command >command
    printf '#!/bin/sh\\n' >plain/command
    chmod +x bin/command command
    """
    program = form.replace("python3.13", "/usr/bin/python3.13")
    result = run(host, f"{prepare} exec /usr/bin/env {path} {program} exec {shlex.quote(command)}")
    expected = PATHS[path, command]
    if isinstance(expected, str):
        assert result == right(expected)
    else:
        assert (result.out, result.status) == ("", expected)
        assert result.err.startswith(f"racknet: cannot run '{command}': ") if expected else result.err == ""
