"""All that racknet has read of a host, as one JSON document, for a bug report."""

from __future__ import annotations

import json

from racknet import __version__
from racknet.core.eligibility import is_host
from racknet.core.facts import Address, Host, Interface, Route, Way


def format_report(host: Host, *, is_as_is: bool) -> str:
    """Return the document: facts alone, by the names of `core.facts`, and nothing else of the machine."""
    document = {
        "racknet": __version__,
        "as_is": is_as_is,
        "host": is_host(host),
        "known_host": host.known_host,
        "interfaces": [_fields(interface) for interface in host.interfaces.values()],
        "addresses": [_address_fields(address) for address in host.addresses],
        "routes": [_fields(route) for route in host.routes],
        "ways": {to: way and _fields(way) for to, way in host.ways.items()},
    }
    return f"{json.dumps(document, indent=1)}\n"


def _address_fields(address: Address) -> dict[str, object]:
    fields = _fields(address)
    del fields["number"]
    return {"address": fields.pop("text"), **fields}


def _fields(fact: Interface | Address | Route | Way) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__slots__}
