"""Hostile surroundings, for both forms of the program: a right answer, or a status and a reason; never a traceback."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import ANSWERS, FORMS, RACKSPACE, Run, copy_executable, error_of, host_with_both, right


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
    """Run a script with `$racknet` in a container, with mounts of its own. All that it prints is printable."""

    def run(container: str, script: str) -> CommandResult:
        result = engine.command(
            "docker", "exec", "-e", f"racknet={form}", container, "unshare", "-m", "bash", "-c", script
        )
        assert all(c == "\n" or c.isprintable() for c in result.out + result.err), result
        assert "Traceback" not in result.err
        return result

    return run


# For each question: what is printed, the status, and the first line of the error.
ASK = """
for words in public service 'public ipv6' 'service ipv6'; do
  $racknet $words 2>/run/err
  echo "=> $? $(head -n 1 /run/err)"
  cat /run/err >&2
done
"""


def all_right(answers: list[str]) -> CommandResult:
    """Return what ASK prints where each question has an answer."""
    return CommandResult("".join(f"{answer}\n=> 0 \n" for answer in answers), "", 0)


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
ANSWERS_OF_OTHER = ["198.51.100.9", "10.180.0.9", "2001:db8::9", "fe80::9"]
SURROUNDINGS = {
    "no /proc": "mount -t tmpfs none /proc",
    "no /sys": "mount -t tmpfs none /sys",
    "neither": "mount -t tmpfs none /sys; mount -t tmpfs none /proc",
    "/proc of nonsense": f"{FAKE} for f in 1/comm net/if_inet6 net/route; do {NONSENSE} >proc/$f; done {PROC}",
    "/sys of nonsense": f"""{FAKE}
        for i in eth0 eth1; do
          for f in ifindex flags type uevent; do {NONSENSE} >sys/class/net/$i/$f; done
          ln -s ../../../devices sys/class/net/$i/device
        done {SYS}""",
    "/proc/net of another network": f"{OTHER} {FAKE} mount --bind /proc/$other/net proc/net {PROC}",
    "/sys of another network": f"{OTHER} nsenter -t $other -n mount -t sysfs none /sys",
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_proc_and_sys(host: str, run: Run, name: str) -> None:
    """All four answers are the same without /proc and /sys, with nonsense in them, and with another network's."""
    assert run(host, SURROUNDINGS[name] + ASK) == all_right(list(ANSWERS.values()))


def test_another_network(host: str, run: Run) -> None:
    """In another network, with the /sys of the first, the answers are those of the other."""
    assert run(host, f'{OTHER} racknet="nsenter -t $other -n $racknet" {ASK}') == all_right(ANSWERS_OF_OTHER)


# Escape sequences, in one byte and in two; what turns a line around; a separator that Python takes for a blank.
ODD = [r"e\e[31mx", r"x\xc2\x9b2Jy", r"\xe2\x80\xaeab", r"a\x1cb"]
NOT_UTF8 = r"e\x80\xffh1"


def odd_interfaces(names: list[str]) -> str:
    """Return commands for interfaces with such names, as a shell writes them, and with addresses of each class."""
    return "".join(
        f"name=$'{name}'\nip link add $name type veth peer name odd{n}; ip link set $name up\n"
        f"for a in 203.0.{n}.7/24 10.{n}.0.7/24 '2001:db8:{n}::7/64 nodad'; do ip addr add $a dev $name; done\n"
        for n, name in enumerate(names, 1)
    )


SECOND_LABEL = r"ip addr add 10.208.1.6/17 dev eth1 label $'eth1:\e[1m\x80'"
ODD_HOSTS = {
    "odd": RACKSPACE + odd_interfaces(ODD),
    "others not UTF-8": RACKSPACE + odd_interfaces([*ODD, NOT_UTF8]) + SECOND_LABEL,
    "interface not UTF-8": RACKSPACE.replace("eth1", f"$'{NOT_UTF8}'"),
    "label not UTF-8": RACKSPACE.replace("10.208.1.5/17 dev eth1", r"10.208.1.5/17 dev eth1 label $'eth1:\x80'"),
}
# Two addresses on eth1: the kernel's order decides, which is no proof.
IN_ORDER = "10.208.1.5 on eth1 is preferred to 10.208.1.6 on eth1 (the kernel's order), not proven: --strict refuses\n"
NOTES = {
    "others not UTF-8": {"service": f"note: {IN_ORDER}", "service ipv6": f"note: service ipv4: {IN_ORDER}"},
}
# The error where the answer is on such an interface, or has such a label.
CANNOT_CHECK = r"cannot check {}: the name or label of its interface, '{}', is not UTF-8"
EVERY_CANDIDATE = "public --all --json --interface=*"  # by themselves, the others have no way out
WITH_SERVICE = ["service", "service -v", "list", "list --json", "env"]
ERRORS = {
    "odd": {},
    "others not UTF-8": {EVERY_CANDIDATE: CANNOT_CHECK.format("203.0.5.7", r"e\udc80\udcffh1")},
    "interface not UTF-8": {
        words: CANNOT_CHECK.format(ANSWERS["service"], r"e\udc80\udcffh1") for words in WITH_SERVICE
    }
    | {"service ipv6": CANNOT_CHECK.format(ANSWERS["service ipv6"], r"e\udc80\udcffh1")},
    "label not UTF-8": {words: CANNOT_CHECK.format(ANSWERS["service"], r"eth1:\udc80") for words in WITH_SERVICE},
}


