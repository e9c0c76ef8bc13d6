"""Answers and the list, for programs."""

from __future__ import annotations

import json

from racknet.core.inventory import Entry
from racknet.core.matching import Query
from racknet.core.ranking import Selection


def format_candidates(query: Query, selection: Selection) -> str:
    """Return the answer as an object, or all candidates as an array of them."""
    objects = [
        {
            "network": query.network,
            "family": query.family,
            "address": address.text,
            "prefix_length": address.prefix_length,
            "interface": address.interface,
            "why": selection.why(place).text,
        }
        for place, address in enumerate(selection.answers)
    ]
    return json.dumps(objects if query.all_candidates else objects[0]) + "\n"


def format_list(entries: list[Entry], *, is_host: bool) -> str:
    """Return all addresses of a host."""
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
        }
        for entry in entries
    ]
    return json.dumps({"host": is_host, "addresses": objects}) + "\n"
