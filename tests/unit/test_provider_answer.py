"""--ask-provider: which address of those that a provider tells is the host's, and when it is asked at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import Mock, patch

import pytest
from support.hosts import HOSTS
from support.on_host import on_host, run
from support.queries import make_query

import racknet
from racknet import lookup
from racknet.core.clouds import PROVIDERS
from racknet.core.provider_answer import class_of
from racknet.host import dmi, metadata
from racknet.host.metadata import MetadataError

PUBLIC, OTHER = "203.0.113.9", "203.0.113.10"
FIRST, SECOND = "172.31.5.9", "172.31.40.7"  # of the host aws-two-nics
ONE, TWO = [(PUBLIC, FIRST)], [(PUBLIC, FIRST), (OTHER, SECOND)]
ASK = ("public", "--ask-provider")
STRICT = "not proven: --strict refuses\n"


@contextmanager
def provider_says(
    host: str, pairs: Sequence[tuple[str, str]] | Exception = (), provider: str = "AWS", layout: str = ""
) -> Iterator[Mock]:
    """Play a host of the table, whose firmware names a provider, and what that tells. Yield who asks it."""
    named = {one.dmi_file: one.dmi_string for one in PROVIDERS if one.name == provider and "*" not in one.dmi_string}
    reader = Mock(side_effect=pairs) if isinstance(pairs, Exception) else Mock(return_value=list(pairs))
    with (
        on_host(layout or HOSTS[host].layout.host),
        patch.object(dmi, "read_dmi", lambda: named),
        patch.object(metadata, "read_pairs", reader),
    ):
        yield reader


def test_answer(capfd: pytest.CaptureFixture[str]) -> None:
    """The answer is the public address that belongs to the service address of the host; it is proven."""
    with provider_says("aws", ONE) as reader:
        assert run(*ASK) == 0
        assert capfd.readouterr() == (f"{PUBLIC}\n", "")
        assert run(*ASK, "--strict", "--all") == 0
        assert capfd.readouterr() == (f"{PUBLIC}\n", "")
        assert run(*ASK, "--json", "--explain") == 0
        assert reader.call_count == 3
        assert run("public", RACKNET_ASK_PROVIDER="1") == 0
    out, err = capfd.readouterr()
    assert json.loads(out.splitlines()[0]) == {
        "network": "public",
        "family": "ipv4",
        "address": PUBLIC,
        "prefix_length": 32,
        "interface": "ens5",
        "why": f"from AWS's metadata service for {FIRST}",
        "proven": True,
        "source": "provider",
    }
    assert out.splitlines()[1:] == [PUBLIC]
    assert f"racknet: public ipv4: {PUBLIC} on ens5\ndecided by: from AWS's metadata service for {FIRST}\n" in err


def test_source_of_others(capfd: pytest.CaptureFixture[str]) -> None:
    """An address of the host has the host as its source, also where the provider might have been asked."""
    with provider_says("rackspace", ONE) as reader:
        assert run(*ASK, "--json") == 0
    assert json.loads(capfd.readouterr().out)["source"] == "host"
    assert reader.call_count == 0


@pytest.mark.parametrize(
    ("host", "words", "variable"),
    [
        ("aws", "public", "0"),
        ("aws", "public", ""),
        ("aws", "public ipv6", "1"),
        ("aws", "service", "1"),
        ("aws", "list", "1"),
        ("aws", "report", "1"),
        ("aws", "public --ask-provider --cidr 172.16.0.0/12", "1"),  # there is an answer on the host
        ("aws", "public --ask-provider --exclude ens5", "1"),
        ("rackspace", "public --ask-provider --interface eth1", "1"),  # there is one, but it is filtered out
        ("rackspace", "env", "1"),
        ("bridged-container", "public --ask-provider", "1"),
        ("bridged-container", "public --ask-provider --in-container", "1"),
    ],
)
def test_when_nobody_is_asked(host: str, words: str, variable: str) -> None:
    """Nobody is asked without the option, or where the host has a public address, or is a container."""
    with provider_says(host, ONE) as reader:
        run(*words.split(), RACKNET_ASK_PROVIDER=variable)
    assert reader.call_count == 0


@pytest.mark.parametrize(
    ("words", "pairs", "answer"),
    [
        ((), ONE, PUBLIC),
        ((), [(OTHER, SECOND)], OTHER),  # the one that is told counts, on whichever NIC
        ((), TWO, PUBLIC),  # of several, that of the host's own service address
        (("--interface", "ens6"), TWO, OTHER),
        (("--exclude", "ens5"), TWO, OTHER),
        (("--cidr", f"{OTHER}/32"), TWO, OTHER),
        (("--exclude", PUBLIC), TWO, OTHER),
        (("--cidr", "2001:db8::/32,203.0.113.0/24"), ONE, PUBLIC),
        ((), [*ONE, ("203.0.113.11", "172.31.99.9")], PUBLIC),  # the other is not on this host
    ],
)
def test_two_nics(
    words: Sequence[str], pairs: list[tuple[str, str]], answer: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """With two NICs, it is the one that the provider tells, within the user's filters."""
    with provider_says("aws-two-nics", pairs):
        assert run(*ASK, *words) == 0
    assert capfd.readouterr().out == f"{answer}\n"


