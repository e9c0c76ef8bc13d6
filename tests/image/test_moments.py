"""The lists that are read are of one moment: while the host changes, no answer is one that was right at no moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from support import engine
from support.forms import ANSWERS, FORMS, host_with_both


@dataclass(frozen=True)
class Move:
    """A change that is made and unmade, make before break: the right answers never fail, others are never right.

    `setup`, `there` and `back` are lines for `ip -batch`, `words` the query, and `wrong` what comes of lists of which
    some are from before the change, and some from after it.
    """

    setup: str
    there: str
    back: str
    words: str
    right: tuple[str, ...]
    wrong: str

    @property
    def script(self) -> str:
        """Return the script that sets up the host, with one more network so that it is known as a host's."""
        nics = "".join(
            f"link add eth{n} type veth peer name w{n}\nlink set eth{n} up\nlink set w{n} up\n" for n in range(3)
        )
        texts = {"setup": f"link add docker0 type bridge\n{nics}{self.setup}", "there": self.there, "back": self.back}
        files = "".join(f"cat >/{name} <<'END'\n{text.strip()}\nEND\n" for name, text in texts.items())
        return f"set -e\n{files}ip -batch /setup\n"


def moved_source(target: str, words: str) -> Move:
    """Return the move of a route's source address from one address of its interface to another, which is new."""
    return Move(
        f"addr add 10.7.0.7/24 dev eth0\naddr add 10.0.0.5/24 dev eth0\nroute add {target} dev eth0 src 10.0.0.5",
        f"addr add 10.0.1.5/24 dev eth0\nroute replace {target} dev eth0 src 10.0.1.5\naddr del 10.0.0.5/24 dev eth0",
        f"addr add 10.0.0.5/24 dev eth0\nroute replace {target} dev eth0 src 10.0.0.5\naddr del 10.0.1.5/24 dev eth0",
        words,
        ("10.0.0.5", "10.0.1.5"),
        "10.7.0.7",
    )


MOVES = {
    "an address, with its route, to another NIC": Move(
        """
addr add 10.1.0.9/24 dev eth2
route add default via 10.1.0.1 dev eth2
addr add 10.208.1.5/17 dev eth0
route add 10.208.0.0/12 via 10.208.0.1 dev eth0 metric 100
""",
        """
addr add 10.208.1.5/17 dev eth1
route add 10.208.0.0/12 via 10.208.0.1 dev eth1 metric 50
route del 10.208.0.0/12 dev eth0
addr del 10.208.1.5/17 dev eth0
""",
        """
addr add 10.208.1.5/17 dev eth0
route add 10.208.0.0/12 via 10.208.0.1 dev eth0 metric 100
route del 10.208.0.0/12 dev eth1
addr del 10.208.1.5/17 dev eth1
""",
        "service",
        ("10.208.1.5",),
        "10.1.0.9",
    ),
    "the source of the default route": moved_source("default", "service"),
    "the addresses of two NICs, with the default route": Move(
        """
addr add 10.0.0.5/24 dev eth0
addr add 10.9.0.9/24 dev eth1
route add default dev eth0 metric 100
""",
        """
addr add 10.0.0.5/24 dev eth1
addr del 10.9.0.9/24 dev eth1
route add default dev eth1 metric 50
route del default dev eth0
addr del 10.0.0.5/24 dev eth0
addr add 10.9.0.9/24 dev eth0
""",
        """
addr add 10.0.0.5/24 dev eth0
addr del 10.9.0.9/24 dev eth0
route add default dev eth0 metric 20
route del default dev eth1
addr del 10.0.0.5/24 dev eth1
addr add 10.9.0.9/24 dev eth1
route add default dev eth0 metric 100
route del default dev eth0 metric 20
""",
        "service",
        ("10.0.0.5",),
        "10.9.0.9",
    ),
    "the source towards --reach": moved_source("192.168.3.3", "service --reach 192.168.3.3"),
}


@pytest.fixture(scope="module", params=MOVES)
def moving(request: pytest.FixtureRequest) -> Iterator[tuple[str, Move]]:
    """A host, and the move that it makes: each test leaves it as it was."""
    move = MOVES[request.param]
    with host_with_both(move.script) as container:
        yield container, move


# The sixth request is for the addresses, behind the interfaces, the routes of both families and the ways to the
# Internet; with --reach it is the seventh. It is delayed, and meanwhile the host changes.
DELAYED = """
(sleep 0.15; exec ip -batch /{change}) &
strace -o /dev/null -e trace=sendto -e inject=sendto:delay_enter=300000:when={when} /bare/racknet {words} 2>/err
status=$?
wait $! || exit
cat /err >&2
exit $status
"""


@pytest.mark.parametrize("change", ["there", "back"])
def test_change_between_two_lists(moving: tuple[str, Move], change: str) -> None:
    """Where the host changes between two lists, both are read again."""
    container, move = moving
    script = DELAYED.format(change=change, when=7 if "--reach" in move.words else 6, words=move.words)
    result = engine.command("docker", "exec", container, "bash", "-c", script)
    assert result.status == 0, result
    assert result.out.strip() == move.right[-1 if change == "there" else 0]


