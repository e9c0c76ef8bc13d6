"""The Python interface: its names and signatures, what it returns, and what it raises."""

from __future__ import annotations

import inspect
import os
import pickle
import signal
import subprocess
import sys
import threading
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Any, get_type_hints
from unittest.mock import patch

import pytest
from support.cases import cases
from support.hosts import HOSTS, HostCase
from support.on_host import on_host
from support.queries import FOUR, answer_of

import racknet
from racknet import errors, lookup
from racknet.errors import HostReadError

ROOT = Path(__file__).parent.parent.parent
FILTERS = (
    "interface: 'Words | None' = None, cidr: 'Blocks | None' = None, exclude: 'Blocks | None' = None, "
    "reach: 'str | IPAddress | None' = None, strict: 'bool' = False, in_container: 'bool' = False, wait: 'float' = 0"
)
# The public interface. A change here breaks programs: it needs a new version, and a line in CHANGELOG.md.
ASK = "ask_provider: 'bool' = False"
SIGNATURES = {
    "public": f"(family: 'str' = 'ipv4', *, {FILTERS}, {ASK}) -> 'IPAddress'",
    "service": f"(family: 'str' = 'ipv4', *, {FILTERS}) -> 'IPAddress'",
    "address": f"(network: 'str', family: 'str' = 'ipv4', *, {FILTERS}, {ASK}) -> 'IPAddress'",
    "addresses": f"(network: 'str', family: 'str' = 'ipv4', *, {FILTERS}) -> 'tuple[Candidate, ...]'",
}
ERRORS = {
    "RacknetError": "Exception",
    "NoAddress": "RacknetError",
    "Ambiguous": "NoAddress",
    "UsageError": "RacknetError",
    "HostReadError": "RacknetError",
}


def test_public_interface() -> None:
    """The names, the signatures, the shape of a candidate and the tree of the errors are these, and no others."""
    assert sorted(racknet.__all__) == sorted([*SIGNATURES, *ERRORS, "Candidate"])
    assert {name: str(inspect.signature(getattr(racknet, name))) for name in SIGNATURES} == SIGNATURES
    assert get_type_hints(racknet.public)["return"] == IPv4Address | IPv6Address
    assert get_type_hints(racknet.Candidate) == {
        "address": IPv4Address | IPv6Address,
        "interface": str,
        "prefix_length": int,
        "reason": str,
        "proven": bool,
    }
    assert {name: getattr(racknet, name).__base__.__name__ for name in ERRORS} == ERRORS
    assert all(getattr(racknet, name) is getattr(errors, name) for name in ERRORS)
    assert set(racknet.__all__) <= set(dir(racknet))
    with pytest.raises(AttributeError, match="module 'racknet' has no attribute 'privat'"):
        racknet.privat  # type: ignore[attr-defined]  # noqa: B018, it must fail


LOADED = """
import sys
before = set(sys.modules)
import racknet
print(*sorted(set(sys.modules) - before))
racknet.NoAddress
print(*sorted(name for name in sys.modules if name.startswith("racknet")))
"""


def test_import_loads_nothing() -> None:
    """`import racknet` loads no other module; the first use of a name loads the rest, but not the command line."""
    words = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {[str(ROOT), *sys.path]!r}\n{LOADED}"]
    first, then = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert first == "racknet"
    assert "racknet.api" in then.split()
    assert "racknet.cli" not in then


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_answers(case: HostCase) -> None:
    """On each host of the table the functions answer as the command does, as objects of `ipaddress`."""
    with on_host(case.layout.host):
        for line in FOUR:
            network, family = line.split()
            call = {"public": racknet.public, "service": racknet.service}[network]
            if answer := answer_of(case.layout.host, line):
                assert call(family) == ip_address(answer)
                assert racknet.address(network, family) == racknet.addresses(network, family)[0].address == call(family)
            else:
                with pytest.raises(racknet.NoAddress):
                    call(family)


def test_filters() -> None:
    """The arguments filter as the options do; each takes a word or several."""
    reach = HOSTS["reach"].layout.host
    with on_host(reach):
        assert str(racknet.service(reach="10.9.9.9")) == "192.168.30.3"
    with on_host(HOSTS["service-ambiguous"].layout.host):
        for interface in ("ens4", ["ens4"], ("nosuch", "ens[4]")):
            assert str(racknet.service(interface=interface)) == "10.30.0.10"
        for cidr in (["192.168.0.0/16", "10.99.0.0/16"], "192.168.0.0/16,10.99.0.0/16"):
            assert str(racknet.service(cidr=cidr)) == "192.168.30.2"
        assert str(racknet.service(exclude=["ens4", "10.0.0.0/8"])) == "192.168.30.2"
        assert str(racknet.service("ipv6", interface="ens5")) == "fd00:5::1"
        assert str(racknet.service("inet6", interface="ens5")) == "fd00:5::1"


