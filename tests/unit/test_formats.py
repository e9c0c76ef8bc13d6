"""`--format`: what stands for each name, what is no format, and what an address may lack."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from unittest.mock import patch

import pytest
from support.hosts import HOSTS, HostCase
from support.on_host import on_host, run
from support.queries import FOUR

from racknet import lookup
from racknet.core.query import Query
from racknet.core.selection import select_address
from racknet.errors import NoAddress, UsageError
from racknet.output.formats import Template

Capture = pytest.CaptureFixture[str]
ALL = "{address} {interface} {prefix_length} {network} {host} {zone}."


@pytest.mark.parametrize(
    ("address", "length", "line"),
    [
        ("10.20.3.4", 16, "10.20.3.4 eth1 16 10.20.0.0/16 10.20.3.4 ."),
        ("192.168.1.129", 25, "192.168.1.129 eth1 25 192.168.1.128/25 192.168.1.129 ."),
        ("10.0.0.0", 31, "10.0.0.0 eth1 31 10.0.0.0/31 10.0.0.0 ."),
        ("169.254.1.2", 16, "169.254.1.2 eth1 16 169.254.0.0/16 169.254.1.2 ."),
        ("2001:db8::1", 64, "2001:db8::1 eth1 64 2001:db8::/64 [2001:db8::1] ."),
        ("fd00:1:2:3::4", 44, "fd00:1:2:3::4 eth1 44 fd00:1::/44 [fd00:1:2:3::4] ."),
        ("fe80::1", 64, "fe80::1 eth1 64 fe80::/64 [fe80::1%eth1] eth1."),
        ("febf::1", 10, "febf::1 eth1 10 fe80::/10 [febf::1%eth1] eth1."),
        ("fec0::1", 10, "fec0::1 eth1 10 fec0::/10 [fec0::1] ."),
    ],
)
def test_names(address: str, length: int, line: str) -> None:
    """Each name has its value; only a link-local IPv6 address has a zone, and needs it in `{host}`."""
    assert Template(ALL).line(address, length, "eth1") == f"{line}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{host}:6379", "10.0.0.5:6379"),
        ("{address}{address}", "10.0.0.510.0.0.5"),
        ('{{"ip": "{address}"}}', '{"ip": "10.0.0.5"}'),
        ("{{{address}}}", "{10.0.0.5}"),
        ("{{}}{zone}{{address}}", "{}{address}"),
        ("%s $1 \\n é\n\t{interface}", "%s $1 \\n é\n\teth1"),
    ],
)
def test_text(text: str, line: str) -> None:
    """The text is printed as it is, but for the names and for the doubled braces."""
    assert Template(text).line("10.0.0.5", 24, "eth1") == f"{line}\n"


KNOWN = "{address}, {interface}, {prefix_length}, {network}, {host}, {zone}"
NAMES = f"the names: {KNOWN}; write {{{{ for a brace as it is"

OPEN = "write {{ for a brace as it is, or close it"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "'' has no name to replace", NAMES),
        ("address", "'address' has no name to replace", NAMES),
        ("{{address}}", "'{{address}}' has no name to replace", NAMES),
        ("{adress}:80", "'{adress}' is not a name; did you mean {address}?", NAMES),
        ("{Address}", "'{Address}' is not a name; did you mean {address}?", NAMES),
        ("{ip}", "'{ip}' is not a name; did you mean {address}?", NAMES),
        ("{}", "'{}' is not a name", NAMES),
        ("{0}", "'{0}' is not a name", NAMES),
        ("{address.real}", "'{address.real}' is not a name; did you mean {address}?", NAMES),
        ("{address!r}", "'{address!r}' is not a name; did you mean {address}?", NAMES),
        ("{host:>20}", "'{host:>20}' is not a name; did you mean {host}?", NAMES),
        ("{ address }", "'{ address }' is not a name; did you mean {address}?", NAMES),
        ('{"ip": "{address}"}', "a lone '{' in '{\"ip\": \"{address}\"}'", OPEN),
        ("{address", "a lone '{' in '{address'", OPEN),
        ("{address}}", "a lone '}' in '{address}}'", "write }} for a brace as it is"),
        ("{address}\udcff", "'{address}\udcff' is not UTF-8", "see racknet service --help"),
    ],
)
def test_wrong_text(text: str, message: str, hint: str, capfd: Capture) -> None:
    """A text that would not print what its writer means is an error that quotes it, before the host is read."""
    with patch.object(lookup, "read_host", side_effect=AssertionError):
        assert run("service", "--format", text) == 2
    written = f"racknet: --format: {message}\nhint: {hint}\n".replace("\udcff", r"\udcff")
    assert tuple(capfd.readouterr()) == ("", written)
    with pytest.raises(UsageError):
        Template(text)


@pytest.mark.parametrize("command", [["service"], ["public", "ipv6"], ["cluster", "service"]], ids=" ".join)
def test_not_with_json(command: list[str], capfd: Capture) -> None:
    """`--format` and `--json` exclude each other, wherever both are."""
    with patch.object(lookup, "read_host", side_effect=AssertionError):
        assert run(*command, "--json", "--format", "{address}") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "'--format' and '--json' exclude each other" in err


def test_all(capfd: Capture) -> None:
    """With `--all`, each candidate has a line, the best first."""
    with on_host("nic eth10 10.0.0.10/24\nnic eth2 10.1.0.2/16\nbridge docker0"):
        assert run("service", "--all", "--format", "{interface} {network}") == 0
    assert capfd.readouterr() == ("eth2 10.1.0.0/16\neth10 10.0.0.0/24\n", "")


TWO = "nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/32 device\ndefault ens5 via 10.0.1.1"


@pytest.mark.parametrize("words", [["--all"], ["--interface", "ens6"]], ids=str)
def test_no_network(words: list[str], capfd: Capture) -> None:
    """Where one address has no network, the error says so, and nothing is printed. Other names need none."""
    with on_host(TWO):
        assert run("service", *words, "--format", "{host} {network}") == 1
        assert tuple(capfd.readouterr()) == (
            "",
            "racknet: 10.9.0.4 on ens6 has no network: its prefix length is 32\n"
            "hint: {address}/{prefix_length} is the block of this address alone\n",
        )
        assert run("service", *words, "--format", "{host}/{prefix_length}") == 0
    assert capfd.readouterr().out.endswith("10.9.0.4/32\n")


def test_no_network_of_ipv6() -> None:
    """For IPv6, a prefix length of 128 is none, and one of 32 is a network."""
    template = Template("{network}")
    assert template.line("2001:db8::1", 32, "eth0") == "2001:db8::/32\n"
    with pytest.raises(NoAddress, match=r"^2001:db8::1 on lo has no network: its prefix length is 128$"):
        template.line("2001:db8::1", 128, "lo")


def test_no_note_beside_an_error(capfd: Capture) -> None:
    """An answer that is not printed has no note: the error alone says what is wrong."""
    with on_host(TWO.replace("/24", "/32")):
        assert run("service", "--format", "{network}") == 1
        assert "note: " not in capfd.readouterr().err
        assert run("service", "--format", "{address}") == 0
    assert "note: " in capfd.readouterr().err


@pytest.mark.parametrize("name", ["interface", "zone", "host"])
def test_control_characters(name: str) -> None:
    """The name of an interface is printed as it is, or not at all: never escaped, and never steering a terminal."""
    with pytest.raises(NoAddress, match=r"^the name of the interface of fe80::1 has control characters$"):
        Template(f"{{{name}}}").line("fe80::1", 64, "eth\x1b[2J")
    assert Template("{address}").line("fe80::1", 64, "eth\x1b[2J") == "fe80::1\n"
    assert Template("{host}").line("10.0.0.1", 8, "eth\x1b[2J") == "10.0.0.1\n"
    assert Template("{interface}").line("10.0.0.1", 8, "é.{host}") == "é.{host}\n"


@pytest.mark.parametrize("case", HOSTS.values(), ids=HOSTS)
def test_hosts(case: HostCase) -> None:
    """On each host of the table, the network has no host bits; `{host}` is the address, in brackets, with its zone."""
    host = case.layout.host
    for network, family in map(str.split, FOUR):
        for found in select_address(host, Query(network, family, all_candidates=True)).candidates:
            address = ip_address(found.text)
            bits = address.max_prefixlen - found.prefix_length
            base = type(address)(int(address) >> bits << bits)
            zone = f"%{found.interface}" if address in ip_network("fe80::/10") else ""
            written = f"[{address}{zone}]" if ":" in found.text else f"{address}"
            line = Template("{host} {network}" if bits else "{host}").line(
                found.text, found.prefix_length, found.interface
            )
            assert line == (f"{written} {base}/{found.prefix_length}\n" if bits else f"{written}\n")
