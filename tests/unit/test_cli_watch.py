"""`watch` and `check`, on hosts of the table and others that change."""

from __future__ import annotations

import errno
import os
import shlex
from unittest.mock import patch

import pytest
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.cli import watch
from racknet.errors import HostReadError, OutputError
from racknet.host.events import Events
from racknet.output import stdio

Capture = pytest.CaptureFixture[str]


def nic(*addresses: str) -> str:
    return f"nic eth0 {' '.join(f'{address}/24' for address in addresses)} device\ndefault eth0 via 10.0.0.1"


A, B, NONE = nic("10.0.0.5"), nic("10.0.0.6"), "nic eth0 device"
TIE = "nic eth0 10.0.0.5/24 device\nnic eth1 10.1.0.5/24 device\ndefault eth0 eth1"
UNSURE = "nic eth0 10.0.0.7/24 device\nnic eth1 10.1.0.5/24 device\ndefault eth0 via 10.0.0.1"
GONE = "note: no service ipv4 address on this host\n"
WAITS = "note: racknet waits for such an address\n"
NOT_YET = f"""\
racknet: no service ipv4 address on this host
  eth0  -   no ipv4 address
hint: is the host still booting? watch waits for an address; see also racknet list
{WAITS}"""
NO_CHOICE = f"""\
racknet: the service ipv4 address on this host is ambiguous: eth0 and eth1 tie
  eth0  10.0.0.5   ties with eth1
  eth1  10.1.0.5   ties with eth0
hint: choose one with --interface or --cidr, for instance: racknet service ipv4 --interface eth0
{WAITS}"""
AGAIN = "note: the service ipv4 address is 10.0.0.5 again\n"
FAILS = HostReadError("cannot read the interfaces: why", "a hint")
TRIES = "note: cannot read the interfaces: why; racknet tries again\n"


@pytest.mark.parametrize(
    ("hosts", "after", "out", "err", "pauses"),
    [
        ([A], [], "5", "", [0]),
        ([A, B], [7], "56", "", [7, 2, 0]),  # it looks again when the time to settle is over
        ([A, A, B], [7, 7], "56", "", [7, 7, 2, 0]),
        ([A, B, A], [7, 1], "5", "", [7, 1, 0]),  # back in time
        ([A, NONE, A], [7, 1], "5", "", [7, 1, 0]),
        ([A, B, nic("10.0.0.7")], [7, 1], "57", "", [7, 1, 2, 0]),
        ([A, B, nic("10.0.0.7"), B], [7, 1, 1], "56", "", [7, 1, 1, 2, 0]),
        ([A, B, nic("10.0.0.7")], [7], "57", "", [7, 2, 2, 0]),  # what is true at the end of the time has to hold, too
        ([A, B, B, B], [7, 1], "56", "", [7, 1, 1, 0]),
        ([A, NONE, NONE, NONE], [7, 7], "5", GONE, [7, 2, 5, 0]),
        ([A, NONE, NONE, A], [7, 7], "5", GONE + AGAIN, [7, 2, 5, 2, 0]),
        ([A, NONE, NONE, B], [7, 7], "56", GONE, [7, 2, 5, 2, 0]),
        ([NONE, A], [7], "5", NOT_YET, [7, 2, 0]),
        ([TIE, NONE], [7], "", NO_CHOICE + GONE, [7, 2, 0]),
        ([A, UNSURE], [7], "57", "note: 10.0.0.7 on eth0 is preferred to 10.1.0.5 on eth1 (default route), not proven: "
         "--strict refuses\n", [7, 2, 0]),
        ([A, FAILS, FAILS, A], [7], "5", TRIES, [7, 1, 1, 0]),
        ([A, FAILS, A, FAILS, B], [7, 7], "56", TRIES * 2, [7, 1, 6, 1, 2, 0]),
        ([A, B, FAILS, B], [7], "56", TRIES, [7, 2, 0, 0]),  # the time to settle goes on
        ([A, B, FAILS, FAILS, B], [7, 0.5], "56", TRIES, [7, 0.5, 1, 0.5, 0]),
    ],
)  # fmt: skip
def test_watch(
    hosts: list[str | Exception], after: list[float], out: str, err: str, pauses: list[float], capfd: Capture
) -> None:
    """The first answer is printed at once, and another one when it has held; that there is none is a note, once."""
    with on_host(*hosts, after=after) as waited:
        assert run("watch", "service") == 0
    assert capfd.readouterr() == ("".join(f"10.0.0.{n}\n" for n in out), err)
    assert waited == pauses


