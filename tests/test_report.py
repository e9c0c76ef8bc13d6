"""What a user reads where there is no answer, whole, for some hosts of the table."""

from __future__ import annotations

import pytest
from hosts import HOSTS
from layout import read
from question import question

from racknet import rules
from racknet.classify import classify
from racknet.report import LOOPBACK, ORDER, no_answer

TEXTS = {
    (
        "vpn-with-the-default-route",
        "public",
    ): """\
racknet: no public ipv4 address on this host
  wlan0    192.168.1.20   private; the host may sit behind NAT
  tun0     10.8.0.6       tunnel
  docker0  172.17.0.1     container plumbing
hint: see racknet list, or choose with --interface or --cidr
""",
    (
        "service-no-telling",
        "service",
    ): """\
racknet: no telling which service ipv4 address on this host: ens4 and ens5 are level
  ens4     10.30.0.10     level with ens5
  ens5     192.168.30.2   level with ens4
  ens3     203.0.113.7    public
  docker0  172.17.0.1     container plumbing
hint: choose with --interface or --cidr
""",
    (
        "service-no-telling",
        "service ipv6",
    ): """\
racknet: no telling which service ipv6 address on this host: ens4 and ens5 are level
  ens4  fd00:4::1   no telling which card is the service network's
  ens5  fd00:5::1   no telling which card is the service network's
hint: choose with --interface or --cidr
""",
    (
        "service-no-telling",
        "service --cidr 10.31.0.0/16 --interface ens4 --interface lo",
    ): """\
racknet: no service ipv4 address on this host with --interface ens4 --interface lo --cidr 10.31.0.0/16
  ens3     203.0.113.7    not an interface asked for
  ens4     10.30.0.10     not in a block asked for
  ens5     192.168.30.2   not an interface asked for
  docker0  172.17.0.1     container plumbing
hint: see racknet list for what there is; nothing of it is left by --interface ens4 --interface lo --cidr 10.31.0.0/16
""",
    (
        "bridged-container",
        "service",
    ): """\
racknet: no service ipv4 address: this is a container's own network, not a host's
  eth0  172.17.0.5   of the container
  eth1  10.0.1.3     of the container
  tun0  10.8.0.1     tunnel
hint: run it with --net=host (hostNetwork: true on Kubernetes)
""",
    (
        "no-address-yet",
        "public",
    ): """\
racknet: no public ipv4 address on this host
  eth0  -   no ipv4 address
  eth1  -   no ipv4 address
hint: is the host still coming up? --wait 30 waits for an address; see also racknet list
""",
    (
        "pppoe",
        "service --interface eno2 --interface ppp0 --cidr 10.1.0.0/16",
    ): """\
racknet: no service ipv4 address on this host with --interface eno2 --interface ppp0 --cidr 10.1.0.0/16
  eno2  192.168.1.1   not in a block asked for
  ppp0  10.64.0.9     not in a block asked for
hint: see racknet list for what there is; nothing of it is left by --interface eno2 --interface ppp0 --cidr 10.1.0.0/16
""",
    (
        "virtual-machines-seen-from-the-host",
        "public",
    ): """\
racknet: no public ipv4 address on this host
  br0     10.20.30.40   private; the host may sit behind NAT
  guest8  10.99.0.1     not a card of the host
  mynet   172.20.0.1    not a card of the host
hint: see racknet list, or choose with --interface or --cidr
""",
    (
        "excluded-card",
        "service --exclude *",
    ): """\
racknet: no service ipv4 address on this host with --exclude *
  ens3  10.1.0.7   excluded
  ens4  10.2.0.7   excluded
hint: see racknet list for what there is; nothing of it is left by --exclude *
""",
}


@pytest.mark.parametrize(("name", "line"), TEXTS)
def test_text(name: str, line: str) -> None:
    """The error says what was asked, what was seen, and what to do."""
    (row,) = [row for row in HOSTS if row.name == name]
    asked = question(line)
    assert no_answer(asked, classify(row.read.host, asked)) == TEXTS[name, line]


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
    text = no_answer(question("service"), classify(host, question("service")))
    assert "\x1b" not in text
    assert r"\x1b[2Jx" in text
    assert r"\udc80" in text
