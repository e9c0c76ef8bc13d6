"""The lists that are read are of one moment: while the host changes, no answer is one that was right at no moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from support import engine
from support.forms import ANSWERS, FORMS, RACKSPACE, host_with_both

NICS = "".join(f"link add eth{n} type veth peer name w{n}\nlink set eth{n} up\nlink set w{n} up\n" for n in range(3))


@dataclass(frozen=True)
class Change:
    """A change that is made and unmade all the time, while the host is asked.

    `setup` is a script, or lines for `ip -batch` as `there` and `back` are. `right` has the answers of each query, with
    "/PREFIX@INTERFACE" where these count. `count` is how many questions there are, for the executable and the package,
    within no less than some `seconds`; more than a `share` of them must be answered, in more than so many `rounds`.
    """

    setup: str
    there: str
    back: str
    right: Mapping[str, tuple[str, ...]]
    count: tuple[int, int] = (300, 1700)
    seconds: int = 0
    share: float = 0.7
    rounds: int = 50

    @contextmanager
    def host(self) -> Iterator[str]:
        """Start a host, which is known as one by docker0, and yield its id."""
        setup = self.setup
        if setup != RACKSPACE:
            setup = f"ip -batch - <<'END'\nlink add docker0 type bridge\n{NICS}{setup}\nEND\n"
        texts = {"there": self.there, "back": self.back}
        files = "".join(f"cat >/{name} <<'END'\n{text.strip()}\nEND\n" for name, text in texts.items())
        with host_with_both(f"set -e\n{files}{setup}\nip netns add inside\n") as container:
            yield container


def moved_source(target: str, line: str, count: tuple[int, int]) -> Change:
    """Return the move of a route's source address from one address of its interface to another, which is new."""
    return Change(
        f"addr add 10.7.0.7/24 dev eth0\naddr add 10.0.0.5/24 dev eth0\nroute add {target} dev eth0 src 10.0.0.5",
        f"addr add 10.0.1.5/24 dev eth0\nroute replace {target} dev eth0 src 10.0.1.5\naddr del 10.0.0.5/24 dev eth0",
        f"addr add 10.0.0.5/24 dev eth0\nroute replace {target} dev eth0 src 10.0.0.5\naddr del 10.0.1.5/24 dev eth0",
        {line: ("10.0.0.5", "10.0.1.5")},
        count,
    )


def link(name: str, *more: str) -> str:
    """Return the lines that make an interface, bring it up, and do more."""
    peer = "peer" + name.lstrip("abcdefghijklmnopqrstuvwxyz")
    lines = [f"link add {name} group 7 type veth peer name {peer}", f"link set {name} up", *more]
    return "".join(f"{line}\n" for line in lines)


def addresses(name: str, n: int, private: str) -> list[str]:
    """Return the lines that give an interface an address of each class."""
    found = [f"203.0.113.{n}/24", private, f"2001:db8:{n}::7/64"]
    return [f"addr add {address} dev {name}{' nodad' * (':' in address)}" for address in found]


