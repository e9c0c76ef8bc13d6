"""`racknet list`: the table for people, and JSON for programs."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hosts import HOSTS
from layout import read
from question import question
from row import Row

from racknet import as_json, table
from racknet.facts import Address, Host, State
from racknet.listing import rows

QUESTIONS = [question(line) for line in ("public ipv4", "public ipv6", "service ipv4", "service ipv6")]

SCHEMA = {
    "type": "object",
    "required": ["host", "addresses"],
    "additionalProperties": False,
    "properties": {
        "host": {"type": "boolean"},
        "addresses": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["interface", "label", "family", "address", "prefix_length", "class", "answers", "why"],
                "properties": {
                    "interface": {"type": "string", "minLength": 1},
                    "label": {"type": ["string", "null"], "minLength": 1},
                    "family": {"enum": ["ipv4", "ipv6"]},
                    "address": {"type": "string", "pattern": "^[0-9a-f.:]+$"},
                    "prefix_length": {"type": "integer", "minimum": 0, "maximum": 128},
                    "class": {"enum": ["public", "private", "link-local", "never an answer"]},
                    "answers": {"type": "array", "items": {"enum": [str(question) for question in QUESTIONS]}},
                    "why": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}


def host(name: str) -> Host:
    return next(row for row in HOSTS if row.name == name).read.host


def test_table() -> None:
    """A person finds the answers at a glance, and why each other address is none."""
    seen = host("equinix-metal")
    loopback = Address("lo", "ipv4", "127.0.0.1", 0x7F000001, 8)
    listed, _ = rows(Host(list(seen.links.values()), [loopback, *seen.addresses], seen.routes, surely=True), QUESTIONS)
    expected = """\
   INTERFACE  ADDRESS                  NETWORK  WHY
*  bond0      147.75.80.11/31          public   the only candidate
*  bond0:0    10.99.10.3/31            service  the only candidate
*  bond0      2604:1380:1:5f00::3/127  public   the only candidate
   docker0    172.17.0.1/16            -        container plumbing
   lo         127.0.0.1/8              -        loopback
"""
    assert table.addresses(listed, colour=False) == expected


def test_long_reasons_are_wrapped() -> None:
    """The table stays within 80 columns where the names allow it."""
    listed, _ = rows(host("rackspace"), QUESTIONS)
    text = table.addresses(listed, colour=False)
    assert "2001:4802:7800:1:be76:4eff:fe20:b4c1/64" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_every_host(row: Row) -> None:
    """On every host the list fits its schema, and says what the questions say."""
    listed, is_host = rows(row.read.host, QUESTIONS)
    told = json.loads(as_json.listing(listed, host=is_host))
    jsonschema.validate(told, SCHEMA)
    answers = {answer: address["address"] for address in told["addresses"] for answer in address["answers"]}
    expected = {line: address for line, address in row.questions if line in {str(q) for q in QUESTIONS}}
    assert {line: answers.get(line, "") for line in expected} == expected
    assert len(told["addresses"]) == len(row.read.host.addresses)


def test_container() -> None:
    """A container's own network is said to be that."""
    listed, is_host = rows(host("bridged-container"), QUESTIONS)
    assert not is_host
    assert [row.answers for row in listed] == [[]] * len(listed)


def test_links() -> None:
    """Whether links are up, and how fast."""
    links = list(read("nic eth0\nnic eth1\nnic eth2 down\nnic eth3").host.links.values())
    states = {
        "eth0": State(running=True, speed=10000, mtu=9000),
        "eth1": State(running=False, speed=0, mtu=1500),
        "eth3": State(running=True, speed=2500, mtu=1500),
    }
    assert (
        table.links(links, states, colour=False)
        == """\
   INTERFACE  LINK        SPEED        MTU
   lo         up          -            -
   eth0       up          10 Gbit/s    9000
   eth1       no carrier  -            1500
   eth2       down        -            -
   eth3       up          2500 Mbit/s  1500
"""
    )


@pytest.mark.parametrize(
    ("environ", "terminal", "expected"),
    [({}, True, True), ({}, False, False), ({"NO_COLOR": "1"}, True, False), ({"TERM": "dumb"}, True, False)],
)
def test_colour(environ: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is for terminals, and never with NO_COLOR."""
    monkeypatch.setattr("os.isatty", lambda _: terminal)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert table.colourful() is expected
    listed, _ = rows(host("rackspace"), QUESTIONS)
    assert ("\x1b[" in table.addresses(listed, colour=expected)) is expected
