"""Each host of the table that a namespace can show, set up in a container and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
import testinfra
from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS, HostCase

from racknet.core import known

CASES = [case for case in HOSTS.values() if not case.layout.pure]

ASK = """
import json, subprocess, sys
from racknet.host import read_host

def slots(thing):
    return {name: getattr(thing, name) for name in thing.__slots__}

def ask(line):
    done = subprocess.run(["/racknet", *line.split()], capture_output=True, text=True)
    return done.stdout, done.stderr, done.returncode

def read(included):
    host = read_host(include_container_interfaces=included)
    return {"interfaces": [slots(i) for i in host.interfaces.values()],
        "addresses": [slots(a) for a in host.addresses], "routes": [slots(r) for r in host.routes]}

print(json.dumps([[ask(line) for line in sys.argv[1:]], read(False), read(True)]))
"""
SERVICE_NET = ["10.176.0.0/12", "10.208.0.0/12"]
ROUTES = [("ipv4", "default"), ("ipv6", "default"), *(("ipv4", destination) for destination in SERVICE_NET)]

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
        assert [f"{line}: {r}" for (line, expected), r in answers if not is_right(expected, CommandResult(*r))] == []
        line, expected = next(iter(case.answers.items()))
        result = engine.ask(f"container:{container}", *line.split(), flags=["--read-only", "--cap-drop=ALL"])
        assert is_right(expected, result), result
        expected_facts = facts_by_ip(testinfra.get_host(f"docker://{container}"))
        assert facts(included) == expected_facts
        assert facts(without) == expected_facts | {
            "addresses": [a for a in expected_facts["addresses"] if not is_container_interface(a[0])]
        }


def is_right(expected: str, result: CommandResult) -> bool:
    """Return whether a result is the expected answer alone; or, for "", an error without any output."""
    if expected:
        return result == CommandResult(f"{expected}\n", "", 0)
    return (result.out, result.status) == ("", 1) and result.err.startswith(("racknet: no ", "racknet: the "))


def facts(read: dict[str, Any]) -> Facts:
    """Return what the package read, sorted."""
    return {
        "interfaces": sorted(interface(i["name"], i["kind"], i["lower"], up=i["up"]) for i in read["interfaces"]),
        "addresses": sorted(
            (a["interface"], a["label"], a["text"], a["prefix_length"], flag_names(a["flags"], a["family"]))
            for a in read["addresses"]
        ),
        "routes": sorted(
            (r["family"], r["destination"], r["interface"], r["metric"], r["gateway"], r["source"])
            for r in read["routes"]
        ),
    }


def interface(name: str, kind: str, lower: list[str], *, up: bool) -> tuple[str, bool, str, list[str]]:
    """Return the facts of an interface. Those of a container interface change no answer, and need not be read."""
    if is_container_interface(name):
        return name, up, "", []
    return name, up, kind, sorted(other for other in lower if not is_container_interface(other))


def is_container_interface(name: str) -> bool:
    return known.CONTAINER_NAMES.match(name)


def flag_names(number: int, family: str) -> list[str]:
    """Return the names that `ip` has for the flags of an IPv6 address."""
    names = {0x01: "temporary", 0x08: "dadfailed", 0x20: "deprecated", 0x40: "tentative", 0x80: "permanent"}
    return [name for bit, name in names.items() if number & bit] if family == "ipv6" else []


def facts_by_ip(host: Any) -> Facts:
    """Return the same facts from the output of `ip -j` in the container."""
    commands = ["ip -d -j link", "ip -j addr"]
    commands += [f"ip -{family[-1]} -j route show exact {destination} table main" for family, destination in ROUTES]
    output = host.check_output(" && ".join(f"({command}) | jq -c -s ." for command in commands))
    links, addressed, *routes_by_ip = (json.loads(line)[0] if line != "[]" else [] for line in output.splitlines())
    addresses = [
        (
            link["ifname"],
            label if (label := address.get("label", link["ifname"])) != link["ifname"] else "",
            str(ip_address(address["local"])),
            address["prefixlen"],
            flag_names_by_ip(address),
        )
        for link in addressed
        for address in link["addr_info"]
    ]
    return {
        "interfaces": sorted(
            interface(link["ifname"], kind(link), lower_interfaces(link, links), up="UP" in link["flags"])
            for link in links
        ),
        "addresses": sorted(addresses),
        "routes": sorted(
            route
            for (family, destination), listed in zip(ROUTES, routes_by_ip, strict=True)
            for route in routes(family, destination, listed)
        ),
    }


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


def routes(family: str, destination: str, listed: list[dict[str, Any]]) -> list[tuple[str, str, str, int, str, str]]:
    """Return the unicast routes in a list, with the first nexthop of several."""
    return [
        (
            family,
            "" if destination == "default" else destination,
            hop["dev"],
            route.get("metric", 0),
            hop.get("gateway", "") or hop.get("via", {}).get("host", ""),
            route.get("prefsrc", ""),
        )
        for route in listed
        if route.get("type", "unicast") == "unicast"
        for hop in [route.get("nexthops", [route])[0]]
    ]
