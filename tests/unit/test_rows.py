"""The rows of the table of hosts are read as they are meant, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cases import cases
from support.hosts import FOLDER, HOSTS, load_hosts, make_case

ROW = {"name": "one", "layout": "nic ens3 10.1.0.7/24"}


def test_families() -> None:
    """IPv4 is always asked; IPv6 only where there is an answer, be it none."""
    assert make_case(ROW).answers == {"public ipv4": "", "service ipv4": ""}
    row = ROW | {"public": {"ipv6": ""}, "service": {"ipv4": "10.1.0.7", "ipv6": "fd00::7"}, "also": {"service": "x"}}
    assert make_case(row).answers == {
        "public ipv4": "",
        "public ipv6": "",
        "service ipv4": "10.1.0.7",
        "service ipv6": "fd00::7",
        "service": "x",
    }


@cases(
    "row wrong",
    ({"public6": ""}, "public6"),
    ({"text": ""}, "text"),
    ({"servce": {"ipv4": "10.1.0.7"}}, "servce"),
    ({"service": {"ip6": "fd00::7"}}, "service"),
    ({"pins": "block 10.0.0.0/8"}, "pins"),
    ({"ok": {"service ipv4": "10.1.0.8"}}, "service ipv4"),
)
def test_typos(row: dict[str, Any], wrong: str) -> None:
    """A key that no host has, or a value of another shape, is an error that names the host and the key."""
    with pytest.raises(AssertionError, match=rf"^one: not understood: \['{wrong}'\]"):
        make_case(ROW | row)


def test_files(tmp_path: Path) -> None:
    """A missing file has no hosts, and a file has nothing beside hosts."""
    path = tmp_path / "hosts.toml"
    assert load_hosts(path) == []
    path.write_text('[[hosts]]\nname = "one"\n')
    with pytest.raises(AssertionError, match="not understood"):
        load_hosts(path)


def test_each_file_is_read() -> None:
    """Each file of the folder is in the table."""
    assert {case.name for path in FOLDER.iterdir() for case in load_hosts(path)} == set(HOSTS)
