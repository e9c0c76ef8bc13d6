"""Each host of the table, set up in virtual machines under the oldest and the newest of Debian's kernels, and asked.

Other kernels, and further kinds of machines, show those hosts that together hold every number which the kernel tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import pytest

from machine.boot import KINDS, HostResult, Kernel, Machine, boot, taken, userland
from machine.cases import CASES, LIST, UNREADABLE, MachineCase
from machine.conftest import REPORT

FEWEST_KERNELS, FEWEST_CASES, FEWEST_EVERYWHERE = 2, 80, 20
AT_A_TIME = 2  # machines

pytestmark = [pytest.mark.machine, pytest.mark.image, pytest.mark.alone, pytest.mark.all]


@dataclass(frozen=True)
class Boot:
    """A kernel, the options that it is booted with, and the cases that it can show: all, or those of everywhere."""

    kernel: Kernel
    options: str = ""
    shows_all: bool = True

    def __str__(self) -> str:
        return f"{self.kernel.release} {self.options}".strip()

    @property
    def asked(self) -> list[MachineCase]:
        """Return what the machine is asked to show."""
        return [c for c in CASES if c.boot == self.options and (c.is_everywhere or self.shows_all)]

    @property
    def cases(self) -> list[MachineCase]:
        return [case for case in self.asked if not self.kernel.lacks(case)]

    @property
    def lacking(self) -> list[str]:
        """Return what the kernel cannot show, and why."""
        lacked = {case.name: self.kernel.lacks(case) for case in self.asked}
        return [f"{name} (no {', '.join(what)})" for name, what in lacked.items() if what]

    @property
    def fewest(self) -> int:
        """Return how many hosts the machine shows at least."""
        return 1 if self.options else FEWEST_CASES if self.shows_all else FEWEST_EVERYWHERE


def boots() -> list[Boot]:
    """Return what to boot: each kernel that script/kernels has taken, and the newest with the options of some cases.

    The oldest and the newest of amd64 show all hosts: an emulated machine takes two seconds for each.
    """
    kernels = taken()
    own = [kernel for kernel in kernels if not kernel.is_further]
    oldest, newest = own[:1], own[-1:]
    plain = [Boot(kernel, shows_all=kernel in oldest + newest) for kernel in kernels]
    options = sorted({case.boot for case in CASES} - {""})
    return plain + [Boot(kernel, option) for option in options for kernel in newest]


BOOTS = boots()
Machines = dict[Boot, Future[Machine]]


@pytest.fixture(scope="module")
def machines(request: pytest.FixtureRequest) -> Iterator[Machines]:
    """Start the machines that the chosen tests ask, two at a time."""
    chosen = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = list(dict.fromkeys(spec.params["boot_of"] for spec in chosen if spec and "boot_of" in spec.params))
    files = {one: userland(one.kernel) for one in wanted}
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {one: pool.submit(boot, one.kernel, one.cases, files[one], one.options) for one in wanted}


def test_kernels() -> None:
    """There are kernels to boot, and one of each further kind of machine."""
    kernels = {one.kernel for one in BOOTS}
    kinds = [kernel.kind.name for kernel in kernels if kernel.is_further]
    assert len(kernels) - len(kinds) >= FEWEST_KERNELS, "run script/kernels, which says what is the matter"
    assert sorted(["amd64", *kinds]) == sorted(kind.name for kind in KINDS.values())


@pytest.mark.parametrize("boot_of", BOOTS, ids=str)
def test_boot(boot_of: Boot, machines: Machines, request: pytest.FixtureRequest) -> None:
    """The machine comes to the end of the table; what its kernel cannot show is named in the summary of the tests."""
    machine = machines[boot_of].result()
    ran = [case.name for case in boot_of.cases if case.name in machine.hosts]
    lacking = f"; it cannot show {', '.join(boot_of.lacking)}" if boot_of.lacking else ""
    line = f"{boot_of} ({machine.accelerator}): {len(ran)} hosts in {machine.seconds:.0f} s{lacking}"
    request.config.stash.setdefault(REPORT, []).append(line)
    print(line)
    assert ran == [case.name for case in boot_of.cases], machine.console[-4000:]
    assert "init: no module" not in machine.console, machine.console[-4000:]
    assert len(ran) >= boot_of.fewest


@pytest.mark.parametrize(
    ("boot_of", "case"), [pytest.param(one, case, id=f"{one}-{case.name}") for one in BOOTS for case in one.cases]
)
def test_host(boot_of: Boot, case: MachineCase, machines: Machines) -> None:
    """racknet answers right, lists the addresses that `ip` shows, and the machine is left as it was."""
    host = machines[boot_of].result().hosts[case.name]
    assert host.setup == ""
    wrong = [
        (query, expected, host.answers[query])
        for query, expected in case.answers.items()
        if not is_right(host, query, expected)
    ]
    assert wrong == []
    if case.is_listed:
        assert listed(json.loads(host.answers[LIST].out)["addresses"]) == listed_by_ip(host.addresses)
    assert host.leftovers == ""


def is_right(host: HostResult, query: str, expected: str) -> bool:
    """Return whether an answer is the expected address, which `ip` shows on the expected interface, or the refusal.

    Beside an address there may be a note that it is not proven.
    """
    result = host.answers[query]
    if expected == UNREADABLE:
        return (result.out, result.status) == ("", 3) and result.err.startswith("racknet: cannot ")
    if not expected:
        return (result.out, result.status) == ("", 1) and result.err.startswith(("racknet: no ", "racknet: the "))
    address, _, interface = expected.partition("@")
    places = {entry[0] for entry in listed_by_ip(host.addresses) if entry[3] == address}
    is_noted = re.fullmatch(r"(note: .+\n)?", result.err)
    return (result.out, result.status) == (f"{address}\n", 0) and is_noted is not None and places == {interface}


def listed(addresses: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return what `racknet list --json` says of the addresses, sorted."""
    keys = ("interface", "label", "family", "address", "prefix_length")
    return sorted(tuple(str(entry[key] or "") for key in keys) for entry in addresses)


def listed_by_ip(interfaces: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the same from the output of `ip -j addr`."""
    families = {"inet": "ipv4", "inet6": "ipv6"}
    return sorted(
        (
            interface["ifname"],
            label if (label := address.get("label", interface["ifname"])) != interface["ifname"] else "",
            families[address["family"]],
            str(ip_address(address["local"])),
            str(address["prefixlen"]),
        )
        for interface in interfaces
        for address in interface["addr_info"]
    )
