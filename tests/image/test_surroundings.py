"""Hostile surroundings, for both forms of the program: right, or a status and a reason; never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import engine
import pytest
from hosts import HOSTS

FORMS = {"executable": "/bare/racknet", "package": "python3.13 -m racknet"}
QUESTIONS = ["public", "service", "public ipv6", "service ipv6"]
ANSWERS = ["104.130.0.127", "10.208.1.5", "2001:4802:7800:1:be76:4eff:fe20:b4c1", "fe80::be76:4eff:fe20:b452"]

Run = Callable[[str, str], engine.Said]


@contextmanager
def laid_out(more: str = "") -> Iterator[str]:
    """A host of Rackspace's with the program in both forms, and more in its script; the container's id."""
    (rackspace,) = [row for row in HOSTS if row.name == "rackspace"]
    with engine.laid_out(rackspace.read.script + more, engine.PACKAGE) as helper, engine.executable() as program:
        bring(program, helper)
        yield helper


def bring(program: str, container: str) -> None:
    engine.docker("exec", container, "mkdir", "-p", "/bare")
    engine.docker("cp", program, f"{container}:/bare/racknet")


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A host that no test changes."""
    with laid_out() as helper:
        yield helper


@pytest.fixture(params=FORMS)
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a script with `$racknet` in a container, in mounts of its own; whatever is said can be shown to anybody."""

    def run(container: str, script: str) -> engine.Said:
        form = f"racknet={FORMS[request.param]}"
        said = engine.command("docker", "exec", "-e", form, container, "unshare", "-m", "bash", "-c", script)
        assert all(c == "\n" or c.isprintable() for c in said.out + said.err), said
        assert "Traceback" not in said.err
        return said

    return run


def right(answer: str) -> engine.Said:
    return engine.Said(f"{answer}\n", "", 0)


# Each question: what is printed, the status, and the first line of the error.
ASK = """
for words in public service 'public ipv6' 'service ipv6'; do
  $racknet $words 2>/run/err
  echo "=> $? $(head -n 1 /run/err)"
  cat /run/err >&2