@pytest.fixture(scope="module", params=ODD_HOSTS)
def odd(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A host with odd names: the id of its container, and which one it is."""
    with host_with_both(ODD_HOSTS[request.param]) as container:
        yield container, request.param


@pytest.mark.parametrize(
    "words", [*ANSWERS, "service -v", "list", "list --json", "public --all --json", "env", EVERY_CANDIDATE]
)
def test_odd_names(odd: tuple[str, str], run: Run, words: str) -> None:
    """The answers are right whatever other names there are. Only the names of what is printed must be UTF-8."""
    container, name = odd
    result = run(container, f"$racknet {words}")
    if words in ERRORS[name]:
        message, hint = error_of(result, words)
        assert (result.out, message, result.status) == ("", ERRORS[name][words], 3)
        assert hint.startswith("rename it: ip link set ")
    elif words in ANSWERS:
        assert result == CommandResult(f"{ANSWERS[words]}\n", NOTES.get(name, {}).get(words, ""), 0)
    else:
        assert result.status == 0
        assert any(answer in result.out for answer in ANSWERS.values())


@pytest.mark.parametrize("words", ["list", "list --json", "service -v"])
def test_odd_names_are_escaped(odd: tuple[str, str], run: Run, words: str) -> None:
    """`list` and `--explain` show odd names with their control characters escaped."""
    container, name = odd
    result = run(container, f"$racknet {words}")
    if not ERRORS[name]:
        assert (r"e\u001b[31mx" if "--json" in words else r"e\x1b[31mx") in result.out + result.err


SWAPS = """
cat >/there <<END
addr del 203.0.113.7/24 dev eth0
addr del 10.1.0.7/20 dev eth1
addr add 203.0.113.7/25 dev eth1
addr add 10.1.0.7/21 dev eth0
END
cat >/back <<END
addr del 203.0.113.7/25 dev eth1
addr del 10.1.0.7/21 dev eth0
addr add 203.0.113.7/24 dev eth0
addr add 10.1.0.7/20 dev eth1
END
while :; do ip -batch /there; ip -batch /back; echo >>/rounds; done
"""
SWAPPED_HOST = """
for n in 0 1; do ip link add eth$n type veth peer name w$n; ip link set eth$n up; ip link set w$n up; done
ip link add docker0 type bridge
ip addr add 203.0.113.7/24 dev eth0
ip addr add 10.1.0.7/20 dev eth1
"""
STATES = {  # in one state or the other: interface, address, prefix length
    "public": {("eth0", "203.0.113.7", 24), ("eth1", "203.0.113.7", 25)},
    "service": {("eth1", "10.1.0.7", 20), ("eth0", "10.1.0.7", 21)},
}
# At least 400 questions, and at least ten seconds. A line for each: the network, the status, the answer. With --json,
# which shows the interface too, a start takes ten times as long as without: test_faults.py asks 2,000 times without.
ASK_400 = """
ask() {
  for ((n = 0; n < 100 || SECONDS < 10; n++)); do
    for network in public service; do
      answer=$(/bare/racknet $network --json 2>/dev/null)
      echo "$network $? $answer"
    done
  done
}
ask >/first & ask >/second
wait
cat /first /second
"""
# The same in one Python: 2,000 starts of it would take minutes.
ASK_2000_IN_PYTHON = """
import json, time
from racknet.core.query import Query
from racknet.errors import HostReadError
from racknet.lookup import look_up
end, n = time.monotonic() + 10, 0
while n < 1000 or time.monotonic() < end:
    n += 1
    for network in ("public", "service"):
        try:
            address = look_up([Query(network, "ipv4")]).selections[0].address
            status = 0 if address else 1
        except HostReadError:
            address, status = None, 3
        keys = ("interface", "address", "prefix_length")
        answer = dict(zip(keys, (address.interface, address.text, address.prefix_length))) if address else ""
        print(network, status, answer and json.dumps(answer))
"""


@pytest.mark.parametrize(
    ("words", "count"),
    [(["bash", "-c", ASK_400], 400), (["python3.13", "-c", ASK_2000_IN_PYTHON], 2000)],
    ids=["executable", "package"],
)
def test_addresses_that_change(words: list[str], count: int) -> None:
    """While two NICs swap their addresses all the time, all answers are each of one state, or an error."""
    with host_with_both(SWAPPED_HOST) as container:
        engine.docker("exec", "-d", container, "bash", "-c", SWAPS)
        lines = engine.command("docker", "exec", container, *words, timeout=600).out.splitlines()
        rounds = int(engine.docker("exec", container, "sh", "-c", "wc -l </rounds"))
    assert len(lines) >= count
    assert rounds > 100
    wrong, statuses = [], Counter[str]()
    for line in lines:
        network, status, answer = line.split(" ", 2)
        statuses[status] += 1
        if status == "0":
            found = json.loads(answer)
            if (found["interface"], found["address"], found["prefix_length"]) not in STATES[network]:
                wrong.append(line)
        elif status not in ("1", "3") or answer:
            wrong.append(line)
    assert wrong == []
    assert statuses["0"] > len(lines) / 4, statuses  # else the test shows little


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
    """Hundreds of interfaces with addresses and routes that come and go change no answer."""
    with host_with_both() as container:
        engine.docker("exec", "-d", container, "bash", "-c", CHURN)
        result = run(container, f"for n in $(seq 8); do {ASK} done; [ $(wc -l </rounds) -gt 1 ]")
        assert (result.err, result.status) == ("", 0)
        assert result.out == all_right(list(ANSWERS.values())).out * 8


def test_netlink_refused(host: str, tmp_path: Path, run: Run) -> None:
    """Where the kernel must not be asked, the error says so."""
    refused = {
        "names": ["socket"],
        "action": "SCMP_ACT_ERRNO",
        "args": [{"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}],
    }
    profile = tmp_path / "seccomp.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [refused]}))
    flags = ["--rm", "--label", engine.LABEL, "--cap-add=SYS_ADMIN", f"--net=container:{host}", "--entrypoint=sleep"]
    container = engine.docker("run", "-d", *flags, f"--security-opt=seccomp={profile}", engine.PACKAGE, "60").strip()
    with engine.executable() as path:
        copy_executable(path, container)
    try:
        for words in [*ANSWERS, "list", "list --json", "env", "public --json", "report", "exec true"]:
            result = run(container, f"$racknet {words}")
            assert (result.out, result.status) == ("", 3)
            message, hint = error_of(result, words)
            assert message == "cannot read the interfaces: Operation not permitted", words
            assert "AF_NETLINK" in hint
    finally:
        engine.command("docker", "rm", "-f", container)


def test_limits(host: str, run: Run) -> None:
    """32 MB of memory and 20 processes are enough for each command."""
    limits = ["--memory=32m", "--memory-swap=32m", "--pids-limit=20"]
    flags = ["--rm", "--label", engine.LABEL, "--privileged", f"--net=container:{host}", "--entrypoint=sleep", *limits]
    container = engine.docker("run", "-d", *flags, engine.PACKAGE, "60").strip()
    with engine.executable() as path:
        copy_executable(path, container)
    try:
        assert run(container, "python3.13 -c 'bytearray(64 << 20)'").status == 137  # the limit holds
        assert run(container, ASK) == all_right(list(ANSWERS.values()))
        for words in ("list", "list --json", "env", "public -v", "--help"):
            assert run(container, f"$racknet {words}").status == 0, words
    finally:
        engine.command("docker", "rm", "-f", container)


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


def test_500_at_once(host: str, run: Run) -> None:
    """500 runs at a time give one answer."""
    result = run(host, "seq 500 | xargs -P 500 -I@ $racknet service")
    assert result == CommandResult(f"{ANSWERS['service']}\n" * 500, "", 0)


@pytest.mark.parametrize("name", ["pyvenv.cfg", "racknet._pth", "pybuilddir.txt"])
def test_files_beside_the_executable(host: str, name: str) -> None:
    """Files that configure a Python beside them change nothing, whatever is in them."""
    for script in (f"mkdir -p {name}", f"rmdir {name}; printf 'home = \\xff' >{name}"):
        ask = f"mkdir -p /beside; cd /beside; cp /bare/racknet .; {script}; ./racknet public --all"
        assert engine.command("docker", "exec", host, "bash", "-c", ask) == right(ANSWERS["public"])
