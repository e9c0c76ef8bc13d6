"""The JSON schema of `racknet list --json`."""

from __future__ import annotations

from typing import Any

from support.queries import FOUR

ADDRESS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["interface", "label", "family", "address", "prefix_length", "class", "answers", "why", "proven"],
    "properties": {
        "interface": {"type": "string", "minLength": 1},
        "label": {"type": ["string", "null"], "minLength": 1},
        "family": {"enum": ["ipv4", "ipv6"]},
        "address": {"type": "string", "pattern": "^[0-9a-f.:]+$"},
        "prefix_length": {"type": "integer", "minimum": 0, "maximum": 128},
        "class": {"enum": ["public", "private", "link-local", "never an answer"]},
        "answers": {"type": "array", "items": {"enum": FOUR}},
        "why": {"type": "string", "minLength": 1},
        "proven": {"type": ["boolean", "null"]},
    },
}
INTERFACE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["interface", "link", "speed", "mtu"],
    "properties": {
        "interface": {"type": "string", "minLength": 1},
        "link": {"enum": ["up", "down", "no carrier"]},
        "speed": {"type": ["integer", "null"], "minimum": 1},
        "mtu": {"type": ["integer", "null"], "minimum": 1},
    },
}
LIST_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["host", "addresses", "interfaces"],
    "additionalProperties": False,
    "properties": {
        "host": {"type": "boolean"},
        "addresses": {"type": "array", "items": ADDRESS},
        "interfaces": {"type": "array", "items": INTERFACE},
    },
}
