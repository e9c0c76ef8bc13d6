"""Faults, for both forms of the program: a right answer, or a status of racknet's own with an error; never a crash.

What may be denied, missing, exhausted or odd: system calls, privileges, /proc and /sys, memory, file descriptors, the
environment, the words of the command line, and the names of interfaces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import engine
from support.engine import CommandResult, refused
from support.forms import ANSWERS, FORMS, RACKSPACE, VARIABLES, Run, beside, error_of, host_with_both, right

MANY = "ulimit -s 65536; "  # else 2 MB of words or variables are too many for Linux
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
ASK = "\nfor words in public service 'public ipv6' 'service ipv6'; do $racknet $words || exit; done"
FOUR = "\n".join(ANSWERS.values())


def assert_all_right(run: Run, container: str, limit: str = "", wrap: str = "") -> None:
    """Assert that all answers are right, of plain queries and of every command; under a limit, or in a wrapper."""
    result = run(container, ASK_ALL.replace("LIMIT", limit).replace("WRAP", wrap))
    outputs = result.out.removeprefix("=>\n").removesuffix("status 0\n").split("status 0\n=>\n")
    assert (len(outputs), result.err, result.status) == (9, "", 0), result
    assert outputs[:4] == [f"{answer}\n" for answer in ANSWERS.values()]
    variables, as_json, table, explained, executed = outputs[4:]
    assert sorted(variables.split()) == sorted(VARIABLES)
    marked = {a["address"] for a in json.loads(as_json)["addresses"] if a["answers"]}
    assert marked == set(ANSWERS.values())
    assert {line.split()[2].partition("/")[0] for line in table.splitlines() if line.startswith("*")} == marked
    assert explained == executed == f"{ANSWERS['service']}\n"


NETLINK = {"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}  # socket(AF_NETLINK, …)


@pytest.fixture
def denied(request: pytest.FixtureRequest, host: str, tmp_path: Path) -> Iterator[str]:
    """A container in the host's network, without privileges, in which a system call is denied, perhaps by arguments."""
    call, *arguments = request.param
    refused = {"names": [call], "action": "SCMP_ACT_ERRNO", "args": arguments}
    profile = tmp_path / "seccomp.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}))
    with beside(host, "--cap-drop=ALL", f"--security-opt=seccomp={profile}") as container:
        yield container


@pytest.mark.parametrize("denied", [["ioctl"]], indirect=True)
def test_ioctl_denied(denied: str, run: Run) -> None:
    """Without ioctl(2) all answers are right. `list` does not know the speed of an interface."""
    assert_all_right(run, denied)
    assert "   eth0       up    -      -\n" in run(denied, "$racknet list").out


@pytest.mark.parametrize("denied", [["socket"], ["socket", NETLINK]], indirect=True, ids=["all", "netlink"])
def test_socket_denied(denied: str, run: Run) -> None:
    """Without socket(2), be it for netlink alone, there is no answer, and the error says what must be allowed."""
    others = ["public --explain", "public --json", "service --wait 1", "list", "list --json", "env", "report"]
    for words in [*ANSWERS, *others, "exec echo no"]:
        result = run(denied, f"$racknet {words}")
        assert (result.out, result.status) == ("", 3)
        message, hint = error_of(result, words)
        assert message == "cannot read the interfaces: Operation not permitted", words
        assert "AF_NETLINK" in hint


def test_user_namespace(host: str, run: Run) -> None:
    """In a user namespace all answers are right. With a network of its own it has none."""
    assert_all_right(run, host, wrap="unshare --user --map-root-user")
    assert_all_right(run, host, wrap="unshare --user")
    for words in ANSWERS:
        result = run(host, f"unshare --user --map-root-user --net $racknet {words}")
        assert "this is a container's own network" in refused(result, 1)


