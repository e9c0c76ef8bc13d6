"""`watch`, `check` and the waking of `--wait`, on a host whose kernel tells of its changes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import FORMS, host_with_both, right
from support.layout import parse_layout
from support.swarm_nodes import wait_for

GONE = "note: no service ipv4 address on this host\n"
AGAIN = "note: the service ipv4 address is 10.208.1.5 again\n"


@pytest.fixture(scope="module", params=FORMS)
def host(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A Rackspace host, whose service address the tests change, and the words that run racknet there."""
    with host_with_both() as container:
        yield container, FORMS[request.param]


def run(host: tuple[str, str], script: str) -> CommandResult:
    """Run a script on the host, which it leaves as it was. `$racknet` runs racknet."""
    container, racknet = host
    return engine.command("docker", "exec", "-e", f"racknet={racknet}", container, "bash", "-c", script)


# Watch in the background, and then print what it has printed.
WATCHING = """
move() {{ ip addr del $1/17 dev eth1 && ip addr add $2/17 dev eth1; }}
rm -f /out
$racknet watch service --settle {settle} >/out 2>/err & watching=$!
for _ in $(seq 100); do [ -s /out ] && break; sleep 0.05; done
{script}
kill $watching
wait $watching
status=$?
cat /out
cat /err >&2
ip addr flush dev eth1 scope global
ip addr add 10.208.1.5/17 dev eth1
ip addr replace fe80::be76:4eff:fe20:b452/64 dev eth1 nodad # which a link that goes down has lost
exit $status
"""


@pytest.mark.parametrize(
    ("script", "settle", "out", "err"),
    [
        ("sleep 1", 0.3, ["10.208.1.5"], ""),
        ("move 10.208.1.5 10.208.1.6; sleep 1.5", 0.5, ["10.208.1.5", "10.208.1.6"], ""),
        ("move 10.208.1.5 10.208.1.6; sleep 1", 3, ["10.208.1.5"], ""),
        ("ip addr del 10.208.1.5/17 dev eth1; sleep 0.5; ip addr add 10.208.1.5/17 dev eth1; sleep 2",
         1.5, ["10.208.1.5"], ""),
        ("ip addr del 10.208.1.5/17 dev eth1; sleep 1.5; ip addr add 10.208.1.5/17 dev eth1; sleep 1.5",
         0.5, ["10.208.1.5"], GONE + AGAIN),
        ("ip addr del 10.208.1.5/17 dev eth1; sleep 1.5; ip addr add 10.208.1.7/17 dev eth1; sleep 1.5",
         0.5, ["10.208.1.5", "10.208.1.7"], GONE),
        # 100 changes in 5 seconds; in the end it is another.
        ("for n in $(seq 49); do ip addr del 10.208.1.5/17 dev eth1; sleep 0.05; ip addr add 10.208.1.5/17 dev eth1\n"
         "sleep 0.05; done; move 10.208.1.5 10.208.1.6; sleep 3", 2, ["10.208.1.5", "10.208.1.6"], ""),
        ("for n in $(seq 50); do ip link set eth1 down; sleep 0.05; ip link set eth1 up; sleep 0.05; done; sleep 3",
         2, ["10.208.1.5"], ""),
    ],
    ids=["quiet", "another", "not yet", "back in time", "gone", "gone, then another", "flaps", "link flaps"],
)  # fmt: skip
def test_watch(host: tuple[str, str], script: str, settle: float, out: list[str], err: str) -> None:
    """The answer is printed, and each other one that has held for so long; that there is none is a note."""
    found = run(host, WATCHING.format(script=script, settle=settle))
    assert found == CommandResult("".join(f"{line}\n" for line in out), err, 143)


TWO_NICS = "nic eth0 10.1.0.5/24 2001:db8:1::5/64\nnic eth1 10.2.0.5/24 2001:db8:2::5/64\nbridge docker0\n"
LATE_OR_SILENT = """
ip nexthop add id 1 via 10.1.0.1 dev eth0
ip route add default nhid 1 metric 10
ip route add default via 10.2.0.1 dev eth1 metric 100
ip -6 route add default via fe80::1 dev eth0 metric 100 expires 3
ip -6 route add default via fe80::2 dev eth1 metric 2000
/bare/racknet watch service --settle 0.2 >/of-nexthop 2>/dev/null &
/bare/racknet watch public ipv6 --settle 0.2 >/that-expires 2>/dev/null &
for _ in $(seq 100); do [ -s /of-nexthop ] && [ -s /that-expires ] && break; sleep 0.05; done
ip nexthop del id 1
sleep 6
kill $(jobs -p)
cat /of-nexthop /that-expires
"""


def test_what_the_kernel_tells_late_or_not() -> None:
    """With a nexthop object its routes go, without a message of their own; a route that has expired stays a while."""
    with host_with_both(parse_layout(TWO_NICS).script) as container:
        out = engine.bash(container, LATE_OR_SILENT).out
    assert out.split() == ["10.1.0.5", "10.2.0.5", "2001:db8:1::5", "2001:db8:2::5"]


def test_nobody_reads(host: tuple[str, str]) -> None:
    """It ends with status 0 as soon as nobody reads, although there is nothing to print."""
    began = time.monotonic()
    script = "set -o pipefail; $racknet watch service | head -n 1"
    assert run(host, script) == CommandResult("10.208.1.5\n", "", 0)
    assert time.monotonic() - began < 3
    closed = run(host, "$racknet watch service >&-")
    assert (closed.status, "cannot write to standard output" in closed.err) == (3, True)
    full = run(host, "$racknet watch service >/dev/full")
    assert (full.status, "No space left" in full.err) == (3, True)


