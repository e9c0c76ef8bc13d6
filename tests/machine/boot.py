"""Boot a kernel of Debian's in QEMU, have the hosts of the table set up and asked there, and read the results.

The initramfs holds the modules, /racknet out of the image, and out of an image of the tests a static busybox and a few
programs. QEMU runs on KVM where there is one, else it translates (TCG); MACHINE_ACCEL=tcg has it translate anyway.
"""

from __future__ import annotations

import io
import json
import lzma
import os
import re
import subprocess
import tarfile
import time
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support import engine
from support.engine import CommandResult

from machine.cases import MachineCase

INIT = Path(__file__).with_name("init.sh")
KERNELS = Path(__file__).parents[2] / ".kernels_cache"
NICS = [  # QEMU's device, and the network that it is on. A hub leads nowhere; eth2 and eth3 are on one wire.
    ("virtio-net-pci", "hubport,hubid=0"),
    ("virtio-net-pci", "hubport,hubid=1"),
    ("e1000", "hubport,hubid=2"),
    ("e1000", "hubport,hubid=2"),
    ("e1000", "user,ipv6=off"),  # without restrict=on, with which its DHCP names no router; nothing here asks further
    ("usb-net", "hubport,hubid=5"),  # there once a case has loaded its driver
]
QEMU = "qemu-system-x86_64 -M q35 -cpu qemu64 -m 768 -nodefaults -display none -no-reboot".split()
PROGRAMS_IMAGE, PROGRAMS = "racknet/tests:machine", "/usr/sbin/ip /usr/sbin/pppd /usr/sbin/radvd /usr/bin/ovs-dpctl"
LONGEST = 1200  # seconds that a machine may take
MODULES = ["virtio_pci", "virtio_net", "e1000"]  # of every machine, loaded in this order: it gives the NICs their names
# Of macsec and of openvswitch, which ask for them by other names; not modules in all kernels.
ALGORITHMS = ["gcm", "ctr", "ghash_generic", "crc32c_generic"]
OPTIONS = {"bonding": "max_bonds=0", "dummy": "numdummies=0", "ifb": "numifbs=0"}  # no interface unasked
LOADED_BY_A_CASE = {"mac80211_hwsim", "cdc_ether"}  # since they make a NIC