done
"""
FAKE = """
mount -t tmpfs none /mnt
mkdir -p /mnt/proc/net /mnt/sys/class/net/eth0
cd /mnt
"""
PROC, SYS = "\nmount --rbind /mnt/proc /proc\n", "\nmount --rbind /mnt/sys /sys\n"
INET6, FLAGS = "/proc/net/if_inet6", "/sys/class/net/eth0/flags"
IPV4_ALONE = [*ANSWERS[:2], "", ""]
# Another network, that of a process: links with the indexes of the host's cards, one of them with the same name too.
OTHER = """
unshare -n sleep 60 >/dev/null 2>&1 &
other=$!
trap "kill $other" EXIT
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
eth0=$(cat /sys/class/net/eth0/ifindex) eth1=$(cat /sys/class/net/eth1/ifindex)
nsenter -t $other -n ip -batch - <<END
link add ens9 index $eth0 type bridge
link add eth1 index $eth1 type veth peer name w
link set ens9 up
link set eth1 up
addr add 198.51.100.9/24 dev eth1
addr add 10.180.0.9/24 dev ens9
addr add 2001:db8::9/64 dev ens9 nodad
addr add fe80::9/64 dev eth1 nodad
route add default dev eth1
-6 route add default dev ens9
END
"""
SURROUNDINGS = {
    "no /proc": ("mount -t tmpfs none /proc", IPV4_ALONE),
    "no /sys": ("mount -t tmpfs none /sys", ANSWERS),
    "neither": ("mount -t tmpfs none /sys; mount -t tmpfs none /proc", IPV4_ALONE),
    "/proc cut": (f"{FAKE} head -c 95 {INET6} >.{INET6} {PROC}", [f"{INET6}: makes no sense"] * 4),
    "/proc of nonsense": (f"{FAKE} seq 3000 >.{INET6} {PROC}", [f"{INET6}: makes no sense"] * 4),
    "/proc of bytes": (f"{FAKE} head -c 3000 /bare/racknet >.{INET6} {PROC}", [f"{INET6}: makes no sense"] * 4),
    "/proc without an end": (f"{FAKE} ln -s /dev/zero .{INET6} {PROC}", [f"{INET6}: File too large"] * 4),
    "/proc not readable": (f"{FAKE} mkdir .{INET6} {PROC}", [f"{INET6}: Is a directory"] * 4),
    "/sys cut": (f"{FAKE} (cd sys/class/net/eth0; touch flags ifindex type uevent) {SYS}", ANSWERS),
    "/sys of nonsense": (f"{FAKE} echo up >.{FLAGS} {SYS}", [f"{FLAGS}: 'up' is not a number"] * 4),
    "/sys without an end": (f"{FAKE} ln -s /dev/zero .{FLAGS} {SYS}", [f"{FLAGS}: File too large"] * 4),
    "/sys of another network": (f"{OTHER} nsenter -t $other -n mount -t sysfs none /sys", ANSWERS),
    "/proc/net of another network": (f"{OTHER} {FAKE} mount --bind /proc/$other/net proc/net {PROC}", IPV4_ALONE),
    "/sys of the host, from another network": (f'{OTHER} racknet="nsenter -t $other -n $racknet"', [""] * 4),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_proc_and_sys(host: str, run: Run, name: str) -> None:
    """What /proc and /sys do not say is unknown; what makes no sense, or cannot be read, is named; none is believed."""
    script, expected = SURROUNDINGS[name]
    lines = run(host, script + ASK).out.splitlines()
    for question, answer in zip(QUESTIONS, expected, strict=True):
        if answer in ANSWERS:
            assert [lines.pop(0), lines.pop(0)] == [answer, "=> 0 "], question
        elif answer:
            assert lines.pop(0) == f"=> 3 racknet: cannot read {answer}", question
        else:
            assert lines.pop(0).startswith(f"=> 1 racknet: no {question.split()[0]} "), question
    assert lines == []


# Escape sequences, in one byte and in two; what turns a line around; a separator that Python takes for a blank.
ODD = [r"e\e[31mx", r"x\xc2\x9b2Jy", r"\xe2\x80\xaeab", r"a\x1cb"]
NOT_UTF8 = [r"et\x80\xffh"]


def links(names: list[str]) -> str:
    """Links with such names, as a shell writes them, and with addresses of each kind."""
    return "".join(
        f"name=$'{name}'\nip link add $name type veth peer name odd{n}; ip link set $name up\n"
        f"for a in 203.0.{n}.7/24 10.{n}.0.7/24 '2001:db8:{n}::7/64 nodad'; do ip addr add $a dev $name; done\n"
        for n, name in enumerate(names, 1)
    )


MANY = "for n in $(seq 40); do ip link add many$n type bridge; done\n"


@pytest.fixture(scope="module", params=["odd", "not UTF-8", "label", "not UTF-8, among many"])
def odd(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """A host with odd names, and whether they can be read: netifaces, which is asked where links are few, cannot."""
    more = {
        "odd": links(ODD),
        "not UTF-8": links(NOT_UTF8),
        "label": r"ip addr add 10.208.1.6/17 dev eth1 label $'eth1:\e[1m\x80'",
        "not UTF-8, among many": links(ODD + NOT_UTF8) + MANY,
    }
    with laid_out(more[request.param]) as helper:
        yield helper, request.param in ("odd", "not UTF-8, among many")


@pytest.mark.parametrize("words", [*QUESTIONS, "list", "list --json", "public --all --json", "env", "service -v"])
def test_odd_names(odd: tuple[str, bool], run: Run, words: str) -> None:
    """Whatever interfaces and labels are called, the answer is the same, or that they cannot be read."""
    host, readable = odd
    said = run(host, f"$racknet {words}")
    if not readable:
        why = "cannot read the interfaces: one has a name or a label that is not UTF-8"
        assert (said.out, said.err.splitlines()[0], said.status) == ("", f"racknet: {why}", 3)
    elif words in QUESTIONS:
        assert said == right(ANSWERS[QUESTIONS.index(words)])
    else:
        assert said.status == 0
        assert any(answer in said.out for answer in ANSWERS)
        assert (
            words in ("env", "public --all --json")
            or r"e\u001b[31mx" in said.out
            or r"e\x1b[31mx" in said.out + said.err
        )


CHURN = """
for n in $(seq 100); do
  name=$([ $((n % 2)) = 0 ] && echo veth$n || echo card$n)
  echo "link add $name group 7 type veth peer name peer$n
    link set $name up
    addr add 203.0.113.$n/24 dev $name
    addr add 192.168.$n.1/24 dev $name
    addr add 2001:db8:$n::1/64 dev $name nodad
    route add default dev $name metric $((n + 5))"