def test_preferred(capfd: pytest.CaptureFixture[str]) -> None:
    """Of several, a service address that only a preference decides is no proof."""
    with provider_says("aws-two-nics", TWO):
        assert run(*ASK) == 0
        assert capfd.readouterr().err.endswith(STRICT)
        assert run(*ASK, "--strict") == 1
        out, err = capfd.readouterr()
        assert out == ""
        assert "tells several, 203.0.113.9 for 172.31.5.9, 203.0.113.10 for 172.31.40.7\n" in err
        hint = "choose one with --interface or --cidr, for instance: "
        assert err.endswith(f"hint: {hint}racknet public ipv4 --interface ens5 --strict --ask-provider\n")
        with pytest.raises(racknet.Ambiguous) as caught:
            racknet.public(ask_provider=True, strict=True)
    assert (caught.value.addresses, caught.value.interfaces) == ((PUBLIC, OTHER), ("ens5", "ens6"))


def test_several_of_one_nic(capfd: pytest.CaptureFixture[str]) -> None:
    """Several public addresses of one private one are ambiguous; one that is named twice is one."""
    with provider_says("aws", [*ONE, (OTHER, FIRST)]):
        assert run(*ASK) == 1
        assert capfd.readouterr().err.endswith(
            f"--cidr, for instance: racknet public ipv4 --cidr {PUBLIC} --ask-provider\n"
        )
        assert run(*ASK, "--cidr", OTHER) == 0
    with provider_says("aws", ONE * 2):
        assert run(*ASK) == 0