# Make before break: the right answers never fail, others are never right.
MOVES = {
    "an address, with its route, to another NIC": Change(
        "addr add 10.1.0.9/24 dev eth2\nroute add default via 10.1.0.1 dev eth2\naddr add 10.208.1.5/17 dev eth0\n"
        "route add 10.208.0.0/12 via 10.208.0.1 dev eth0 metric 100",
        "addr add 10.208.1.5/17 dev eth1\nroute add 10.208.0.0/12 via 10.208.0.1 dev eth1 metric 50\n"
        "route del 10.208.0.0/12 dev eth0\naddr del 10.208.1.5/17 dev eth0",
        "addr add 10.208.1.5/17 dev eth0\nroute add 10.208.0.0/12 via 10.208.0.1 dev eth0 metric 100\n"
        "route del 10.208.0.0/12 dev eth1\naddr del 10.208.1.5/17 dev eth1",
        {"service": ("10.208.1.5",)},
    ),
    "the source of the default route": moved_source("default", "service", (300, 1700)),
    "the addresses of two NICs, with the default route": Change(
        "addr add 10.0.0.5/24 dev eth0\naddr add 10.9.0.9/24 dev eth1\nroute add default dev eth0 metric 100",
        "addr add 10.0.0.5/24 dev eth1\naddr del 10.9.0.9/24 dev eth1\nroute add default dev eth1 metric 50\n"
        "route del default dev eth0\naddr del 10.0.0.5/24 dev eth0\naddr add 10.9.0.9/24 dev eth0",
        "addr add 10.0.0.5/24 dev eth0\naddr del 10.9.0.9/24 dev eth0\nroute add default dev eth0 metric 20\n"
        "route del default dev eth1\naddr del 10.0.0.5/24 dev eth1\naddr add 10.9.0.9/24 dev eth1\n"
        "route add default dev eth0 metric 100\nroute del default dev eth0 metric 20",
        {"service": ("10.0.0.5",)},
    ),
    # Options take the way through Typer, which starts ten times as slowly.
    "the source towards --reach": moved_source("192.168.3.3", "service --reach 192.168.3.3", (60, 1700)),
}
ALL_FOUR = {line: (answer,) for line, answer in ANSWERS.items()}
CHANGES = MOVES | {
    "eth0 and eth1 swap their names, and others come, get other names, and go": Change(
        RACKSPACE,
        "link set eth1 name swap\nlink set eth0 name eth1\nlink set swap name eth0\n"
        + "".join(
            link(f"nic{n}", *addresses(f"nic{n}", n, f"10.9.{n}.7/24"), f"link set nic{n} name card{n}")
            for n in (1, 2, 3)
        ),
        "".join(f"link del card{n}\n" for n in (1, 2, 3)),
        ALL_FOUR,
        (2000, 2000),
        15,
        share=0.25,
        rounds=20,
    ),
    "two NICs swap their addresses": Change(
        "addr add 203.0.113.7/24 dev eth0\naddr add 10.1.0.7/20 dev eth1",
        "addr del 203.0.113.7/24 dev eth0\naddr del 10.1.0.7/20 dev eth1\n"
        "addr add 203.0.113.7/25 dev eth1\naddr add 10.1.0.7/21 dev eth0",
        "addr del 203.0.113.7/25 dev eth1\naddr del 10.1.0.7/21 dev eth0\n"
        "addr add 203.0.113.7/24 dev eth0\naddr add 10.1.0.7/20 dev eth1",
        {"public": ("203.0.113.7/24@eth0", "203.0.113.7/25@eth1"), "service": ("10.1.0.7/20@eth1", "10.1.0.7/21@eth0")},
        (400, 2000),
        10,
        share=0.25,
        rounds=100,
    ),
    "hundreds of interfaces with addresses and routes come and go": Change(
        RACKSPACE,
        "".join(
            link(name, *addresses(name, n, f"192.168.{n}.1/24"), f"route add default dev {name} metric {n + 5}")
            for n in range(1, 101)
            for name in [f"{'card' if n % 2 else 'veth'}{n}"]
        ),
        "link del group 7",
        ALL_FOUR,
        (32, 32),
        seconds=10,
        share=1,
        rounds=1,
    ),
    # Each is a veth in a bridge, as Docker makes it, its peer in a network of its own.
    "containers come and go by the hundred": Change(
        RACKSPACE,
        "link add br-0123456789ab type bridge\naddr add 172.18.0.1/16 dev br-0123456789ab\n"
        "link set br-0123456789ab up\n"
        + "".join(
            link(f"veth{n}", f"link set veth{n} master br-0123456789ab", f"link set peer{n} netns inside")
            for n in range(100)
        ),
        "".join(f"link del veth{n}\n" for n in range(100)) + "link del br-0123456789ab",
        ALL_FOUR,
        (200, 200),
        share=1,
        rounds=0,
    ),
}

# The sixth request is for the addresses, behind the interfaces, the routes of both families and the ways to the
# Internet; with --reach it is the seventh. It is delayed, and meanwhile the host changes.
DELAYED = """
(sleep 0.15; exec ip -batch {change}) &
strace -o /trace -e trace=sendto -e inject=sendto:delay_enter=300000:when={when} /bare/racknet {words} 2>/err
status=$?
wait $! || exit
cat /err >&2
exit $status
"""


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_change_between_two_lists(move: Change) -> None:
    """Where the host changes between two lists, both are read again."""
    ((words, right),) = move.right.items()
    when = 7 if "--reach" in words else 6
    with move.host() as container:
        for change, answer in (("there", right[-1]), ("back", right[0])):
            result = engine.bash(container, DELAYED.format(change=f"/{change}", when=when, words=words))
            assert (result.out, result.status) == (f"{answer}\n", 0), result