def test_format(capfd: Capture) -> None:
    """With `--format`, a text is printed; it is no news where that stays, and a note where there is none."""
    elsewhere, alone = A.replace("eth0", "eth1"), A.replace("/24", "/32")
    with on_host(A, elsewhere, B, NONE, B, after=[7] * 9):
        assert run("watch", "service", "--format", "on {interface}", "--settle", "0") == 0
    again = AGAIN.replace("10.0.0.5", "10.0.0.6")
    assert capfd.readouterr() == ("on eth0\non eth1\non eth0\n", GONE + again)
    with on_host(A, B, alone, B, after=[7] * 9):
        assert run("watch", "service", "--format", "{network}", "--settle", "0") == 0
    no_network = "note: 10.0.0.5 on eth0 has no network: its prefix length is 32\n"
    assert capfd.readouterr() == ("10.0.0.0/24\n", no_network + again)


def test_no_provider(capfd: Capture) -> None:
    """`watch` asks no provider, and says so where the variable wants that."""
    with on_host(nic("203.0.113.5")):
        assert run("watch", "public", RACKNET_ASK_PROVIDER="1") == 0
    assert capfd.readouterr() == ("203.0.113.5\n", "note: watch does not ask the provider\n")


def test_settle(capfd: Capture) -> None:
    """`--settle` says how long; 0 is not at all."""
    for seconds, pauses in (("0", [7, 0]), ("0.5", [7, 0.5, 0]), ("99", [7, 99, 0])):
        with on_host(A, B, after=[7]) as waited:
            assert run("watch", "service", "--settle", seconds) == 0
        assert (capfd.readouterr(), waited) == (("10.0.0.5\n10.0.0.6\n", ""), pauses)
    with on_host(A):
        assert run("watch", "service", "--settle", "soon") == 2
    assert "--settle: 'soon' is not a number of seconds" in capfd.readouterr().err


def test_filters_of_watch(capfd: Capture) -> None:
    """The filters choose, in variables too; a network that is none is an error."""
    with on_host(TIE):
        assert run("watch", "service", "--interface", "eth1") == 0
        assert run("watch", "service", RACKNET_SERVICE_CIDR="10.0.0.0/24") == 0
        assert capfd.readouterr() == ("10.1.0.5\n10.0.0.5\n", "")
        assert run("watch", "swarm") == 2
        assert "'swarm' is not a network: public or service" in capfd.readouterr().err
        assert run("watch", "servic") == 2
    assert "'servic' is not a network; did you mean service?" in capfd.readouterr().err


def test_first_look_that_fails(capfd: Capture) -> None:
    """Where the host cannot be read at the start, it is an error, as for all commands."""
    with on_host(FAILS):
        assert run("watch", "public") == 3
    assert capfd.readouterr() == ("", "racknet: cannot read the interfaces: why\nhint: a hint\n")


@pytest.mark.parametrize(("number", "status"), [(errno.EPIPE, 0), (errno.ENOSPC, 3)])
def test_output_that_fails(number: int, status: int, capfd: Capture) -> None:
    """A pipe that nobody reads ends it in order; another output that does not take the answer is an error."""

    def write(descriptor: int, text: str, **_: object) -> None:
        if descriptor == 1 and text:
            raise OSError(number, os.strerror(number))
        os.write(2, text.encode())

    with on_host(A), patch.object(stdio, "_write", write):
        assert run("watch", "service") == status
    assert ("No space left" in capfd.readouterr().err) is bool(status)


def test_closed_descriptors() -> None:
    """The socket takes the place of no closed descriptor: notes would go to the kernel. A closed output is an error."""
    before = os.dup(2)
    try:
        os.close(2)
        watch._keep_descriptors()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(2, b"note")
        with Events() as events:
            assert events._groups.fileno() > 2
    finally:
        os.dup2(before, 2)
        os.close(before)
    error = OSError(errno.EBADF, os.strerror(errno.EBADF))
    with patch.object(os, "fstat", side_effect=error), pytest.raises(OutputError, match="Bad file descriptor"):
        watch._keep_descriptors()


ASKED = "and public ipv6 is asked for: ask for public ipv4"
RACKSPACE, LINK_LOCAL = "rackspace", "fe80::be76:4eff:fe20:b452"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (RACKSPACE, "10.208.1.5 service"),
        (RACKSPACE, "10.208.1.5 service inet --interface eth1"),
        (RACKSPACE, "2001:4802:7800:0001:BE76:4eff:fe20:b4c1 public ipv6"),
        (RACKSPACE, f"{LINK_LOCAL} service ipv6"),
        (RACKSPACE, f"{LINK_LOCAL}%eth1 service ipv6"),
        ("service-ambiguous", "10.30.0.10 service --interface ens4"),
    ],
)
def test_check(host: str, words: str, capfd: Capture) -> None:
    """Where the address is the answer, the status is 0, and nothing is printed; IPv6 has many ways to be written."""
    with on_host(HOSTS[host].layout.host):
        assert run("check", *words.split()) == 0
    assert capfd.readouterr() == ("", "")