# The change is made and unmade, with a pause of some milliseconds, until the questions are asked.
MOVING = """
rm -f /stop /rounds
while [ ! -e /stop ]; do
  for state in there back; do cat /$state; sleep 0.001; done
  echo >>/rounds
done | ip -batch - &
{ask}
: >/stop
wait $! && wc -l </rounds
"""
# A line for each question: the status and the answer. In one Python: 2,000 starts of it would take minutes.
ASK = {
    "executable": "for n in $(seq {count}); do answer=$(/bare/racknet {words} 2>/dev/null); echo $? $answer; done",
    "package": """python3.13 - {words} <<'END'
import sys
from racknet.core.query import Query
from racknet.errors import HostReadError
from racknet.lookup import look_up
query = Query(sys.argv[1], reach=sys.argv[3] if sys.argv[2:] else "")
for n in range({count}):
    try:
        address = look_up([query]).selections[0].address
        print(*(0, address.text) if address else (1,))
    except HostReadError as error:
        print(3)
END
""",
}
COUNTS = {"executable": 300, "package": 1700}


@pytest.mark.parametrize("form", FORMS)
def test_changes_all_the_time(moving: tuple[str, Move], form: str) -> None:
    """Of 2,000 answers none is wrong while the host changes all the time, and nearly all are answers."""
    container, move = moving
    # Options take the way through Typer, which starts ten times as slowly.
    count = COUNTS[form] // (5 if form == "executable" and "--" in move.words else 1)
    ask = ASK[form].format(words=move.words, count=count)
    result = engine.command("docker", "exec", container, "bash", "-c", MOVING.format(ask=ask))
    assert (result.err, result.status) == ("", 0)
    *lines, rounds = result.out.splitlines()
    assert (len(lines), int(rounds) > 50) == (count, True)
    found = Counter(lines)
    right = {f"0 {answer}" for answer in move.right}
    assert found.keys() <= {*right, "1", "3"}, found
    assert sum(found[line] for line in right) > count * 0.7, found


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host, on which containers come and go."""
    with host_with_both() as container:
        yield container


REQUESTS = """
strace -f -o /trace -e trace=sendto {racknet} service || exit
sed -n 's/.*nlmsg_seq=\\([0-9]*\\),.*/\\1/p' /trace
"""


@pytest.mark.parametrize("form", FORMS)
def test_quiet_host(host: str, form: str) -> None:
    """On a quiet host each list is read once: interfaces, routes of both families, ways out, addresses."""
    result = engine.command("docker", "exec", host, "bash", "-c", REQUESTS.format(racknet=FORMS[form]))
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
        [1, 2, 3, 4, 5, 6],
    ),
    "a route that is not looked at": (
        "route add 198.51.100.0/24 dev eth0\nroute del 198.51.100.0/24 dev eth0",
        [1, 2, 3, 4, 5, 6],
    ),
    "another address": ("addr add 10.99.0.1/24 dev eth0\naddr del 10.99.0.1/24 dev eth0", [*range(1, 13)]),
    "another interface": ("link add card type veth peer name veth8\nlink del card", [*range(1, 13)]),
}
COUNT_REQUESTS = """
(sleep 0.15; exec ip -batch -) <<'END' &
{between}
END
strace -o /trace -e trace=sendto -e inject=sendto:delay_enter=300000:when=6 /bare/racknet service
wait $! || exit
sed -n 's/.*nlmsg_seq=\\([0-9]\\{{1,3\\}}\\),.*/\\1/p' /trace
"""


@pytest.mark.parametrize("name", BETWEEN)
def test_what_is_read_again(host: str, name: str) -> None:
    """A container that comes between two lists has nothing read again; what may change an answer has."""
    between, numbers = BETWEEN[name]
    result = engine.command("docker", "exec", host, "bash", "-c", COUNT_REQUESTS.format(between=between))
    assert (result.err, result.status) == ("", 0)
    assert result.out.splitlines() == [ANSWERS["service"], *map(str, numbers)]


# A network with a hundred containers, as Docker makes it: each a veth in a bridge, its peer in a network of its own.
CONTAINERS = """
{
  echo "link add br-0123456789ab type bridge
    addr add 172.18.0.1/16 dev br-0123456789ab
    link set br-0123456789ab up"
  for n in $(seq 100); do
    echo "link add veth$n group 7 type veth peer name vethpeer$n
      link set veth$n master br-0123456789ab
      link set veth$n up
      link set vethpeer$n netns inside"
  done
  for n in $(seq 100); do echo "link del veth$n"; done
  echo "link del br-0123456789ab"
} >/containers
ip netns add inside
rm -f /stop
while [ ! -e /stop ]; do ip -batch /containers || exit; echo >>/rounds; done &
for n in $(seq 50); do for words in public service 'public ipv6' 'service ipv6'; do $racknet $words; done; done
: >/stop
wait $! && wc -l </rounds
"""


def test_containers_that_come_and_go(host: str) -> None:
    """Containers that come and go by the hundred change no answer, and keep none from being given."""
    words = ["-e", f"racknet={FORMS['executable']}", host, "bash", "-c", CONTAINERS]
    result = engine.command("docker", "exec", *words)
    *answers, rounds = result.out.splitlines()
    assert (result.err, result.status) == ("", 0)
    assert answers == [*ANSWERS.values()] * 50
    assert int(rounds) >= 1
