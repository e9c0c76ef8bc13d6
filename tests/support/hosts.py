"""The table of hosts, tests/hosts/: what is on each host, and what must be answered there.

A host is a row `[[host]]` of one of the files. A new bug is a new host. These are its keys:

    name
    layout             what is on it, in the lines of support/layout.py
    public, service    { ipv4 = "…", ipv6 = "…" }; "" is no answer, with status 1, and so is a missing ipv4; a missing
                       ipv6 is not asked
    also               { "service --exclude ens4" = "…" }: other command lines, likewise
    pins               the rules without which the host answers wrong, as test_pins.py calls them; a pin `near …` is for
                       a rule that is drawn too wide
    source             where such a host is found
    theirs             where another project wrote it down: what that project expects there
    difference         why racknet answers otherwise
    why, sure          where somebody posted it: the reason for the answers, and whether it is the "thread" that says so
                       or our "judgement"
    ok                 { "service ipv4" = ["…"] }: other answers that are as good
    dangerous          addresses that do harm where they are printed
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from support.layout import Layout, parse_layout

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent.parent / "hosts"
KEYS = {
    **dict.fromkeys(("name", "layout", "source", "theirs", "difference", "why", "sure"), str),
    **dict.fromkeys(("public", "service", "also", "ok"), dict),
    **dict.fromkeys(("pins", "dangerous"), list),
}


@dataclass(frozen=True)
class HostCase:
    """A host of the table. The IPv6 queries are asked where there is an answer, be it ""."""

    name: str
    text: str
    public: str = ""
    service: str = ""
    public6: str | None = None
    service6: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    pins: Sequence[str] = ()
    source: str = ""
    theirs: str = ""
    difference: str = ""
    why: str = ""
    sure: str = ""
    ok: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dangerous: Sequence[str] = ()

    @cached_property
    def layout(self) -> Layout:
        return parse_layout(self.text)

    @property
    def answers(self) -> dict[str, str]:
        """Command lines, each with what must be answered."""
        asked = {
            "public ipv4": self.public,
            "public ipv6": self.public6,
            "service ipv4": self.service,
            "service ipv6": self.service6,
        }
        return {line: answer for line, answer in asked.items() if answer is not None} | dict(self.also)


def make_case(row: Mapping[str, Any]) -> HostCase:
    """Return the host of a row; a key that no host has is an error, so that a typo leaves no query out."""
    wrong = [key for key, value in row.items() if not isinstance(value, KEYS.get(key, ()))]
    wrong += [key for key in ("public", "service") if row.get(key, {}).keys() - {"ipv4", "ipv6"}]
    wrong += [line for line, others in row.get("ok", {}).items() if not isinstance(others, list)]
    assert not wrong, f"{row.get('name')}: not understood: {wrong}"
    public, service = row.get("public", {}), row.get("service", {})
    return HostCase(
        row["name"],
        row["layout"],
        public=public.get("ipv4", ""),
        service=service.get("ipv4", ""),
        public6=public.get("ipv6"),
        service6=service.get("ipv6"),
        **{key: value for key, value in row.items() if key not in ("name", "layout", "public", "service")},
    )


def load_hosts(path: Path) -> list[HostCase]:
    """Return the hosts of a file, in its order; none where there is no such file."""
    table = tomllib.loads(path.read_text()) if path.exists() else {}
    assert table.keys() <= {"host"}, f"{path.name}: not understood: {[*table]}"
    return [make_case(row) for row in table.get("host", [])]


MADE = load_hosts(FOLDER / "rules.toml")
PROVIDERS = load_hosts(FOLDER / "providers.toml")
PROJECTS = load_hosts(FOLDER / "projects.toml")
POSTED = load_hosts(FOLDER / "posted.toml")
HOSTS = {case.name: case for case in [*MADE, *PROVIDERS, *PROJECTS, *POSTED]}
assert len(HOSTS) == sum(map(len, (MADE, PROVIDERS, PROJECTS, POSTED))), "two hosts have one name"
