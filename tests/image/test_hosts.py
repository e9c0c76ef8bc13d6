"""Each host of the table that a namespace can show, laid out in a container and asked."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

import engine
import pytest
import testinfra
from hosts import HOSTS
from row import Row

from racknet import rules

LAYABLE = [row for row in HOSTS if not row.read.pure]

READ = """
import json
from racknet import interfaces
def slots(thing):
    return {name: getattr(thing, name) for name in thing.__slots__}
for whole in (False, True):
    host = interfaces.read(whole=whole)
    print(json.dumps({"links": [slots(link) for link in host.links.values()], "surely": host.surely,
        "addresses": [slots(a) for a in host.addresses], "routes": [slots(r) for r in host.routes]}))
"""


@pytest.mark.parametrize("row", LAYABLE, ids=lambda row: row.name)
def test_host(row: Row) -> None:
    """The image answers right, and the package reads what `ip` sees there."""
    with engine.laid_out(row.read.script) as helper:
        wrong = []
        for line, expected in row.questions:
            said = engine.ask(f"container:{helper}", *line.split(), flags=["--read-only", "--cap-drop=ALL"])
            right = engine.Said(f"{expected}\n", "", 0) if expected else engine.Said("", said.err, 1)
            if said != right or (said.status and not said.err.startswith("racknet: no ")):
                wrong.append((line, expected, said))
        assert wrong == []
        read = engine.docker("run", "--rm", f"--net=container:{helper}", engine.PACKAGE, "-c", READ)
        seen = facts_by_ip(testinfra.get_host(f"docker://{helper}"))
        short, whole = (json.loads(line) for line in read.splitlines())
        assert facts(whole) == seen
        assert facts(short)["addresses"] == [a for a in seen["addresses"] if not rules.plumbing(a[0])]
        assert facts(short)["routes"] == seen["routes"]


def facts(read: dict[str, Any]) -> dict[str, Any]:
    """What `interfaces` read, in an order of no meaning."""
    return {
        "links": sorted((link["name"], link["up"], link["bridge"]) for link in read["links"]),
        "addresses": sorted(
            (a["interface"], a["label"], a["text"], a["prefix_length"], flags(a["flags"], a["family"]))
            for a in read["addresses"]
        ),
        "routes": sorted((r["family"], r["interface"], r["metric"], r["gateway"]) for r in read["routes"]),
    }


def flags(number: int, family: str) -> list[str]:
    """The names that `ip` has for an IPv6 address's flags."""
    names = {0x01: "temporary", 0x08: "dadfailed", 0x20: "deprecated", 0x40: "tentative", 0x80: "permanent"}
    return [name for bit, name in names.items() if number & bit] if family == "ipv6" else []


def facts_by_ip(host: Any) -> dict[str, Any]:
    """The same, as `ip -j` tells it inside of the container."""
    links = json.loads(host.check_output("ip -d -j link"))
    told = json.loads(host.check_output("ip -j addr"))
    addresses = [
        (
            link["ifname"],
            label if (label := address.get("label", link["ifname"])) != link["ifname"] else "",
            str(ip_address(address["local"])),
            address["prefixlen"],
            ip_flags(address),
        )
        for link in told
        for address in link["addr_info"]
    ]
    return {
        "links": sorted((link["ifname"], "UP" in link["flags"], is_bridge(link)) for link in links),
        "addresses": sorted(addresses),
        "routes": sorted(route for family in ("ipv4", "ipv6") for route in routes(host, family)),
    }


def is_bridge(link: dict[str, Any]) -> bool:
    """Whether a link is a bridge; of plumbing that is not read, as it would change nothing."""
    return link.get("linkinfo", {}).get("info_kind") == "bridge" and not rules.plumbing(link["ifname"])


def ip_flags(address: dict[str, Any]) -> list[str]:
    if address["family"] != "inet6":
        return []
    names = [name for name in ("temporary", "dadfailed", "deprecated", "tentative") if address.get(name)]
    return names if address.get("dynamic") or address.get("temporary") else [*names, "permanent"]


def routes(host: Any, family: str) -> list[tuple[str, str, int, str]]:
    """The default routes of the main table, with the first of several nexthops."""
    told = json.loads(host.check_output(f"ip -{family[-1]} -j route show default table main") or "[]")
    unicast = [route for route in told if route.get("type", "unicast") == "unicast"]
    return [
        (family, hop["dev"], route.get("metric", 0), hop.get("gateway", ""))
        for route in unicast
        for hop in [route.get("nexthops", [route])[0]]
    ]