def test_filters_of_ipaddress() -> None:
    """Blocks and addresses may be objects of `ipaddress`, which count as their text does, alone and in sequences."""
    with on_host(HOSTS["reach"].layout.host):
        assert str(racknet.service(reach=IPv4Address("10.9.9.9"))) == "192.168.30.3"
    with on_host(HOSTS["service-ambiguous"].layout.host):
        second = IPv4Network("192.168.0.0/16")
        for cidr in (second, [second], (IPv4Network("10.99.0.0/16"), "192.168.30.2"), IPv4Address("192.168.30.2")):
            assert str(racknet.service(cidr=cidr)) == "192.168.30.2"
        excluded: list[Any] = [second, ["ens3", second], IPv4Address("192.168.30.2")]
        for exclude in excluded:
            assert str(racknet.service(exclude=exclude)) == "10.30.0.10"
        assert str(racknet.service("ipv6", cidr=IPv6Network("fd00:5::/64"))) == "fd00:5::1"


class Card(str, Enum):
    """Names of interfaces as a program may have them."""

    SECOND = "ens5"


def test_enum_of_words() -> None:
    """A member of an enum of str counts as its value."""
    with on_host(HOSTS["service-ambiguous"].layout.host):
        assert str(racknet.service(interface=Card.SECOND)) == str(racknet.service(interface=[Card.SECOND]))


def test_network_and_host() -> None:
    """A candidate has its network, and its address as a URL wants it."""
    with on_host("nic eth1 10.20.3.4/16 fe80::1/64 device"):
        for family, network, host in (
            ("ipv4", IPv4Network("10.20.0.0/16"), "10.20.3.4"),
            ("ipv6", IPv6Network("fe80::/64"), "[fe80::1%eth1]"),
        ):
            (candidate,) = racknet.addresses("service", family)
            assert (candidate.network, candidate.host) == (network, host)
    alone = racknet.Candidate(IPv4Address("10.0.0.5"), "lo", 32, "only candidate", proven=True)
    assert alone.network == IPv4Network("10.0.0.5/32")


def test_ambiguous() -> None:
    """Ambiguous says what the error of the command says, and has the interfaces that tie."""
    with on_host(HOSTS["service-ambiguous"].layout.host), pytest.raises(racknet.Ambiguous) as caught:
        racknet.service()
    error = caught.value
    assert str(error) == error.message == "the service ipv4 address on this host is ambiguous: ens4 and ens5 tie"
    assert error.interfaces == ("ens4", "ens5")
    assert error.details.splitlines()[0].split() == "ens4 10.30.0.10 ties with ens5".split()
    assert error.hint == "choose one with interface=, for instance: interface='ens4'"
    copied = pickle.loads(pickle.dumps(error))
    assert (copied.message, copied.interfaces, copied.hint) == (error.message, error.interfaces, error.hint)
    assert copied.addresses == error.addresses == ("10.30.0.10", "192.168.30.2")


def test_strict() -> None:
    """With `strict` only a proven answer is one; a candidate says whether it is."""
    with on_host("nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5"):
        assert str(racknet.service()) == "10.0.1.5"
        assert [candidate.proven for candidate in racknet.addresses("service")] == [False, False]
        with pytest.raises(racknet.Ambiguous, match="is not proven: ") as caught:
            racknet.service(strict=True)
        assert caught.value.hint == "choose one with interface=, for instance: interface='ens5'"
        assert str(racknet.service(strict=True, interface="ens5")) == "10.0.1.5"
        proven = [candidate.proven for candidate in racknet.addresses("service", interface="ens5", strict=True)]
        assert proven == [True]


@pytest.mark.parametrize("call", [racknet.public, lambda **_: racknet.addresses("public")], ids=["public", "addresses"])
def test_no_address(call: Any) -> None:
    """Without a candidate there is an error that says so, never an empty answer; in a container's network, too."""
    with on_host(HOSTS["aws"].layout.host), pytest.raises(racknet.NoAddress) as caught:
        call()
    assert caught.value.message == "no public ipv4 address on this host"
    assert "172.31.5.9   private; the host may sit behind NAT" in caught.value.details
    with on_host(HOSTS["bridged-container"].layout.host):
        with pytest.raises(racknet.NoAddress, match="a container's own") as caught:
            racknet.addresses("service")
        assert "in_container=True" in caught.value.hint
        assert str(racknet.service(in_container=True, interface="eth0")) == "172.17.0.5"


BLOCK = "a str, an address or a network, or a sequence of them"