done >/batch
while :; do ip -batch /batch; ip link del group 7; echo >>/rounds; done
"""


def test_links_that_come_and_go(run: Run) -> None:
    """Interfaces with addresses and routes that come and go by the hundred change no answer."""
    with laid_out() as host:
        engine.docker("exec", "-d", host, "bash", "-c", CHURN)
        said = run(host, f"for n in $(seq 8); do {ASK} done; [ $(wc -l </rounds) -gt 1 ]")
        assert (said.err, said.status) == ("", 0)
        assert said.out == "".join(f"{answer}\n=> 0 \n" for answer in ANSWERS) * 8


def test_netlink_refused(host: str, tmp_path: Path, run: Run) -> None:
    """Where the kernel is not to be asked, that is the reason."""
    refused = {
        "names": ["socket"],
        "action": "SCMP_ACT_ERRNO",
        "args": [{"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}],
    }
    profile = tmp_path / "seccomp.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}))
    flags = ["--rm", "--label", engine.LABEL, "--cap-add=SYS_ADMIN", f"--net=container:{host}", "--entrypoint=sleep"]
    container = engine.docker("run", "-d", *flags, f"--security-opt=seccomp={profile}", engine.PACKAGE, "60").strip()
    with engine.executable() as program:
        bring(program, container)
    try:
        for words in [*QUESTIONS, "list", "env", "public --json", "exec true"]:
            said = run(container, f"$racknet {words}")
            assert (said.out, said.status) == ("", 3)
            assert said.err.startswith("racknet: cannot read the interfaces: Operation not permitted\nhint: "), words
    finally:
        engine.command("docker", "rm", "-f", container)


def test_little_of_everything(host: str, run: Run) -> None:
    """32 MB of memory and 20 processes are enough for all that racknet does."""
    limits = ["--memory=32m", "--memory-swap=32m", "--pids-limit=20"]
    flags = ["--rm", "--label", engine.LABEL, "--privileged", f"--net=container:{host}", "--entrypoint=sleep", *limits]
    container = engine.docker("run", "-d", *flags, engine.PACKAGE, "60").strip()
    with engine.executable() as program:
        bring(program, container)
    try:
        assert run(container, "python3.13 -c 'bytearray(64 << 20)'").status == 137  # the limit is one
        assert run(container, ASK).out == "".join(f"{answer}\n=> 0 \n" for answer in ANSWERS)
        for words in ("list", "list --json", "env", "public -v", "--help"):
            assert run(container, f"$racknet {words}").status == 0, words
    finally:
        engine.command("docker", "rm", "-f", container)


@pytest.mark.parametrize("words", ["public", "service --json", "list", "env"])
def test_no_file_descriptors(host: str, run: Run, words: str) -> None:
    """With no descriptor but three there is no asking the kernel, and not even a Python; with one more there is."""
    said = run(host, f"ulimit -n 3; echo $racknet >&2; exec $racknet {words}")
    assert said.out == ""
    form, _, error = said.err.partition("\n")
    if form == FORMS["executable"]:
        assert error.startswith("racknet: cannot read the interfaces: Too many open files\nhint: ")
        assert said.status == 3
    else:
        assert said.status != 0
    assert run(host, f"ulimit -n 4; exec $racknet {words}").status == 0


@pytest.mark.parametrize("words", ["public", "list", "--help", "--version"])
@pytest.mark.parametrize(
    ("where", "why"),
    [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("| true", "Broken pipe")],
)
def test_unwritable(host: str, run: Run, words: str, where: str, why: str) -> None:
    """An answer that nobody gets is status 3, with the reason."""
    pause = "sleep 0.2; " if "|" in where else ""
    said = run(host, f"({pause}$racknet {words}; echo $? >&2) {where}")
    assert (said.out, said.err) == ("", f"racknet: cannot write to standard output: {why}\n3\n")


def test_all_at_once(host: str, run: Run) -> None:
    """500 runs at once answer alike."""
    said = run(host, "seq 500 | xargs -P 500 -I@ $racknet service")
    assert said == engine.Said(f"{ANSWERS[1]}\n" * 500, "", 0)


@pytest.mark.parametrize("name", ["pyvenv.cfg", "racknet._pth", "pybuilddir.txt"])
def test_files_of_pythons(host: str, name: str) -> None:
    """What a Python would read beside itself does not count, whatever is in it."""
    for script in (f"mkdir -p {name}", f"rmdir {name}; printf 'home = \\xff' >{name}"):
        lay = f"mkdir -p /beside; cd /beside; cp /bare/racknet .; {script}; ./racknet public --all"
        assert engine.command("docker", "exec", host, "bash", "-c", lay) == right(ANSWERS[0])
