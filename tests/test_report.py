"""What a user reads beside an answer, or instead of one."""

from __future__ import annotations

from layout import read
from messages import FILE, text
from question import question

from racknet import rules
from racknet.classify import classify
from racknet.report import LOOPBACK, ORDER, no_answer


def test_messages() -> None:
    """All that racknet says is as tests/messages.txt has it; script/messages writes that anew."""
    assert text() == FILE.read_text()


def test_each_reason_has_its_place() -> None:
    """All reasons to pass over are in the order of the report."""
    assert sorted([*ORDER, LOOPBACK]) == sorted(rule.name for rule in rules.REASONS)


def test_at_most_ten_lines() -> None:
    """Of many addresses ten are named, the best first, and the rest is counted."""
    links = "\n".join(f"nic veth{n} 10.0.{n}.1/24" for n in range(12))
    host = read(f"{links}\nnic ens3 10.9.0.1/24").host
    lines = no_answer(question("public"), classify(host, question("public"))).splitlines()
    assert lines[1].split()[0] == "ens3"
    assert [line.split()[0] for line in lines[2:11]] == [f"veth{n}" for n in range(9)]
    assert lines[11:] == ["  and 3 more", "hint: see racknet list, or choose with --interface or --cidr"]


def test_names_cannot_steer_a_terminal() -> None:
    """Control characters of an interface's name are escaped."""
    host = read("nic \x1b[2Jx 10.0.0.1/24\nnic \udc80 10.0.1.1/24").host
    said = no_answer(question("service"), classify(host, question("service")))
    assert "\x1b" not in said
    assert r"\x1b[2Jx" in said
    assert r"\udc80" in said