# The messages that come while it is stopped are more than a socket's buffer takes.
LOST = """
kill -STOP $watching
for n in $(seq 4000); do echo "route add 198.51.$((n / 250)).$((n % 250)) dev eth0"; done >/routes
ip -batch /routes && sed -i s/add/del/ /routes && ip -batch /routes
move 10.208.1.5 10.208.1.6
grep $(stat -Lc %i /proc/$watching/fd/3) /proc/net/netlink | awk '$9 == 0 { exit 1 }' || exit 9
kill -CONT $watching
sleep 1.5
"""


def test_lost_messages(host: tuple[str, str]) -> None:
    """Where the kernel has lost messages, the host is looked at again."""
    result = run(host, WATCHING.format(script=LOST, settle=0.3))
    assert result == CommandResult("10.208.1.5\n10.208.1.6\n", "", 143)


QUIET = """
strace -f -tt -o /trace $racknet watch service >/out & tracing=$!
for _ in $(seq 100); do [ -s /out ] && break; sleep 0.05; done
lines=-1
until [ $lines = "$(wc -l </trace)" ]; do lines=$(wc -l </trace); sleep 2; done  # a package takes long to load
sleep 5
echo $(($(wc -l </trace) - lines))
kill $(pgrep -P $tracing) || kill $tracing
"""


def test_no_polling(host: tuple[str, str]) -> None:
    """On a quiet host nothing is done at all: not one system call in five seconds."""
    assert run(host, QUIET) == right("0")


# Containers and routes that come and go by the hundred, while it watches and its requests to the kernel are counted.
BUSY = """
for n in $(seq 100); do
  echo "link add veth$n type veth peer name vethpeer$n
    link set veth$n up
    addr add 172.30.$n.1/24 dev veth$n
    route add 198.51.100.$n dev eth0
    route del 198.51.100.$n dev eth0
    link del veth$n"
done >/busy
sleep 0.5
ticks() { awk '{ print $14 + $15 }' /proc/$watching/stat; }
before=$(ticks) end=$((SECONDS + 5))
while [ $SECONDS -lt $end ]; do ip -batch /busy; done
echo $(($(ticks) - before)) >>/out
"""


def test_busy_host(host: tuple[str, str]) -> None:
    """Where containers and routes come and go by the hundred, it takes little of a CPU, and prints nothing."""
    result = run(host, WATCHING.format(script=BUSY, settle=2))
    answer, ticks = result.out.splitlines()
    assert (answer, result.err, result.status) == ("10.208.1.5", "", 143)
    assert int(ticks) < 50  # hundredths of a second, in five seconds


@pytest.mark.parametrize(("number", "status"), [("TERM", 143), ("INT", 130)])
def test_process_1(host: tuple[str, str], number: str, status: int) -> None:
    """As process 1 of a container, SIGTERM and SIGINT end it with their statuses, and without a word."""
    network = f"--net=container:{host[0]}"
    words = {FORMS["executable"]: [engine.IMAGE], FORMS["package"]: [engine.PACKAGE, "-m", "racknet"]}[host[1]]
    container = engine.docker("run", "-d", "--label", engine.LABEL, network, *words, "watch", "service").strip()
    try:
        wait_for(lambda: engine.docker("logs", container) == "10.208.1.5\n", "the first line")
        engine.docker("kill", f"--signal={number}", container)
        assert engine.docker("wait", container) == f"{status}\n"
        assert engine.command("docker", "logs", container) == right("10.208.1.5")
    finally:
        engine.command("docker", "rm", "-f", container)


@pytest.mark.parametrize(
    ("words", "status", "err"),
    [
        ("10.208.1.5 service", 0, ""),
        ("2001:4802:7800:0001:be76:4eff:FE20:b4c1 public ipv6", 0, ""),
        ("fe80::be76:4eff:fe20:b452%eth1 service ipv6", 0, ""),
        ("fe80::be76:4eff:fe20:b452%eth0 service ipv6", 1, "is fe80::be76:4eff:fe20:b452 on eth1, not fe80::be76:"),
        ("10.208.1.6 service", 1, "racknet: the service ipv4 address is 10.208.1.5 on eth1, not 10.208.1.6\n"),
        ("10.208.1.5 service --interface eth9", 1, "racknet: 10.208.1.5 is not the answer: no service ipv4 address "),
        ("10.208.1 service", 2, "racknet: '10.208.1' is not an address\n"),
        ("10.208.1.5 service ipv6", 2, "is an address of ipv4, and service ipv6 is asked for: ask for service ipv4\n"),
    ],
)  # fmt: skip
def test_check(host: tuple[str, str], words: str, status: int, err: str) -> None:
    """`check` says by its status whether an address is the answer, and what is instead."""
    result = run(host, f"$racknet check {words}")
    assert (result.out, result.status, err in result.err) == ("", status, True), result
    assert status or result.err == ""


WAITING = """
ip addr del 10.208.1.5/17 dev eth1
strace -f -o /trace -e trace=sendto $racknet service --interface eth1 --wait 20 >/out & waiting=$!
sleep 3.5
began=$(date +%s%N)
ip addr add 10.208.1.5/17 dev eth1
wait $waiting
echo $((($(date +%s%N) - began) / 1000000))
grep -c 'nlmsg_seq=1,' /trace
cat /out
"""


def test_wait_is_woken(host: tuple[str, str]) -> None:
    """`--wait` answers as soon as the address is there, and meanwhile looks once a second."""
    milliseconds, looks, answer = run(host, WAITING).out.splitlines()
    assert (answer, int(milliseconds) < 600) == ("10.208.1.5", True)
    assert 3 <= int(looks) <= 6
