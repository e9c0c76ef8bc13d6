"""Answers and the list, for programs."""

from __future__ import annotations

import json

from racknet.core.inventory import Entry
from racknet.core.selection import Selection
from racknet.core.why import why


def format_candidates(selection: Selection) -> str:
    """Return the answer as an object, or all candidates as an array of them."""
    query = selection.query
    objects = [
        {
            "network": query.network,
            "family": query.family,
            "address": address.text,
            "prefix_length": address.prefix_length,
            "interface": address.interface,
            "why": why(selection, place).text,
            "proven": place == 0 and selection.is_proven,
        }
        for place, address in enumerate(selection.answers)
    ]
    return json.dumps(objects if query.all_candidates else objects[0]) + "\n"


def format_list(entries: list[Entry], *, is_host: bool) -> str:
    """Return all addresses of a host. `proven` is null for an address that answers nothing."""
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
    return json.dumps({"host": is_host, "addresses": objects}) + "\n"