@pytest.mark.parametrize(
    ("pairs", "words", "seen", "hint"),
    [
        ([], (), "AWS's metadata service tells none", "see at the provider: a public"),
        (
            [(PUBLIC, "172.31.5.10")],
            (),
            "AWS's metadata service tells 203.0.113.9 for 172.31.5.10, which belongs to no service address of "
            "this host",
            "see at the provider: a public",
        ),
        (
            [(PUBLIC, "172.17.0.1")],  # docker0's
            (),
            "AWS's metadata service tells 203.0.113.9 for 172.17.0.1, which belongs to no service address of this host",
            "see at the provider: a public",
        ),
        (
            ONE,
            ("--cidr", "198.51.100.0/24"),
            "AWS's metadata service tells 203.0.113.9 for 172.31.5.9, which --cidr 198.51.100.0/24 leaves out",
            "see at the provider: a public",
        ),
        (
            MetadataError("GET http://169.254.169.254/: status 500, '\x1b'"),
            (),
            r"AWS's metadata service does not tell it: GET http://169.254.169.254/: status 500, '\x1b'",
            "to ask the provider: curl -sfH",
        ),
    ],
)
def test_no_answer(
    pairs: list[tuple[str, str]] | Exception,
    words: Sequence[str],
    seen: str,
    hint: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The error says what the provider told instead, which addresses there are, and what to do."""
    with provider_says("aws", pairs):
        assert run(*ASK, *words) == 1
    out, err = capfd.readouterr()
    message, row, *_, last = err.splitlines()
    assert out == ""
    chosen = f" with {' '.join(words)}" if words else ""
    assert message == f"racknet: no public ipv4 address on this host{chosen}, and {seen}"
    assert row.split()[:2] == ["ens5", FIRST]
    assert last.startswith(f"hint: {hint}")


def test_secondary_address(capfd: pytest.CaptureFixture[str]) -> None:
    """A public address of a NIC's second address is not that of the host: `service` answers the first."""
    with provider_says("aws-secondary-address", [(PUBLIC, "172.31.5.8")]):
        assert run(*ASK) == 1
        assert "for 172.31.5.8, which belongs to no service address of this host\n" in capfd.readouterr().err
    with provider_says("aws-secondary-address", [(PUBLIC, "172.31.5.8"), (OTHER, FIRST)]):
        assert run(*ASK) == 0
    assert capfd.readouterr().out == f"{OTHER}\n"


def test_oracle(capfd: pytest.CaptureFixture[str]) -> None:
    """Oracle's service does not have the address: the error says so, with the command that has it."""
    with provider_says("oracle", provider="Oracle Cloud") as reader:
        assert run(*ASK) == 1
    err = capfd.readouterr().err
    assert err.startswith(
        "racknet: no public ipv4 address on this host, and Oracle Cloud's metadata service does not have it\n"
    )
    assert "\nhint: to ask the provider: oci compute instance list-vnics" in err
    assert reader.call_count == 0


def test_in_a_container(capfd: pytest.CaptureFixture[str]) -> None:
    """In a container's own network nobody is asked, and the error says so."""
    with provider_says("bridged-container", ONE):
        assert run(*ASK, "--in-container") == 1
    why = "and no provider is asked from a container's own network\n"
    assert f"racknet: no public ipv4 address on this host, {why}" in capfd.readouterr().err


def test_no_provider(capfd: pytest.CaptureFixture[str]) -> None:
    """Where the firmware names nobody, nobody is asked."""
    with provider_says("aws", ONE, provider="Acme") as reader:
        assert run(*ASK) == 1
    assert "and the firmware names no provider that can be asked\n" in capfd.readouterr().err
    assert reader.call_count == 0


def test_without_the_private_address(capfd: pytest.CaptureFixture[str]) -> None:
    """What OpenStack tells is likely, not proven: it does not say for which private address."""
    with provider_says("aws", [(PUBLIC, "")], "OpenStack"):
        assert run(*ASK) == 0
        note = f"note: {PUBLIC} is from OpenStack's metadata service, for an unknown private address, {STRICT}"
        assert capfd.readouterr() == (f"{PUBLIC}\n", note)
        assert run(*ASK, "--strict") == 1
        assert capfd.readouterr().err.splitlines()[0].endswith("for which private address: --strict refuses")
        assert racknet.public(ask_provider=True) == racknet.address("public", ask_provider=True)
    two = "nic ens5 10.0.1.5/24 device\nnic ens6 10.0.2.5/24 device\ndefault ens5 via 10.0.1.1"
    for words in (["--interface", "ens6"], ["--exclude", "ens5"], ["--exclude", "10.0.1.0/24"]):
        with provider_says("", [(PUBLIC, "")], "OpenStack", two):  # of which of them it is, nobody says
            assert run(*ASK, *words) == 1
            assert "cannot choose" in capfd.readouterr().err
    with provider_says("", [(PUBLIC, "")], "OpenStack", two):
        assert run(*ASK) == 0
    with provider_says("aws", [(PUBLIC, "")], "OpenStack"):
        assert run(*ASK, "--interface", "*") == 0
    tied = "nic ens5 10.0.1.5/24\nnic ens6 10.0.2.5/24\ndefault ens5 via 10.0.1.1\ndefault ens6 via 10.0.2.1"
    with provider_says("", [(PUBLIC, "")], "OpenStack", tied):  # on which NIC would it be?
        assert run(*ASK) == 1


def test_variables(capfd: pytest.CaptureFixture[str]) -> None:
    """`env` and `exec` ask by the variable; what is not told is a note, or the error where it is required."""
    with provider_says("aws", ONE):
        assert run("env", RACKNET_ASK_PROVIDER="1") == 0
        assert f"RACKNET_PUBLIC_IPV4={PUBLIC}\n" in capfd.readouterr().out
    with provider_says("aws"):
        assert run("env", RACKNET_ASK_PROVIDER="1") == 0
        note = "note: no RACKNET_PUBLIC_IPV4: AWS's metadata service tells none\n"
        assert note in capfd.readouterr().err
        assert run("env", "--require", "public", RACKNET_ASK_PROVIDER="1") == 1
        assert "on this host, and AWS's metadata service tells none\n" in capfd.readouterr().err
        assert run("exec", "true", "$RACKNET_PUBLIC_IPV4", RACKNET_ASK_PROVIDER="1") == 1
        assert "on this host, and AWS's metadata service tells none\n" in capfd.readouterr().err


def test_wait() -> None:
    """A host that has settled is not waited for, since its provider is asked; without the option it is."""
    with on_host(HOSTS["aws"].layout.host) as pauses:
        assert run(*ASK, "--wait", "1") == 1
        assert pauses == []
        assert run("public", "--wait", "1") == 1
        assert pauses


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("public", "ipv6", "--ask-provider"), "--ask-provider is for public ipv4, not for public ipv6"),
        (("service", "--ask-provider"), "--ask-provider is for public ipv4, not for service ipv4"),
    ],
)
def test_wrong_use(words: Sequence[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The option is for `public ipv4` alone."""
    with provider_says("aws", ONE):
        assert run(*words) == 2
    assert capfd.readouterr().err.startswith(f"racknet: {said}\n")


def test_waits_for_the_service(capfd: pytest.CaptureFixture[str]) -> None:
    """With `--wait`, the service is asked again until it answers, or the time is over; other answers do not wait."""
    with provider_says("aws", MetadataError("no answer")) as reader:
        reader.side_effect = [MetadataError("no answer"), ONE]
        assert run(*ASK, "--wait", "30") == 0
    assert capfd.readouterr().out == f"{PUBLIC}\n"
    with provider_says("aws", MetadataError("no answer")) as reader:
        assert run(*ASK, "--wait", "3") == 1
        assert reader.call_count == 4
    with provider_says("aws", MetadataError("no answer")) as reader:
        assert run("env", RACKNET_ASK_PROVIDER="1", RACKNET_WAIT="30") == 0
        assert reader.call_count == 1


def test_wrong_values(capfd: pytest.CaptureFixture[str]) -> None:
    """The variable is 0, 1 or empty, and the argument is True or False, for `public ipv4` alone."""
    with provider_says("aws", ONE):
        assert run("public", RACKNET_ASK_PROVIDER="yes") == 2
        assert "RACKNET_ASK_PROVIDER: 'yes' is not 0 or 1\n" in capfd.readouterr().err
        with pytest.raises(racknet.UsageError, match="ask_provider is for public ipv4, not for public ipv6"):
            racknet.public("ipv6", ask_provider=True)
        with pytest.raises(racknet.UsageError, match="ask_provider: 1 is not True or False"):
            racknet.public(ask_provider=1)  # type: ignore[arg-type]
    assert make_query("public --cidr 10.0.0.0/8").ask_provider is False


def test_class_of() -> None:
    """Only an IPv4 address has a class."""
    assert [class_of(text) for text in (PUBLIC, FIRST, "169.254.1.1", "", "::1", "x\0")] == [
        *("public", "private", "never an answer", "", "", ""),
    ]


def test_second_look(capfd: pytest.CaptureFixture[str]) -> None:
    """The whole host, which the errors and --explain show, has the provider's answer, too."""
    with provider_says("aws", ONE):
        found = lookup.wait_for([make_query("public"), make_query("service")], 0, lambda _: True)
        assert [one.from_provider for one in found.whole()[1]] == [None, None]
