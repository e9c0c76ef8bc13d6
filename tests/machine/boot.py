"""Boot a kernel of Debian's in QEMU, have the hosts of the table set up and asked there, and read the results.

The initramfs holds the modules, /racknet out of the image, and out of an image of the tests a static busybox and a few
programs. A further kind of machine has its own /racknet, and busybox and `ip` out of Debian's packages, and QEMU
translates (TCG). For amd64 it runs on KVM where there is one; MACHINE_ACCEL=tcg has it translate anyway.
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

ROOT = Path(__file__).parents[2]
INIT = Path(__file__).with_name("init.sh")
KERNELS = ROOT / ".kernels_cache"
NETWORKS = [  # those of eth0, eth1 and so on. A hub leads nowhere; eth2 and eth3 are on one wire.
    "hubport,hubid=0",
    "hubport,hubid=1",
    "hubport,hubid=2",
    "hubport,hubid=2",
    "user,ipv6=off",  # without restrict=on, with which its DHCP names no router; nothing here asks further
    "hubport,hubid=5",  # of the USB NIC, which is there once a case has loaded its driver
]
PROGRAMS_IMAGE, PROGRAMS = "racknet/tests:machine", "/usr/sbin/ip /usr/sbin/pppd /usr/sbin/radvd /usr/bin/ovs-dpctl"
LONGEST = 1200  # seconds that a machine may take
# Of every machine, loaded in this order: it gives the NICs their names.
MODULES = ["virtio_pci", "virtio_console", "virtio_net", "e1000"]
# Of macsec and of openvswitch, which ask for them by other names; not modules in all kernels.
ALGORITHMS = ["gcm", "ctr", "ghash_generic", "crc32c_generic"]
OPTIONS = {"bonding": "max_bonds=0", "dummy": "numdummies=0", "ifb": "numifbs=0"}  # no interface unasked
LOADED_BY_A_CASE = {"mac80211_hwsim", "cdc_ether"}  # since they make a NIC

Files = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Kind:
    """A kind of machine: its name in racknet's releases, how QEMU makes it, its console, its NICs as QEMU's devices."""

    name: str
    qemu: str
    console: str
    nics: tuple[str, ...]


VIRTIO, E1000 = "virtio-net-pci,romfile=", "e1000,romfile="
# By the last words of their kernels' releases.
KINDS = {
    "amd64": Kind(
        "amd64",
        "qemu-system-x86_64 -M q35 -cpu qemu64 -device qemu-xhci",
        "ttyS0",
        (VIRTIO, VIRTIO, E1000, E1000, E1000, "usb-net"),
    ),
    "s390x": Kind("s390x", "qemu-system-s390x -M s390-ccw-virtio", "ttyS1", ("virtio-net-ccw",) * 5),
    "armmp": Kind("armv7", "qemu-system-arm -M virt,highmem=off -cpu cortex-a15", "ttyAMA0", (VIRTIO,) * 5),
}


@dataclass(frozen=True)
class Kernel:
    """A kernel that script/kernels has taken, by its release: the name of its folder."""

    release: str

    @property
    def kind(self) -> Kind:
        return KINDS[self.release.rpartition("-")[2]]

    @property
    def is_further(self) -> bool:
        """Whether it is of a further kind of machine, and script/kernels has left programs for it beside it."""
        return self.kind != KINDS["amd64"]

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
    """Return "kvm" where a kernel of amd64 comes as far as to miss its root file system with it, else "tcg".

    In a virtual machine there may be a /dev/kvm on which no kernel gets anywhere.
    """
    if accel := os.environ.get("MACHINE_ACCEL"):
        return accel
    kernel = next(kernel for kernel in taken() if not kernel.is_further)
    words = [*qemu(kernel), "-accel", "kvm", "-append", "panic=-1"]
    try:
        works = os.path.exists("/dev/kvm") and engine.command(*words, timeout=10).status == 0
    except subprocess.TimeoutExpired:
        works = False
    return "kvm" if works else "tcg"


def taken() -> list[Kernel]:
    """Return the kernels that script/kernels has taken, the older ones first."""
    file = KERNELS / "taken"
    return [Kernel(line.split()[0]) for line in file.read_text().splitlines()] if file.exists() else []


def userland(kernel: Kernel) -> Files:
    """Return racknet, busybox, and the programs with their libraries."""
    return further_userland(kernel) if kernel.is_further else image_userland()


def further_userland(kernel: Kernel) -> Files:
    """Return those of a further kind of machine: script/executable makes racknet, script/kernels has taken the rest."""
    built = engine.build(str(ROOT / "script" / "executable"), kernel.kind.name)
    assert built.status == 0, built.err
    folder = kernel.folder / "userland"
    files = {str(path.relative_to(folder)): (0o755, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    return files | {"racknet": (0o755, (ROOT / built.out.strip()).read_bytes())}


@cache
def image_userland() -> Files:
    """Return those of the images."""
    libraries = f"$(ldd {PROGRAMS} | grep -o '/[^ ]*[^ :]' | sort -u) /usr/lib/*/ossl-modules/legacy.so"
    gather = f"tar -chf - /usr/bin/busybox {PROGRAMS} {libraries}"
    words = ["docker", "run", "--rm", "--entrypoint=sh", PROGRAMS_IMAGE, "-c", gather]
    done = subprocess.run(words, capture_output=True, timeout=120, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive, engine.executable() as racknet:
        files = {m.name: (0o755, taken.read()) for m in archive if (taken := archive.extractfile(m))}
        return files | {"racknet": (0o755, Path(racknet).read_bytes())}


def boot(kernel: Kernel, cases: Sequence[MachineCase], files: Files, options: str = "") -> Machine:
    """Boot a machine with options for its kernel, and return what it says about each host."""
    accel, began = "tcg" if kernel.is_further else accelerator(), time.monotonic()
    with TemporaryDirectory() as folder:
        initramfs, console, results = (Path(folder) / name for name in ("initramfs", "console", "results"))
        initramfs.write_bytes(cpio(files | host_files(kernel, cases)))
        words = [*qemu(kernel), "-accel", accel, "-initrd", str(initramfs), "-serial", f"file:{console}"]
        words += ["-append", f"console={kernel.kind.console} quiet panic=-1 mitigations=off rdinit=/init {options}"]
        words += [*ports(Path(folder), results), *nics(kernel.kind)]
        try:
            done = engine.command(*words, timeout=LONGEST)
            assert done.status == 0, done.err
        except subprocess.TimeoutExpired:
            pass  # what there is shows how far it came
        said = console.read_text(errors="replace")
        return Machine(read_results(results.read_text()), said, time.monotonic() - began, accel)


def qemu(kernel: Kernel) -> list[str]:
    """Return the command that boots a kernel."""
    words = f"{kernel.kind.qemu} -m 768 -nodefaults -display none -no-reboot".split()
    return [*words, "-kernel", str(kernel.folder / "vmlinuz")]


def ports(folder: Path, results: Path) -> Iterator[str]:
    """Yield QEMU's words for two serial ports, which all kinds of machines have: for the results, and for a monitor.

    To QEMU's monitor the machine itself gives commands, so a host can pull a cable out. What the monitor says goes
    nowhere: `pipe` reads NAME.in and writes NAME.out.
    """
    os.mkfifo(folder / "monitor.in")
    (folder / "monitor.out").symlink_to("/dev/null")
    yield from ("-chardev", f"pipe,id=monitor,path={folder}/monitor", "-mon", "chardev=monitor")
    yield from ("-device", "virtio-serial")
    for number, file in enumerate((results, folder / "monitor.in"), start=1):
        yield from ("-chardev", f"file,id=port{number},path={file}")
        yield from ("-device", f"virtserialport,nr={number},chardev=port{number}")


def nics(kind: Kind) -> Iterator[str]:
    """Yield QEMU's words for the NICs: eth0 has a MAC address that ends in :00, its network is n0, and so on."""
    for number, (device, network) in enumerate(zip(kind.nics, NETWORKS, strict=False)):
        yield from ("-netdev", f"{network},id=n{number}")
        if network.startswith("hub"):  # another port, free: a hub with one port takes no frames
            yield from ("-netdev", f"{network},id=free{number}")
        yield from ("-device", f"{device},netdev=n{number},mac=52:54:00:00:00:0{number}")


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