def test_check_is_quiet(capfd: Capture) -> None:
    """That the answer is not proven is no news for who expects it, unless with --strict."""
    with on_host(UNSURE):
        assert run("check", "10.0.0.7", "service") == 0
        assert capfd.readouterr() == ("", "")
        assert run("check", "10.0.0.7", "service", "--strict") == 1
    assert "not proven" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (
            "10.0.0.5 service",
            """\
racknet: the service ipv4 address is 10.0.0.7 on eth0, not 10.0.0.5
  eth0  10.0.0.7   the answer
  eth1  10.1.0.5   eth0 is preferred: default route
hint: 10.0.0.5 is not on this host: give what uses it the address that this prints: racknet service ipv4
""",
        ),
        (
            "10.1.0.5 service --exclude eth9",
            """\
racknet: the service ipv4 address with --exclude eth9 is 10.0.0.7 on eth0, not 10.1.0.5
  eth0  10.0.0.7   the answer
  eth1  10.1.0.5   eth0 is preferred: default route
hint: let what uses 10.1.0.5 use the answer, or choose with --interface or --cidr; see racknet list
""",
        ),
    ],
)
def test_check_of_another_address(words: str, err: str, capfd: Capture) -> None:
    """Where another address is the answer, the status is 1, and the error says which one and what to do."""
    with on_host(UNSURE):
        assert run("check", *words.split()) == 1
    assert capfd.readouterr() == ("", err)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("fe80::1%eth0 service ipv6", 1, f"the service ipv6 address is {LINK_LOCAL} on eth1, not fe80::1%eth0"),
        (f"{LINK_LOCAL}%e service ipv6", 1, f"the service ipv6 address is {LINK_LOCAL} on eth1, not {LINK_LOCAL}%e"),
        ("10.208.1.5 service --interface eth0", 1,
         "10.208.1.5 is not the answer: no service ipv4 address on this host with --interface eth0"),
        ("10.208.1 service", 2, "'10.208.1' is not an address"),
        ("10.208.1.5/17 service", 2, "'10.208.1.5/17' is not an address: write it without the prefix length"),
        ("10.208.1.5:80 service", 2, "'10.208.1.5:80' is not an address: write it without the port"),
        ("10.208:80 service", 2, "'10.208:80' is not an address"),
        ("::ffff:10.208.1.5 service", 2, "'::ffff:10.208.1.5' is an address of ipv6: write 10.208.1.5"),
        ("10.208.1.5%eth1 service", 2, "'10.208.1.5%eth1' is not an address"),
        ("host.example service", 2, "'host.example' is not an address"),
        ("::1 service", 2, "'::1' is an address of ipv6, and service ipv4 is asked for: ask for service ipv6"),
        ("10.1.1.5 public ipv6", 2, f"'10.1.1.5' is an address of ipv4, {ASKED}"),
        ("10.208.1.5 private", 2, "'private' is not a network: public or service"),
        ("10.208.1.5", 2, "Missing argument 'public|service'."),
    ],
)  # fmt: skip
def test_check_that_fails(words: str, status: int, message: str, capfd: Capture) -> None:
    """No answer is status 1 as always, and what is no address, or one of the other family, is status 2."""
    with on_host(HOSTS[RACKSPACE].layout.host):
        assert run("check", *words.split()) == status
    out, err = capfd.readouterr()
    assert (out, err.splitlines()[0]) == ("", f"racknet: {message}")


def test_line_after_check(capfd: Capture) -> None:
    """The line that the hint gives has the filters, and prints the answer that is meant."""
    filters = ["--interface", "eth1", "--exclude", "10.0.9.0/24", "--strict"]
    with on_host(UNSURE):
        assert run("check", "10.1.0.9", "service", *filters) == 1
        hint = capfd.readouterr().err.splitlines()[-1]
        assert run(*shlex.split(hint.rpartition("prints: racknet ")[2])) == 0, hint
    assert capfd.readouterr() == ("10.1.0.5\n", "")


def test_check_waits(capfd: Capture) -> None:
    """With `--wait`, or its variable, it waits as the query does."""
    for words, environ in ((["--wait", "30"], {}), ([], {"RACKNET_WAIT": "30"})):
        with on_host(NONE, A, after=[0.5]) as pauses:
            assert run("check", "10.0.0.5", "service", *words, **environ) == 0
        assert (pauses, capfd.readouterr()) == ([0.5], ("", ""))
