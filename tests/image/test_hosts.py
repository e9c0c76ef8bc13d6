"""Each host of the table that a namespace can show, set up in a container and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from operator import itemgetter
from typing import Any

import pytest
import testinfra
from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS, HostCase
from support.layout import is_wide_private

from racknet.core import known

CASES = [case for case in HOSTS.values() if not case.layout.pure]

ASK = """
import json, subprocess, sys
from racknet.host.reader import read_host

def slots(thing):
    return {name: getattr(thing, name) for name in thing.__slots__}

def ask(line):
    done = subprocess.run(["/racknet", *line.split()], capture_output=True, text=True)
    return done.stdout, done.stderr, done.returncode

def read(host):
    return {"interfaces": [slots(i) for i in host.interfaces.values()],
        "addresses": [slots(a) for a in host.addresses], "routes": [slots(r) for r in host.routes]}

reading = read_host()
print(json.dumps([[ask(line) for line in sys.argv[1:]], read(reading.host), read(reading.whole())]))
"""

STATES = ("UP", "LOWER_UP")
ROUTE = ("family", "destination", "interface", "metric", "gateway", "source")
SCOPES = {0: "global", 253: "link", 254: "host"}

Facts = dict[str, list[Any]]


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    """Take the executable out of the image; it is asked in the container, which takes less time than the image."""
    with engine.executable() as path:
        yield path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_host(case: HostCase, program: str) -> None:
    """The image and its executable answer right, and the package reads the facts that `ip` shows."""
    with engine.host_container(case.layout.script, engine.PACKAGE, [f"-v={program}:/racknet:ro"]) as container:
        printed = engine.docker("exec", container, "python3.13", "-c", ASK, *case.answers)
        results, without, included = json.loads(printed)
        answers = zip(case.answers.items(), results, strict=True)
        assert [f"{line}: {r}" for (line, _), r in answers if not is_right(case, line, CommandResult(*r))] == []
        line = next(iter(case.answers))
        result = engine.ask(f"container:{container}", *line.split(), flags=["--read-only", "--cap-drop=ALL"])
        assert is_right(case, line, result), result
        expected_facts = facts_by_ip(testinfra.get_host(f"docker://{container}"))
        assert facts(included) == expected_facts
        assert facts(without) == expected_facts | {
            "addresses": [a for a in expected_facts["addresses"] if not is_container_interface(a[0])]
        }


def is_right(case: HostCase, line: str, result: CommandResult) -> bool:
    """Return whether a result is a right answer, perhaps with a note; or, for "", an error without any output."""
    expected = [case.answers[line], *case.ok.get(line, [])]
    if result.out:
        is_note = result.err == "" or (result.err.startswith("note: ") and result.err.count("\n") == 1)
        return result.out.removesuffix("\n") in expected and result.status == 0 and is_note
    is_temporary_alone = "*" in expected
    return (
        ("" in expected or is_temporary_alone)
        and (result.out, result.status) == ("", 1)
        and result.err.startswith(("racknet: no ", "racknet: the "))
    )


def facts(read: dict[str, Any]) -> Facts:
    """Return what the package read, sorted."""
    address, route = itemgetter("interface", "label", "text", "prefix_length"), itemgetter(*ROUTE)
    interfaces = [interface(i["name"], i["kind"], i["lower"], i["up"], i["has_carrier"]) for i in read["interfaces"]]
    flags = [flag_names(a["flags"], a["family"]) for a in read["addresses"]]
    addresses = [(*address(a), SCOPES[a["scope"]], names) for a, names in zip(read["addresses"], flags, strict=True)]
    routes = [(str(r["table"]), *route(r)) for r in read["routes"]]
    return {"interfaces": sorted(interfaces), "addresses": sorted(addresses), "routes": sorted(routes)}


def interface(name: str, kind: str, lower: list[str], *state: bool) -> tuple[Any, ...]:
    """Return the facts of an interface. Those of a container interface change no answer, and need not be read."""
    if is_container_interface(name):
        return name, state, "", []
    return name, state, kind, sorted(other for other in lower if not is_container_interface(other))


def is_container_interface(name: str) -> bool:
    return known.CONTAINER_NAMES.match(name)


def flag_names(number: int, family: str) -> list[str]:
    """Return the names that `ip` has for the flags of an IPv6 address."""
    names = {0x01: "temporary", 0x08: "dadfailed", 0x20: "deprecated", 0x40: "tentative", 0x80: "permanent"}
    return [name for bit, name in names.items() if number & bit] if family == "ipv6" else []


def facts_by_ip(host: Any) -> Facts:
    """Return the same facts from the output of `ip -j` in the container."""
    commands = ["ip -d -j link", "ip -j addr", *(f"ip -{n} -j route show table all" for n in (4, 6))]
    output = host.check_output(" && ".join(f"({command}) | jq -c -s ." for command in commands))
    links, addressed, *listed = (json.loads(line)[0] if line != "[]" else [] for line in output.splitlines())
    interfaces = [
        interface(link["ifname"], kind(link), lower_interfaces(link, links), *(f in link["flags"] for f in STATES))
        for link in links
    ]
    addresses = [address(link["ifname"], entry) for link in addressed for entry in link["addr_info"]]
    of_families = zip(("ipv4", "ipv6"), listed, strict=True)
    hops = [route for family, lines in of_families for line in lines for route in routes(family, line)]
    return {"interfaces": sorted(interfaces), "addresses": sorted(addresses), "routes": sorted(hops)}


def address(name: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    """Return the facts of an address of an interface."""
    label, text = entry.get("label", name), str(ip_address(entry["local"]))
    return name, "" if label == name else label, text, entry["prefixlen"], entry["scope"], flag_names_by_ip(entry)


def kind(link: dict[str, Any]) -> str:
    kind: str = link.get("linkinfo", {}).get("info_kind", "")
    return kind


def lower_interfaces(link: dict[str, Any], links: list[dict[str, Any]]) -> list[str]:
    """Return the names of the interfaces that one is built on: its ports, and what it is stacked on."""
    ports = [other["ifname"] for other in links if other.get("master") == link["ifname"]]
    return [*ports, link["link"]] if kind(link) in known.STACKED_KINDS else ports


def flag_names_by_ip(address: dict[str, Any]) -> list[str]:
    """Return the names of the flags of an address."""
    if address["family"] != "inet6":
        return []
    names = [name for name in ("temporary", "dadfailed", "deprecated", "tentative") if address.get(name)]
    return names if address.get("dynamic") or address.get("temporary") else [*names, "permanent"]


def routes(family: str, line: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the nexthops of a route that the reader keeps: a default route, or one of main to a wide private block."""
    destination, table = line["dst"], line.get("table", "main")
    if line.get("type", "unicast") != "unicast":
        return []
    if destination != "default" and (table != "main" or not is_wide_private(destination)):
        return []
    destination = "" if destination == "default" else destination
    table = {"main": "254", "default": "253"}.get(table, table)
    return [
        (table, family, destination, hop["dev"], line.get("metric", 0), gateway(hop), line.get("prefsrc", ""))
        for hop in line.get("nexthops", [line])
    ]


def gateway(hop: dict[str, Any]) -> str:
    return str(hop.get("gateway", "") or hop.get("via", {}).get("host", ""))