Files = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Kernel:
    """A kernel that script/kernels has taken, by its release: the name of its folder."""

    release: str

    @property
    def folder(self) -> Path:
        return KERNELS / self.release

    @property
    def version(self) -> tuple[int, ...]:
        return tuple(int(number) for number in re.findall(r"\d+", self.release)[:2])

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {path.name.partition(".ko")[0].replace("-", "_"): path for path in self.folder.rglob("*.ko*")}

    @cached_property
    def _built_in(self) -> set[str]:
        listed = (self.folder / "modules.builtin").read_text().split()
        options = re.findall(r"^CONFIG_(\w+)=y$", (self.folder / "config").read_text(), re.MULTILINE)
        return {Path(line).stem.replace("-", "_") for line in listed} | {option.lower() for option in options}

    def lacks(self, case: MachineCase) -> list[str]:
        """Return what a case needs and the kernel does not have: modules, or a version."""
        modules = [name for name in case.needs if name not in self._files and name not in self._built_in]
        return modules + [f"Linux {case.since[0]}.{case.since[1]}"] * (self.version < case.since)

    def modules(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return these modules and those that they depend on, in the order in which they can be loaded."""
        found: dict[str, bytes] = {}
        for name in names:
            if name in self._files and name not in found:
                path = self._files[name]
                content = path.read_bytes()
                content = lzma.decompress(content) if path.suffix == ".xz" else content
                depends = re.search(rb"\0depends=([^\0]*)\0", content)
                assert depends, f"{path} does not say what it depends on"
                needed = depends[1].decode().replace("-", "_").split(",")
                found |= {other: text for other, text in self.modules(needed).items() if other not in found}
                found[name] = content
        return found


@dataclass
class HostResult:
    """What a machine says about one host of the table.

    `setup` is what its script said when it failed, `leftovers` how the machine differs from before when all is cleaned
    up: both empty if all is well. `addresses` is the output of `ip -j addr`.
    """

    answers: dict[str, CommandResult] = field(default_factory=dict)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    setup: str = ""
    leftovers: str = ""


@dataclass
class Machine:
    """What came of a boot."""

    hosts: dict[str, HostResult]
    console: str
    seconds: float
    accelerator: str


@cache
def accelerator() -> str:
    """Return "kvm" where a kernel comes as far as to miss its root file system with it, else "tcg".

    In a virtual machine there may be a /dev/kvm on which no kernel gets anywhere.
    """
    if accel := os.environ.get("MACHINE_ACCEL"):
        return accel
    kernel = next(KERNELS.glob("*/vmlinuz"))
    words = [*QEMU, "-accel", "kvm", "-kernel", str(kernel), "-append", "panic=-1"]
    try:
        works = os.path.exists("/dev/kvm") and engine.command(*words, timeout=10).status == 0
    except subprocess.TimeoutExpired:
        works = False
    return "kvm" if works else "tcg"


def userland() -> Files:
    """Return racknet, busybox, and the programs with their libraries."""
    libraries = f"$(ldd {PROGRAMS} | grep -o '/[^ ]*[^ :]' | sort -u) /usr/lib/*/ossl-modules/legacy.so"
    gather = f"tar -chf - /usr/bin/busybox {PROGRAMS} {libraries}"
    words = ["docker", "run", "--rm", "--entrypoint=sh", PROGRAMS_IMAGE, "-c", gather]
    done = subprocess.run(words, capture_output=True, timeout=120, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive, engine.executable() as racknet:
        files = {m.name: (0o755, taken.read()) for m in archive if (taken := archive.extractfile(m))}
        return files | {"racknet": (0o755, Path(racknet).read_bytes())}


def boot(kernel: Kernel, cases: Sequence[MachineCase], files: Files, options: str = "") -> Machine:
    """Boot a machine with options for its kernel, and return what it says about each host."""
    accel, began = accelerator(), time.monotonic()
    with TemporaryDirectory() as folder:
        initramfs, console, results = (Path(folder) / name for name in ("initramfs", "console", "results"))
        initramfs.write_bytes(cpio(files | host_files(kernel, cases)))
        words = [*QEMU, "-accel", accel, "-kernel", str(kernel.folder / "vmlinuz"), "-initrd", str(initramfs)]
        words += ["-append", f"console=ttyS0 quiet panic=-1 mitigations=off rdinit=/init {options}"]
        words += ["-serial", f"file:{console}", "-serial", f"file:{results}", *monitor(Path(folder)), *nics()]
        try:
            done = engine.command(*words, timeout=LONGEST)
            assert done.status == 0, done.err
        except subprocess.TimeoutExpired:
            pass  # what there is shows how far it came
        said = console.read_text(errors="replace")
        return Machine(read_results(results.read_text()), said, time.monotonic() - began, accel)


def monitor(folder: Path) -> list[str]:
    """Return QEMU's words for a serial port, the third, on which the machine itself gives QEMU's monitor commands.

    So a host can pull a cable out. What the monitor says goes nowhere: `pipe` reads NAME.in and writes NAME.out.
    """
    os.mkfifo(folder / "monitor.in")
    (folder / "monitor.out").symlink_to("/dev/null")
    pipe = ["-chardev", f"pipe,id=monitor,path={folder}/monitor", "-mon", "chardev=monitor"]
    return [*pipe, "-serial", f"file:{folder}/monitor.in"]


def nics() -> Iterator[str]:
    """Yield QEMU's words for the NICs: eth0 has a MAC address that ends in :00, its network is n0, and so on."""
    yield from ("-device", "qemu-xhci")
    for number, (driver, network) in enumerate(NICS):
        yield from ("-netdev", f"{network},id=n{number}")
        if network.startswith("hub"):  # another port, free: a hub with one port takes no frames
            yield from ("-netdev", f"{network},id=free{number}")
        rom = "" if driver.startswith("usb") else ",romfile="
        yield from ("-device", f"{driver},netdev=n{number},mac=52:54:00:00:00:0{number}{rom}")


def host_files(kernel: Kernel, cases: Sequence[MachineCase]) -> Files:
    """Return the files that tell a machine what to do."""
    needed = [*MODULES, *ALGORITHMS, *(name for case in cases for name in case.needs)]
    modules = kernel.modules(needed)
    order = "".join(f"{name} {OPTIONS.get(name, '')}\n" for name in modules if name not in LOADED_BY_A_CASE)
    files = {"init": (0o755, INIT.read_bytes()), "modules/order": (0o644, order.encode())}
    files |= {f"modules/{name}.ko": (0o644, content) for name, content in modules.items()}
    files["cases/order"] = (0o644, "".join(f"{case.name}\n" for case in cases).encode())
    for case in cases:
        queries = "".join(f"{line}\n" for line in case.queries)
        for name, text in (("script", case.script), ("queries", queries), ("within", case.within)):
            files[f"cases/{case.name}/{name}"] = (0o644, text.encode())
    return files


def read_results(text: str) -> dict[str, HostResult]:
    """Parse the lines of JSON that init.sh writes. The last one may be cut off."""
    hosts: dict[str, HostResult] = {}
    for line in text.splitlines(keepends=True):
        if line.endswith("\n") and line.strip():
            said = json.loads(line)
            host = hosts.setdefault(said["case"], HostResult())
            if "query" in said:
                out, err = (b64decode(said[stream]).decode() for stream in ("out", "err"))
                host.answers[said["query"]] = CommandResult(out, err, said["status"])
            host.addresses = said.get("addresses", host.addresses)
            host.setup += b64decode(said.get("setup", "")).decode()
            host.leftovers += b64decode(said.get("leftovers", "")).decode()
    return hosts


def cpio(files: Files) -> bytes:
    """Return an archive as the kernel takes it for an initramfs: the format "newc", kernel's buffer-format.rst."""
    folders = {str(parent) for name in files for parent in Path(name.strip("/")).parents} - {"."}
    entries: Files = dict.fromkeys(sorted(folders), (16877, b""))
    entries |= {name.strip("/"): (0o100000 | mode, content) for name, (mode, content) in files.items()}
    entries["TRAILER!!!"] = (0, b"")
    archive = bytearray()
    for number, (name, (mode, content)) in enumerate(entries.items()):
        #        inode, mode, uid, gid, links, mtime, size, four numbers of devices, length of the name, checksum
        numbers = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        archive += b"070701" + "".join(f"{value:08x}" for value in numbers).encode() + name.encode() + b"\0"
        archive += bytes(-len(archive) % 4) + content
        archive += bytes(-len(archive) % 4)
    return bytes(archive)