# Files for a /proc or a /sys, in /mnt; then mount them.
FAKE = """
mount -t tmpfs none /mnt
mkdir -p /mnt/proc/net /mnt/proc/1 /mnt/sys/class/net/eth{0,1} /mnt/sys/devices
cd /mnt
"""
NONSENSE = "head -c 3000 /bare/racknet"
PROC, SYS = "\nmount --rbind /mnt/proc /proc\n", "\nmount --rbind /mnt/sys /sys\n"
# Another network, that of a process. Its interfaces have the indexes of eth0 and eth1, and one the name eth1 too.
OTHER = """
unshare -n sleep 60 >/dev/null 2>&1 &
other=$!
trap "kill $other" EXIT
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
eth0=$(cat /sys/class/net/eth0/ifindex) eth1=$(cat /sys/class/net/eth1/ifindex)
nsenter -t $other -n ip -batch - <<END
link add ens9 index $eth0 type bridge
link add eth1 index $eth1 type veth peer name w index 99
link set ens9 up
link set eth1 up
addr add 198.51.100.9/24 dev eth1
addr add 10.180.0.9/24 dev ens9
addr add 2001:db8::9/64 dev ens9 nodad
addr add fe80::9/64 dev ens9 nodad
route add default dev eth1
route add ::/0 dev ens9
END
"""
SURROUNDINGS = {
    "no /proc": "mount -t tmpfs none /proc",
    "no /sys": "mount -t tmpfs none /sys",
    "neither": "mount -t tmpfs none /sys; mount -t tmpfs none /proc",
    "neither, and no other file": 'racknet=${racknet/#"/bare/"/"chroot /bare /"}',
    "/proc of nonsense": f"{FAKE} for f in 1/comm net/if_inet6 net/route; do {NONSENSE} >proc/$f; done {PROC}",
    "/sys of nonsense": f"""{FAKE}
        for i in eth0 eth1; do
          for f in ifindex flags type uevent; do {NONSENSE} >sys/class/net/$i/$f; done
          ln -s ../../../devices sys/class/net/$i/device
        done {SYS}""",
    "/proc/net of another network": f"{OTHER} {FAKE} mount --bind /proc/$other/net proc/net {PROC}",
    "/sys of another network": f"{OTHER} nsenter -t $other -n mount -t sysfs none /sys",
    "no variables, no standard input": 'racknet=${racknet/#"/bare/"/"env -i /bare/"}; exec <&-',
    "another locale": "export LANG=C LC_ALL=C",
    "variables of Python's": "case $racknet in /bare*) export PYTHONHOME=/x PYTHONPATH=/y PYTHONVERBOSE=1 ;; esac",
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_surroundings(host: str, run: Run, name: str) -> None:
    """All four answers are the same without /proc and /sys, with nonsense in them, and with another network's.

    They need no variable, no locale and no standard input.
    """
    assert run(host, SURROUNDINGS[name] + ASK, "unshare", "-m") == right(FOUR)


def test_another_network(host: str, run: Run) -> None:
    """In another network, with the /sys of the first, the answers are those of the other."""
    asked = f'{OTHER} racknet="nsenter -t $other -n $racknet" {ASK}'
    assert run(host, asked, "unshare", "-m") == right("198.51.100.9\n10.180.0.9\n2001:db8::9\nfe80::9")


def test_without_standard_error(host: str, run: Run) -> None:
    """An answer needs no standard error. An error that nobody can read still has its status."""
    assert run(host, "$racknet public 2>&-") == right(ANSWERS["public"])
    assert run(host, "$racknet public ipv5 2>&-") == CommandResult("", "", 2)


@pytest.mark.parametrize("limit", ["-s 64", "-s 128", "-v 65536", "-s 128; ulimit -v 65536; ulimit -n 8"])
def test_little_memory(host: str, form: str, run: Run, limit: str) -> None:
    """A stack of 128 kB and an address space of 64 MB are enough; a stack of 64 kB too, where Python starts with it."""
    if limit == "-s 64" and form == FORMS["package"]:
        # It is Python itself that has no room: of racknet, there is nothing to ask.
        assert engine.bash(host, "ulimit -s 64; exec python3.13 -c pass").status == 139
    else:
        assert_all_right(run, host, limit=f"ulimit {limit}; exec")


def test_limits(host: str, run: Run) -> None:
    """32 MB of memory and 20 processes are enough for each command."""
    with beside(host, "--memory=32m", "--memory-swap=32m", "--pids-limit=20") as container:
        assert engine.bash(container, "exec python3.13 -c 'bytearray(64 << 20)'").status == 137  # the limit holds
        assert_all_right(run, container)
        for words in ("public -v", "--help"):
            assert run(container, f"$racknet {words}").status == 0, words


@pytest.mark.parametrize("words", ["public", "service --json", "list", "env"])
def test_no_file_descriptors(host: str, form: str, run: Run, words: str) -> None:
    """Two sockets ask the kernel. Without file descriptors for both there is an error; with five, there are answers."""
    for limit in (3, 4) if form == FORMS["executable"] else (4,):  # with three, Python itself cannot start
        result = run(host, f"ulimit -n {limit}; exec $racknet {words}")
        assert (result.out, result.status) == ("", 3), limit
        assert error_of(result, words)[0] == "cannot read the interfaces: Too many open files", limit
    assert run(host, f"ulimit -n 5; exec $racknet {words}").status == 0


@pytest.mark.parametrize("words", ["public", "list", "--help", "--version"])
@pytest.mark.parametrize(
    ("where", "why"),
    [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("| true", "Broken pipe")],
)
def test_unwritable(host: str, run: Run, words: str, where: str, why: str) -> None:
    """An answer that cannot be written has status 3, and the reason."""
    pause = "sleep 0.2; " if "|" in where else ""
    result = run(host, f"({pause}$racknet {words}; echo $? >&2) {where}")
    assert (result.out, result.err) == ("", f"racknet: cannot write to standard output: {why}\n3\n")


TIE_BROKEN_BY_A_ROUTE = """
set -e
for n in 1 2; do
  ip link add ens$n type veth peer name other$n
  ip link set other$n up
  ip link set ens$n up
  ip addr add 10.$n.0.7/24 dev ens$n
done
ip link add docker0 type bridge
ip route add default via 10.1.0.1
set +e
"""
NOTE = "note: 10.1.0.7 on ens1 is preferred to 10.2.0.7 on ens2 (default route), not proven: --strict refuses\n"


def test_note_is_written_once(host: str, run: Run) -> None:
    """A note comes before its answer, and once: also where the answer cannot be written."""
    result = run(host, f"{TIE_BROKEN_BY_A_ROUTE}$racknet service 2>&1; $racknet service >/dev/full", "unshare", "-n")
    error = "racknet: cannot write to standard output: No space left on device\n"
    assert (result.out, result.err) == (f"{NOTE}10.1.0.7\n", f"{NOTE}{error}")


@pytest.mark.all
def test_500_at_once(host: str, run: Run) -> None:
    """500 runs at a time give one answer."""
    result = run(host, "seq 500 | xargs -P 500 -I@ $racknet service")
    assert result == CommandResult(f"{ANSWERS['service']}\n" * 500, "", 0)


@pytest.mark.parametrize("name", ["pyvenv.cfg", "racknet._pth", "pybuilddir.txt"])
def test_files_beside_the_executable(host: str, name: str) -> None:
    """Files that configure a Python beside them change nothing, whatever is in them."""
    for script in (f"mkdir -p {name}", f"rmdir {name}; printf 'home = \\xff' >{name}"):
        ask = f"mkdir -p /beside; cd /beside; cp /bare/racknet .; {script}; ./racknet public --all"
        assert engine.bash(host, ask) == right(ANSWERS["public"])


BIG = "big=$(head -c 100000 /dev/zero | tr '\\0' x)\nfor n in $(seq 21); do export {name}$n=$big; done\n"


@pytest.mark.parametrize("name", ["BIG", "RACKNET_ENV_BIG"])
def test_2_mb_of_environment(host: str, run: Run, name: str) -> None:
    """2 MB of variables, such as Docker's links set, change no answer, and `exec` passes them on."""
    before = MANY + BIG.format(name=name)
    assert_all_right(run, host, limit=f"{before} exec")
    assert run(host, f"{before} exec $racknet exec sh -c 'echo ${{#{name}21}}'") == right("100000")


@pytest.mark.parametrize("words", ["public", "service -v", "list --json", "env", "exec echo no"])
def test_2_mb_of_unknown_variables(host: str, run: Run, words: str) -> None:
    """2 MB of variables that nobody knows are refused, with an error that names the first, and shows no value."""
    result = run(host, f"{MANY}{BIG.format(name='RACKNET_BIG')} exec $racknet {words}")
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
        assert refused(result, 2).startswith(f"racknet: {name}: ")
        assert len(result.err) < 2 * 131000


@pytest.mark.parametrize("words", ["public", "service -v", "nonsense", "", "list", "env", "cluster public"])
def test_100_000_words(host: str, run: Run, words: str) -> None:
    """100,000 words too many are refused, with an error that names one."""
    result = run(host, f"{MANY} exec $racknet {words} $(seq 1000000 1099999)")
    assert refused(result, 2).startswith("racknet: ")
    assert len(result.err) < 1000


def test_21_000_options(host: str, run: Run) -> None:
    """21,000 options are read."""
    options = "$(seq 20000 | sed 's/.*/--interface e&/') $(seq 1000 | sed 's/.*/--exclude x&/')"
    assert run(host, f"{MANY} exec $racknet service {options} --interface eth1") == right(ANSWERS["service"])


# Names of fifteen bytes, as a shell writes them. The kernel takes all bytes but blanks, `/`, `:` and `%`.
ODD = {
    "control characters": r"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14",
    "escape sequences": r"\e[2J\e[1;31m\e[Hx",
    "a separator that Python takes for a blank": r"a\x1cbcdefghijklmn",
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
    """Names of fifteen odd bytes on other interfaces change no answer, and are shown with what is odd escaped."""
    assert_all_right(run, odd_host)
    as_json = run(odd_host, "$racknet list --json").out
    assert len(json.loads(as_json)["addresses"]) > 4 * len(ODD)
    assert r"\u001b[2J\u001b[1;31m\u001b[Hx" in as_json
    for words in ("list", "service -v"):
        shown = run(odd_host, f"$racknet {words}")
        assert r"\x1b[2J\x1b[1;31m\x1b[Hx" in shown.out + shown.err


@pytest.mark.parametrize("kind", ODD)
def test_odd_names_by_option(odd_host: str, run: Run, kind: str) -> None:
    """Such a name is an option's value. The answer is that interface's; if its name is not UTF-8, there is an error."""
    number = list(ODD).index(kind) + 1
    name = "$'{}'".format(ODD[kind].replace("'", r"\'").replace("[", "[[]"))
    result = run(odd_host, f"exec $racknet service --interface={name}")
    if kind in ("not UTF-8", "cut UTF-8", "surrogates"):
        assert f"cannot check 10.{number}.0.7" in refused(result, 3)
    else:
        assert result == right(f"10.{number}.0.7")


# Names that are not UTF-8, where the answer is: how the host is made, and the name in the error, by command line.
SERVICE = ["service", "service -v", "list", "list --json", "env"]
LABEL = "10.208.1.5/17 dev eth1"
NOT_UTF8 = {
    "interface": (RACKSPACE.replace("eth1", r"$'e\x80\xffh1'"), r"e\udc80\udcffh1", [*SERVICE, "service ipv6"]),
    "label": (RACKSPACE.replace(LABEL, rf"{LABEL} label $'eth1:\x80'"), r"eth1:\udc80", SERVICE),
    "another label": (RACKSPACE + r"ip addr add 10.208.1.6/17 dev eth1 label $'eth1:\e[1m\x80'", "", []),
}
# Two addresses on eth1: the kernel's order decides, which is no proof.
IN_ORDER = "10.208.1.5 on eth1 is preferred to 10.208.1.6 on eth1 (the kernel's order), not proven: --strict refuses\n"
NOTES = {"service": f"note: {IN_ORDER}", "service ipv6": f"note: service ipv4: {IN_ORDER}"}


@pytest.fixture(scope="module", params=NOT_UTF8)
def not_utf8(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, list[str]]]:
    """A host on which a name is not UTF-8: its container, the name in errors, and which command lines have these."""
    script, name, words = NOT_UTF8[request.param]
    with host_with_both(script) as container:
        yield container, name, words


@pytest.mark.parametrize("words", [*ANSWERS, "service -v", "list", "list --json", "public --all --json", "env"])
def test_not_utf8(not_utf8: tuple[str, str, list[str]], run: Run, words: str) -> None:
    """The answers are right whatever other names there are. Only the names of what is printed must be UTF-8."""
    container, name, failing = not_utf8
    result = run(container, f"$racknet {words}")
    if words in failing:
        message, hint = error_of(result, words)
        answer = ANSWERS[words if words in ANSWERS else "service"]
        expected = f"cannot check {answer}: the name or label of its interface, '{name}', is not UTF-8"
        assert (result.out, message, result.status) == ("", expected, 3)
        assert hint.startswith("rename it: ip link set ")
    elif words in ANSWERS:
        assert result == CommandResult(f"{ANSWERS[words]}\n", "" if name else NOTES.get(words, ""), 0)
    else:
        assert result.status == 0
        assert any(answer in result.out for answer in ANSWERS.values())