# The change is made and unmade, until the questions are asked: one a line, with its
# status and the answer. The package is asked in one Python: 2,000 starts of it would take minutes.
ASK = """
import json, os, subprocess, sys, time
from racknet.core.query import Query
from racknet.errors import HostReadError
from racknet.lookup import look_up

CHURN = "while [ ! -e /stop ]; do ip -batch /there && ip -batch /back || exit; echo >>/rounds; done"

def executable(line):
    done = subprocess.run(["/bare/racknet", *line.split()], capture_output=True, text=True)
    assert done.returncode == 0 or done.stderr and not done.stdout
    return done.returncode, done.stdout.strip()

def package(line):
    words = line.split()
    query = Query(words[0], "ipv6" if "ipv6" in words else "ipv4", reach=words[-1] if "--reach" in words else "")
    try:
        address = look_up([query]).selections[0].address
    except HostReadError as error:
        assert error.message
        return 3, ""
    return (0, f"{address.text}/{address.prefix_length}@{address.interface}") if address else (1, "")

form, count, seconds, lines = json.loads(sys.argv[1])
for name in ("/stop", "/rounds"):
    if os.path.exists(name):
        os.remove(name)
churn = subprocess.Popen(["bash", "-c", CHURN])
end, asked = time.monotonic() + seconds, 0
while asked < count or time.monotonic() < end:
    line = lines[asked % len(lines)]
    print(json.dumps([line, *globals()[form](line)]))
    asked += 1
open("/stop", "w").close()
print(churn.wait(), len(open("/rounds").read()))
"""


@pytest.mark.all
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CHANGES)
def test_changes_all_the_time(name: str, form: str) -> None:
    """No answer is wrong while the host changes all the time, and enough are answers."""
    change = CHANGES[name]
    count = change.count[form == "package"]
    words = json.dumps([form, count, change.seconds, [*change.right]])
    with change.host() as container:
        result = engine.command("docker", "exec", container, "python3.13", "-c", ASK, words, timeout=300)
    assert (result.err, result.status) == ("", 0)
    *found, end = result.out.splitlines()
    status, rounds = map(int, end.split())
    assert (len(found) >= count, status, rounds > change.rounds) == (True, 0, True), end
    statuses, wrong = Counter[int](), []
    for line, status, answer in map(json.loads, found):
        statuses[status] += 1
        # The executable's answer has neither prefix nor interface.
        of_right = [
            f"{right}/".startswith(f"{answer}/") or f"{answer}/".startswith(f"{right}/") for right in change.right[line]
        ]
        if not (any(of_right) if status == 0 else (status, answer) in ((1, ""), (3, ""))):
            wrong.append((line, status, answer))
    assert wrong == []
    assert statuses[0] >= len(found) * change.share, statuses


@pytest.mark.parametrize("form", FORMS)
def test_quiet_host(host: str, form: str) -> None:
    """On a quiet host each list is read once: interfaces, routes of both families, ways out, addresses."""
    script = f"strace -f -o /trace -e trace=sendto {FORMS[form]} service || exit"
    result = engine.bash(host, script + "; sed -n 's/.*nlmsg_seq=\\([0-9]*\\),.*/\\1/p' /trace")
    answer, *numbers = result.out.splitlines()
    assert (answer, result.err) == (ANSWERS["service"], "")
    its_own, of_getifaddrs = numbers[:6], numbers[6:]  # the second reader's have the time as their numbers
    assert its_own == ["1", "2", "3", "4", "5", "6"]
    assert len(of_getifaddrs) == 2
    assert all(int(number) > 1_000_000_000 for number in of_getifaddrs)


# What comes and goes between the routes and the addresses, whose list is the sixth request; and the requests then.
BETWEEN = {
    "a container": (
        """link add veth7 type veth peer name vethpeer7
        link set veth7 up
        link add br-0123456789ab type bridge
        link set br-0123456789ab up
        addr add 172.18.0.1/16 dev br-0123456789ab
        route add 10.64.0.0/12 dev br-0123456789ab
        link del br-0123456789ab
        link del veth7""",
        6,
    ),
    "a route that is not looked at": ("route add 198.51.100.0/24 dev eth0\nroute del 198.51.100.0/24 dev eth0", 6),
    "another address": ("addr add 10.99.0.1/24 dev eth0\naddr del 10.99.0.1/24 dev eth0", 12),
    "another interface": ("link add card type veth peer name veth8\nlink del card", 12),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_what_is_read_again(host: str, name: str) -> None:
    """A container that comes between two lists has nothing read again; what may change an answer has."""
    between, last = BETWEEN[name]
    asked = DELAYED.format(change=f"- <<'END'\n{between}\nEND\n", when=6, words="service")
    result = engine.bash(host, f"({asked}) && sed -n 's/.*nlmsg_seq=\\([0-9]\\{{1,3\\}}\\),.*/\\1/p' /trace")
    assert (result.err, result.status) == ("", 0)
    assert result.out.splitlines() == [ANSWERS["service"], *map(str, range(1, last + 1))]