@cases(
    "arguments message",
    ({"family": "ipv5"}, "'ipv5' is not a family: ipv4 or ipv6"),
    ({"family": 4}, "family: 4 is not ipv4 or ipv6"),
    ({"network": "pubic"}, "network: 'pubic' is not public or service"),
    ({"network": None}, "network: None is not public or service"),
    ({"interface": ""}, "interface: '' is not the name of an interface, or a glob"),
    ({"interface": 0}, "interface: 0 is not a str, or a sequence of them"),
    ({"interface": {"eth0"}}, "interface: {'eth0'} is not a str, or a sequence of them"),
    ({"interface": IPv4Address(1)}, "interface: IPv4Address('0.0.0.1') is not a str, or a sequence of them"),
    ({"exclude": ["eth0", None]}, f"exclude: ['eth0', None] is not {BLOCK}"),
    ({"cidr": b"10.0.0.0/8"}, f"cidr: b'10.0.0.0/8' is not {BLOCK}"),
    ({"cidr": IPv6Address("fe80::1%eth0")}, "cidr: 'fe80::1%eth0' is not a CIDR block"),
    (
        {"cidr": IPv6Network("fd00::/8"), "network": "public"},
        "cidr: 'fd00::/8' is a block of ipv6, and public ipv4 is asked for: ask for public ipv6",
    ),
    ({"cidr": "10.0.0.0/33"}, "cidr: '10.0.0.0/33' is not a CIDR block"),
    ({"cidr": "10.0.0.0/8,10.0.0"}, "cidr: '10.0.0' is not a CIDR block"),
    (
        {"exclude": "fd00::/8", "family": "ipv4", "network": "public"},
        "exclude: 'fd00::/8' is a block of ipv6, and public ipv4 is asked for: ask for public ipv6",
    ),
    ({"reach": "localhost"}, "reach: 'localhost' is not an address, and no name is looked up"),
    ({"reach": ["10.0.0.1"]}, "reach: ['10.0.0.1'] is not a str or an address"),
    ({"reach": IPv4Network("10.0.0.0/8")}, "reach: IPv4Network('10.0.0.0/8') is not a str or an address"),
    ({"reach": ""}, "reach: '' is not an address, and no name is looked up"),
    ({"strict": 1}, "strict: 1 is not True or False"),
    ({"in_container": "yes"}, "in_container: 'yes' is not True or False"),
    ({"wait": "5"}, "wait: '5' is not a number of seconds, from 0 to a year"),
    ({"wait": -1}, "wait: -1 is not a number of seconds, from 0 to a year"),
    ({"wait": float("nan")}, "wait: nan is not a number of seconds, from 0 to a year"),
    ({"wait": 1e9}, "wait: 1000000000.0 is not a number of seconds, from 0 to a year"),
    ({"wait": True}, "wait: True is not a number of seconds, from 0 to a year"),
    ids=str,
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    """A wrong word or type is a UsageError that quotes it, before the host is read."""
    with patch.object(lookup, "read_host", side_effect=AssertionError):
        for call in (racknet.address, racknet.addresses):
            with pytest.raises(racknet.UsageError) as caught:
                call(**{"network": "service", **arguments})
            assert caught.value.message == message


def test_wait() -> None:
    """With `wait` the host is asked again until there is an answer, or the time is over."""
    boot, ready = "nic ens5 device", "nic ens5 10.0.0.5/24 device\ndefault ens5 via 10.0.0.1"
    with on_host(boot, boot, ready) as pauses:
        assert str(racknet.service(wait=1.5)) == "10.0.0.5"
    assert len(pauses) == 2
    with on_host(boot) as pauses, pytest.raises(racknet.NoAddress):
        racknet.service(wait=1)
    assert sum(pauses) == pytest.approx(1)


def test_program_keeps_its_signals() -> None:
    """A library changes no signal handler, and works in any thread; the command's --wait does change one."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)}
    found = []
    with on_host("nic ens5 10.0.0.5/24 device\ndefault ens5"):
        thread = threading.Thread(target=lambda: found.append(racknet.service(wait=0.5)))
        thread.start()
        thread.join()
    assert [str(address) for address in found] == ["10.0.0.5"]
    assert {number: signal.getsignal(number) for number in before} == before


def test_unreadable_host() -> None:
    """What cannot be read is a HostReadError, which is no NoAddress."""
    with (
        patch.object(lookup, "read_host", side_effect=HostReadError("cannot read it", "look")),
        pytest.raises(racknet.HostReadError, match="cannot read it") as caught,
    ):
        racknet.public()
    assert caught.value.hint == "look"
    assert not isinstance(caught.value, racknet.NoAddress)


def test_environment_changes_nothing() -> None:
    """No RACKNET_* variable counts, not even a wrong one."""
    variables = {"RACKNET_SERVICE_INTERFACE": "nosuch", "RACKNET_EXCLUDE": "10.0.0.0/99", "RACKNET_NOSUCH": "1"}
    with on_host(HOSTS["rackspace"].layout.host), patch.dict(os.environ, variables):
        assert str(racknet.service()) == "10.208.1.5"


def test_candidates() -> None:
    """`addresses` returns all candidates, best first, with where they are and why, even where interfaces tie."""
    with on_host(HOSTS["service-ambiguous"].layout.host):
        first, second = racknet.addresses("service")
    assert (str(first.address), first.interface, first.prefix_length) == ("10.30.0.10", "ens4", 24)
    assert (second.interface, first.reason.partition(":")[0]) == ("ens5", "ambiguous")
    with pytest.raises(AttributeError):
        first.interface = "eth0"  # type: ignore[misc]  # it must fail


def test_filters_in_an_error() -> None:
    """An error quotes the arguments as Python writes them."""
    with on_host(HOSTS["aws"].layout.host), pytest.raises(racknet.NoAddress) as caught:
        racknet.service(interface=["eth7", "eth8"], exclude="10.0.0.0/8")
    assert caught.value.message.endswith(" with interface=['eth7', 'eth8'], exclude='10.0.0.0/8'")
