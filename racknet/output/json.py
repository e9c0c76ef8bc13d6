"""The list, for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from racknet.core.facts import Interface
from racknet.core.inventory import Entry, InterfaceState
from racknet.output.table import link_state


def format_list(
    entries: list[Entry], interfaces: Sequence[Interface], states: Mapping[str, InterfaceState], *, is_host: bool
) -> str:
    """Return all addresses and interfaces of a host.

    `proven` is null for an address that answers nothing, and so are `speed` (Mbit/s) and `mtu` where they are unknown.
    """
    objects = [
        {
            "interface": entry.address.interface,
            "label": entry.address.label or None,
            "family": entry.address.family,
            "address": entry.address.text,
            "prefix_length": entry.address.prefix_length,
            "class": entry.address_class,
            "answers": entry.answers,
            "why": entry.why,
            "proven": entry.is_proven,
        }
        for entry in entries
    ]
    links = [
        {
            "interface": interface.name,
            "link": link_state(interface, state),
            "speed": state.speed or None,
            "mtu": state.mtu or None,
        }
        for interface in interfaces
        for state in [states.get(interface.name) or InterfaceState()]
    ]
    return json.dumps({"host": is_host, "addresses": objects, "interfaces": links}) + "\n"
