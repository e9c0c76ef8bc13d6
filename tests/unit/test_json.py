"""Answers and the list, for programs."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from support.hosts import HOSTS
from support.list_schema import LIST_SCHEMA
from support.on_host import on_host, run
from support.queries import FOUR, answer_of

Capture = pytest.CaptureFixture[str]


def listed(host: str, capfd: Capture, **environ: str) -> Any:
    """Return what `racknet list --json` prints on a host of the table."""
    with on_host(HOSTS[host].layout.host):
        assert run("list", "--json", **environ) == 0
    return json.loads(capfd.readouterr().out)


def test_candidates(capfd: Capture) -> None:
    """The answer is an object; all candidates are an array of such objects, the answer first."""
    with on_host(HOSTS["service-net-by-block-10.176.0.0/12"].layout.host):
        assert run("service", "--json") == 0
        assert run("service", "--json", "--all") == 0
    first, both = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    answer = {
        "network": "service",
        "family": "ipv4",
        "address": "10.191.7.9",
        "prefix_length": 19,
        "interface": "ens5",
        "why": "in a ServiceNet block",
        "proven": True,
        "source": "host",
    }
    last = {"address": "192.168.3.4", "prefix_length": 24, "interface": "ens4", "why": "the last candidate"}
    assert (first, both) == (answer, [answer, {**answer, **last, "proven": False}])


def test_answer_without_proof(capfd: Capture) -> None:
    """An answer that only a preference decides is not proven; in the list an address without an answer is null."""
    with on_host("nic ens5 10.0.1.5/24 device\nnic ens6 10.9.0.4/24 device\ndefault ens5"):
        assert run("service", "--json") == 0
        assert json.loads(capfd.readouterr().out)["proven"] is False
        assert run("list", "--json") == 0
    found = {entry["address"]: entry["proven"] for entry in json.loads(capfd.readouterr().out)["addresses"]}
    assert found == {"10.0.1.5": False, "10.9.0.4": None}


@pytest.mark.parametrize("name", ["rackspace", "equinix-metal", "aws", "bridged-container", "no-address-yet"])
def test_list(name: str, capfd: Capture) -> None:
    """The list fits its schema, and has every address and interface, and the answers."""
    found, layout = listed(name, capfd), HOSTS[name].layout
    jsonschema.validate(found, LIST_SCHEMA)
    answers = {query: entry["address"] for entry in found["addresses"] for query in entry["answers"]}
    assert {line: answers.get(line, "") for line in FOUR} == {line: answer_of(layout.host, line) for line in FOUR}
    assert len(found["addresses"]) == len(layout.addresses)
    assert [link["interface"] for link in found["interfaces"]] == list(layout.interfaces)


def test_labels(capfd: Capture) -> None:
    """An address has the name of its interface, and a label or null."""
    found = {
        entry["address"]: (entry["interface"], entry["label"]) for entry in listed("equinix-metal", capfd)["addresses"]
    }
    assert found["10.99.10.3"] == ("bond0", "bond0:0")
    assert found["147.75.80.11"] == ("bond0", None)


@pytest.mark.parametrize(
    "environ",
    [{}, {"RACKNET_PUBLIC_INTERFACE": "eth0"}, {"RACKNET_SERVICE_INTERFACE": "*", "RACKNET_PUBLIC_INTERFACE": "*"}],
)
def test_container_is_no_host(environ: dict[str, str], capfd: Capture) -> None:
    """The list says that a container's own network is not a host's, whatever variables are set."""
    assert listed("bridged-container", capfd, **environ)["host"] is False


def test_host(capfd: Capture) -> None:
    """The list says that a host's network is a host's."""
    assert listed("rackspace", capfd)["host"] is True
